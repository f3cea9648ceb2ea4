"""Lists of the admin: search, and filter values that the database rejects."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from django.contrib import admin, messages
from django.contrib.admin.options import IS_FACETS_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.db import DataError, models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import capfirst
from django.utils.translation import gettext

from publishing.content.folding import FoldedField, fold
from publishing.content.moments import FIRST_SHOWN, LAST_SHOWN, MomentField
from publishing.content.slugs import readable_slug
from publishing.finder.filters import SearchField
from publishing.staff.key_fields import KeyFieldsMixin, TickedRowsMixin

MOST_FACETED = 20_000
"""Maximum number of rows of a list whose filters show their counts unrequested."""


@contextmanager
def known_lookups() -> Iterator[None]:
    """Turn errors that a value of a filter causes into Django's own for an unknown filter."""
    try:
        yield
    except (ValueError, OverflowError, DataError) as error:
        raise IncorrectLookupParameters from error


class Chip(NamedTuple):
    """A filter that is set."""

    title: Any
    value: str
    without: str


class StaffChangeList(ChangeList):
    """ChangeList that treats filter values the database rejects as unknown instead of failing."""

    def get_filters(self, request: HttpRequest) -> Any:
        # Django calls this again for the facet counts, which would compute every choice twice.
        if not hasattr(self, "_filters"):
            self._filters = super().get_filters(request)
        return self._filters

    def get_queryset(self, request: HttpRequest, *args: Any, **kwargs: Any) -> QuerySet[Any]:
        with known_lookups():
            rows: QuerySet[Any] = super().get_queryset(request, *args, **kwargs)
        return rows

    def get_results(self, request: HttpRequest) -> None:
        with known_lookups():
            super().get_results(request)
        if self.date_hierarchy and self._has_moment_beyond_zones(self.date_hierarchy):
            # SQLite cannot tell the year of such a moment in another time zone.
            self.date_hierarchy = None
        if self.result_count > MOST_FACETED:
            # Facet counts read every row, so for many rows they are shown on request only.
            self.is_facets_optional = True
            self.add_facets = IS_FACETS_VAR in request.GET

    @cached_property
    def chips(self) -> list[Chip]:
        """The filters that are set, each with the address of the list without it."""
        chips = []
        for spec in self.filter_specs:
            names = [name for name in spec.expected_parameters() if name]
            if any(self.params.get(name) for name in names):
                without = self.get_query_string(remove=[*names, "p"])
                chips.append(Chip(spec.title, self._chosen(spec), without))
        return chips

    def _chosen(self, spec: Any) -> str:
        """Return the label of the chosen value of a filter, without its count."""
        has_counts, self.add_facets = self.add_facets, False
        try:
            chosen = (choice["display"] for choice in spec.choices(self) if choice["selected"])
            return str(next(chosen, ""))
        finally:
            self.add_facets = has_counts

    def _has_moment_beyond_zones(self, path: str) -> bool:
        """Return whether a moment that people typed is at the rim of what Python can hold."""
        is_typed = isinstance(get_fields_from_path(self.model, path)[-1], MomentField)
        if not is_typed or str(timezone.get_current_timezone()) == "UTC":
            return False
        beyond = Q(**{f"{path}__lt": FIRST_SHOWN}) | Q(**{f"{path}__gt": LAST_SHOWN})
        return bool(self.queryset.filter(beyond).exists())


class SafeListAdmin(KeyFieldsMixin, TickedRowsMixin):
    """ModelAdmin that answers keys and filter values which no database holds in a sentence."""

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if ERROR_FLAG in request.GET and request.method == "GET":
            text = gettext(
                "This address contains a filter that does not exist, so the whole list is shown."
            )
            messages.warning(request, text)
        return super().changelist_view(request, extra_context)


class ListAdmin(SafeListAdmin):
    """Base of all admins: the list of its records."""

    list_per_page = 50
    # Each filter's counts take a query, and the filters are folded.
    show_facets = admin.ShowFacets.ALLOW
    # The total would have the trash in it.
    show_full_result_count = False
    empty_value_display = "–"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    opts: Any

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return search_rows(queryset, self.get_search_fields(request), search_term), False

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        context = {
            "title": capfirst(str(self.opts.verbose_name_plural)),
            "may_import": self.has_import_permission(request),
        }
        context |= extra_context or {}
        return super().changelist_view(request, context)


def search_rows(rows: QuerySet[Any], paths: Iterable[str], query: str) -> QuerySet[Any]:
    """Return the rows that match every word of the text, ignoring case and accents.

    Uses the queryset's own `search` if it has one. Otherwise folded columns match at the beginning
    of a word, slugs by the word's plain letters, other columns anywhere.
    """
    text = SearchField().clean(query)
    if text and hasattr(rows, "search"):
        results: QuerySet[Any] = rows.search(text)
        return results
    for word in text.split():
        matches = Q()
        for path in paths:
            matches |= _condition(rows.model, path, word)
        rows = rows.filter(matches)
    return rows


def _condition(model: type[models.Model], path: str, word: str) -> Q:
    if path.startswith("="):
        return Q(**{f"{path[1:]}__iexact": word})
    column = get_fields_from_path(model, path)[-1]
    if isinstance(column, FoldedField):
        folded = fold(word)
        return Q(**{f"{path}__contains": f" {folded}"}) if folded else Q()
    if isinstance(column, models.SlugField):
        plain = readable_slug(word)
        return Q(**{f"{path}__contains": plain}) if plain else Q()
    return Q(**{f"{path}__icontains": word})
