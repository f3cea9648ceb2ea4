"""The preview of an import as a table: a row of the file on each line, marked with its changes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import compress
from typing import Any, NamedTuple

from django.db import models
from django.db.models import Count, Q
from django.utils.text import capfirst

from publishing.import_export.columns import TableColumn
from publishing.import_export.corrections import text_condition
from publishing.import_export.headings import HeadingError, heading_labels, match_headings
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.right_values import RightValues
from publishing.import_export.row_reading import empty_content
from publishing.revisions.diff import Difference, SnapshotFormatter
from publishing.revisions.snapshots import differing

# Longer texts are shortened, and can be opened.
LONG_TEXT = 120
# The number of wrong texts of a page that are counted in the whole file.
MOST_COUNTED = 50


class PreviewColumn(NamedTuple):
    """A column of the file that is imported; `column` is None for the key of the records."""

    position: int
    name: str
    label: str
    heading: str
    column: TableColumn | None


class PreviewCell(NamedTuple):
    """A cell: its text, and how the import understands it."""

    column: PreviewColumn
    text: str
    # The text in the file, if the cell was corrected.
    original: str | None
    reading: str
    problem: str
    changes: list[Difference]
    # What a refused text may mean, and the number of refused rows with that text.
    suggestions: list[str]
    twins: int

    @property
    def is_long(self) -> bool:
        return len(self.text) > LONG_TEXT

    @property
    def is_long_change(self) -> bool:
        return sum(len(change.old) + len(change.new) for change in self.changes) > 2 * LONG_TEXT

    @property
    def is_marked(self) -> bool:
        return bool(self.changes or self.reading or self.problem or self.original is not None)


class PreviewRow(NamedTuple):
    """A row of the preview: its cells, and what is said below them."""

    row: BatchRow
    record: str
    cells: list[PreviewCell]
    problems: list[str]
    # The values that follow from the cells, such as an address.
    consequences: list[Difference]
    is_linked: bool


def preview_columns(model: type[models.Model], batch: Batch) -> list[PreviewColumn]:
    """Return the columns of a file that are imported, in its order.

    A file that was uploaded to an earlier version of the portal may have none any more.
    """
    found, headings = [], heading_labels(batch.headings)
    try:
        matched = match_headings(model, batch.headings, batch.options.get("columns"))
    except HeadingError:
        return []
    for position, column in matched.items():
        heading = headings[position]
        if isinstance(column, str):
            label = capfirst(str(model._meta.pk.verbose_name))
            found.append(PreviewColumn(position, column, label, heading, None))
        else:
            label = capfirst(column.label)
            found.append(PreviewColumn(position, column.name, label, heading, column))
    return found


def row_name(model: type[models.Model], row: BatchRow, columns: Iterable[PreviewColumn]) -> str:
    """Return the name of a row's record; for a refused row, the name in its cells."""
    source = getattr(model, "slug_source", "name")
    positions = (column.position for column in columns if column.name == source)
    return row.label or next((row.cells[p][:200] for p in positions if row.cells), "")


