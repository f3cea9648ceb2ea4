"""The refused rows of an import as a file of its own, and as a preview of their own."""

import io

import openpyxl
import pytest

from cities.models import City
from tests import factories
from tests.admin_pages import admin_url
from tests.parsed_page import parse
from tests.publishing.import_export.column_step import ColumnStep
from tests.publishing.import_export.conftest import results, rows_of
from tests.publishing.import_export.preview_page import mend, show

pytestmark = pytest.mark.django_db


def download(desk, batch, ending="csv"):
    answer = desk.client.get(admin_url(batch.model_class, "batch_refused", batch.pk, ending))
    assert answer.status_code == 200
    return answer, b"".join(answer.streaming_content)


def refused(publisher):
    """Return the preview of one good row and two bad ones."""
    factories.united_kingdom()
    data = (
        "Name,COUNTRY,motto,population\r\n"
        "Derby,GB,,\r\n"
        "Hull,Atlantis,'=1+1,007\r\n"
        '"Stoke, ""on Trent""",GB,,many\r\n'
    )
    return publisher.look(City, data.encode())


def test_the_refused_rows_are_a_file_with_the_headings_of_the_file_and_reasons(publisher):
    batch = refused(publisher)
    answer, data = download(publisher, batch)
    assert answer["Content-Disposition"] == 'attachment; filename="table, refused rows.csv"'
    reasons = {row.number: row.reason for row in batch.rows.all()}
    assert data.decode("utf-8-sig") == (
        "row,reason,Name,COUNTRY,motto,population\r\n"
        f"3,{quoted(reasons[3])},Hull,Atlantis,'=1+1,007\r\n"
        f'4,{quoted(reasons[4])},"Stoke, ""on Trent""",GB,,many\r\n'
    )
    _answer, data = download(publisher, batch, "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(data)).active
    assert list(sheet.values) == [
        ("row", "reason", "Name", "COUNTRY", "motto", "population"),
        ("3", reasons[3], "Hull", "Atlantis", "'=1+1", "007"),
        ("4", reasons[4], 'Stoke, "on Trent"', "GB", None, "many"),
    ]


def quoted(text):
    return '"' + text.replace('"', '""') + '"' if "," in text or '"' in text else text


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_a_file_of_refused_rows_is_uploaded_again_and_again(publisher, ending):
    batch = refused(publisher)
    _answer, data = download(publisher, batch, ending)
    again = publisher.look(City, data, name=f"again.{ending}")
    reasons = [row.reason for row in batch.rows.filter(outcome="refused")]
    assert results(again) == [(2, "refused", reasons[0]), (3, "refused", reasons[1])]
    _answer, data = download(publisher, again)
    assert rows_of(data) == [
        row | {"row": str(number)}
        for number, row in enumerate(rows_of(download(publisher, batch)[1]), 2)
    ]
    publisher.bring(City, data.replace(b"Atlantis", b"GB").replace(b"many", b"260000"))
    assert list(City.objects.order_by("name").values_list("name", "motto", "population")) == [
        ("Hull", "=1+1", 7),
        ('Stoke, "on Trent"', "", 260_000),
    ]


def test_a_file_with_headings_of_its_own_keeps_them_and_its_other_columns(publisher):
    factories.united_kingdom()
    data = "Ville,Note,Pays\nDerby,Keep,Atlantis\nHull,,GB\n"
    batch = ColumnStep(publisher, City, data.encode()).go_on()
    _answer, data = download(publisher, batch)
    reason = batch.rows.get(number=2).reason
    assert rows_of(data) == [
        {"row": "2", "reason": reason, "Ville": "Derby", "Note": "Keep", "Pays": "Atlantis"}
    ]
    again = ColumnStep(publisher, City, data.replace(b"Atlantis", b"GB")).go_on()
    assert results(again) == [(2, "new", "")]


def test_a_cell_that_was_corrected_has_its_new_text_and_the_reason_says_the_old_one(publisher):
    batch = refused(publisher)
    mend(publisher, batch, 3, **{"cell-1": "Lemuria"})
    _answer, data = download(publisher, batch)
    row = rows_of(data)[0]
    assert row["COUNTRY"] == "Lemuria"
    assert row["reason"].endswith(" The file said “Atlantis” in “COUNTRY”.")


def test_refused_rows_are_left_out_of_the_import_and_offered_afterwards(publisher):
    batch = refused(publisher)
    page = parse(show(publisher, batch))
    assert page.text.count("2 rows are refused and will be left out.") == 1
    assert "Import 1 row" in page.text
    publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "import"})
    assert list(City.objects.values_list("name", flat=True)) == ["Derby"]
    page = parse(show(publisher, batch))
    assert "New: 1. Changed: 0. Unchanged: 0. Refused: 2." in page.text
    for ending in ("csv", "xlsx"):
        assert admin_url(City, "batch_refused", batch.pk, ending) in page.addresses
        assert download(publisher, batch, ending)


def test_refused_rows_become_a_preview_of_their_own_after_the_import(publisher):
    batch = refused(publisher)
    mend(publisher, batch, 3, **{"cell-1": "Lemuria"})
    address = admin_url(City, "batch", batch.pk)
    publisher.client.post(address, {"decision": "import"})
    answer = publisher.client.post(address, {"decision": "continue"})
    publisher.client.post(answer["Location"], {"decision": "look"})
    again = type(batch).objects.latest("pk")
    assert (again.file_name, again.headings) == (batch.file_name, batch.headings)
    assert [outcome for _number, outcome, _reason in results(again)] == ["refused", "refused"]
    assert again.rows.first().originals == {"1": "Atlantis"}
    mend(publisher, again, 3, use="1:GB")
    publisher.client.post(answer["Location"], {"decision": "import"})
    assert set(City.objects.values_list("name", flat=True)) == {"Derby", "Hull"}


def test_the_history_of_an_import_is_one_click_away(publisher):
    batch = refused(publisher)
    publisher.bring(City, [{"name": "Leeds", "country": "GB"}])
    publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "import"})
    links = dict(parse(show(publisher, batch)).links)
    assert links["Go to the list of cities"] == admin_url(City, "changelist")
    page = parse(publisher.client.get(links["History of this import"]))
    assert [said for said, _address in page.links if said in ("Derby", "Leeds")] == ["Derby"]


def test_other_endings_and_imports_of_others_are_no_files(publisher, contributor):
    batch = refused(publisher)
    address = admin_url(City, "batch_refused", batch.pk, "csv")
    assert publisher.client.get(address.replace("csv", "exe")).status_code == 404
    assert contributor.client.get(address).status_code == 403
