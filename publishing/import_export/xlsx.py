"""Read the sheets of an Excel workbook (ECMA-376) as a stream.

openpyxl walks all empty rows, and loads all texts, before a limit can be checked. Only its
knowledge of the formats and serial numbers of dates is used.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property, lru_cache
from typing import Any

from publishing.content.csv import undefused
from publishing.import_export.cell_text import normalise, to_text
from publishing.import_export.uploaded_rows import (
    LONGEST_CELL,
    MergedCells,
    UploadedRow,
    error_value,
    formula_without_value,
    no_sheet,
    sparse_row,
    too_long,
)
from publishing.import_export.xlsx_parts import (
    Book,
    Relations,
    SharedTexts,
    Styles,
    Texts,
    number_of,
)
from publishing.import_export.xml_stream import CHUNK, Handler, WorkbookXML, broken, damage_refused

MOST_MERGED = 20_000
# The columns of a sheet, XFD being the last.
LAST_COLUMN = 16_384
_MERGED = re.compile(rb'mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


class XlsxSource:
    """An Excel workbook; its visible sheets are read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.xml = WorkbookXML(archive)
        book, relations = Book(), Relations()
        self.xml.parse("xl/workbook.xml", book)
        self._parse_if_there("xl/_rels/workbook.xml.rels", relations)
        self.is_1904, self.has_formulas = book.is_1904, False
        self.parts = {
            name: posixpath.normpath(posixpath.join("/xl", relations.targets[key])).lstrip("/")
            for name, key in book.sheets.items()
            if key in relations.targets and "worksheet" in relations.kinds[key]
        }
        if not book.sheets:
            raise broken() if not book.has_hidden else no_sheet()
        self.sheets = list(self.parts)
        if not self.sheets:
            raise no_sheet()

    def rows(self, sheet: str) -> Iterator[UploadedRow]:
        """Yield the rows of a sheet. Raises UnreadableFile."""
        handler = _Sheet(self._styles, self._shared.texts, self.is_1904)
        merged = self._merged(self.parts[sheet])
        for _chunk in self.xml.stream(self.parts[sheet], handler):
            for number, cells, problems in handler.rows:
                merged.fill(number, cells)
                yield sparse_row(number, cells, problems)
            handler.rows.clear()
            self.has_formulas = self.has_formulas or handler.has_values_of_formulas

    @cached_property
    def _styles(self) -> Styles:
        styles = Styles()
        self._parse_if_there("xl/styles.xml", styles)
        return styles

    @cached_property
    def _shared(self) -> SharedTexts:
        shared = SharedTexts()
        self._parse_if_there("xl/sharedStrings.xml", shared)
        return shared

    def _parse_if_there(self, name: str, handler: Handler) -> None:
        if self.xml.has(name):
            self.xml.parse(name, handler)

    def _merged(self, part: str) -> MergedCells:
        """Return the cells that are merged over rows; a sheet lists them after all its rows."""
        merged, before = MergedCells(), b""
        if not self.xml.has(part):
            raise broken()
        with damage_refused(), self.xml.archive.open(self.xml.names[part.casefold()]) as file:
            while chunk := file.read(CHUNK):
                if b"mergeCell" in chunk or b"mergeCell" in before:
                    for found in _MERGED.finditer(before + chunk):
                        first, last = int(found[2]), int(found[4])
                        merged.add(first, _column_position(found[1].decode()), last)
                before = chunk[-200:]
                if len(merged) >= MOST_MERGED:
                    break
        return merged


class _Sheet(Texts):
    """The rows of a sheet: (number, texts by position, problems by position)."""

    def __init__(self, styles: Styles, shared: list[str], is_1904: bool) -> None:
        super().__init__()
        self.styles, self.shared, self.is_1904 = styles, shared, is_1904
        self.rows: list[tuple[int, dict[int, str], dict[int, str]]] = []
        self.number, self.position, self.length = 0, -1, 0
        self.cells: dict[int, str] = {}
        self.problems: dict[int, str] = {}
        self.kind = self.style = ""
        self.pieces: list[str] = []
        self.has_formula = self.has_values_of_formulas = False
        self.starts |= {
            "c": self._start_cell,
            "row": self._start_row,
            "f": self._start_formula,
            "v": self._start_text,
        }
        self.ends |= {"c": self._end_cell, "row": self._end_row, "v": self._end_text}

    def _start_row(self, attributes: dict[str, str]) -> None:
        self.number = number_of(attributes.get("r", "")) or self.number + 1
        self.position, self.cells, self.problems = -1, {}, {}

    def _end_row(self) -> None:
        self.rows.append((self.number, self.cells, self.problems))

    def _start_cell(self, attributes: dict[str, str]) -> None:
        place = attributes.get("r", "")
        self.position = _position(place) if place else self.position + 1
        self.kind, self.style = attributes.get("t", "n"), attributes.get("s", "")
        self.pieces, self.length, self.has_formula = [], 0, False

    def _start_formula(self, _attributes: dict[str, str]) -> None:
        self.has_formula = True

    def text(self, text: str) -> None:
        self.length += len(text)
        if self.length > LONGEST_CELL:
            raise too_long(self.number)
        self.pieces.append(text)

    def _end_cell(self) -> None:
        if self.pieces or self.has_formula:
            self._keep("".join(self.pieces))

    def _keep(self, raw: str) -> None:
        if self.kind == "e":
            self.problems[self.position] = error_value(self.position)
        elif self.has_formula and not raw and self.kind != "str":
            self.problems[self.position] = formula_without_value(self.position)
        elif text := self._value(raw):
            self.cells[self.position] = text
            self.has_values_of_formulas |= self.has_formula

    def _value(self, raw: str) -> str:
        match self.kind:
            case "s":
                return self.shared[int(raw)]
            case "b":
                return to_text(raw.strip() == "1")
            case "d":
                return to_text(_moment(raw))
            case "n":
                return self._number_text(raw)
        return undefused(normalise(raw))

    def _number_text(self, raw: str) -> str:
        is_date = self._is_date(number_of(self.style))
        if not is_date and raw.lstrip("-").isdecimal():
            return raw
        try:
            value: Any = float(raw)
        except ValueError:
            return raw
        if is_date:
            from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel

            epoch = CALENDAR_MAC_1904 if self.is_1904 else CALENDAR_WINDOWS_1900
            try:
                value = from_excel(value, epoch)
            except (OverflowError, ValueError):
                return raw
        return to_text(value)

    def _is_date(self, style: int) -> bool:
        return style < len(self.styles.are_dates) and self.styles.are_dates[style]


def _moment(raw: str) -> Any:
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return raw


def _position(place: str) -> int:
    """Return the position of the column in a cell's address: 0 for "A7". Raises UnreadableFile."""
    return _column_position(place.rstrip("0123456789"))


@lru_cache(maxsize=1024)
def _column_position(letters: str) -> int:
    number = 0
    for letter in letters if re.fullmatch("[A-Z]{1,3}", letters) else "":
        number = number * 26 + ord(letter) - ord("A") + 1
    if not 1 <= number <= LAST_COLUMN:
        raise broken()
    return number - 1
