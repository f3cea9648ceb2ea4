"""The Finder: a FilterSet with facet counts.

Its facets offer the values in use, and count each under every filter but their own.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import Any

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from publishing.caching.content_cache import cached
from publishing.finder.addresses import AddressedFilterSet
from publishing.finder.facet_counts import FacetCounts, Rows
from publishing.finder.facets import Choice, Facet, FacetFilter
from publishing.finder.filters import OneOfFilter


class Finder(AddressedFilterSet):
    """A FilterSet with counted facets.

    Its arguments are the request's QueryDict and the published rows in their default order.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.facet_filters: dict[str, FacetFilter] = {
            name: filter_
            for name, filter_ in self.filters.items()
            if isinstance(filter_, FacetFilter)
        }
        # The numbers when nothing is filtered.
        self.everything: FacetCounts = cached(
            (type(self).__name__, "everything"), lambda: self._count({}, labelled=True)
        )
        for name, facet in self.facet_filters.items():
            facet.offer(self.everything.labels[name])

    def in_words(self, number: int) -> str:
        """Return a number of results with their name: "3 cities"."""
        return ngettext("%(number)s result", "%(number)s results", number) % {"number": number}

    @property
    def nothing_found(self) -> str:
        """The sentence above the ways back from an empty result."""
        return _("No results match all your filters")

    @property
    def found(self) -> str:
        """The number of results, and whether they are all, as a heading."""
        if not self.total:
            return self.nothing_found
        results = self.in_words(self.total)
        if not self.is_narrowed:
            return results
        return ngettext(
            "%(results)s matches your filters", "%(results)s match your filters", self.total
        ) % {"results": results}

    @property
    def described(self) -> str:
        """The number of results with all filters in use, for lists of search results elsewhere."""
        filters = "; ".join(chip["label"] for chip in self.chips)
        return _("%(found)s: %(filters)s.") % {"found": self.found, "filters": filters}

    def _count(self, narrowing: Mapping[str, Any], labelled: bool = False) -> FacetCounts:
        """Count the rows under these filters; a facet of many values without its own filter."""
        single, multiple = {}, {}
        for name, facet in self.facet_filters.items():
            if facet.many:
                others = {n: value for n, value in narrowing.items() if n != name}
                multiple[name] = facet.parts(self.under(others))
            else:
                single[name] = facet.dimension
        return FacetCounts(self.under(narrowing), single, multiple, labelled)

    @cached_property
    def counts(self) -> FacetCounts:
        """The counts under the filters of the database: the search, and facets of many values."""
        narrowing = {
            name: value
            for name, value in self.chosen.items()
            if name not in self.facet_filters or self.facet_filters[name].many
            if not isinstance(self.filters[name], OneOfFilter)
        }
        return self._count(narrowing) if narrowing else self.everything

    @cached_property
    def total(self) -> int:
        """The number of matching rows."""
        return self.counts.total(self.chosen_single)

    @property
    def chosen_single(self) -> dict[str, set[str]]:
        """The chosen values of the facets of which a row has one value."""
        return {
            name: set(self.chosen[name])
            for name, facet in self.facet_filters.items()
            if name in self.chosen and not facet.many
        }

    def under(self, chosen: Mapping[str, Any]) -> Rows:
        """Return the rows under these filters alone."""
        rows = self.queryset.all()
        for name, value in chosen.items():
            rows = self.filters[name].filter(rows, value)
        return rows

    @cached_property
    def offered(self) -> dict[str, list[Choice]]:
        """The values in use of each facet, with their number when nothing is filtered."""
        return cached((type(self).__name__, "offered", get_language()), self._offered)

    def _offered(self) -> dict[str, list[Choice]]:
        everything = self.everything
        return {
            name: facet.choices(everything.everything[name], everything.labels[name])
            for name, facet in self.facet_filters.items()
        }

    @cached_property
    def facets(self) -> list[Facet]:
        """The facets of the page, without those whose values are not in use."""
        facets = []
        for name, filter_ in self.facet_filters.items():
            chosen = {value: self.link_without(name, value) for value in self.chosen.get(name, [])}
            numbers = self.counts.count(name, self.chosen_single)
            if facet := filter_.facet(self.offered[name], numbers, chosen):
                facets.append(facet)
        return facets

    @cached_property
    def chips(self) -> list[dict[str, str]]:
        """The filters in use, each with the address of the page without it."""
        chips = []
        if self.search_text:
            label = _("Search: “%(text)s”") % {"text": self.search_text}
            chips.append({"label": label, "url": self.link(q="")})
        for facet in self.facets:
            for choice in facet.selected:
                label = _("%(facet)s: %(value)s") % {"facet": facet.legend, "value": choice.label}
                chips.append({"label": label, "url": choice.without})
        return chips

    @cached_property
    def ways_back(self) -> list[dict[str, Any]]:
        """For an empty result: each filter to remove, with the number of rows without it.

        A facet's values are removed together, because one of several never empties a result.
        """
        labels = {
            facet.name: ", ".join(choice.label for choice in facet.selected)
            for facet in self.facets
        }
        ways = []
        for name in self.chosen:
            if isinstance(self.filters[name], OneOfFilter):
                continue
            others = {n: value for n, value in self.chosen.items() if n != name}
            number = self.under(others).count()
            ways.append(
                {
                    "label": labels.get(name, self.search_text),
                    "url": self.link(**{name: ""}),
                    "count": number,
                    "results": self.in_words(number),
                }
            )
        fruitful = [way for way in ways if way["count"]]
        return sorted(fruitful, key=lambda way: -way["count"])
