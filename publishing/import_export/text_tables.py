"""Read the rows of a text file: comma-separated values, or values with any other separator."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from typing import IO, Any

from django.utils.translation import gettext as _

from publishing.content.csv import undefused
from publishing.import_export.cell_text import normalise
from publishing.import_export.encodings import ENCODINGS, Reading, readings
from publishing.import_export.uploaded_rows import (
    LONGEST_CELL,
    MOST_COLUMNS,
    UnreadableFile,
    UploadedRow,
    column_letter,
    too_long,
    too_many_columns,
)

USUAL_SEPARATORS = (",", ";", "\t")
# The others stand in many texts, so they count only if a usual one does not divide the rows evenly.
SEPARATORS = (*USUAL_SEPARATORS, "|", "^", "~", ":")
EVEN = 0.5
# Lines from which the separator is found.
SAMPLE_LINES = 60
# Letters of a line that are read at once, whatever a row may need.
LONGEST_LINE = 2_000_000


class TextSource:
    """A text file; its encoding and separator are found unless they are given."""

    sheets: list[str] = []
    has_formulas = False

    def __init__(self, file: IO[bytes], encoding: str = "", separator: str = "") -> None:
        self.file = file
        self.readings: list[Reading] = readings(file)
        self.encoding = encoding if encoding in ENCODINGS else self.readings[0].encoding
        self.has_declaration = False
        is_sign = len(separator) == 1 and separator not in '\r\n"\0'
        self.separator = separator if is_sign else self._find_separator()

    @property
    def label(self) -> str:
        """Return the name of the encoding for people."""
        return str(ENCODINGS[self.encoding].label)

    @property
    def is_certain(self) -> bool:
        return len(self.readings) == 1

    def rows(self, sheet: str = "") -> Iterator[UploadedRow]:
        """Yield the rows. Raises UnreadableFile."""
        quoting = csv.QUOTE_MINIMAL
        if self.separator == "\t" and not self._has_whole_quotes():
            # Dumps of databases have quotation marks that are letters.
            quoting = csv.QUOTE_NONE
        with self._text() as text:
            lines = _lines(text)
            if self.has_declaration:
                next(lines)
            for number, cells in self._parsed(lines, quoting):
                yield _row(number, cells)

    def _parsed(self, lines: Iterator[str], quoting: Any) -> Iterator[tuple[int, list[str]]]:
        reader = csv.reader(lines, delimiter=self.separator, quoting=quoting, strict=True)
        number = 0
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                if "limit" in str(error):
                    raise too_long(number) from error
                message = _(
                    "Row %(number)s cannot be read: a quotation mark is missing or stands alone."
                )
                raise UnreadableFile(message % {"number": number}) from error
            yield number, cells

    def _has_whole_quotes(self) -> bool:
        with self._text() as text:
            try:
                for _row in csv.reader(_lines(text), delimiter="\t", strict=True):
                    pass
            except csv.Error:
                return False
        return True

    def _find_separator(self) -> str:
        """Return the separator that gives most rows one number of cells, and many of them."""
        with self._text() as text:
            head = list(islice(_lines(text), SAMPLE_LINES))
        if head and head[0].casefold().startswith("sep=") and len(head[0].strip("\r\n")) == 5:
            # A line that Excel writes and reads to declare the separator.
            self.has_declaration = True
            return head[0][4]
        usual = max(USUAL_SEPARATORS, key=lambda sign: _evenness(head, sign))
        if _evenness(head, usual)[0] >= EVEN:
            return usual
        return max(SEPARATORS, key=lambda sign: _evenness(head, sign))

    @contextmanager
    def _text(self) -> Iterator[io.TextIOWrapper]:
        self.file.seek(0)
        encoding = "utf-8-sig" if self.encoding == "utf-8" else self.encoding
        text = io.TextIOWrapper(self.file, encoding, errors="replace", newline="")
        try:
            yield text
        finally:
            # Otherwise the file would be closed with the wrapper; it may be closed already.
            with suppress(ValueError):
                text.detach()


def _lines(text: io.TextIOWrapper) -> Iterator[str]:
    number = 0
    while line := text.readline(LONGEST_LINE):
        number += 1
        if "\0" in line:
            raise UnreadableFile(_("This is neither a CSV file nor an Excel workbook (.xlsx)."))
        if len(line) == LONGEST_LINE:
            raise too_long(number)
        yield line


def _evenness(lines: list[str], separator: str) -> tuple[float, int]:
    """Return the share of rows that have as many cells as most rows, and that number."""
    widths: Counter[int] = Counter()
    try:
        for cells in csv.reader(lines, delimiter=separator):
            widths[len(cells)] += any(cells)
    except csv.Error:
        # The last row of a sample may be cut.
        pass
    width = max(widths, key=lambda width: (width > 1, widths[width] * (width - 1)), default=1)
    return (widths[width] / max(1, widths.total()) if width > 1 else 0.0), width


def _row(number: int, cells: list[str]) -> UploadedRow:
    if not any(cells):
        return UploadedRow(number, [])
    if len(cells) > MOST_COLUMNS and any(cells[MOST_COLUMNS:]):
        raise too_many_columns()
    cells = [undefused(normalise(cell)) if cell else "" for cell in cells[:MOST_COLUMNS]]
    problems = {
        position: _("column %s holds a letter that cannot be read: choose another encoding")
        % column_letter(position)
        for position, cell in enumerate(cells)
        if "\ufffd" in cell
    }
    return UploadedRow(number, ["" if p in problems else c for p, c in enumerate(cells)], problems)


# The csv module's own limit is the one that staff are told.
csv.field_size_limit(LONGEST_CELL)
