"""Files that cost much are refused in a sentence, before they take time or memory."""

import tracemalloc
from io import BytesIO

import pytest

from cities.models import City
from publishing.import_export import readers, uploaded_rows, xlsx, xlsx_parts, xml_stream
from publishing.import_export.headings import KnownHeadings
from publishing.import_export.readers import read_table
from publishing.import_export.uploaded_rows import UnreadableFile
from tests.publishing.import_export.files import (
    archive,
    ods,
    raw_workbook,
    sheet_xml,
    with_part,
    workbook,
)

pytestmark = pytest.mark.once

HEAD = '<row r="1"><c r="A1" t="str"><v>City</v></c><c r="B1" t="str"><v>Country</v></c></row>'
SHARED, SHARED_XML = "xl/sharedStrings.xml", "<sst><si><t>A name</t></si></sst>"
MANY_ROWS = "The table has more than 100,000 rows, including empty ones. Delete the empty rows."
MANY_FILLED = "The file has more than 20,000 rows. Divide it into several."
MANY_COLUMNS = "A table may have 200 columns at most."
LONG_CELL = "Row 2 holds a cell of more than 131,072 letters."
TOO_LARGE = "The workbook is too large when it is unpacked. Divide it into several."
BROKEN = "The workbook cannot be read. Open it in a spreadsheet and save it again as .xlsx."
MANY_SHEETS = "The workbook has more than 250 sheets. Save the one you need by itself."


def read(data):
    """Return the numbers of the rows of a file, and the sentence that refuses it."""
    numbers = []
    try:
        for row in read_table(BytesIO(data), len(data), {}, KnownHeadings(City)):
            numbers.append(row.number)
    except UnreadableFile as error:
        return numbers, str(error)
    return numbers, ""


def ods_rows(rows=1, columns=1, text="<text:p>x</text:p>"):
    cell = f'<table:table-cell table:number-columns-repeated="{columns}">{text}</table:table-cell>'
    return f'<table:table-row table:number-rows-repeated="{rows}">{cell}</table:table-row>'


@pytest.mark.parametrize(
    ("make", "said"),
    [
        # Rows and columns far away.
        (lambda: raw_workbook(f'{HEAD}<row r="1048576"><c><v>1</v></c></row>'), MANY_ROWS),
        (lambda: raw_workbook(f'{HEAD}<row r="2"><c r="XFD2"><v>1</v></c></row>'), MANY_COLUMNS),
        (lambda: raw_workbook(f'{HEAD}<row r="2"><c r="AAAA2"><v>1</v></c></row>'), BROKEN),
        (lambda: ods({"S": ods_rows(rows=999_999_999)}), MANY_FILLED),
        (lambda: ods({"S": ods_rows(columns=999_999_999)}), MANY_COLUMNS),
        (lambda: b"City,Country\n" + b"," * 300 + b"x\n", MANY_COLUMNS),
        # Empty rows and cells.
        (lambda: raw_workbook(HEAD + "<row/>" * 100_001), MANY_ROWS),
        (lambda: b"City,Country\n" + b"\n" * 100_001, MANY_ROWS),
        (lambda: b"City;Country\n" + b";;;;;\n" * 100_001, MANY_ROWS),
        (lambda: b"City,Country\n" + b"," * 2_500_000, LONG_CELL),
        # Long cells.
        (lambda: b'City,Country\n"' + b"x" * 200_000 + b'",GB\n', LONG_CELL),
        (lambda: b'City,Country\n"' + b"x\n" * 100_000 + b'",GB\n', LONG_CELL),
        (
            lambda: raw_workbook(f'{HEAD}<row r="2"><c t="str"><v>{"x" * 200_000}</v></c></row>'),
            LONG_CELL,
        ),
        (
            lambda: ods({"S": ods_rows() + ods_rows(text=f"<text:p>{'x' * 200_000}</text:p>")}),
            LONG_CELL,
        ),
        (
            lambda: ods({"S": ods_rows() + ods_rows(text='<text:s text:c="200000"/>')}),
            LONG_CELL,
        ),
        # XML.
        (lambda: raw_workbook("<a>" * 100), TOO_LARGE),
        (lambda: raw_workbook(f"<!--{'x' * 2_000_000}-->"), TOO_LARGE),
        (lambda: raw_workbook(f'<row a="{"x" * 2_000_000}"/>'), TOO_LARGE),
        (lambda: raw_workbook("".join(f"<a{number}/>" for number in range(6_000))), TOO_LARGE),
        (
            lambda: with_part(
                workbook({"S": [["x"]]}),
                "xl/worksheets/sheet1.xml",
                '<!DOCTYPE a [<!ENTITY b "c">]>' + sheet_xml(HEAD),
            ),
            BROKEN,
        ),
        (lambda: ods({"S": "&b;"}), BROKEN),
        (lambda: ods({f"S{number}": [] for number in range(251)}), MANY_SHEETS),
        # Archives.
        (lambda: archive(**{"xl/workbook.xml": "x" * 101 * 1024 * 1024}), TOO_LARGE),
        (lambda: archive(**{f"a{number}": "" for number in range(2_001)}), TOO_LARGE),
    ],
)  # fmt: skip
def test_a_file_that_costs_much_is_refused_in_a_sentence(make, said):
    assert read(make())[1] == said


