"""Lists of the admin: search by words, and values of filters that the database refuses."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.options import IS_FACETS_VAR, IncorrectLookupParameters
from django.contrib.admin.utils import get_fields_from_path
from django.contrib.admin.views.main import ERROR_FLAG, ChangeList
from django.db import DataError, models
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext

from publishing.content.fields import FoldedField, fold
from publishing.content.slugs import readable_slug
from publishing.finder.filters import SearchField

COUNTED = 20_000
"""The most rows of a list for which its filters show their counts without being asked."""


class StaffChangeList(ChangeList):
    """A list that takes a value which the database refuses for an unknown one, not for a fault."""

    def get_filters(self, request: HttpRequest) -> Any:
        # Django asks again for the counts of every filter, and with it for their choices.
        if not hasattr(self, "_filters"):
            self._filters = super().get_filters(request)
        return self._filters

    def get_results(self, request: HttpRequest) -> None:
        try:
            super().get_results(request)
        except (ValueError, OverflowError, DataError) as error:
            raise IncorrectLookupParameters from error
        if self.result_count > COUNTED:
            # Each filter's counts walk over every row, so for many rows they are asked for.
            self.is_facets_optional = True
            self.add_facets = IS_FACETS_VAR in request.GET


class ListAdmin(admin.ModelAdmin):
    """The list of records of an admin."""

    list_per_page = 50
    show_facets = admin.ShowFacets.ALWAYS
    empty_value_display = "–"

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.has_add_permission(request) and self.has_change_permission(request)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return search(queryset, self.get_search_fields(request), search_term), False

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[ChangeList]:
        return StaffChangeList

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if ERROR_FLAG in request.GET and request.method == "GET":
            said = gettext("The address held a filter that is not known. Nothing is filtered now.")
            messages.warning(request, said)
        context = {"may_import": self.has_import_permission(request)} | (extra_context or {})
        return super().changelist_view(request, context)


def search(rows: QuerySet[Any], paths: Iterable[str], typed: str) -> QuerySet[Any]:
    """Return the rows in which every word of the text is found, whatever its case and accents.

    A queryset's own `search` is used if it has one. Otherwise folded columns are asked for
    the beginning of a word, addresses for its plain letters, other columns for the text.
    """
    text = SearchField().clean(typed)
    if text and hasattr(rows, "search"):
        found: QuerySet[Any] = rows.search(text)
        return found
    for word in text.split():
        matches = Q()
        for path in paths:
            matches |= _match(rows.model, path, word)
        rows = rows.filter(matches)
    return rows


def _match(model: type[models.Model], path: str, word: str) -> Q:
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