class PreviewTable:
    """Some rows of an import, with the columns that have something to show."""

    def __init__(
        self,
        model: type[models.Model],
        batch: Batch,
        rows: Iterable[BatchRow],
        right_values: RightValues | None,
        all_columns: bool = False,
    ) -> None:
        """Without `right_values` no corrections are offered."""
        self.model, self.batch, self.right_values = model, batch, right_values
        self.shows_all = all_columns
        rows = list(rows)
        self.all_columns = preview_columns(model, batch)
        self.names = {column.name for column in self.all_columns}
        contents = [content for row in rows for content in (row.base, row.content) if content]
        self.formatter = SnapshotFormatter(model, contents)
        self.initial = empty_content(model)
        self.twins = self._count_twins(rows) if right_values else {}
        self.rows = [self._row(row) for row in rows]
        shown = [all_columns or self._is_shown(place) for place in range(len(self.all_columns))]
        self.columns = list(compress(self.all_columns, shown))
        self.folded = len(self.all_columns) - len(self.columns)
        self.rows = [row._replace(cells=list(compress(row.cells, shown))) for row in self.rows]

    @property
    def width(self) -> int:
        """The number of columns, with those of the row's number and record."""
        return len(self.columns) + 2

    def _is_shown(self, place: int) -> bool:
        """Return whether a column has something to show that does not stand there already."""
        for row in self.rows:
            cell = row.cells[place]
            is_told = row.row.outcome in (RowOutcome.UNCHANGED, RowOutcome.CHANGED)
            if cell.is_marked or (cell.text not in ("", row.record) and not is_told):
                return True
        return False

    def _row(self, row: BatchRow) -> PreviewRow:
        changes = self._changes(row)
        is_refused = row.outcome == RowOutcome.REFUSED
        problems = row.problems if is_refused else {}
        other = [text for name, text in problems.items() if name not in self.names]
        if is_refused and not problems and row.reason:
            other = [row.reason]
        cells = [self._cell(row, column, problems, changes) for column in self.all_columns]
        told = {cell.column.name for cell in cells if row.base or cell.text}
        if not row.base:
            # The page says above the table when new records become public; an address is made for
            # each of them.
            told |= {"published_at"} | (set() if self.shows_all else {"slug"})
        consequences = [
            change for name, found in changes.items() if name not in told for change in found
        ]
        is_there = row.object_pk and (row.outcome != RowOutcome.NEW or self.batch.imported_at)
        name = row_name(self.model, row, self.all_columns)
        return PreviewRow(row, name, cells, other, consequences, bool(is_there and name))

    def _cell(
        self,
        row: BatchRow,
        column: PreviewColumn,
        problems: dict[str, str],
        changes: dict[str, list[Difference]],
    ) -> PreviewCell:
        text = row.cells[column.position] if row.cells else ""
        problem = problems.get(column.name, "")
        suggestions = []
        if problem and self.right_values:
            suggestions = self.right_values.suggested(column.column, text)
        return PreviewCell(
            column,
            text,
            row.originals.get(str(column.position)),
            _reading(row, column),
            problem,
            changes.get(column.name, []) if row.base else [],
            suggestions,
            self.twins.get((column.position, text), 0) if problem and text else 0,
        )

    def _changes(self, row: BatchRow) -> dict[str, list[Difference]]:
        """Return the changes of a row by column; of a new record, since its empty form."""
        changes: dict[str, list[Difference]] = defaultdict(list)
        if row.content is not None:
            old, new = row.base or self.initial, row.content
            for path in differing(old, new):
                changes[path[1]].append(self.formatter.difference(path, old, new))
        return changes

    def _count_twins(self, rows: list[BatchRow]) -> dict[tuple[int, str], int]:
        """Return the number of refused rows with each of the wrong texts of these rows."""
        wrong = {
            (column.position, row.cells[column.position])
            for row in rows
            if row.outcome == RowOutcome.REFUSED and row.cells
            for column in self.all_columns
            if column.name in row.problems and len(row.cells[column.position]) <= LONG_TEXT
        }
        keys = dict(enumerate(sorted(wrong)[:MOST_COUNTED]))
        counts: Any = self.batch.rows.filter(outcome=RowOutcome.REFUSED).aggregate(
            **{f"n{n}": Count("pk", filter=Q(text_condition(*key))) for n, key in keys.items()}
        )
        return {key: counts[f"n{n}"] for n, key in keys.items()}


def _reading(row: BatchRow, column: PreviewColumn) -> str:
    """Return the reading of a cell; the digits of a large number, which no year is, in groups."""
    reading = row.readings.get(column.name, "")
    is_number = isinstance(getattr(column.column, "field", None), models.IntegerField)
    is_large = is_number and reading.isdecimal() and len(reading) > 4
    return f"{int(reading):,}" if is_large else reading
