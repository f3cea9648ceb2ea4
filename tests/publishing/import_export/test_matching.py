"""Rows of imports and the records that they are about; corrected rows that are checked again."""

import pytest

from cities.models import City
from tests import factories
from tests.admin_pages import admin_url
from tests.publishing.import_export.conftest import results
from tests.publishing.import_export.test_values import look_again

pytestmark = pytest.mark.django_db


@pytest.fixture
def wakefield(db):
    return factories.city(name="Wakefield", motto="Old")


def outcomes(batch):
    rows = batch.rows.order_by("number")
    return [(row.outcome, row.object_pk) for row in rows]


def test_a_row_with_the_name_and_country_of_a_city_is_about_it(publisher, wakefield):
    wakefield_in_canada = {"name": "Wakefield", "country": "CA", "motto": "New"}
    factories.country(code="CA", name="Canada")
    rows = [{"name": name, "country": "UK", "motto": "New"} for name in ("wakefield", "Derby")]
    batch = publisher.look(City, [*rows, wakefield_in_canada], mode="live")
    assert outcomes(batch) == [("changed", str(wakefield.pk)), ("new", ""), ("new", "")]
    # It keeps its own spelling.
    changed = batch.rows.first()
    assert changed.readings == {"name": "Wakefield", "country": "United Kingdom"}
    assert changed.content["fields"]["name"] == "Wakefield"


def test_a_name_without_its_country_matches_nothing(publisher, wakefield):
    batch = publisher.look(City, [{"name": "Wakefield", "motto": "New"}])
    assert results(batch) == [(2, "refused", "Country: This cannot be empty.")]


def test_an_empty_id_is_a_new_record(publisher, wakefield):
    row = {"id": "", "name": "Wakefield", "country": "GB", "motto": "New"}
    taken = (
        "“Wakefield (United Kingdom)”: There is already a city of this name in this country. "
        "If this is a different place, give both a different part of the country."
    )
    batch = publisher.look(City, [row])
    assert results(batch) == [(2, "refused", taken)]
    assert batch.rows.get().problems == {"name": taken}


def test_rows_are_matched_in_the_way_chosen_for_the_file(publisher, wakefield):
    other = factories.city(name="Other", slug="other")
    row = {"id": other.pk, "slug": "", "name": "Wakefield", "country": "GB", "motto": "New"}
    batch = publisher.look(City, [row])
    assert outcomes(batch)[0][0] == "refused"
    batch.options["match_by"] = "name"
    batch.save()
    look_again(publisher, batch)
    assert outcomes(batch) == [("changed", str(wakefield.pk))]


def test_a_row_with_an_empty_address_is_matched_by_its_name(publisher, wakefield):
    row = {"slug": "", "name": "Wakefield", "country": "GB", "motto": "New"}
    assert outcomes(publisher.look(City, [row])) == [("changed", str(wakefield.pk))]


def test_a_name_that_two_cities_have_is_refused_with_both_named(publisher, wakefield):
    other = factories.city(name="WAKEFIELD", slug="other", subdivision="Quebec")
    row = {"name": "Wakefield", "country": "GB", "motto": "New"}
    batch = publisher.look(City, [row])
    sentence = (
        "“Wakefield” may be WAKEFIELD, United Kingdom (other) or Wakefield, United Kingdom "
        "(wakefield). Give the address of the one that you mean."
    )
    assert results(batch) == [(2, "refused", sentence)]
    City.objects.filter(pk=wakefield.pk).update(subdivision="England")
    batch = publisher.look(City, [row | {"subdivision": "QUEBEC"}])
    assert outcomes(batch) == [("changed", str(other.pk))]


def test_a_new_row_that_is_nearly_an_existing_record_has_a_remark(publisher):
    factories.city(name="Alcobaça", country=factories.country(code="PT", name="Portugal"))
    factories.united_kingdom()
    rows = [
        {"name": name, "country": code} for name, code in [("Alcobaca", "PT"), ("Alcobaça", "GB")]
    ]
    batch = publisher.look(City, [*rows, {"name": "Alcobaçaa", "country": "PT"}])
    remark = "There is Alcobaça (Portugal) already. Import this row only if it is another one."
    assert [(row.outcome, row.remark) for row in batch.rows.order_by("number")] == [
        ("unchanged", ""),
        ("new", ""),
        ("new", remark),
    ]


# -- Corrected rows ----------------------------------------------------------------------------


def correct(publisher, batch, number, **cells):
    """Correct cells of a row on the page, where it is checked at once."""
    data = {f"cell-{batch.headings.index(name)}": cell for name, cell in cells.items()}
    publisher.client.post(admin_url(City, "batch_row", batch.pk, number), data)


def test_a_corrected_row_is_checked_again(publisher):
    factories.united_kingdom()
    batch = publisher.look(City, [{"name": "Hull", "country": "GB", "population": "many"}])
    assert batch.rows.get().problems.keys() == {"population"}
    correct(publisher, batch, 2, population="5,000")
    row = batch.rows.get()
    assert (row.outcome, row.problems, row.reason) == ("new", {}, "")
    assert row.readings == {"population": "5000"}
    # Its own name and address do not stand in its way.
    correct(publisher, batch, 2, population="6,000")
    assert batch.rows.get().content["fields"]["slug"] == "hull"


def test_a_row_that_collided_with_a_corrected_one_is_checked_again(publisher):
    factories.united_kingdom()
    rows = [{"name": name, "country": "GB", "motto": "A"} for name in ("Hull", "Hull", "Hull")]
    batch = publisher.look(City, rows)
    same = "“Hull (United Kingdom)”: Row %s of the file has the same."
    assert results(batch) == [(2, "new", ""), (3, "refused", same % 2), (4, "refused", same % 2)]
    correct(publisher, batch, 2, name="Derby")
    assert results(batch) == [(2, "new", ""), (3, "new", ""), (4, "refused", same % 3)]
    assert batch.rows.get(number=3).content["fields"]["slug"] == "hull"
    # Back again: the name has another row by now.
    correct(publisher, batch, 2, name="Hull")
    assert results(batch)[0] == (2, "refused", same % 3)
