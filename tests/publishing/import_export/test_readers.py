"""Files as programs write them: read, or refused in a plain sentence."""

import io
import struct
import zipfile
from datetime import date, datetime
from io import BytesIO

import openpyxl
import pytest

from cities.models import City, Country, Intake
from publishing.import_export import readers
from publishing.models import Batch
from tests import factories
from tests.publishing.import_export.conftest import csv_of, results

pytestmark = pytest.mark.django_db

ROW = {"code": "FR", "name": "Côte d’Ivoire; or so", "region": "africa"}


def workbook(*rows, sheets=("Sheet",), **cells):
    """Return an XLSX with these rows; `cells` are set in addition, as B2="=1+1"."""
    book = openpyxl.Workbook()
    book.active.title = sheets[0]
    for title in sheets[1:]:
        book.create_sheet(title)
    for row in rows:
        book.active.append(row)
    for place, value in cells.items():
        book.active[place] = value
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def archive(**files):
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in files.items():
            made.writestr(name, content)
    return file.getvalue()


def changed_part(data, name, old, new):
    """Return a workbook with one of its parts changed."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(data)) as source, zipfile.ZipFile(out, "w") as made:
        for entry in source.namelist():
            content = source.read(entry)
            made.writestr(entry, content.replace(old, new) if entry == name else content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("encoding", "options"),
    [
        ("utf-8", {}),
        ("utf-8-sig", {"delimiter": ";"}),
        ("utf-8", {"delimiter": "\t"}),
        ("utf-16", {"delimiter": "\t"}),
        ("cp1252", {"delimiter": ";"}),
    ],
)
def test_tables_are_read_in_the_encodings_of_spreadsheets(publisher, encoding, options):
    data = csv_of([ROW], **options).decode().encode(encoding)
    batch = publisher.bring(Country, data)
    assert Country.objects.get().name == ROW["name"]
    assert bool(batch.notes) == (encoding == "cp1252")


def test_the_first_row_of_a_table_may_name_the_separator(publisher):
    publisher.bring(Country, b"sep=;\r\ncode;name;region\r\nFR;France, or so;africa\r\n\r\n;;\r\n")
    assert Country.objects.get().name == "France, or so"


def test_headings_of_a_table_are_names_or_labels_in_any_order_and_case(publisher):
    factories.united_kingdom()
    city = factories.city(name="Derby")
    publisher.bring(City, b"JOINING YEAR,Id\n2015.0,%d\n" % city.pk, mode="live")
    city.refresh_from_db()
    assert city.joined_year == 2015


def test_numbers_and_dates_are_read_as_excel_stores_them(publisher):
    rows = [
        ["year", "announced_on", "cities_announced", "checked_on", "published_at"],
        [2024.0, datetime(2024, 2, 14), 64.0, 45336, datetime(2024, 2, 14, 9, 30)],  # noqa: DTZ001 (Excel knows no zones)
        ["2022", "14/2/2022", None, date(2022, 9, 2), None],
    ]
    batch = publisher.bring(Intake, workbook(*rows), mode="live")
    assert results(batch) == [(2, "new", ""), (3, "new", "")]
    new, old = Intake.objects.order_by("-year")
    assert (new.year, new.announced_on, new.cities_announced) == (2024, date(2024, 2, 14), 64)
    assert new.checked_on == date(2024, 2, 14)
    assert new.published_at.isoformat() == "2024-02-14T09:30:00+00:00"
    assert (old.announced_on, old.checked_on) == (date(2022, 2, 14), date(2022, 9, 2))


def test_empty_rows_are_skipped_and_counted(publisher):
    rows = [["year"], [], [2024], [None], [2025], [], []]
    assert [number for number, _o, _r in results(publisher.look(Intake, workbook(*rows)))] == [3, 5]


def test_formulas_and_errors_are_refused_by_row(publisher):
    data = workbook(["year", "source"], [2024, None], [2025, "ok"], B2="=1+1", A4="#REF!")
    assert results(publisher.look(Intake, data)) == [
        (2, "refused", "column B holds a formula; paste its value instead"),
        (3, "new", ""),
        (4, "refused", "column A holds an error of the spreadsheet"),
    ]


def test_a_column_without_heading_is_offered_and_not_refused(publisher):
    answer = publisher.upload(Intake, b"year,,source\n2024,,x\n2025,stray,x\n2026,,x,more\n")
    form = publisher.client.get(answer["Location"]).context["form"]
    assert [(row.label, row.samples, row.field.value()) for row in form.heading_rows()] == [
        ("year", ["2024", "2025", "2026"], "year"),
        ("Column B (no heading)", ["stray"], ""),
        ("source", ["x"], "source"),
        ("Column D (no heading)", ["more"], ""),
    ]


def test_only_the_first_visible_sheet_is_read_and_a_notice_says_so(publisher):
    batch = publisher.look(Intake, workbook(["year"], [2024], sheets=("Years", "Notes")))
    assert batch.notes == ["Only the first sheet, “Years”, is imported."]


MACROS = "The workbook has macros. Save it as “Excel workbook (.xlsx)”."
NOT_EXCEL = "This is not an Excel workbook. Save it as .xlsx or as CSV."
BROKEN = "The workbook cannot be read. Open it in a spreadsheet and save it again as .xlsx."
TOO_LARGE = "The workbook is too large when it is unpacked. Divide it into several."
OLD = (
    "This is a workbook of an old Excel, or one with a password. "
    "Save it as “Excel workbook (.xlsx)” without a password."
)
PDF = "This is a PDF, not a table. Copy its table to a spreadsheet."
NEITHER = "This is neither a CSV file nor an Excel workbook (.xlsx)."
SHEET = "xl/worksheets/sheet1.xml"
ENTITIES = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'


def bomb():
    """Return a workbook of a few hundred kilobytes that unpacks to 200 MB."""
    return archive(**{"xl/workbook.xml": "x", SHEET: " " * 200 * 1024 * 1024})


@pytest.mark.once
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: archive(**{"xl/workbook.xml": "x", "xl/vbaProject.bin": "x"}), MACROS),
        (lambda: archive(**{"content.xml": "x"}), NOT_EXCEL),
        (lambda: archive(**{"xl/workbook.xml": "x"}), BROKEN),
        (lambda: b"PK\x03\x04 and no more", BROKEN),
        (bomb, TOO_LARGE),
        (lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), OLD),
        (lambda: b"%PDF-1.7\n" + struct.pack("<3I", 0, 1, 2), PDF),
        (lambda: b"\x7fELF\x02" + bytes(range(256)), NEITHER),
        (lambda: b"\n\n\n", "The file is empty."),
        (lambda: b"year\n", "The file has headings but no rows."),
        (
            lambda: b'year,source\n2024,"open\n2025,x\n',
            "Row 2 cannot be read: a quotation mark is missing or stands alone.",
        ),
        (
            lambda: changed_part(
                workbook(["year"], [2024]), SHEET, b"<worksheet", ENTITIES + b"<worksheet"
            ),
            BROKEN,
        ),
        (
            lambda: b"year\n" + b"2024\n" * 20_001,
            "The file has more than 20,000 rows. Divide it into several.",
        ),
    ],
)  # fmt: skip
def test_an_unreadable_file_is_refused_in_a_sentence(publisher, make, said):
    answer = publisher.upload(Intake, make(), name="file.xlsx")
    assert answer.status_code == 200
    assert answer.context["form"].errors["file"] == [said]
    assert Batch.objects.count() == 0


def test_a_table_of_empty_rows_is_not_read_to_its_end(publisher, monkeypatch):
    monkeypatch.setattr(readers, "MOST_LINES", 1_000)
    data = changed_part(workbook(["year"], [2024]), SHEET, b'r="2"', b'r="9999999"')
    said = "The table has more than 1,000 rows, including empty ones. Delete the empty rows."
    assert publisher.upload(Intake, data).context["form"].errors["file"] == [said]


def test_an_unknown_heading_and_one_that_stands_twice_are_asked_about(publisher):
    answer = publisher.upload(Country, b"code,capital,Code\nFR,Paris,fr\n")
    form = publisher.client.get(answer["Location"]).context["form"]
    assert [row.field.value() for row in form.heading_rows()] == ["code", "", ""]


def test_a_cell_far_to_the_right_takes_no_memory(publisher):
    data = changed_part(workbook(["year"], [2024], B2="x"), SHEET, b'r="B2"', b'r="ZZZZZ2"')
    assert publisher.upload(Intake, data).context["form"].errors["file"] == [BROKEN]


def test_a_list_is_exported_as_it_is_filtered(publisher):
    factories.city(name="Wakefield", status="member")
    factories.city(name="Derby", status="withdrawn")
    factories.city(name="Gone", trashed_at=factories.LONG_AGO)
    names = [row["name"] for row in publisher.table(City)]
    assert names == ["Derby", "Wakefield"]
    assert [row["name"] for row in publisher.table(City, "?status=member")] == ["Wakefield"]
    assert [row["name"] for row in publisher.table(City, "?q=derb")] == ["Derby"]
    assert [row["name"] for row in publisher.table(City, "?state=trashed")] == ["Gone"]


def test_no_cell_of_an_export_is_a_formula(publisher):
    factories.city(name="=cmd()", motto="+1", summary="@x", official_name="-2")
    text = publisher.export(City).decode()
    assert "'=cmd(),'-2" in text
    book = openpyxl.load_workbook(io.BytesIO(publisher.export(City, "xlsx")))
    assert "f" not in {cell.data_type for row in book.active for cell in row}
