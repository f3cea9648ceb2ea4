"""Read the table of an uploaded CSV or XLSX file, or raise an error that staff understand.

The format is detected from the content, not from the file's name. Nothing is unpacked or parsed
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
from publishing.import_export.cell_text import normalise, to_text

MOST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 150 * 1024 * 1024
MOST_PACKED_FILES = 2_000
MOST_ROWS = 20_000
# Rows that are read, including empty ones.
MOST_LINES = 100_000
MOST_COLUMNS = 200

# The csv module's own limit for a cell is too low; the size of the file is limited already.
csv.field_size_limit(MOST_BYTES)


class UnreadableFile(Exception):
    """A file is not a table; the text is for staff."""


class UploadedRow(NamedTuple):
    """A row of a file: its number as spreadsheets count, its cells, and its error."""

    number: int
    cells: list[str]
    problem: str = ""


class UploadedTable:
    """The content of a file: the headings, then the rows that are not empty."""

    def __init__(self, lines: Iterator[UploadedRow], notes: list[str]) -> None:
        self.notes = notes
        self._lines = (line for line in _limited(lines) if line.problem or any(line.cells))
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
                message = _("The file has more than %(most)s rows. Divide it into several.")
                raise UnreadableFile(message % {"most": f"{MOST_ROWS:,}"})
            yield line if line.problem else self._pad(line)

    def _pad(self, line: UploadedRow) -> UploadedRow:
        """Return the row with a cell for each heading; further cells are an error."""
        width = len(self.headings)
        filled = [position for position, text in enumerate(line.cells) if text]
        stray = next((p for p in filled if p >= width or not self.headings[p]), None)
        if stray is not None:
            message = _("there is something in column %(number)s, which has no heading")
            return line._replace(problem=message % {"number": stray + 1})
        return line._replace(cells=(line.cells + [""] * width)[:width])


def _limited(lines: Iterator[UploadedRow]) -> Iterator[UploadedRow]:
    for count, line in enumerate(lines, 1):
        if count > MOST_LINES:
            text = _("The table has more than %(most)s rows, empty ones among them. Delete these.")
            raise UnreadableFile(text % {"most": f"{MOST_LINES:,}"})
        yield line


def read_table(file: IO[bytes], size: int) -> UploadedTable:
    """Return the table in an uploaded file. Raises UnreadableFile, here or during iteration."""
    if size > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than %s MB.") % (MOST_BYTES // 1024**2))
    signature = file.read(8)
    file.seek(0)
    if signature.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _read_workbook(file)
    if signature.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            _(
                "This is a workbook of an old Excel, or one with a password. "
                "Save it as “Excel workbook (.xlsx)” without a password."
            )
        )
    return _read_text(file.read())


# -- Text --------------------------------------------------------------------------------------


def _read_text(data: bytes) -> UploadedTable:
    text, notes = _decode(data)
    if "\x00" in text:
        raise UnreadableFile(_("This is neither a CSV file nor an Excel workbook (.xlsx)."))
    first, _end, rest = text.partition("\n")
    separator = ""
    if first.casefold().startswith("sep=") and len(first.strip()) == 5:
        # A line that Excel writes and reads to declare the separator.
        separator, text = first[4], rest
    separator = separator or max(",;\t", key=lambda sign: _count_cells(text, sign))
    return UploadedTable(_csv_lines(text, separator), notes)


def _decode(data: bytes) -> tuple[str, list[str]]:
    """Return the text of a file (UTF-8, UTF-16 with a BOM, or Windows-1252) and notes."""
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


def _count_cells(text: str, separator: str) -> int:
    """Return the number of cells that the first row has with a separator."""
    try:
        first = next(read_csv(text, separator), None)
    except InvalidCSV:
        return 0
    return len(first.cells) if first else 0


def _csv_lines(text: str, separator: str) -> Iterator[UploadedRow]:
    try:
        for row in read_csv(text, separator):
            yield UploadedRow(row.row, [undefused(normalise(cell)) for cell in row.cells])
    except InvalidCSV as error:
        message = _("Row %(number)s cannot be read: a quotation mark is missing or stands alone.")
        raise UnreadableFile(message % {"number": error.row}) from error


# -- Workbooks ---------------------------------------------------------------------------------


def _read_workbook(file: IO[bytes]) -> UploadedTable:
    # Imported with the first workbook, so that other processes do not hold it in memory.
    import openpyxl

    _check_archive(file)
    file.seek(0)
    try:
        book = openpyxl.load_workbook(file, read_only=True, data_only=False, keep_links=False)
        sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    except Exception as error:
        # Broken, hostile and truncated files raise errors of many kinds.
        raise UnreadableFile(_broken_message()) from error
    if not sheets:
        raise UnreadableFile(_("The workbook has no visible sheet."))
    notes = []
    if len(sheets) > 1:
        message = _("Only the first sheet, “%(name)s”, is imported.")
        notes.append(message % {"name": sheets[0].title})
    return UploadedTable(_sheet_lines(sheets[0]), notes)


def _broken_message() -> str:
    return _("The workbook cannot be read. Open it in a spreadsheet and save it anew as .xlsx.")


def _check_archive(file: IO[bytes]) -> None:
    """Raise UnreadableFile for an archive that is no workbook, has macros, or is too large."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise UnreadableFile(_broken_message()) from error
    names = {entry.filename.casefold() for entry in entries}
    # zipfile never unpacks an entry beyond its declared size.
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
    # The declared size of the sheet may be wrong, by accident or on purpose.
    sheet.reset_dimensions()
    rows = enumerate(sheet.iter_rows(min_col=1, max_col=MOST_COLUMNS), 1)
    while True:
        try:
            with warnings.catch_warnings():
                # openpyxl warns about content that it ignores.
                warnings.simplefilter("ignore")
                number, row = next(rows)
        except StopIteration:
            return
        except Exception as error:
            raise UnreadableFile(_broken_message()) from error
        yield _sheet_line(number, row)


def _sheet_line(number: int, row: Iterable[Any]) -> UploadedRow:
    cells, problems = [], []
    for position, cell in enumerate(row, 1):
        value = cell.value
        if cell.data_type == "f":
            problems.append(_("column %s holds a formula; paste its value instead") % position)
        elif cell.data_type == "e":
            problems.append(_("column %s holds an error of the spreadsheet") % position)
        else:
            cells.append(undefused(normalise(to_text(value))))
            continue
        cells.append("")
    return UploadedRow(number, cells, "; ".join(problems))