@pytest.mark.parametrize(
    ("module", "limit", "make"),
    [
        (xml_stream, "MOST_ELEMENTS", lambda: raw_workbook(HEAD + '<row r="2"><c/><c/></row>' * 9)),
        (xlsx_parts, "MOST_SHARED_TEXT", lambda: with_part(raw_workbook(HEAD), SHARED, SHARED_XML)),
        (xlsx_parts, "MOST_STYLES", lambda: workbook({"S": [["City"], ["x"]]})),
    ],
)
def test_the_work_on_a_workbook_is_counted(monkeypatch, module, limit, make):
    assert read(make())[1] == ""
    monkeypatch.setattr(module, limit, 0)
    assert read(make())[1] == TOO_LARGE


def test_a_workbook_is_not_parsed_behind_the_row_at_which_it_is_refused(monkeypatch):
    parsed = []
    count = xlsx._Sheet._start_row

    def start_row(self, attributes):
        parsed.append(attributes)
        count(self, attributes)

    monkeypatch.setattr(xlsx._Sheet, "_start_row", start_row)
    monkeypatch.setattr(readers, "MOST_LINES", 10)
    read(raw_workbook(HEAD + "<row/>" * 200_000))
    # What stands in one chunk of the file is parsed together.
    assert len(parsed) < 12_000


@pytest.mark.parametrize(
    "make",
    [
        lambda: b'City,Country\n"' + b"x" * 10_000_000,
        lambda: b"City,Country\n" + b"," * 10_000_000,
        lambda: "City,Country\n😀".encode() + b"x" * 10_000_000,
        lambda: raw_workbook(f"<!--{'x' * 30_000_000}-->"),
        lambda: ods({"S": ods_rows(rows=10**9, columns=150)}),
    ],
)
def test_reading_a_costly_file_takes_little_memory(make):
    data = make()
    tracemalloc.start()
    try:
        assert read(data)[1]
        assert tracemalloc.get_traced_memory()[1] < 40_000_000
    finally:
        tracemalloc.stop()


def test_empty_rows_and_cells_that_spreadsheets_add_to_a_sheet_cost_nothing():
    styled = f'{HEAD}<row r="2"><c r="A2"><v>1</v></c><c r="XFD2" s="0"/></row><row r="1048576"/>'
    assert read(raw_workbook(styled)) == ([2], "")
    assert read(ods({"S": [["City", "Country"], ["Derby", "GB"]]})) == ([2], "")


def test_a_cell_may_be_as_long_as_the_sentence_about_it_says():
    data = b"City,Country\n" + b"x" * uploaded_rows.LONGEST_CELL + b",GB\n"
    assert read(data) == ([2], "")


def test_files_of_other_programs_are_named():
    page = "This is a web page or an XML file, whatever its name. "
    document = "This is a document, not a table. Copy its table to a spreadsheet."
    for data, said in {
        b"\xef\xbb\xbf <html><table>": f"{page}Open it in a spreadsheet and save it as .xlsx.",
        b'<?xml version="1.0"?><Workbook>': f"{page}Open it in a spreadsheet and save it as .xlsx.",
        b"{\\rtf1": document,
        b"%PDF-1.4\n": "This is a PDF, not a table. Copy its table to a spreadsheet.",
        b"\x1f\x8b\x08": "This is an archive. Unpack it and upload the table in it.",
        archive(**{"word/document.xml": "x"}): document,
        archive(**{"Index/Document.iwa": "x"}): (
            "This is a file of Apple's Numbers or Pages. Export it to Excel (.xlsx) or CSV."
        ),
        archive(**{"xl/workbook.bin": "x"}): (
            "This is a binary workbook. Save it as “Excel workbook (.xlsx)”."
        ),
        with_part(ods({"S": []}), "META-INF/manifest.xml", "<x><encryption-data/></x>"): (
            "The spreadsheet has a password. Save it without one."
        ),
    }.items():
        assert read(data) == ([], said)
