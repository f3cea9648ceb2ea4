"""The rows of an uploaded file, and the error of one that cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from django.utils.translation import gettext as _

# A cell of CSV may be as long as Python's csv module reads by default; Excel's are shorter.
LONGEST_CELL = 131_072
MOST_COLUMNS = 200
MOST_SHEETS = 250


class UnreadableFile(Exception):
    """A file is not a table, or costs too much; the text is for staff."""


class UploadedRow(NamedTuple):
    """A row of a file: its number as spreadsheets count, its cells, and the problems of these."""

    number: int
    cells: list[str]
    # Position → a sentence about the cell, which is empty then.
    problems: dict[int, str] = {}


class TableSource(Protocol):
    """Protocol of a file with one or more sheets of rows."""

    sheets: list[str]
    # Whether the rows so far have values that formulas gave.
    has_formulas: bool

    def rows(self, sheet: str) -> Iterator[UploadedRow]:
        """Yield the rows of a sheet, empty ones too. Raises UnreadableFile."""
        ...


class MergedCells:
    """Cells that are merged over several rows: their text counts for each of these rows."""

    def __init__(self) -> None:
        # First row → positions with the last row of each; position → last row and text.
        self._spans: dict[int, list[tuple[int, int]]] = {}
        self._active: dict[int, tuple[int, str]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def add(self, first: int, position: int, last: int) -> None:
        self._count += 1
        if last > first:
            self._spans.setdefault(first, []).append((position, last))

    def fill(self, number: int, cells: dict[int, str]) -> None:
        """Add the texts of merged cells to a row that has other cells."""
        for position, (last, text) in list(self._active.items()):
            if number > last:
                del self._active[position]
            elif cells and position not in cells:
                cells[position] = text
        for position, last in self._spans.get(number, ()):
            if position in cells:
                self._active[position] = (last, cells[position])


def sparse_row(number: int, cells: dict[int, str], problems: dict[int, str]) -> UploadedRow:
    """Return a row from its cells and problems by position. Raises UnreadableFile."""
    filled = [*cells, *problems]
    if filled and max(filled) >= MOST_COLUMNS:
        raise too_many_columns()
    texts = [cells.get(position, "") for position in range(max(filled, default=-1) + 1)]
    return UploadedRow(number, texts, problems)


# -- Sentences ---------------------------------------------------------------------------------


def too_many_sheets() -> UnreadableFile:
    message = _("The workbook has more than %s sheets. Save the one you need by itself.")
    return UnreadableFile(message % MOST_SHEETS)


def no_sheet() -> UnreadableFile:
    return UnreadableFile(_("The workbook has no visible sheet."))


def too_many_columns() -> UnreadableFile:
    return UnreadableFile(_("A table may have %s columns at most.") % MOST_COLUMNS)


def too_long(row: int) -> UnreadableFile:
    message = _("Row %(number)s holds a cell of more than %(most)s letters.")
    return UnreadableFile(message % {"number": row, "most": f"{LONGEST_CELL:,}"})


def error_value(position: int) -> str:
    """Return the problem of a cell whose formula failed."""
    return _("column %s holds an error of the spreadsheet") % column_letter(position)


def formula_without_value(position: int) -> str:
    """Return the problem of a cell that a program wrote without calculating it."""
    return _("column %s holds a formula; paste its value instead") % column_letter(position)


def column_letter(position: int) -> str:
    """Return the letters of a column as spreadsheets show them: 0 is A, 26 is AA."""
    letters, number = "", position + 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
