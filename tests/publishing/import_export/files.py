"""Files as spreadsheets and other programs write them."""

import io
import zipfile
from datetime import date
from xml.sax.saxutils import escape

import openpyxl

ODS_TYPE = "application/vnd.oasis.opendocument.spreadsheet"
NAMESPACES = " ".join(
    f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for name in ("office", "table", "text", "style")
)


def text_file(*rows, separator=",", encoding="utf-8", end="\r\n"):
    """Return rows as a text file; cells are written as they are."""
    return "".join(separator.join(map(str, row)) + end for row in rows).encode(encoding)


def workbook(sheets, merged=()):
    """Return an XLSX with these sheets: their names with their rows."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def archive(**parts):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return file.getvalue()


def with_part(data, name, content):
    """Return an archive with one of its parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {entry: source.read(entry) for entry in source.namelist()}
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for entry, present in (parts | {name: content}).items():
            made.writestr(entry, present)
    return out.getvalue()


def sheet_xml(rows):
    """Return the XML of a sheet of Excel with these rows, which are XML too."""
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{rows}</sheetData></worksheet>'


def raw_workbook(rows):
    return with_part(workbook({"Sheet": [["x"]]}), "xl/worksheets/sheet1.xml", sheet_xml(rows))


def ods(tables, styles=""):
    """Return an ODS as LibreOffice writes it; a table is a list of rows, or XML.

    Each has a cell that is repeated to its last column, and ends with a row that is repeated to the
    last one of a sheet.
    """
    body = "".join(
        f'<table:table table:name="{escape(name)}">{rows if isinstance(rows, str) else _rows(rows)}'
        '<table:table-row table:number-rows-repeated="1048000">'
        '<table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table>'
        for name, rows in tables.items()
    )
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {NAMESPACES}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body>"
        f"<office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )
    return archive(**{"mimetype": ODS_TYPE, "content.xml": content})


def _rows(rows):
    return "".join(
        f"<table:table-row>{''.join(map(ods_cell, row))}"
        '<table:table-cell table:number-columns-repeated="16000"/></table:table-row>'
        for row in rows
    )


def ods_cell(value):
    match value:
        case None:
            return "<table:table-cell/>"
        case int() | float():
            return (
                f'<table:table-cell office:value-type="float" office:value="{value}">'
                f"<text:p>{value:,}</text:p></table:table-cell>"
            )
        case date():
            return (
                '<table:table-cell office:value-type="date" '
                f'office:date-value="{value.isoformat()}">'
                f"<text:p>{value:%d.%m.%y}</text:p></table:table-cell>"
            )
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in value.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'
