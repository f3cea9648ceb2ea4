"""The address of a search: its canonical form, and links to the same search with changes."""

from functools import cached_property
from typing import Any, NamedTuple

import django_filters
from django.http import QueryDict
from django.utils.translation import gettext as _

from publishing.finder.facets import FacetFilter
from publishing.finder.filters import LONGEST_SEARCH, OneOfFilter, SortFilter

# Parameters that other sites and mailings add to links to track people; the portal drops them.
TRACKING = ("utm_", "fbclid", "gclid")


MOST_CORRECTED = 5
"""The number of unknown values for which a nearest one is looked up."""


class NoticeLink(NamedTuple):
    label: str
    url: str


class Notice(str):
    """A sentence about a part of the address, and links to what it may have meant."""

    links: tuple[NoticeLink, ...] = ()


class AddressedFilterSet(django_filters.FilterSet):
    """A FilterSet that reads and writes the address of a search.

    An unknown value or parameter becomes a notice on the page, never an error.
    """

    # Parameters of the page that are not filters.
    page_parameters: frozenset[str] = frozenset({"page"})

    @cached_property
    def chosen(self) -> dict[str, Any]:
        """The values of the filters in use, without unknown ones."""
        # The finder's fields never fail, so the form is always valid.
        self.form.is_valid()
        return {name: value for name, value in self.form.cleaned_data.items() if value}

    @property
    def search_text(self) -> str:
        return str(self.chosen.get("q", ""))

    @property
    def is_narrowed(self) -> bool:
        return any(not isinstance(self.filters[name], OneOfFilter) for name in self.chosen)

    @cached_property
    def notices(self) -> list[str]:
        """A sentence for each part of the address that was not understood."""
        self.form.is_valid()
        notices: list[str] = []
        for name, field in self.form.fields.items():
            for number, value in enumerate(getattr(field, "unknown", [])):
                notices.append(self._unknown(name, value, is_corrected=number < MOST_CORRECTED))
            if getattr(field, "was_cut", False):
                notices.append(
                    _("The search text is very long. Only “%(text)s” was looked for.")
                    % {"text": self.search_text}
                )
        for name in self.data or {}:
            if name not in self.filters and name not in self.page_parameters:
                notices.append(
                    _("This page has no filter “%(name)s”. It was left out of the search.")
                    % {"name": name[:LONGEST_SEARCH]}
                )
        return notices

    def _unknown(self, name: str, value: str, is_corrected: bool) -> Notice:
        """Return the notice about a value that is not offered, with the values it may mean."""
        filter_ = self.filters[name]
        values = {"filter": filter_.label, "value": value[:LONGEST_SEARCH]}
        names = getattr(filter_, "names", None) if is_corrected else None
        named = names.named(value) if names else []
        nearest = names.nearest(value) if names and not named else None
        if len(named) > 1:
            values["names"] = _(" or ").join(choice.label for choice in named)
            text = _("%(filter)s “%(value)s” can mean %(names)s. It was left out of the search.")
        elif named:
            values["name"] = named[0].label
            text = _("Nothing is listed for “%(name)s”. It was left out of the search.")
        else:
            text = _("%(filter)s “%(value)s” is not one we know. It was left out of the search.")
        notice = Notice(text % values)
        label = _("Did you mean %(name)s?") if nearest else _("Show %(name)s")
        notice.links = tuple(
            NoticeLink(label % {"name": choice.label}, self._link_with(name, choice.value))
            for choice in (*named, *filter(None, [nearest]))
            if choice.value in filter_.extra["offered"]
        )
        return notice

    def _link_with(self, name: str, value: str) -> str:
        """Return the query string of this search with one more value of a filter."""
        return self.link(**{name: [*self.chosen.get(name, []), value]})

    def link(self, **changes: Any) -> str:
        """Return the query string of this search with changed parameters; "" removes one.

        The result begins with "?" and has no page number: a changed search starts at its first
        page.
        """
        query = QueryDict(mutable=True)
        for name in self.filters:
            if value := changes.get(name, self.chosen.get(name)):
                query.setlist(name, value if isinstance(value, list) else [value])
        return "?" + query.urlencode()

    def link_without(self, name: str, value: str) -> str:
        """Return the query string of this search without one of a facet's values."""
        return self.link(**{name: [other for other in self.chosen.get(name, []) if other != value]})

    @property
    def cleared(self) -> str:
        """The address of the same view and order without filters."""
        return self.cleared_link()

    def cleared_link(self, **changes: Any) -> str:
        """Return the address of the same view and order, with no other filters than `changes`."""
        narrowing = [n for n, f in self.filters.items() if not isinstance(f, OneOfFilter)]
        return self.link(**dict.fromkeys(narrowing, "") | changes)

    @property
    def rows_query(self) -> str:
        """The query string of the same rows in the same order, for downloads; "" for all rows."""
        views = [
            n
            for n, f in self.filters.items()
            if isinstance(f, OneOfFilter) and not isinstance(f, SortFilter)
        ]
        query = self.link(**dict.fromkeys(views, ""))
        return "" if query == "?" else query

    @property
    def hidden_fields(self) -> list[tuple[str, str]]:
        """View and order, which the filter form has as hidden fields."""
        return [(n, v) for n, v in self.chosen.items() if isinstance(self.filters[n], OneOfFilter)]

    def options(self, name: str) -> list[dict[str, Any]]:
        """Return the values of a OneOfFilter as links: value, label, url, and `current`."""
        filter_ = self.filters[name]
        current = self.chosen.get(name) or filter_.default
        labels = filter_.labels
        # A search has an order of its own: the best match first.
        if isinstance(filter_, SortFilter) and self.search_text:
            labels = {**labels, filter_.default: _("best match")}
        return [
            {
                "value": value,
                "label": label,
                "url": self.link(**{name: "" if value == filter_.default else value}),
                "current": value == current,
            }
            for value, label in labels.items()
        ]

    @classmethod
    def canonical(cls, data: QueryDict) -> QueryDict:
        """Return the same search in its canonical form: no tracking, blanks, repeats or defaults.

        Unknown parameters remain, because the page has to mention them.
        """
        query = QueryDict(mutable=True)
        names = [name for name in cls.base_filters if name in data]
        names += [name for name in data if name not in cls.base_filters]
        for name in names:
            if not name.lower().startswith(TRACKING) and (
                values := cls._canonical_values(name, data.getlist(name))
            ):
                query.setlist(name, values)
        return query

    @classmethod
    def _canonical_values(cls, name: str, raw_values: list[str]) -> list[str]:
        filter_ = cls.base_filters.get(name)
        values = [value.strip() for value in raw_values]
        if isinstance(filter_, FacetFilter):
            values = [read for value in values for read in filter_.read(value)]
        if isinstance(filter_, (FacetFilter, OneOfFilter)):
            values = [value.lower() if value.isascii() else value for value in values]
        if filter_ is not None and not isinstance(filter_, FacetFilter):
            values = values[-1:]
        unwanted = {"", "1"} if name == "page" else {""}
        if isinstance(filter_, OneOfFilter):
            unwanted.add(filter_.default)
        return [value for value in dict.fromkeys(values) if value not in unwanted]
