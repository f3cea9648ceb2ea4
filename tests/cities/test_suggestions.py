"""Suggestions while typing: quick, public, in a good order, and safe from hostile input."""

import pytest
from django.utils import timezone

from cities.models import Region
from tests import factories

pytestmark = pytest.mark.django_db
URL = "/cities/suggest/"


def suggested(client, text):
    items = client.get(URL, {"q": text}).json()["items"]
    return [f"{item['name']}, {item['detail']}" for item in items]


@pytest.fixture
def morocco():
    return factories.country(code="MA", name="Morocco", region=Region.ARAB_STATES)


def test_a_city_is_suggested_with_its_country_and_address(client, morocco):
    factories.city(name="Fez", country=morocco)
    assert client.get(URL, {"q": "fez"}).json() == {
        "items": [{"name": "Fez", "detail": "Morocco", "url": "/cities/fez/"}],
        "status": "1 suggestion",
    }


def test_a_suggestion_shows_the_alternative_name_that_matched(client, morocco):
    fez = factories.city(name="Fez", country=morocco)
    for name in ("Fes", "Fès", "Fès-Médina", "فاس"):
        factories.alternative_name(city=fez, name=name)
    assert suggested(client, "fes") == ["Fez (Fès), Morocco"]
    assert suggested(client, "fez") == ["Fez, Morocco"]
    assert suggested(client, "فاس") == ["Fez (فاس), Morocco"]


def test_a_country_is_suggested_with_the_number_of_its_public_cities(client, morocco):
    factories.city(name="Fez", country=morocco)
    factories.city(name="Agadir", country=morocco)
    factories.city(name="Draft", country=morocco, published_at=None)
    assert suggested(client, "moroc") == [
        "Morocco, 2 cities",
        "Agadir, Morocco",
        "Fez, Morocco",
    ]


def test_suggestions_that_begin_with_the_text_come_first(client):
    factories.city(name="East York")
    factories.city(name="Yorkton")
    other = factories.city(name="Eboracum")
    factories.alternative_name(city=other, name="York")
    assert suggested(client, "york") == [
        "Yorkton, United Kingdom",
        "Eboracum (York), United Kingdom",
        "East York, United Kingdom",
    ]


def test_only_public_records_are_suggested(client, morocco):
    factories.city(name="Fez", country=morocco, published_at=None)
    factories.city(name="Fezzan", country=morocco, archived_at=timezone.now())
    assert suggested(client, "fez") == []
    assert suggested(client, "morocco") == []


def test_at_most_eight_are_suggested_and_a_country_is_not_crowded_out(client):
    factories.city(name="Newtown", country=factories.country(name="Newland"))
    for number in range(12):
        factories.city(name=f"New {number:02}")
    suggestions = suggested(client, "new")
    assert len(suggestions) == 8
    assert suggestions[-1] == "Newland, 1 city"


def test_at_most_two_countries_are_suggested_however_many_the_text_begins(client):
    for name in ("Newland", "Newmark", "Newstan"):
        factories.city(name=f"Capital of {name}", country=factories.country(name=name))
    items = client.get(URL, {"q": "new"}).json()["items"]
    assert [item["name"] for item in items if item["url"].startswith("/countries/")] == [
        "Newland",
        "Newmark",
    ]


@pytest.mark.parametrize(
    "text", ["", " ", "f", "\0", "%", "%%", "__", "'\";--", "\\", "\ud7ff\uffff", "٪٪"]
)
def test_text_without_two_letters_has_no_suggestions(client, text):
    factories.city(name="Fez")
    response = client.get(URL, {"q": text})
    assert (response.status_code, response.json()["items"]) == (200, [])


@pytest.mark.parametrize("text", ["fez" * 5000, "f\0e\0z\0" * 50, "fez " * 40, "%fez_", "(fez[*"])
def test_hostile_text_is_never_an_error_of_the_suggestions(client, text):
    assert client.get(URL, {"q": text}).status_code == 200


def test_suggestions_answer_without_a_text_and_for_invalid_bytes(client):
    assert client.get(URL).json()["items"] == []
    assert client.get(URL + "?q=%ff%fe%00").json()["items"] == []


def test_suggestions_may_be_cached_by_all_and_touch_no_session(client):
    client.force_login(factories.superuser())
    response = client.get(URL, {"q": "fez"})
    assert response["Cache-Control"] == "public, max-age=300"
    assert not response.has_header("Vary")
    assert not response.cookies
    assert client.post(URL).status_code == 405


@pytest.mark.parametrize("number", [1, 30])
def test_suggestions_take_four_queries_for_any_number_of_matches(
    client, django_assert_num_queries, number
):
    for _ in range(number):
        factories.alternative_name(name="Fès", city=factories.city())
    with django_assert_num_queries(4):
        client.get(URL, {"q": "fes"})
