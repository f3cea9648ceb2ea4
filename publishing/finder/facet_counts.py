"""How many rows have which values: what the facets of a finder count, in one statement.

Rows are counted once for each combination of values that occurs, and everything else is addition:
a facet's numbers under any choice in the others, and the number of rows found. There are a few
hundred combinations among any number of rows, so a tally of all public rows is kept for each
version of the content, and a list that only facets narrow asks the database for no number at all.

A facet of which a row has several values (themes) cannot be one of those dimensions. Its rows are
narrowed in the database, and it is counted in a part of its own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence, Set
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, TextField, Value
from django.db.models.functions import Cast

if TYPE_CHECKING:
    from publishing.finder.filters import FacetFilter, Rows

UNKNOWN = "unknown"
"""The value of a facet that stands for rows in which the fact is not known."""

Values = tuple[str, ...]
Chosen = Mapping[str, Set[str]]


def as_text(expression: Any) -> Cast:
    return Cast(_path(expression), TextField())


class Tally:
    """Counts of the rows of a finder.

    `facets` by name; `rows` has for "" and for each facet of many values the rows to count.
    Only a `labelled` tally knows the labels of the values, which are the same under every filter.
    """

    def __init__(
        self, facets: Mapping[str, FacetFilter], rows: Mapping[str, Rows], labelled: bool = False
    ) -> None:
        self.single = [name for name, facet in facets.items() if not facet.many]
        self.labels: dict[str, dict[str, str]] = {name: {} for name in facets}
        # The combinations of single values; for each, the rows, and those of each other value.
        self.combinations: Counter[Values] = Counter()
        self.several: dict[str, Counter[tuple[Values, str]]] = {
            name: Counter() for name, facet in facets.items() if facet.many
        }
        for name, value, label, *columns, number in _statement(facets, rows, labelled):
            values = columns[: len(self.single)]
            labels = columns[len(self.single) :] or [""] * len(values)
            pairs = zip(self.single, values, labels, strict=True)
            combination = tuple(self._known(*pair) for pair in pairs)
            if name:
                self.several[name][combination, self._known(name, value, label)] += number
            else:
                self.combinations[combination] += number

    def _known(self, name: str, value: Any, label: str | None) -> str:
        """The value as addresses write it, having kept its label."""
        written = UNKNOWN if value is None else str(value).lower()
        self.labels[name].setdefault(written, label or "")
        return written

    @cached_property
    def everything(self) -> dict[str, Counter[str]]:
        """The numbers of every facet when nothing is chosen."""
        return {name: self._count(name, {}) for name in self.labels}

    def count(self, name: str, chosen: Chosen) -> Mapping[str, int]:
        """How many rows each value of a facet has under what is chosen in the other ones."""
        others = {other: values for other, values in chosen.items() if other != name}
        return self._count(name, others) if others else self.everything[name]

    def total(self, chosen: Chosen) -> int:
        """How many rows there are under everything that is chosen."""
        return sum(n for values, n in self.combinations.items() if self._fits(values, chosen))

    def _count(self, name: str, chosen: Chosen) -> Counter[str]:
        found: Counter[str] = Counter()
        if name in self.several:
            for (values, value), number in self.several[name].items():
                if self._fits(values, chosen):
                    found[value] += number
            return found
        place = self.single.index(name)
        for values, number in self.combinations.items():
            if self._fits(values, chosen):
                found[values[place]] += number
        return found

    def _fits(self, values: Values, chosen: Chosen) -> bool:
        return all(
            values[place] in chosen[name]
            for place, name in enumerate(self.single)
            if name in chosen
        )


def _statement(
    facets: Mapping[str, FacetFilter], rows: Mapping[str, Rows], labelled: bool
) -> Sequence[Any]:
    """Rows of (facet or "", its value, its label, value of each single one, labels, number).

    What rows are grouped by is sorted, so it is as short as it can be.
    """
    single = {name: facet for name, facet in facets.items() if not facet.many}
    columns: dict[str, Any] = {
        f"{name}_value": _path(facet.value) for name, facet in single.items()
    }
    if labelled:
        for name, facet in single.items():
            columns[f"{name}_label"] = _path(facet.title) if facet.title else _NOTHING
    parts = []
    for name, some in rows.items():
        for part in facets[name].parts(some) if name else [some.annotate(**_ALL)]:
            if not labelled:
                part = part.annotate(facet_label=_NOTHING)
            parts.append(
                part.order_by()
                .annotate(facet_name=Value(name, TextField()), **columns)
                .values_list("facet_name", "facet_value", "facet_label", *columns)
                .annotate(facet_number=Count("pk", distinct=bool(name)))
            )
    united: Sequence[Any] = parts[0].union(*parts[1:], all=True) if parts[1:] else parts[0]
    return united


def _path(expression: Any) -> Any:
    return F(expression) if isinstance(expression, str) else expression


_NOTHING = Value("", TextField())
_ALL = {"facet_value": _NOTHING, "facet_label": _NOTHING}
