"""Read the sheets of an OpenDocument spreadsheet (ISO/IEC 26300) as a stream.

odfpy builds a tree of the whole document, and expands repeated cells before a limit can be
checked; the few elements that a table has are read here instead.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from typing import Any

from publishing.content.csv import undefused
from publishing.import_export.cell_text import normalise, to_text
from publishing.import_export.uploaded_rows import (
    LONGEST_CELL,
    MOST_COLUMNS,
    MOST_SHEETS,
    MergedCells,
    UploadedRow,
    error_value,
    formula_without_value,
    no_sheet,
    sparse_row,
    too_long,
    too_many_columns,
    too_many_sheets,
)
from publishing.import_export.xml_stream import Handler, WorkbookXML, attribute

CONTENT = "content.xml"
MIME_TYPE = "application/vnd.oasis.opendocument.spreadsheet"


class OdsSource:
    """An OpenDocument spreadsheet; its visible sheets are read."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.xml, self.has_formulas = WorkbookXML(archive), False
        handler = _Sheets()
        self.xml.parse(CONTENT, handler)
        self.sheets = handler.sheets
        if not self.sheets:
            raise no_sheet()

    def rows(self, sheet: str) -> Iterator[UploadedRow]:
        """Yield the rows of a sheet; empty rows only if they are not repeated."""
        handler = _Rows(sheet)
        for _chunk in self.xml.stream(CONTENT, handler):
            for repeated, row in handler.rows:
                for further in range(repeated):
                    yield row._replace(number=row.number + further)
            handler.rows.clear()
            self.has_formulas = self.has_formulas or handler.has_values_of_formulas
            if handler.is_done:
                return


class _Sheets(Handler):
    """The names of the visible sheets."""

    def __init__(self) -> None:
        self.sheets: list[str] = []
        self._hidden: set[str] = set()
        self._style, self._depth = "", 0
        self.starts = {
            "style": self._start_style,
            "table-properties": self._start_properties,
            "table": self._start_table,
        }
        self.ends = {"table": self._end_table}

    def _start_style(self, attributes: dict[str, str]) -> None:
        self._style = attribute(attributes, "name")

    def _start_properties(self, attributes: dict[str, str]) -> None:
        if attribute(attributes, "display") == "false":
            self._hidden.add(self._style)

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and attribute(attributes, "style-name") not in self._hidden:
            self.sheets.append(attribute(attributes, "name"))
        if len(self.sheets) > MOST_SHEETS:
            raise too_many_sheets()

    def _end_table(self) -> None:
        self._depth -= 1


