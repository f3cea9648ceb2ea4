"""The step that matches the headings of a file with columns."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cities.models import City, Country, Intake
from news.models import Event
from publishing.models import Batch, HeadingChoice
from tests import factories
from tests.admin_pages import admin_url
from tests.publishing.import_export.column_step import ColumnStep, contents, posted
from tests.publishing.import_export.conftest import Desk, results
from tests.publishing.import_export.files import raw_workbook, text_file, workbook

pytestmark = pytest.mark.django_db

CITIES = text_file(("Ville", "Pays", "Remarque"), ("Espoo", "GB", "x"), ("Vaasa", "GB", ""))


@pytest.fixture(autouse=True)
def country(db):
    return factories.united_kingdom()


def test_exact_headings_need_no_step_and_their_columns_can_still_be_changed(publisher):
    data = text_file(("Name", "country", "summary"), ("Derby", "GB", "On the Derwent."))
    batch = publisher.look(City, data)
    assert contents(batch, "name", "summary") == [("Derby", "On the Derwent.")]
    step = publisher.client.get(admin_url(City, "batch_columns", batch.pk))
    assert step.context["form"].guessed == ["name", "country", "summary"]


def test_common_words_for_headings_are_known_in_six_languages(publisher):
    for words in (
        "City Country Population Latitude",
        "Ville Pays Habitants Latitude",
        "Ciudad País Población Latitud",
        "Город Страна Население Широта",
        "城市 国家 人口 纬度",
        "المدينة البلد السكان عرض",
    ):
        step = ColumnStep(publisher, City, text_file(words.split(), ("Derby", "GB", "1", "")))
        assert list(step.guesses.values())[:3] == ["name", "country", "population"]


@pytest.mark.parametrize(
    "words",
    [
        "Stadt Land Beitrittsjahr Einwohner Breitengrad Längengrad Webseite",
        "Città Paese Anno Popolazione Latitudine Longitudine Sito",
        "Cidade País Ano População Latitude Longitude Site",
        "Şehir Ülke Yıl Nüfus Enlem Boylam Website",
        "都市名 国名 加盟年 人口 緯度 経度 ウェブサイト",
        "도시 국가 연도 인구 위도 경도 홈페이지",
    ],
)
def test_lists_of_cities_are_known_in_further_languages(publisher, words):
    step = ColumnStep(publisher, City, text_file(words.split(), ["Derby", "GB", *[""] * 5]))
    assert list(step.guesses.values()) == [
        "name", "country", "joined_year", "population", "latitude", "longitude", "website",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "column"),
    [
        ("Lat", "latitude"),
        ("GPS latitude", "latitude"),
        ("Lng", "longitude"),
        ("Year joined", "joined_year"),
        ("Other names", "alternative_names"),
        ("Description", "summary"),
        ("Web site (URL)", "website"),
        ("Country / Pays", "country"),
        ("Populaton 2021", "population"),
        ("JOINING-DATE", "joined_on"),
        ("Mayor", ""),
        ("What does your city do for learning? Use few words or as many as you like.", ""),
    ],
)  # fmt: skip
def test_a_heading_is_matched_by_what_people_call_a_column(publisher, heading, column):
    step = ColumnStep(publisher, City, text_file(("City", heading), ("Derby", "1")))
    assert step.form.guessed == ["name", column]


def test_a_choice_of_columns_is_remembered_for_its_headings_and_kind_of_record(publisher):
    ColumnStep(publisher, City, CITIES).go_on(column_2="motto")
    assert HeadingChoice.objects.get().columns == ["name", "country", "motto"]
    again = ColumnStep(publisher, City, CITIES.replace(b"Pays", b"PAYS"))
    assert again.form.guessed == ["name", "country", "motto"]
    assert "as for the last file with these headings" in again.page
    assert ColumnStep(publisher, Event, CITIES).form.guessed == ["city", "country", "note"]
    # The list of refused rows has the same headings and two of its own.
    refused = text_file(
        ("Row", "Ville", "Pays", "Remarque", "Reason"), (2, "Espoo", "GB", "x", "y")
    )
    assert ColumnStep(publisher, City, refused).form.guessed == ["", "name", "country", "motto", ""]


def test_two_headings_for_one_column_are_a_mistake_at_the_field(publisher):
    step = ColumnStep(publisher, City, CITIES)
    said = "“Ville” already goes to this column. Leave one of them out."
    assert step.refused(column_2="name") == {"column_2": [said]}
    assert not step.batch.rows.exists()


def test_a_file_without_any_chosen_column_is_not_previewed(publisher):
    step = ColumnStep(publisher, City, CITIES)
    errors = step.refused(column_0="", column_1="", column_2="", match_by="id")
    assert errors["__all__"] == ["Choose a column for at least one heading."]


def test_a_column_that_new_records_need_is_named_when_it_is_missing(publisher):
    said = "New cities cannot be added without: country. Existing ones can be changed."
    step = ColumnStep(publisher, City, text_file(("Ville", "Remarque"), ("Espoo", "x")))
    assert step.form.warning == said
    assert step.go_on(match_by="slug", column_1="slug").notes == [said]


def test_rows_are_matched_by_the_columns_that_the_file_has(publisher):
    step = ColumnStep(publisher, City, CITIES)
    assert [label for _value, label in step.form.fields["match_by"].choices] == [
        "its number (id)", "its address", "its name and country",
    ]  # fmt: skip
    assert step.form["match_by"].value() == "name"
    said = "No heading is matched with: address. Match one, or choose another way."
    assert step.refused(match_by="slug") == {"match_by": [said]}
    assert step.go_on(match_by="name").options["match_by"] == "name"
    ours = ColumnStep(publisher, City, text_file(("slug", "Mayor"), ("derby", "x")))
    assert ours.form["match_by"].value() == "slug"


def test_a_day_that_may_be_a_month_is_asked_about_once(publisher):
    rows = [("City", "Pays", "Date joined"), ("Derby", "GB", "03/04/2024")]
    step = ColumnStep(publisher, City, text_file(*rows))
    assert (
        step.form.fields["date_order"].label
        == "Is “03/04/2024” written with the day first or the month first?"
    )
    assert list(step.refused()) == ["date_order"]
    assert step.go_on(date_order="mdy").options["date_order"] == "mdy"
    # Another row of the column answers it.
    rows.append(("Leeds", "GB", "14/04/2024"))
    assert "date_order" not in ColumnStep(publisher, City, text_file(*rows)).form.fields


def test_a_day_is_asked_about_however_it_is_written(publisher):
    heading = ("City", "Pays", "Date joined")
    for day, orders in [("03.04.2024", ["dmy", "mdy"]), ("24-02-14", ["dmy", "ymd"])]:
        step = ColumnStep(publisher, City, text_file(heading, ("A", "GB", day)))
        choices = step.form.fields["date_order"].choices
        assert [order for order, _label in choices] == [*orders, "unknown"]
    batch = step.go_on(date_order="ymd")
    assert contents(batch, "joined_on") == [("2024-02-14",)]


def test_days_that_contradict_each_other_are_asked_about(publisher):
    rows = [("A", "GB", "03/04/2024"), ("B", "GB", "31/12/2024"), ("C", "GB", "12/31/2024")]
    step = ColumnStep(publisher, City, text_file(("City", "Pays", "Date joined"), *rows))
    assert "date_order" in step.form.fields


def test_the_order_in_one_column_says_nothing_about_another(publisher):
    heading = ("City", "Pays", "Date joined", "Last checked on")
    step = ColumnStep(publisher, City, text_file(heading, ("A", "GB", "03/04/2024", "31/12/2024")))
    batch = step.go_on(date_order="mdy")
    assert contents(batch, "joined_on", "checked_on") == [("2024-03-04", "2024-12-31")]


def test_the_choices_of_an_order_say_which_day_each_would_be(publisher):
    rows = [("City", "Pays", "Date joined"), ("Derby", "GB", "03.04.2024")]
    step = ColumnStep(publisher, City, text_file(*rows))
    assert step.form.fields["date_order"].choices == [
        ("dmy", "Day first: 3 April 2024"),
        ("mdy", "Month first: 4 March 2024"),
        ("unknown", "I do not know: refuse these rows, and let me correct them one by one"),
    ]
    [row] = step.go_on(date_order="unknown").rows.all()
    assert row.problems["joined_on"].startswith("Joining date: “03.04.2024” may be 3 April 2024 or")


@pytest.mark.parametrize(
    "headings", [("City", "Pays", "Date joined"), ("name", "country", "joined_on")]
)
def test_a_day_beyond_the_first_rows_is_asked_about_before_the_preview(publisher, headings):
    rows = [(f"Place {number}", "GB", "2 May 2024") for number in range(120)]
    data = text_file(headings, *rows, ("Last", "GB", "03/04/2024"))
    address = publisher.upload(City, data)["Location"]
    if headings[0] == "City":
        form = publisher.client.get(address).context["form"]
        assert "date_order" not in form.fields
        data = posted(form, decision="continue")
        assert publisher.client.post(address, data)["Location"] == address
    answer = publisher.client.get(address)
    assert [str(message) for message in answer.context["messages"]] == [
        "One question is left below the columns: which day is “03/04/2024”?"
    ]
    data = posted(answer.context["form"], decision="continue", date_order="mdy")
    preview = publisher.client.post(address, data)["Location"]
    publisher.client.post(preview, {"decision": "look"})
    last = Batch.objects.get().rows.get(number=122)
    assert last.content["fields"]["joined_on"] == "2024-03-04"


def test_the_order_that_one_sheet_proves_does_not_count_for_another(publisher):
    sheets = {
        "A": [
            ["City", "Pays", "Date joined"],
            ["Derby", "GB", "03/04/2024"],
            ["Hull", "GB", "31/12/2024"],
        ],
        "B": [
            ["City", "Pays", "Date joined"],
            ["Derby", "GB", "03/04/2024"],
            ["Hull", "GB", "12/31/2024"],
        ],
    }
    step = ColumnStep(publisher, City, workbook(sheets))
    assert contents(step.go_on(), "joined_on") == [("2024-04-03",), ("2024-12-31",)]
    step.show(sheet="B")
    assert contents(step.go_on(), "joined_on") == [("2024-03-04",), ("2024-12-31",)]


@pytest.mark.parametrize(
    ("heading", "value", "column"),
    [
        ("Joined", "14 February 2024", "joined_on"),
        ("Joined", "2024", "joined_year"),
        ("Adhésion", "14.02.2024", "joined_on"),
        ("Date d’adhésion", "2019", "joined_year"),
        ("Date joined", "", "joined_on"),
        ("Date joined", "soon", "joined_on"),
        ("Joining year", "14.02.2024", "joined_year"),
    ],
)  # fmt: skip
def test_a_column_of_years_and_one_of_days_are_told_apart_by_their_values(
    publisher, heading, value, column
):
    step = ColumnStep(publisher, City, text_file(("City", heading), ("Derby", value)))
    assert step.form.guessed == ["name", column]


def test_exact_headings_with_an_ambiguous_day_need_the_step(publisher):
    data = text_file(("year", "announced_on"), ("2024", "03/04/2024"))
    step = ColumnStep(publisher, Intake, data)
    assert step.form.guessed == ["year", "announced_on"]
    assert "date_order" in step.form.fields


# -- How the file is read ----------------------------------------------------------------------


def test_another_row_of_headings_is_chosen(publisher):
    rows = [("Kaupunki", "Maa"), ("city", "country"), ("Derby", "GB"), ("Leeds", "GB")]
    step = ColumnStep(publisher, City, text_file(*rows))
    assert step.form.table.header_row == 2
    assert list(step.show(header_row="1").guesses) == ["Kaupunki", "Maa"]
    assert step.samples["Kaupunki"] == ["city", "Derby", "Leeds"]
    step.show(header_row="2")
    batch = step.go_on()
    assert [row.number for row in batch.rows.all()] == [3, 4]


def test_no_row_of_headings_is_chosen(publisher):
    rows = [("Derby", "GB"), ("Leeds", "GB")]
    step = ColumnStep(publisher, City, text_file(*rows)).show(header_row="0")
    assert list(step.guesses) == ["Column A (no heading)", "Column B (no heading)"]
    batch = step.go_on(column_0="name", column_1="country")
    assert [row.label for row in batch.rows.all()] == ["Derby", "Leeds"]


def test_another_sheet_and_another_separator_are_chosen(publisher):
    sheets = {"A": [["City", "Pays"], ["Derby", "GB"]], "B": [["City", "Pays"], ["Leeds", "GB"]]}
    step = ColumnStep(publisher, City, workbook(sheets))
    assert step.samples["City"] == ["Derby"]
    step.show(sheet="B")
    assert [row.label for row in step.go_on().rows.all()] == ["Leeds"]
    odd = ColumnStep(publisher, City, text_file(("City", "Pays"), ("Derby", "GB"), separator="|"))
    assert odd.samples == {"City": ["Derby"], "Pays": ["GB"]}
    assert list(odd.show(separator=";").guesses) == ["City|Pays"]


def test_choices_made_for_another_reading_are_not_taken_up(publisher):
    step = ColumnStep(publisher, City, text_file(("x", "y"), ("City", "Pays"), ("Derby", "GB")))
    data = step.posted(header_row="1", column_0="motto") | {"decision": "continue"}
    step.read(publisher.client.post(step.address, data))
    assert step.guesses == {"x": "", "y": ""}
    assert not step.batch.rows.exists()


@pytest.mark.parametrize(
    "posted",
    [
        {"header_row": "99"}, {"header_row": "-1"}, {"header_row": "9" * 30}, {"sheet": "None"},
        {"encoding": "rot13"}, {"separator": ""}, {"separator": "::"}, {"separator": "\n"},
        {"shape": "x"},
    ],
)  # fmt: skip
def test_choices_that_the_page_does_not_offer_are_answered_with_the_page(publisher, posted):
    step = ColumnStep(publisher, City, CITIES)
    for decision in ("show", "continue"):
        data = step.posted(**posted) | {"decision": decision}
        assert publisher.client.post(step.address, data).status_code in (200, 302)


def test_a_title_in_merged_cells_and_a_merged_column_are_read(publisher):
    rows = [
        ["Our cities", None],
        ["Pays", "City"],
        ["GB", "Derby"],
        [None, "Leeds"],
        ["FI", "Espoo"],
    ]
    step = ColumnStep(publisher, City, workbook({"S": rows}, merged=("A1:B1", "A3:A4")))
    batch = step.go_on()
    assert [row.cells for row in batch.rows.all()] == [
        ["GB", "Derby"], ["GB", "Leeds"], ["FI", "Espoo"],
    ]  # fmt: skip


def test_the_value_that_a_formula_had_is_taken_and_remarked_on(publisher):
    cells = (
        '<row r="1"><c r="A1" t="str"><v>City</v></c><c r="B1" t="str"><v>Habitants</v></c></row>'
    )
    formula = '<c r="B2"><f>SUM(C1:C9)</f><v>257000</v></c>'
    cells += f'<row r="2"><c r="A2" t="str"><v>Derby</v></c>{formula}</row>'
    batch = ColumnStep(publisher, City, raw_workbook(cells)).go_on()
    assert batch.rows.get().cells == ["Derby", "257000"]
    assert "Formulas are imported as the values that they show." in batch.notes


def test_a_cell_that_cannot_be_read_matters_only_in_a_chosen_column(publisher):
    rows = [["City", "Pays", "Remarque"], ["Derby", "GB", "=1+1"]]
    step = ColumnStep(publisher, City, workbook({"S": rows}))
    assert contents(step.go_on(column_2=""), "name") == [("Derby",)]
    again = ColumnStep(publisher, City, workbook({"S": rows}))
    reason = "column C holds a formula; paste its value instead"
    assert results(again.go_on(column_2="note")) == [(2, "refused", reason)]


def test_a_number_that_the_separator_divides_is_warned_of_before_and_in_the_preview(publisher):
    said = (
        "Row 3 has more values than there are headings. If a value contains the separator, such "
        "as 1,234 in a list with commas, put it in quotation marks in the file."
    )
    rows = [("City", "Pays", "Habitants"), ("Derby", "GB", "900"), ("Leeds", "GB", "812,000")]
    step = ColumnStep(publisher, City, text_file(*rows))
    assert step.form.warning == said
    assert step.go_on().notes == [said, "Left out: Column D (no heading)."]
    quoted = [*rows[:2], ("Leeds", "GB", '"812,000"')]
    assert ColumnStep(publisher, City, text_file(*quoted)).form.warning == ""


def test_a_cell_far_below_and_beyond_the_headings_is_named_as_left_out(publisher):
    rows = [("City", "Pays"), *(("Derby", "GB") for _row in range(150)), ("Leeds", "GB", "", "far")]
    batch = ColumnStep(publisher, City, text_file(*rows)).go_on()
    assert batch.notes == ["Left out: Column C (no heading), Column D (no heading)."]
    assert batch.headings == ["City", "Pays", "", ""]


# -- Changing the columns, and whose file it is ------------------------------------------------


def test_other_columns_keep_the_rows_and_what_was_corrected_in_them(publisher):
    batch = ColumnStep(publisher, City, CITIES).go_on(column_2="motto")
    batch.rows.filter(number=2).update(cells=["Espoo", "GB", "corrected"])
    step = ColumnStep.__new__(ColumnStep)
    step.desk, step.model, step.batch = publisher, City, batch
    step.address = admin_url(City, "batch_columns", batch.pk)
    step.read(publisher.client.get(step.address))
    assert step.form.guessed == ["name", "country", "motto"]
    batch = step.go_on(column_2="summary")
    assert contents(batch, "name", "motto", "summary") == [
        ("Espoo", "", "corrected"), ("Vaasa", "", ""),
    ]  # fmt: skip


def test_the_file_is_kept_until_the_import_is_carried_out(publisher):
    batch = ColumnStep(publisher, City, CITIES).go_on()
    assert Batch.objects.get().content is not None
    publisher.client.post(admin_url(City, "batch", batch.pk), {"decision": "import"})
    batch.refresh_from_db()
    assert batch.imported_at
    assert batch.content is None
    answer = publisher.client.get(admin_url(City, "batch_columns", batch.pk))
    assert answer["Location"] == admin_url(City, "batch", batch.pk)


def test_old_files_are_deleted(publisher):
    batch = ColumnStep(publisher, City, CITIES).batch
    old = timezone.now() - timedelta(days=4)
    imported = Batch.objects.create(model="cities.city", content=b"x", imported_at=old, made_at=old)
    Batch.objects.filter(pk=batch.pk).update(made_at=old)
    publisher.upload(City, CITIES)
    assert not Batch.objects.filter(pk=batch.pk).exists()
    assert Batch.objects.get(pk=imported.pk).content is None


def test_the_preview_of_a_file_whose_headings_are_not_matched_leads_to_the_step(publisher):
    step = ColumnStep(publisher, City, CITIES)
    answer = publisher.client.get(admin_url(City, "batch", step.batch.pk))
    assert answer["Location"] == step.address


def test_a_file_is_visible_to_the_person_who_uploaded_it_only(publisher, contributor):
    address = ColumnStep(publisher, City, CITIES).address
    other = Desk(factories.user("Administrators"))
    for client, status in ((contributor.client, 403), (other.client, 403)):
        assert client.get(address).status_code == status
        assert client.post(address, {"decision": "continue"}).status_code == status
    assert publisher.client.get(admin_url(Country, "batch_columns", 1)).status_code == 404


def test_the_step_takes_few_queries(publisher, django_assert_max_num_queries):
    rows = [[f"Heading {number}" for number in range(60)], *([["x"] * 60] * 300)]
    address = ColumnStep(publisher, City, text_file(*rows)).address
    with django_assert_max_num_queries(12):
        publisher.client.get(address)
