"""The preview of an import as a table: its cells, columns, filters and pages."""

import pytest

from cities.models import City, Intake
from publishing.models import Batch
from tests import factories
from tests.admin_pages import admin_url
from tests.parsed_page import parse, words
from tests.publishing.import_export.preview_page import filters, headings, lines, show

pytestmark = pytest.mark.django_db


def test_a_row_of_the_file_is_a_row_of_the_table_with_its_result(publisher):
    factories.city(name="Wakefield", population=300_000)
    factories.city(name="Bristol")
    rows = [
        {"slug": "wakefield", "name": "Wakefield", "country": "GB", "population": "353000"},
        {"slug": "bristol", "name": "Bristol", "country": "GB", "population": ""},
        {"slug": "", "name": "Derby", "country": "GB", "population": "261400"},
        {"slug": "", "name": "Hull", "country": "GB", "population": "many"},
    ]
    batch = publisher.look(City, rows, mode="live")
    page = show(publisher, batch)
    assert headings(page) == "Row Record Country Population"
    refused = batch.rows.get(number=5).problems["population"]
    assert lines(page) == [
        "2 Changed Wakefield Country GB Population removed: 300000 added: 353000",
        "3 Unchanged Bristol Country GB Population",
        "4 New Derby Country GB Population 261400",
        f"5 Refused Hull Country GB Population many {refused}",
    ]
    caption = words(
        page.content.decode(), '<caption id="import-caption" tabindex="-1">', "</caption>"
    )
    assert caption == "Rows of the file: 1 to 4 of 4"


def test_the_values_that_follow_from_a_row_stand_below_it(publisher):
    factories.united_kingdom()
    factories.city(name="Wakefield", joined_year=None)
    factories.intake(year=2024)
    rows = [{"name": "Wakefield", "intake": "2024"}, {"name": "Derby", "intake": "2024"}]
    batch = publisher.look(City, [row | {"country": "GB"} for row in rows], mode="live")
    assert lines(show(publisher, batch)) == [
        "2 Changed Wakefield Intake added: 2024 Country GB Also set: Joining year: added: 2024",
        "3 New Derby Intake 2024 Country GB Also set: Joining year: 2024",
    ]
    address = "Also set: Address: derby · Joining year: 2024"
    assert address in lines(show(publisher, batch, "?columns=all"))[1]


def test_the_record_of_a_row_is_linked_as_soon_as_it_exists(publisher):
    city = factories.city(name="Wakefield")
    rows = [{"slug": "wakefield", "name": "Wakefield", "motto": "New"}, {"name": "Derby"}]
    rows[1] |= {"slug": "", "motto": ""}
    factories.united_kingdom()
    rows = [row | {"country": "GB"} for row in rows]
    batch = publisher.look(City, rows)
    change = admin_url(City, "change", city.pk)
    assert ("Wakefield", change) in parse(show(publisher, batch)).links
    assert "Derby" not in [said for said, _address in parse(show(publisher, batch)).links]
    publisher.bring(City, rows)
    batch = publisher.bring(City, [row | {"name": "Hull"} for row in rows[1:]])
    hull = City.objects.get(name="Hull")
    assert ("Hull", admin_url(City, "change", hull.pk)) in parse(show(publisher, batch)).links


def test_columns_with_nothing_to_show_are_folded_and_can_be_opened(publisher):
    factories.city(name="Wakefield", motto="Old")
    row = {"slug": "wakefield", "name": "Wakefield", "country": "GB", "motto": "New", "website": ""}
    batch = publisher.look(City, [row])
    page = show(publisher, batch)
    assert headings(page) == "Row Record Motto"
    said = "4 more columns have nothing to show here"
    assert (said, "?columns=all") in parse(page).links
    page = show(publisher, batch, "?columns=all")
    assert headings(page) == "Row Record Address slug Name Country Motto Website"
    assert ("Show only the columns with something new", "?") in parse(page).links


def test_a_heading_that_is_not_the_label_stands_below_it(publisher):
    batch = publisher.look(Intake, [{"year": "2024", "announced_on": "2024-02-14"}])
    assert headings(show(publisher, batch)) == "Row Record Announced on announced_on"


def test_the_filters_count_the_rows_and_narrow_the_table(publisher):
    factories.city(name="Wakefield")
    rows = [{"slug": "wakefield", "name": "Wakefield", "population": "1"}]
    rows += [{"slug": "", "name": f"City {number:02}", "population": "x"} for number in range(30)]
    batch = publisher.look(City, [row | {"country": "GB"} for row in rows])
    assert filters(show(publisher, batch)) == {
        "?": "All 31",
        "?show=new": "New 0",
        "?show=changed": "Changed 1",
        "?show=unchanged": "Unchanged 0",
        "?show=refused": "Refused 30",
    }
    assert len(lines(show(publisher, batch))) == 25
    page = show(publisher, batch, "?show=refused&page=2")
    assert [line.split(" Population")[0] for line in lines(page)] == [
        f"{number} Refused City {number - 3:02}" for number in range(28, 33)
    ]
    assert ("Previous", "?show=refused&page=1") in parse(page).links
    assert lines(show(publisher, batch, "?show=new")) == []
    assert len(lines(show(publisher, batch, "?show=nonsense"))) == 25


