"""Bar charts: vertical bars by year on a true time axis, horizontal bars for everything else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

# The highest bar in per cent of the chart; the rest is room for the figure above it.
HIGHEST = 86


class Bar(NamedTuple):
    """A year, its number (None without an intake) and the height of the bar in per cent."""

    year: int
    value: int | None
    height: float


def bars(numbers: Mapping[int, int]) -> list[Bar]:
    """Return a bar for every year from the first to the last; years without a number stay empty."""
    if not numbers:
        return []
    most = max(max(numbers.values()), 1)
    return [
        Bar(year, numbers.get(year), round(HIGHEST * numbers.get(year, 0) / most, 1))
        for year in range(min(numbers), max(numbers) + 1)
    ]


class Row(NamedTuple):
    """A horizontal bar of components/bars.html: a label, its number, and an optional note.

    `whole` is the total of which `value` is the known part: the rest is drawn hollow. `length` and
    `gap` are per cent of the longest bar, and set by `rows`.
    """

    label: str
    value: int
    whole: int | None = None
    url: str = ""
    # The slug of a region; without one the bar is ink.
    region: str = ""
    note: str = ""
    length: float = 0
    gap: float = 0

    @property
    def end(self) -> float:
        return round(self.length + self.gap, 1)


def rows(entries: Iterable[Row]) -> list[Row]:
    """Return the same rows in their order, with their lengths set."""
    entries = list(entries)
    most = max((max(row.value, row.whole or 0) for row in entries), default=0) or 1
    return [
        row._replace(
            length=round(100 * row.value / most, 1),
            gap=round(100 * max(0, (row.whole or 0) - row.value) / most, 1),
        )
        for row in entries
    ]


class Line(NamedTuple):
    """A row of a table of figures; a cell of None is "not known"."""

    head: str
    url: str
    cells: Sequence[int | str | None]


class Table(NamedTuple):
    """The figures behind a chart, for components/figures_table.html."""

    caption: str
    # The first is the head of the column of row heads.
    heads: Sequence[str]
    lines: Sequence[Line]

    @property
    def labelled(self) -> list[tuple[Line, list[tuple[str, int | str | None]]]]:
        """The lines, each cell paired with its column head, which phones show in the cell."""
        return [(line, list(zip(self.heads[1:], line.cells, strict=True))) for line in self.lines]
