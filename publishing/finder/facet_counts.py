"""Facet counts: the number of rows of each value, in one SQL query.

Rows are counted once for each combination of values that occurs; a facet's numbers under any choice
in the others, and the total, are sums of these. There are a few hundred combinations among any
number of rows, so the counts of all public rows are cached until the content changes, and a list
that only facets narrow needs no query for its counts.

A facet of which a row has several values (themes) cannot be one of those dimensions. The database
filters by it, and it is counted in a part of its own.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Set
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, F, TextField, Value
from django.db.models.functions import Cast

Rows = Any
"""A QuerySet with the methods that the filters name, which types cannot express."""

UNKNOWN = "unknown"
"""The facet value of rows in which the fact is not known."""

Values = tuple[str, ...]
Chosen = Mapping[str, Set[str]]
Number = TypeVar("Number", int, Counter[str])


class Dimension(NamedTuple):
    """A value of which each row has one: its path or expression, and the path of its label."""

    value: Any
    title: str


def as_text(expression: Any) -> Cast:
    return Cast(_path(expression), TextField())


class FacetCounts:
    """The counts of a set of rows.

    `single` has the dimensions by the facet's name. `multiple` has for each facet of many values
    querysets with the rows once for each `facet_value`, with `facet_label`; their counts are added.
    Only a `labelled` tally has the labels of the values, which are the same under every filter.
    """

    def __init__(
        self,
        rows: Rows,
        single: Mapping[str, Dimension],
        multiple: Mapping[str, Iterable[Rows]],
        labelled: bool = False,
    ) -> None:
        self.single = list(single)
        self.labels: dict[str, dict[str, str]] = {name: {} for name in (*single, *multiple)}
        # For each combination of single values: its rows, and those of each value of `multiple`.
        self.combinations: Counter[Values] = Counter()
        self.multiple: dict[str, defaultdict[Values, Counter[str]]] = {
            name: defaultdict(Counter) for name in multiple
        }
        for name, value, label, *columns, number in _count_query(rows, single, multiple, labelled):
            values = columns[: len(self.single)]
            labels = columns[len(self.single) :] or [""] * len(values)
            pairs = zip(self.single, values, labels, strict=True)
            combination = tuple(self._known(*pair) for pair in pairs)
            if name:
                self.multiple[name][combination][self._known(name, value, label)] += number
            else:
                self.combinations[combination] += number

    def _known(self, name: str, value: Any, label: str | None) -> str:
        """Return the value as addresses have it, and store its label."""
        written = UNKNOWN if value is None else str(value).lower()
        self.labels[name].setdefault(written, label or "")
        return written

    @cached_property
    def everything(self) -> dict[str, Counter[str]]:
        """The numbers of every facet when nothing is chosen."""
        return {name: self._count(name, {}) for name in self.labels}

    def count(self, name: str, chosen: Chosen) -> Mapping[str, int]:
        """Return the number of rows of each value of a facet, under the choices in the others."""
        others = {other: values for other, values in chosen.items() if other != name}
        return self._count(name, others) if others else self.everything[name]

    def total(self, chosen: Chosen) -> int:
        """Return the number of rows under all choices."""
        return sum(self._matching(self.combinations, chosen).values())

    def _count(self, name: str, chosen: Chosen) -> Counter[str]:
        numbers: Counter[str] = Counter()
        if name in self.multiple:
            for counts in self._matching(self.multiple[name], chosen).values():
                numbers.update(counts)
            return numbers
        place = self.single.index(name)
        for values, number in self._matching(self.combinations, chosen).items():
            numbers[values[place]] += number
        return numbers

    def _matching(self, counts: Mapping[Values, Number], chosen: Chosen) -> Mapping[Values, Number]:
        """Return the counts of the combinations in which each facet has a chosen value."""
        for place, name in enumerate(self.single):
            if name in chosen:
                counts = {
                    values: number
                    for values, number in counts.items()
                    if values[place] in chosen[name]
                }
        return counts


def _count_query(
    rows: Rows,
    single: Mapping[str, Dimension],
    multiple: Mapping[str, Iterable[Rows]],
    labelled: bool,
) -> Any:
    """Return rows of (facet or "", its value, its label, value of each single one, labels, number).

    The database sorts the columns that it groups by, so they are as short as possible.
    """
    columns: dict[str, Any] = {f"{n}_value": _path(value) for n, (value, _title) in single.items()}
    if labelled:
        columns |= {
            f"{n}_label": _path(title) if title else _EMPTY for n, (_value, title) in single.items()
        }
    parts = [("", rows.annotate(**_NO_FACET))]
    parts += [(name, part) for name, some in multiple.items() for part in some]
    queries: list[Any] = []
    for name, part in parts:
        if not labelled:
            part = part.annotate(facet_label=_EMPTY)
        queries.append(
            part.order_by()
            .annotate(facet_name=Value(name, TextField()), **columns)
            .values_list("facet_name", "facet_value", "facet_label", *columns)
            .annotate(facet_number=Count("pk", distinct=bool(name)))
        )
    first, *others = queries
    return first.union(*others, all=True) if others else first


def _path(expression: Any) -> Any:
    return F(expression) if isinstance(expression, str) else expression


_EMPTY = Value("", TextField())
_NO_FACET = {"facet_value": _EMPTY, "facet_label": _EMPTY}