class _Rows(Handler):
    """The rows of one sheet, each with the number of its repetitions."""

    def __init__(self, sheet: str) -> None:
        self.sheet = sheet
        self.rows: list[tuple[int, UploadedRow]] = []
        self.is_done = self._is_inside = self.has_values_of_formulas = False
        self._depth, self._number, self._notes = 0, 1, 0
        self._merged = MergedCells()
        self._start_row({})
        self._start_cell({})
        outside = {"table": self._start_table}
        self.starts: dict[str, Any] = outside
        self.ends: dict[str, Any] = {"table": self._end_table}
        # The methods inside the wanted sheet.
        self._starts = outside | {
            "table-row": self._start_row,
            "table-cell": self._start_cell,
            "covered-table-cell": self._start_cell,
            "annotation": self._start_note,
            "p": self._start_text,
            "h": self._start_text,
            "s": self._start_spaces,
            "tab": lambda _attributes: self.text("\t"),
            "line-break": lambda _attributes: self.text("\n"),
        }
        self._ends = self.ends | {
            "table-row": self._end_row,
            "table-cell": self._end_cell,
            "covered-table-cell": self._end_cell,
            "annotation": self._end_note,
            "p": self._end_text,
            "h": self._end_text,
        }

    # -- Sheets, rows and cells ------------------------------------------------------------

    def _start_table(self, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth == 1 and attribute(attributes, "name") == self.sheet and not self.is_done:
            self._is_inside = True
            self.switch(self._starts, self._ends)

    def _end_table(self) -> None:
        self._depth -= 1
        if self._depth == 0 and self._is_inside:
            self._is_inside, self.is_done = False, True
            self.switch(self.starts, self.ends)

    def _start_row(self, attributes: dict[str, str]) -> None:
        self._repeated = _number(attributes.get("table:number-rows-repeated", ""))
        self._cells: dict[int, str] = {}
        self._problems: dict[int, str] = {}
        self._position = 0

    def _start_cell(self, attributes: dict[str, str]) -> None:
        self._attributes = attributes
        self._pieces: list[str] = []
        self._length = 0

    # -- Texts -----------------------------------------------------------------------------

    def _start_text(self, _attributes: dict[str, str]) -> None:
        if self._pieces:
            self.text("\n")
        self.collect(True)

    def _end_text(self) -> None:
        self.collect(False)

    def _start_note(self, _attributes: dict[str, str]) -> None:
        self._notes += 1

    def _end_note(self) -> None:
        self._notes -= 1

    def _start_spaces(self, attributes: dict[str, str]) -> None:
        self.text(" " * min(_number(attributes.get("text:c", "")), LONGEST_CELL + 1))

    def text(self, text: str) -> None:
        if self._notes:
            return
        self._length += len(text)
        if self._length > LONGEST_CELL:
            raise too_long(self._number)
        self._pieces.append(text)

    # -- Values ----------------------------------------------------------------------------

    def _end_cell(self) -> None:
        repeated = _number(self._attributes.get("table:number-columns-repeated", ""))
        if not self._pieces and not self._attributes:
            self._position += repeated
            return
        text = undefused(normalise(self._value()))
        problem = self._problem(text)
        if text or problem:
            if self._position + repeated > MOST_COLUMNS:
                raise too_many_columns()
            for position in range(self._position, self._position + repeated):
                if problem:
                    self._problems[position] = problem(position)
                else:
                    self._cells[position] = text
            self.has_values_of_formulas |= "table:formula" in self._attributes
            spanned = _number(self._attributes.get("table:number-rows-spanned", ""))
            self._merged.add(self._number, self._position, self._number + spanned - 1)
        self._position += repeated

    def _problem(self, text: str) -> Callable[[int], str] | None:
        """Return the sentence about a value, which names the column; None if it is good."""
        if self._attributes.get("calcext:value-type") == "error" or text.startswith("#REF!"):
            return error_value
        if self._attributes.get("table:formula", "") and not self._kind and not text:
            return formula_without_value
        return None

    @property
    def _kind(self) -> str:
        return self._attributes.get("office:value-type", "")

    def _value(self) -> str:
        """Return the value of the cell as text: of numbers and days the stored one."""
        shown = "".join(self._pieces)
        match self._kind:
            case "float" | "percentage" | "currency":
                return _number_text(self._attributes.get("office:value", shown))
            case "date":
                day, _t, moment = self._attributes.get("office:date-value", shown).partition("T")
                return day if moment in ("", "00:00:00") else f"{day} {moment}"
            case "boolean":
                return to_text(self._attributes.get("office:boolean-value") == "true")
        return self._attributes.get("office:string-value") or shown

    def _end_row(self) -> None:
        self._merged.fill(self._number, self._cells)
        row = sparse_row(self._number, self._cells, self._problems)
        if row.cells:
            self.rows.append((self._repeated, row))
        elif self._repeated == 1:
            self.rows.append((1, row))
        self._number += self._repeated


def _number(text: str) -> int:
    """Return how often an element is repeated; once, if it does not say so."""
    return max(1, int(text[:10])) if text.isdecimal() else 1


def _number_text(text: str) -> str:
    try:
        return to_text(float(text))
    except ValueError:
        return text
