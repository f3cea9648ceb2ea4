"""Read the table of an uploaded CSV or XLSX file, or say in a sentence why not.

The content is looked at, the name is not believed. Nothing is unpacked or parsed that could grow
beyond the limits below; formulas and macros are never run.
"""

import codecs
import csv
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _

from publishing.content.csv import InvalidCSV, read_csv, undefused
from publishing.import_export.cells import normalised, text_of

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 150 * 1024 * 1024
MOST_PACKED_FILES = 2_000
MOST_ROWS = 20_000
# Rows that are looked at, empty ones among them.
MOST_LINES = 100_000
MOST_COLUMNS = 200

# A cell of csv may be as long as the file; its own limit is for files without any.
csv.field_size_limit(MOST_BYTES)


class UnreadableFile(Exception):
    """A file is no table; the text is for staff."""


class UploadedRow(NamedTuple):
    """A row of a file: its number as spreadsheets count, its cells, and its fault."""

    number: int
    cells: list[str]
    problem: str = ""


class UploadedTable:
    """The content of a file: the headings, then the lines that are not empty."""

    def __init__(self, lines: Iterator[UploadedRow], notes: list[str]) -> None:
        self.notes = notes
        self._lines = (line for line in _counted(lines) if line.problem or any(line.cells))
        first = next(self._lines, None)
        if first is None:
            raise UnreadableFile(_("The file is empty."))
        if first.problem:
            raise UnreadableFile(first.problem)
        self.headings = first.cells
        if len(self.headings) > MOST_COLUMNS:
            raise UnreadableFile(_("A table may have %s columns at most.") % MOST_COLUMNS)

    def __iter__(self) -> Iterator[UploadedRow]:
        for count, line in enumerate(self._lines, 1):
            if count > MOST_ROWS:
                said = _("The file has more than %(most)s rows. Divide it into several.")
                raise UnreadableFile(said % {"most": f"{MOST_ROWS:,}"})
            yield line if line.problem else self._within(line)

    def _within(self, line: UploadedRow) -> UploadedRow:
        """Return the row with a cell for each heading; more cells than headings are a fault."""
        width = len(self.headings)
        beyond = [place for place, text in enumerate(line.cells) if text]
        stray = next((p for p in beyond if p >= width or not self.headings[p]), None)
        if stray is not None:
            said = _("there is something in column %(number)s, which has no heading")
            return line._replace(problem=said % {"number": stray + 1})
        return line._replace(cells=(line.cells + [""] * width)[:width])


def _counted(lines: Iterator[UploadedRow]) -> Iterator[UploadedRow]:
    for count, line in enumerate(lines, 1):
        if count > MOST_LINES:
            said = _("The table has more than %(most)s rows, empty ones among them. Delete these.")
            raise UnreadableFile(said % {"most": f"{MOST_LINES:,}"})
        yield line


def read(file: IO[bytes], size: int) -> UploadedTable:
    """Return the table in an uploaded file. Raises UnreadableFile, here or while it is read."""
    if size > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than %s MB.") % (MOST_BYTES // 1024**2))
    start = file.read(8)
    file.seek(0)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _workbook(file)
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            _(
                "This is a workbook of an old Excel, or one with a password. "
                "Save it as “Excel workbook (.xlsx)” without a password."
            )
        )
    return _text_table(file.read())


# -- Text --------------------------------------------------------------------------------------


def _text_table(data: bytes) -> UploadedTable:
    text, notes = _decoded(data)
    if "\x00" in text:
        raise UnreadableFile(_("This is neither a CSV file nor an Excel workbook (.xlsx)."))
    first, _end, rest = text.partition("\n")
    separator = ""
    if first.casefold().startswith("sep=") and len(first.strip()) == 5:
        # What Excel writes and reads, and no other program shows.
        separator, text = first[4], rest
    separator = separator or max(",;\t", key=lambda sign: _count(text, sign))
    return UploadedTable(_csv_lines(text, separator), notes)


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """Return the text of a file (UTF-8, UTF-16 with its mark, or Windows-1252) and notes."""
    try:
        if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
            return data.decode("utf-16"), []
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError:
        pass
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise UnreadableFile(_("The letters could not be read. Save it as “CSV UTF-8”.")) from error
    note = _(
        "The file is not in UTF-8. It was read as Windows-1252: look whether accents are right."
    )
    return text, [note]


def _count(text: str, separator: str) -> int:
    """Return the number of cells that the first row has with a separator."""
    try:
        first = next(read_csv(text, separator), None)
    except InvalidCSV:
        return 0
    return len(first.cells) if first else 0


def _csv_lines(text: str, separator: str) -> Iterator[UploadedRow]:
    try:
        for row in read_csv(text, separator):
            yield UploadedRow(row.row, [undefused(normalised(cell)) for cell in row.cells])
    except InvalidCSV as error:
        said = _("Row %(number)s cannot be read: a quotation mark is missing or stands alone.")
        raise UnreadableFile(said % {"number": error.row}) from error


# -- Workbooks ---------------------------------------------------------------------------------


def _workbook(file: IO[bytes]) -> UploadedTable:
    # Loaded with the first workbook: a process that only shows pages needs not hold it in memory.
    import openpyxl

    _look_into(file)
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except Exception as error:
        # Broken, hostile and half-written files raise whatever their parts raise.
        raise UnreadableFile(_broken()) from error
    if not sheets:
        raise UnreadableFile(_("The workbook has no visible sheet."))
    notes = []
    if len(sheets) > 1:
        said = _("Only the first sheet, “%(name)s”, is imported.")
        notes.append(said % {"name": sheets[0].title})
    return UploadedTable(_sheet_lines(sheets[0]), notes)


def _broken() -> str:
    return _("The workbook cannot be read. Open it in a spreadsheet and save it anew as .xlsx.")


def _look_into(file: IO[bytes]) -> None:
    """Refuse an archive that is no workbook, has macros, or would unpack to too much."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableFile(_broken()) from error
    names = {entry.filename.casefold() for entry in entries}
    # An entry is never unpacked beyond the size that it declares.
    too_much = sum(entry.file_size for entry in entries) > MOST_UNPACKED
    if too_much or len(entries) > MOST_PACKED_FILES:
        raise UnreadableFile(
            _("The workbook is too large when it is unpacked. Divide it into several.")
        )
    if any(name.endswith("vbaproject.bin") for name in names):
        raise UnreadableFile(_("The workbook has macros. Save it as “Excel workbook (.xlsx)”."))
    if "xl/workbook.xml" not in names:
        raise UnreadableFile(_("This is not an Excel workbook. Save it as .xlsx or as CSV."))


def _sheet_lines(sheet: Any) -> Iterator[UploadedRow]:
    # What the sheet says of its own size may be wrong, by accident or on purpose.
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(min_col=1, max_col=MOST_COLUMNS), 1)
    while True:
        try:
            with warnings.catch_warnings():
                # It remarks on what it leaves out.
                warnings.simplefilter("ignore")
                number, row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise UnreadableFile(_broken()) from error
        yield _sheet_line(number, row)


def _sheet_line(number: int, row: Iterable[Any]) -> UploadedRow:
    cells, problems = [], []
    for place, cell in enumerate(row, 1):
        value = cell.value
        if cell.data_type == "f":
            problems.append(_("column %s holds a formula; paste its value instead") % place)
        elif cell.data_type == "e":
            problems.append(_("column %s holds an error of the spreadsheet") % place)
        else:
            cells.append(undefused(normalised(text_of(value))))
            continue
        cells.append("")
    return UploadedRow(number, cells, "; ".join(problems))