def test_rows_with_a_remark_have_a_filter_of_their_own(publisher, contributor):
    city = factories.city(name="Wakefield", motto="one")
    contributor.bring(City, [{"id": city.pk, "motto": "two"}])
    rows = [{"id": city.pk, "name": "Wakefield", "motto": "three"}]
    rows += [{"id": "", "name": "Derby", "motto": ""}]
    batch = publisher.look(City, [row | {"country": "GB"} for row in rows], mode="live")
    page = show(publisher, batch, "?show=remarks")
    assert filters(page)["?show=remarks"] == "With remarks 1"
    remark = batch.rows.get(number=2).remark
    assert [line.endswith(remark) for line in lines(page)] == [True]


def test_a_value_that_is_understood_differently_is_shown_as_read(publisher):
    factories.united_kingdom()
    factories.city(name="Wakefield", population=300_000)
    rows = [
        {"name": "Derby", "country": "UK", "population": "1 234 567"},
        {"name": "Wakefield", "country": "GB", "population": "353.000"},
    ]
    batch = publisher.look(City, rows)
    page = show(publisher, batch, "?show=remarks")
    assert lines(page)[0] == (
        "2 New Derby Country UK read as United Kingdom Population 1 234 567 read as 1,234,567"
    )
    assert "removed: 300000 added: 353000 “353.000” read as 353,000" in lines(page)[1]
    assert filters(page)["?show=remarks"] == "With remarks 2"


def test_a_long_text_is_shortened_and_can_be_read_whole(publisher):
    factories.united_kingdom()
    text = " ".join(f"word{number}" for number in range(60))
    batch = publisher.look(City, [{"name": "Derby", "country": "GB", "summary": text}])
    page = show(publisher, batch).content.decode()
    assert words(page, "<details><summary>word0", "</summary>").endswith("…")
    assert words(page, "</summary>word0", "</details>").endswith("word59")


@pytest.mark.parametrize("size", [1, 25])
def test_a_page_of_the_preview_takes_as_many_queries_for_one_row_as_for_many(
    publisher, django_assert_num_queries, size
):
    themes = [factories.theme(name="Health"), factories.theme(name="Literacy")]
    rows = []
    for number in range(size):
        country = factories.country(name=f"Land {number}")
        city = factories.city(name=f"City {number}", country=country, themes=themes)
        rows += [
            {"id": city.pk, "name": city.name, "country": country.pk, "themes": "health"},
            {"id": "", "name": f"New {number}", "country": country.pk, "themes": "literacy"},
            {"id": "", "name": f"Wrong {number}", "country": f"Lan {number}", "themes": "helth"},
        ]
    rows.sort(key=lambda row: str(row["name"]))
    batch = publisher.look(City, rows)
    for query, number in [("?show=refused", 15), ("?show=changed", 12), ("?show=new", 13)]:
        address = admin_url(City, "batch", batch.pk) + query
        with django_assert_num_queries(number):
            page = publisher.client.get(address)
        assert len(lines(page)) == size
    wrong = batch.rows.filter(outcome="refused").first()
    with django_assert_num_queries(11):
        publisher.client.get(admin_url(City, "batch_row", batch.pk, wrong.number))


def test_a_file_of_an_earlier_version_whose_columns_are_unknown_is_refused_and_forgotten(publisher):
    batch = publisher.bring(City, [{"name": "Wakefield", "country": factories.united_kingdom().pk}])
    waiting = publisher.look(City, [{"name": "Wakefield", "motto": "New"}])
    Batch.objects.update(headings=["former", "columns"], options={})
    waiting.rows.update(outcome="pending", reason="", problems={})
    address = admin_url(City, "batch", waiting.pk)
    assert publisher.client.post(address, {"decision": "look"}).status_code == 302
    assert "Choose a column for at least one heading." in lines(show(publisher, waiting))[0]
    for page in (address, admin_url(City, "batch_row", waiting.pk, 2)):
        assert publisher.client.get(page).status_code == 200
    publisher.client.post(address, {"decision": "discard"})
    assert list(Batch.objects.all()) == [batch]
    show(publisher, batch)
    publisher.undo(batch)
    assert not City.objects.published().exists()
