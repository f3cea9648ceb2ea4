"""Rows of a preview are corrected on the page, left out and taken in again."""

import io

import openpyxl
import pytest
from django.db import connection

from cities.models import City, Country
from publishing.models import Revision
from tests import factories
from tests.admin_pages import admin_url
from tests.parsed_page import parse
from tests.publishing.import_export.column_step import ColumnStep
from tests.publishing.import_export.conftest import Desk, results
from tests.publishing.import_export.preview_page import filters, headings, lines, mend, show

pytestmark = pytest.mark.django_db

ALREADY = "Nothing was corrected, because the file has already been imported."


def outcomes(batch):
    return [outcome for _number, outcome, _reason in results(batch)]


def said(response):
    """Return the messages of the page to which a response redirects."""
    return [str(message) for message in response.context["messages"]]


def mend_and_follow(desk, batch, number, query="", **posted):
    answer = mend(desk, batch, number, query, **posted)
    address = admin_url(batch.model_class, "batch", batch.pk)
    assert answer.status_code == 302
    assert answer["Location"].startswith(f"{address}?")
    assert answer["Location"].endswith(f"#row-{number}")
    return desk.client.get(answer["Location"].partition("#")[0])


def kingdoms(publisher, number):
    """Return the preview of cities in a country whose name is misspelt."""
    factories.united_kingdom()
    names = [f"City {place}" for place in range(number)]
    return publisher.look(City, [{"name": name, "country": "Untied Kingdom"} for name in names])


def test_a_cell_is_corrected_and_checked_at_once_and_nothing_is_written(publisher):
    batch = kingdoms(publisher, 2)
    page = mend_and_follow(publisher, batch, 2, **{"cell-0": "Derby", "cell-1": "gb"})
    assert said(page) == ["Row 2: New · Derby."]
    assert outcomes(batch) == ["new", "refused"]
    row = batch.rows.get(number=2)
    assert (row.cells, row.originals) == (["Derby", "gb"], {"0": "City 0", "1": "Untied Kingdom"})
    assert lines(page)[0] == (
        "2 New Derby Name Derby in the file: “City 0” Country gb in the file: “Untied Kingdom”"
    )
    assert City.objects.count() == Revision.objects.count() == 0
    publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "import"})
    assert list(City.objects.values_list("name", "country")) == [("Derby", "GB")]


def test_a_cell_that_is_typed_back_is_as_in_the_file(publisher):
    batch = kingdoms(publisher, 1)
    mend(publisher, batch, 2, **{"cell-1": "GB"})
    mend(publisher, batch, 2, **{"cell-1": " Untied Kingdom\r\n"})
    row = batch.rows.get()
    assert (row.cells, row.originals) == (["City 0", "Untied Kingdom"], {})
    assert row.outcome == "refused"


def test_a_row_that_stays_refused_shows_its_form_again_with_the_sentence(publisher):
    batch = kingdoms(publisher, 1)
    answer = mend(publisher, batch, 2, **{"cell-0": "", "cell-1": "Atlantis"})
    assert answer.status_code == 200
    fields = {given.get("name"): given for given in parse(answer).attributes("input")}
    assert fields["cell-1"]["value"] == "Atlantis"
    assert fields["cell-1"]["aria-invalid"] == "true"
    assert batch.rows.get().problems["country"] in parse(answer).text
    assert "in the file: “Untied Kingdom”" in parse(answer).text


def test_the_form_of_a_row_offers_the_right_values(publisher):
    batch = kingdoms(publisher, 3)
    page = parse(publisher.client.get(admin_url(City, "batch_row", batch.pk, 2)))
    assert [option["value"] for option in page.attributes("option")] == ["United Kingdom"]
    uses = [given for given in page.attributes("button") if given.get("name") == "use"]
    assert [given["value"] for given in uses] == ["1:United Kingdom"]
    assert "Correct all 3 rows with this value" in page.text


def test_the_nearest_right_value_is_used_for_one_row_or_for_all_with_the_same(publisher):
    batch = kingdoms(publisher, 14)
    assert lines(show(publisher, batch))[0].endswith(
        "Use United Kingdom Use United Kingdom for all 14 rows with this value"
    )
    page = mend_and_follow(publisher, batch, 2, use="1:United Kingdom")
    assert said(page) == ["Row 2: New · City 0."]
    page = mend_and_follow(publisher, batch, 9, use_everywhere="1:United Kingdom")
    assert said(page) == ["Row 9: New · City 7. 12 more rows were corrected."]
    assert outcomes(batch) == ["new"] * 14
    assert {tuple(row.originals.items()) for row in batch.rows.all()} == {
        (("1", "Untied Kingdom"),)
    }


