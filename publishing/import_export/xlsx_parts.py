"""The parts of an Excel workbook that its sheets refer to: their names, styles and shared texts."""

from __future__ import annotations

from publishing.content.csv import undefused
from publishing.import_export.cell_text import normalise
from publishing.import_export.uploaded_rows import MOST_SHEETS, too_many_sheets
from publishing.import_export.xml_stream import Handler, attribute, too_large

# Excel has no more.
MOST_STYLES = 65_490
# Letters of all texts that cells share.
MOST_SHARED_TEXT = 30_000_000


class Book(Handler):
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


class Relations(Handler):
    """The targets and kinds of the parts of a workbook, by their keys."""

    def __init__(self) -> None:
        self.targets: dict[str, str] = {}
        self.kinds: dict[str, str] = {}
        self.starts, self.ends = {"Relationship": self._start_relation}, {}

    def _start_relation(self, attributes: dict[str, str]) -> None:
        key = attribute(attributes, "Id")
        self.targets[key] = attribute(attributes, "Target")
        self.kinds[key] = attribute(attributes, "Type")


class Styles(Handler):
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

        return bool(is_date_format(self.formats.get(key) or BUILTIN_FORMATS.get(number_of(key))))


class Texts(Handler):
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


class SharedTexts(Texts):
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


def number_of(text: str) -> int:
    """Return the whole number of an attribute; 0 if it is none."""
    return int(text) if text.isdecimal() and len(text) < 10 else 0
