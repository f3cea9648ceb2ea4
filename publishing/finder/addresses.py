"""The address of a search: its canonical form, and links to the same search with changes."""

from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urlencode

import django_filters
from django.http import QueryDict
from django.utils.translation import gettext as _

from publishing.content.tracking import is_tracking
from publishing.finder.facets import FacetFilter
from publishing.finder.filters import LONGEST_SEARCH, REVERSE, OneOfFilter, SortFilter

MOST_CORRECTED = 5
"""The number of unknown values for which a nearest one is looked up."""


class NoticeLink(NamedTuple):
    label: str
    url: str


class Notice(str):
    """A sentence about a part of the address, and links to what it may have meant."""

    links: tuple[NoticeLink, ...] = ()


def in_a_sentence(label: Any) -> str:
    """Return a label as a sentence has it inside: “country”, but “UNESCO Learning City Award”."""
    text = str(label)
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


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
                    _("Your search is too long, so we looked for “%(text)s” only.")
                    % {"text": self.search_text}
                )
        for name in self.data or {}:
            if name not in self.filters and name not in self.page_parameters:
                notices.append(
                    _("This page has no filter “%(name)s”, so we ignored it.")
                    % {"name": name[:LONGEST_SEARCH]}
                )
        return notices

    def _unknown(self, name: str, value: str, is_corrected: bool) -> Notice:
        """Return the notice about a value that is not offered, with the values it may mean."""
        filter_ = self.filters[name]
        values = {"filter": in_a_sentence(filter_.label), "value": value[:LONGEST_SEARCH]}
        names = getattr(filter_, "names", None) if is_corrected else None
        named = names.named(value) if names else []
        nearest = names.nearest(value) if names and not named else None
        if len(named) > 1:
            values["names"] = _(" or ").join(choice.label for choice in named)
            text = _("“%(value)s” can mean %(names)s, so we ignored that %(filter)s.")
        elif named:
            values["name"] = named[0].label
            text = _("We list nothing for “%(name)s”, so we ignored that %(filter)s.")
        else:
            text = _("We do not recognise the %(filter)s “%(value)s”, so we ignored that filter.")
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
        query = {
            name: value
            for name in self.filters
            if (value := changes.get(name, self.chosen.get(name)))
        }
        return "?" + urlencode(query, doseq=True)

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
        return [
            {
                "value": value,
                "label": label,
                "url": self.link(**{name: "" if value == filter_.default else value}),
                "current": value == current,
            }
            for value, label in labels.items()
        ]

    def orders(self) -> list[dict[str, Any]]:
        """Return the orders of the results as links; the current one as it is now.

        Each has `direction` in words and `is_falling`. The current one has `opposite`, the link to
        the same order turned round. A search has no direction until another order is chosen.
        """
        filter_ = self.filters["sort"]
        chosen = self.chosen.get("sort") or filter_.default
        orders = []
        for value in filter_.orders:
            if value.startswith(REVERSE):
                continue
            opposite = filter_.opposite(value)
            is_current = chosen in (value, opposite)
            is_best_match = value == filter_.default == chosen and self.search_text
            order = filter_.orders[chosen if is_current else value]
            orders.append(
                {
                    "value": value,
                    "label": _("best match") if is_best_match else order.label,
                    "direction": "" if is_best_match else order.direction,
                    "is_falling": order.is_falling,
                    "current": is_current,
                    "url": self._link_to_order(value),
                    "opposite": self._opposite_order(chosen) if is_current else None,
                }
            )
        return orders

    def _link_to_order(self, value: str) -> str:
        return self.link(sort="" if value == self.filters["sort"].default else value)

    def _opposite_order(self, chosen: str) -> dict[str, Any] | None:
        filter_ = self.filters["sort"]
        if not (opposite := filter_.opposite(chosen)):
            return None
        direction = filter_.orders[opposite].direction
        return {"url": self._link_to_order(opposite), "direction": direction}

    @classmethod
    def canonical(cls, data: QueryDict) -> QueryDict:
        """Return the same search in its canonical form: no tracking, blanks, repeats or defaults.

        Unknown parameters remain, because the page has to mention them.
        """
        query = QueryDict(mutable=True)
        names = [name for name in cls.base_filters if name in data]
        names += [name for name in data if name not in cls.base_filters]
        for name in names:
            if not is_tracking(name) and (
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