def test_a_typed_value_is_used_for_all_rows_with_the_same(publisher):
    batch = kingdoms(publisher, 3)
    mend(publisher, batch, 3, **{"cell-0": "Leeds", "cell-1": "GB", "everywhere-1": "on"})
    cells = [row.cells for row in batch.rows.all()]
    assert cells == [["City 0", "GB"], ["Leeds", "GB"], ["City 2", "GB"]]


def test_the_nearest_choice_and_the_nearest_links_are_offered_too(publisher):
    for name in ("Health", "Literacy"):
        factories.theme(name=name)
    factories.united_kingdom()
    row = {"name": "Derby", "country": "GB", "status": "Memberr", "themes": "helth; Literacy"}
    batch = publisher.look(City, [row])
    buttons = parse(show(publisher, batch)).attributes("button")
    uses = [given["value"] for given in buttons if given.get("name") == "use"]
    assert uses == ["2:Member", "3:Health; Literacy"]
    for use in uses:
        mend(publisher, batch, 2, use=use)
    assert outcomes(batch) == ["new"]


def test_each_record_that_a_name_may_mean_is_offered(publisher):
    for code, name in (
        ("KR", "Republic of Korea"),
        ("KP", "Democratic People’s Republic of Korea"),
    ):
        factories.country(code=code, name=name)
    batch = publisher.look(City, [{"name": "Daegu", "country": "Korea"}])
    buttons = parse(show(publisher, batch)).attributes("button")
    uses = [given["value"] for given in buttons if given.get("name") == "use"]
    assert sorted(uses) == ["1:Democratic People’s Republic of Korea", "1:Republic of Korea"]
    mend(publisher, batch, 2, use="1:Republic of Korea")
    assert batch.rows.get().content["fields"]["country"] == "KR"


def test_a_row_is_left_out_and_taken_in_again(publisher):
    rows = [{"code": c, "name": c, "region": "africa"} for c in ("FR", "DE")]
    batch = publisher.look(Country, rows)
    page = mend_and_follow(publisher, batch, 2, decision="leave_out")
    assert said(page) == ["Row 2: Left out · FR."]
    assert filters(page)["?show=left_out"] == "Left out 1"
    assert lines(show(publisher, batch, "?show=left_out")) == ["2 Left out FR UNESCO region africa"]
    page = mend_and_follow(publisher, batch, 2, decision="take_in")
    assert said(page) == ["Row 2: New · FR."]
    mend(publisher, batch, 2, decision="leave_out")
    publisher.client.post(admin_url(Country, "batch", batch.pk), {"decision": "import"})
    assert list(Country.objects.values_list("code", flat=True)) == ["DE"]
    batch.refresh_from_db()
    assert (batch.counts["new"], batch.counts["left_out"]) == (1, 1)


def test_a_row_that_is_left_out_or_corrected_gives_its_name_to_another_row(publisher):
    factories.united_kingdom()
    batch = publisher.look(City, [{"name": "Derby", "country": "GB"}] * 3)
    assert outcomes(batch) == ["new", "refused", "refused"]
    mend(publisher, batch, 2, decision="leave_out")
    assert outcomes(batch) == ["left_out", "new", "refused"]
    mend(publisher, batch, 3, **{"cell-0": "Hull"})
    assert outcomes(batch) == ["left_out", "new", "new"]
    mend(publisher, batch, 2, decision="take_in")
    assert outcomes(batch) == ["refused", "new", "new"]


def test_a_correction_leads_back_to_the_same_filter_and_page(publisher):
    batch = kingdoms(publisher, 1)
    answer = mend(publisher, batch, 2, "?show=refused&page=2&columns=all&other=1", use="1:GB")
    address = admin_url(City, "batch", batch.pk)
    assert answer["Location"] == f"{address}?show=refused&page=2&columns=all#row-2"


def test_columns_that_are_not_of_the_file_cannot_be_corrected(publisher):
    batch = kingdoms(publisher, 1)
    for posted in ({"cell-7": "x"}, {"use": "7:x"}, {"use": "x"}, {"everywhere-9": "on"}):
        assert mend(publisher, batch, 2, **posted).status_code in (200, 302)
    assert batch.rows.get().cells == ["City 0", "Untied Kingdom"]


def test_a_row_that_could_not_be_read_is_typed_on_the_page(publisher):
    factories.united_kingdom()
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in (["name", "country"], ["Derby", "#N/A"]):
        book.active.append(row)
    book.save(file)
    batch = publisher.look(City, file.getvalue(), name="table.xlsx")
    assert (batch.rows.get().cells, batch.rows.get().outcome) == ([], "refused")
    mend(publisher, batch, 2, **{"cell-0": "Derby", "cell-1": "GB"})
    assert outcomes(batch) == ["new"]


