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

from django.utils.translation import gettext as _

from publishing.content.csv import undefused
from publishing.import_export.cell_text import normalise, to_text
from publishing.import_export.uploaded_rows import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MergedCells,
    UnreadableFile,
    UploadedRow,
    column_letter,
    too_long,
    too_many_columns,
)
from publishing.import_export.xml_stream import (
    CHUNK,
    Handler,
    WorkbookXML,
    attribute,
    broken,
    damage_refused,
    too_large,
)

MOST_SHEETS = 250
MOST_MERGED = 20_000
# Excel has no more.
MOST_STYLES = 65_490
# The columns of a sheet, XFD being the last.
LAST_COLUMN = 16_384
# Letters of all texts that cells share.
MOST_SHARED_TEXT = 30_000_000
_MERGED = re.compile(rb'mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')


class XlsxSource:
    """An Excel workbook; its visible sheets are read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.xml = WorkbookXML(archive)
        book, relations = _Book(), _Relations()
        self.xml.parse("xl/workbook.xml", book)
        if self.xml.has("xl/_rels/workbook.xml.rels"):
            self.xml.parse("xl/_rels/workbook.xml.rels", relations)
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
                yield _row(number, cells, problems)
            handler.rows.clear()
            self.has_formulas = self.has_formulas or handler.has_values_of_formulas

    @cached_property
    def _styles(self) -> _Styles:
        styles = _Styles()
        if self.xml.has("xl/styles.xml"):
            self.xml.parse("xl/styles.xml", styles)
        return styles

    @cached_property
    def _shared(self) -> _SharedTexts:
        shared = _SharedTexts()
        if self.xml.has("xl/sharedStrings.xml"):
            self.xml.parse("xl/sharedStrings.xml", shared)
        return shared

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


def too_many_sheets() -> UnreadableFile:
    message = _("The workbook has more than %s sheets. Save the one you need by itself.")
    return UnreadableFile(message % MOST_SHEETS)


def no_sheet() -> UnreadableFile:
    return UnreadableFile(_("The workbook has no visible sheet."))


class _Book(Handler):
    """The names of the visible sheets, and the keys of their parts."""

    def __init__(self) -> None:
        self.sheets: dict[str, str] = {}
        self.is_1904 = self.has_hidden = False
        self.starts = {"workbookPr": self._start_properties, "sheet": self._start_sheet}
        self.ends = {}

    def _start_properties(self, attributes: dict[str, str]) -> None:
        self.is_1904 = attribute(attributes, "date1904") in ("1", "true")

    def _start_sheet(self, attributes: dict[str, str]) -> None:
        if attribute(attributes, "state") in ("", "visible"):
            self.sheets[attribute(attributes, "name")] = attribute(attributes, "id")
        else:
            self.has_hidden = True
        if len(self.sheets) > MOST_SHEETS:
            raise too_many_sheets()


class _Relations(Handler):
    """The targets and kinds of the parts of a workbook, by their keys."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.starts, self.ends = {"Relationship": self._start_relation}, {}

    def _start_relation(self, attributes: dict[str, str]) -> None:
        key = attribute(attributes, "Id")
        self.targets[key] = attribute(attributes, "Target")
        self.kinds[key] = attribute(attributes, "Type")


class _Styles(Handler):
    """The styles of cells, and whether each shows numbers as dates."""

    def __init__(self) -> None:
        self.formats: dict[str, str] = {}
        self.are_dates: list[bool] = []
        self._is_cell_style = False
        self.starts = {
            "numFmt": self._start_format,
            "cellXfs": self._start_cell_styles,
            "xf": self._start_style,
        }
        self.ends = {"cellXfs": self._end_cell_styles}

    def _start_format(self, attributes: dict[str, str]) -> None:
        self.formats[attribute(attributes, "numFmtId")] = attribute(attributes, "formatCode")

    def _start_cell_styles(self, attributes: dict[str, str]) -> None:
        self._is_cell_style = True

    def _end_cell_styles(self) -> None:
        self._is_cell_style = False

    def _start_style(self, attributes: dict[str, str]) -> None:
        if self._is_cell_style:
            self.are_dates.append(self._is_date(attribute(attributes, "numFmtId")))
        if len(self.are_dates) > MOST_STYLES:
            raise too_large()

    def _is_date(self, key: str) -> bool:
        # Imported with the first workbook, so that other processes do not hold it in memory.
        from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format

        return bool(is_date_format(self.formats.get(key) or BUILTIN_FORMATS.get(_number(key))))


class _Texts(Handler):
    """Base of what reads texts; how they are pronounced is left out."""

    def __init__(self) -> None:
        self._is_phonetic = False
        self.starts = {"t": self._start_text, "rPh": self._start_phonetic}
        self.ends = {"t": self._end_text, "rPh": self._end_phonetic}

    def _start_text(self, _attributes: dict[str, str]) -> None:
        if not self._is_phonetic:
            self.collect(True)

    def _end_text(self) -> None:
        self.collect(False)

    def _start_phonetic(self, _attributes: dict[str, str]) -> None:
        self._is_phonetic = True

    def _end_phonetic(self) -> None:
        self._is_phonetic = False


class _SharedTexts(_Texts):
    """The texts that cells refer to by their number."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._pieces: list[str] = []
        self._left = MOST_SHARED_TEXT
        self.ends["si"] = self._end_item

    def _end_item(self) -> None:
        self.texts.append(undefused(normalise("".join(self._pieces))) if self._pieces else "")
        self._pieces = []

    def text(self, text: str) -> None:
        self._left -= len(text)
        if self._left < 0:
            raise too_large()
        self._pieces.append(text)


class _Sheet(_Texts):
    """The rows of a sheet: (number, texts by position, problems by position)."""

    def __init__(self, styles: _Styles, shared: list[str], is_1904: bool) -> None:
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
        self.number = _number(attributes.get("r", "")) or self.number + 1
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
            message = _("column %s holds an error of the spreadsheet")
            self.problems[self.position] = message % column_letter(self.position)
        elif self.has_formula and not raw and self.kind != "str":
            message = _("column %s holds a formula; paste its value instead")
            self.problems[self.position] = message % column_letter(self.position)
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
        is_date = self._is_date(_number(self.style))
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


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 10 else 0


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


def _row(number: int, cells: dict[int, str], problems: dict[int, str]) -> UploadedRow:
    if not cells and not problems:
        return UploadedRow(number, [])
    last = max([*cells, *problems])
    if last >= MOST_COLUMNS:
        raise too_many_columns()
    return UploadedRow(number, [cells.get(p, "") for p in range(last + 1)], problems)
