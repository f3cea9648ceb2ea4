"""Read the table of an uploaded CSV, XLSX or ODS file, or raise an error that staff understand.

The format is detected from the content, not from the file's name. Nothing is unpacked or parsed
beyond the limits; formulas and macros are never run.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from itertools import chain, islice
from typing import IO, Any

from django.utils.translation import gettext as _

from publishing.import_export.headings import KnownHeadings
from publishing.import_export.ods import MIME_TYPE, OdsSource
from publishing.import_export.text_tables import TextSource
from publishing.import_export.uploaded_rows import (
    MOST_COLUMNS,
    TableSource,
    UnreadableFile,
    UploadedRow,
    too_many_columns,
)
from publishing.import_export.xlsx import XlsxSource
from publishing.import_export.xml_stream import check_size, damage_refused

MOST_BYTES = 20 * 1024 * 1024
MOST_ROWS = 20_000
# Rows that are read, including empty ones.
MOST_LINES = 100_000
# Rows from which the headings are found and of which samples are shown.
HEAD_ROWS = 100
# Sheets in which a table is looked for.
MOST_SEARCHED_SHEETS = 12


class UploadedTable:
    """The content of a file: its headings, then the rows that are not empty.

    `options` are the choices of a person (`Batch.options`); what they leave open is detected.
    """

    def __init__(
        self, source: TableSource, options: Mapping[str, Any], known: KnownHeadings
    ) -> None:
        self.source = source
        self.sheet, head, rest = self._find_sheet(options.get("sheet", ""), known)
        if not head:
            raise UnreadableFile(_("The file is empty."))
        chosen = options.get("header_row")
        numbers = [row.number for row in head]
        self.header_row: int = chosen if chosen in (0, *numbers) else known.find_row(head)
        self.above = [row for row in head if row.number < self.header_row]
        header = next((row for row in head if row.number == self.header_row), None)
        self.head = head
        self.sample = [row for row in head if row.number > self.header_row]
        self.headings = _headings(header.cells if header else [], self.sample)
        self._rows = chain(self.sample, rest)

    def _find_sheet(
        self, chosen: str, known: KnownHeadings
    ) -> tuple[str, list[UploadedRow], Iterator[UploadedRow]]:
        """Return the chosen sheet, or else the first with known headings or with rows."""
        sheets = self.source.sheets or [""]
        if chosen in sheets:
            return chosen, *self._opened(chosen)
        found: tuple[str, list[UploadedRow], Iterator[UploadedRow]] = ("", [], iter(()))
        for sheet in sheets[:MOST_SEARCHED_SHEETS]:
            head, rest = self._opened(sheet)
            if len(sheets) == 1 or known.are_in(head):
                return sheet, head, rest
            if head and not found[1]:
                found = (sheet, head, rest)
        return found

    def _opened(self, sheet: str) -> tuple[list[UploadedRow], Iterator[UploadedRow]]:
        rows = _filled(self.source.rows(sheet))
        return list(islice(rows, HEAD_ROWS)), rows

    @property
    def longer_row(self) -> int:
        """The number of a row of the sample with a value beyond all headings; 0 if none has one."""
        width = max((p for p, text in enumerate(self.headings, 1) if text), default=MOST_COLUMNS)
        longer = (row.number for row in self.sample if any(row.cells[width:]))
        return next(longer, 0)

    def __iter__(self) -> Iterator[UploadedRow]:
        """Yield the rows below the headings, with a cell for each of these at least."""
        for count, row in enumerate(self._rows, 1):
            if count > MOST_ROWS:
                message = _("The file has more than %(most)s rows. Divide it into several.")
                raise UnreadableFile(message % {"most": f"{MOST_ROWS:,}"})
            missing = len(self.headings) - len(row.cells)
            yield row._replace(cells=row.cells + [""] * missing) if missing > 0 else row


def _headings(cells: list[str], sample: list[UploadedRow]) -> list[str]:
    """Return the headings, with an empty one for each further column that has values."""
    width = max([len(cells), *(len(row.cells) for row in sample)], default=0)
    filled = [
        position
        for position in range(width)
        if cells[position : position + 1] not in ([], [""])
        or any(row.cells[position : position + 1] not in ([], [""]) for row in sample)
    ]
    width = max(filled, default=-1) + 1
    if width > MOST_COLUMNS:
        raise too_many_columns()
    return [" ".join(text.split()) for text in (cells + [""] * width)[:width]]


def _filled(rows: Iterator[UploadedRow]) -> Iterator[UploadedRow]:
    """Yield the rows that are not empty. Raises UnreadableFile for too many or too far rows."""
    for count, row in enumerate(rows, 1):
        is_filled = bool(row.problems) or any(row.cells)
        if count > MOST_LINES or (is_filled and row.number > MOST_LINES):
            text = _(
                "The table has more than %(most)s rows, including empty ones. Delete the empty "
                "rows."
            )
            raise UnreadableFile(text % {"most": f"{MOST_LINES:,}"})
        if is_filled:
            yield row


def open_source(file: IO[bytes], size: int, options: Mapping[str, Any]) -> TableSource:
    """Return the sheets and rows of a file. Raises UnreadableFile."""
    if size > MOST_BYTES:
        raise UnreadableFile(_("The file is larger than %s MB.") % (MOST_BYTES // 1024**2))
    file.seek(0)
    start = file.read(512)
    if start.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _open_archive(file)
    if reason := _foreign_format(start):
        raise UnreadableFile(reason)
    return TextSource(file, options.get("encoding", ""), options.get("separator", ""))


def _foreign_format(start: bytes) -> str:
    """Return a sentence about a format that is no table, by the first bytes of a file."""
    if start.startswith(b"\xd0\xcf\x11\xe0"):
        return _(
            "This is a workbook of an old Excel, or one with a password. "
            "Save it as “Excel workbook (.xlsx)” without a password."
        )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml")):
        return _(
            "This is a web page or an XML file, whatever its name. "
            "Open it in a spreadsheet and save it as .xlsx."
        )
    if text.startswith(b"%pdf"):
        return _("This is a PDF, not a table. Copy its table to a spreadsheet.")
    if text.startswith(b"{\\rtf"):
        return _("This is a document, not a table. Copy its table to a spreadsheet.")
    if start.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        return _("This is an archive. Unpack it and upload the table in it.")
    return ""


def _archive_format(names: set[str]) -> str:
    """Return a sentence about an archive that is no table, by the names of its parts."""
    if any(name.endswith("vbaproject.bin") for name in names):
        return _("The workbook has macros. Save it as “Excel workbook (.xlsx)”.")
    if any(name.endswith(".iwa") for name in names) or "index.zip" in names:
        return _("This is a file of Apple's Numbers or Pages. Export it to Excel (.xlsx) or CSV.")
    if "xl/workbook.bin" in names:
        return _("This is a binary workbook. Save it as “Excel workbook (.xlsx)”.")
    if "word/document.xml" in names or "ppt/presentation.xml" in names:
        return _("This is a document, not a table. Copy its table to a spreadsheet.")
    return ""


def _open_archive(file: IO[bytes]) -> TableSource:
    with damage_refused():
        archive = zipfile.ZipFile(file)
        entries = archive.infolist()
    check_size(entries)
    names = {entry.filename.casefold() for entry in entries}
    if reason := _archive_format(names):
        raise UnreadableFile(reason)
    if "xl/workbook.xml" in names:
        return XlsxSource(archive)
    if _is_spreadsheet(archive, names):
        return OdsSource(archive)
    raise UnreadableFile(_("This is not an Excel workbook. Save it as .xlsx or as CSV."))


def _is_spreadsheet(archive: zipfile.ZipFile, names: set[str]) -> bool:
    """Return whether the archive is an OpenDocument spreadsheet. Raises UnreadableFile."""
    if not {"mimetype", "content.xml"} <= names:
        return False
    with damage_refused():
        with archive.open("mimetype") as part:
            kind = part.read(200).decode("ascii", "replace").strip()
        if "meta-inf/manifest.xml" in names:
            with archive.open("META-INF/manifest.xml") as part:
                if b"encryption-data" in part.read(1024 * 1024):
                    raise UnreadableFile(_("The spreadsheet has a password. Save it without one."))
    return kind.startswith(MIME_TYPE)


def read_table(
    file: IO[bytes], size: int, options: Mapping[str, Any], known: KnownHeadings
) -> UploadedTable:
    """Return the table in an uploaded file. Raises UnreadableFile, here or during iteration."""
    return UploadedTable(open_source(file, size, options), options, known)