def test_many_corrected_rows_are_checked_with_a_progress_bar(publisher, monkeypatch):
    monkeypatch.setattr("publishing.staff.import_rows.STEP_SECONDS", 0)
    batch = kingdoms(publisher, 2)
    page = mend_and_follow(publisher, batch, 2, use_everywhere="1:GB")
    assert "Checking rows … Nothing has been changed yet." in parse(page).text


def test_corrected_rows_and_rows_left_out_stay_so_when_columns_are_changed(publisher):
    factories.united_kingdom()
    data = "Ville,Pays,Devise\nA,Untied Kingdom,Un\nB,GB,Deux\nC,GB,Trois\n"
    step = ColumnStep(publisher, City, data.encode())
    batch = step.go_on(column_2="motto")
    mend(publisher, batch, 2, **{"cell-0": "Derby", "cell-1": "GB"})
    mend(publisher, batch, 4, decision="leave_out")
    assert ("Change columns", step.address) in parse(show(publisher, batch)).links
    step.read(publisher.client.get(step.address))
    step.go_on(column_2="")
    assert [row.cells[0] for row in batch.rows.all()] == ["Derby", "B", "C"]
    assert outcomes(batch) == ["new", "new", "left_out"]
    assert headings(show(publisher, batch)) == "Row Record Name Ville Country Pays"


# -- Permissions and concurrency ---------------------------------------------------------------


def test_refused_rows_are_checked_again_after_their_country_was_added(publisher):
    batch = publisher.look(City, [{"name": "Segou", "country": "Mali"}])
    assert outcomes(batch) == ["refused"]
    factories.country(code="ML", name="Mali")
    page = show(publisher, batch)
    assert "Check the refused rows again" in page.content.decode()
    address = admin_url(City, "batch", batch.pk)
    for decision in ("check_again", "look"):
        assert publisher.client.post(address, {"decision": decision})["Location"] == address
    assert outcomes(batch) == ["new"]
    assert "Check the refused rows again" not in show(publisher, batch).content.decode()
    publisher.client.post(address, {"decision": "import"})
    publisher.client.post(address, {"decision": "check_again"})
    assert outcomes(batch) == ["new"]


def test_rows_are_corrected_only_by_the_person_who_uploaded_the_file(publisher):
    batch = kingdoms(publisher, 1)
    other = Desk(factories.user("Publishers"))
    for answer in (
        other.client.get(admin_url(City, "batch_row", batch.pk, 2)),
        mend(other, batch, 2, use="1:GB"),
        other.client.get(admin_url(City, "batch_refused", batch.pk, "csv")),
    ):
        assert answer.status_code == 403
    assert publisher.client.get(admin_url(City, "batch_row", batch.pk, 99)).status_code == 404
    assert outcomes(batch) == ["refused"]


def test_a_correction_after_the_import_is_refused_in_a_sentence(publisher):
    factories.united_kingdom()
    batch = publisher.bring(City, [{"name": "Derby", "country": "GB"}])
    show(publisher, batch)
    for posted in ({"cell-0": "Hull"}, {"decision": "leave_out"}, {"decision": "take_in"}):
        page = mend_and_follow(publisher, batch, 2, **posted)
        assert said(page) == [ALREADY]
    assert (batch.rows.get().cells, City.objects.get().name) == (["Derby", "GB"], "Derby")
    assert "Correct row 2" not in parse(page).text


class Once:
    """Wrap the database: call a function before the first statement that has one of the words."""

    def __init__(self, call, *words) -> None:
        self.call, self.words = call, words

    def __call__(self, execute, sql, params, many, context):
        if self.call and any(word in sql for word in self.words):
            call, self.call = self.call, None
            call()
        return execute(sql, params, many, context)


def test_a_row_that_is_corrected_while_it_is_imported_is_imported_as_corrected(publisher):
    factories.united_kingdom()
    batch = publisher.look(City, [{"name": "Derby", "country": "GB"}])
    # Keys are reserved when the rows are read and before they are locked.
    correct = Once(
        lambda: mend(publisher, batch, 2, **{"cell-0": "Hull"}), "sqlite_sequence", "nextval"
    )
    with connection.execute_wrapper(correct):
        publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "import"})
    assert list(City.objects.values_list("name", flat=True)) == ["Hull"]


def test_a_row_that_is_corrected_while_it_is_checked_is_checked_as_corrected(publisher):
    batch = kingdoms(publisher, 1)
    batch.rows.update(outcome="pending")
    correct = Once(lambda: mend(publisher, batch, 2, **{"cell-1": "GB"}), "cities_country")
    with connection.execute_wrapper(correct):
        publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "look"})
    row = batch.rows.get()
    assert (row.cells, row.outcome, row.reason) == (["City 0", "GB"], "new", "")
