"""Read and write CSV (RFC 4180), for visitors and for staff, that no spreadsheet runs as a formula.

A spreadsheet runs a text that begins like a formula (OWASP, "CSV injection"), so an apostrophe
goes before it and is taken off when the file is read again. Numbers are never formulas.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from publishing.content.text import holdable

# With it Excel reads the file as UTF-8.
BYTE_ORDER_MARK = "\ufeff"
# The full-width signs are formulas in East Asian editions of spreadsheets.
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")


class InvalidCSV(Exception):
    """A row that breaks the rules of CSV: its number among the rows, and its line in the file."""

    def __init__(self, row: int, line: int, reason: str) -> None:
        super().__init__(reason)
        self.row, self.line, self.reason = row, line, reason


class NumberedRow(NamedTuple):
    """The cells of a row, its number among the rows, and the line of the file it starts in."""

    row: int
    line: int
    cells: list[str]


def defused(text: str) -> str:
    """Return the text with an apostrophe before what a spreadsheet would run.

    >>> defused("=1+1"), defused("'=1+1"), defused("'tis")
    ("'=1+1", "''=1+1", "'tis")
    """
    return f"'{text}" if FORMULA.match(text) else text


def undefused(text: str) -> str:
    """Return the text that `defused` was given.

    >>> undefused("'=1+1"), undefused("''=1+1"), undefused("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


def read_csv(text: str, separator: str = ",") -> Iterator[NumberedRow]:
    """Yield the rows of a CSV text, empty ones included. Raises InvalidCSV."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    row, line = 0, 1
    while True:
        row += 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise InvalidCSV(row, line, str(error)) from error
        yield NumberedRow(row, line, cells)
        # A row with line breaks in its cells has several lines.
        line = reader.line_num + 1


def stream_csv(rows: Iterable[Iterable[Any]]) -> Iterator[str]:
    """Yield a CSV piece by piece; texts are defused, numbers stay numbers."""
    writer = csv.writer(_Echo())
    yield BYTE_ORDER_MARK
    for row in rows:
        yield writer.writerow([_cell(value) for value in row])


def _cell(value: Any) -> Any:
    return defused(holdable(value)) if isinstance(value, str) else value


class _Echo:
    """A file that returns what is written to it, which lets csv.writer stream."""

    def write(self, text: str) -> str:
        return text
