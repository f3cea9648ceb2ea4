"""The list of cities that are like another one, each with what they have in common."""

import pytest

from cities.similar_cities import MOST, city_index, similar_cities
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def similar(city):
    return [(one.city.name, one.reasons) for one in similar_cities(city, city_index())]


def test_cities_with_more_in_common_come_first_each_with_its_reasons():
    literacy, health = factories.theme(name="Literacy"), factories.theme(name="Health")
    hidden = factories.theme(name="Hidden", published_at=None)
    here = factories.city(
        name="Leeds", population=500_000, joined_year=2020, themes=[literacy, health, hidden]
    )
    france = factories.country(name="France")
    factories.city(
        name="Lyon",
        country=france,
        population=520_000,
        joined_year=2020,
        themes=[literacy, hidden],
    )
    factories.city(name="York", population=510_000, themes=[hidden])
    factories.city(name="Bath", population=90_000, joined_year=2020)
    abroad = factories.country(name="Chad", region="africa")
    factories.city(name="Abéché", country=abroad, themes=[literacy, health], joined_year=2020)
    assert similar(here) == [
        (
            "Lyon",
            [
                "same theme: Literacy",
                "similar population: 520,000",
                "also joined in 2020",
                "same region",
            ],
        ),
        ("York", ["similar population: 510,000", "same country"]),
        ("Bath", ["also joined in 2020", "same country"]),
        ("Abéché", ["same themes: Health, Literacy", "also joined in 2020"]),
    ]


def test_one_thing_in_common_is_not_enough():
    here = factories.city(population=500_000, joined_year=2020)
    factories.city(population=1_000_000)
    factories.city(name="Far", country=factories.country(region="africa"), joined_year=2020)
    assert similar(here) == []


def test_hidden_cities_are_in_no_list_and_have_none():
    values = {"population": 500_000, "joined_year": 2020}
    here = factories.city(**values)
    hidden = factories.city(**values, published_at=None)
    assert similar(here) == similar(hidden) == []


def test_a_list_has_at_most_four_cities_of_those_closest_in_size():
    here = factories.city(population=1000)
    for population in (1200, 1100, 1010, 900, 950, 990):
        factories.city(name=f"City of {population}", population=population)
    found = [name for name, _reasons in similar(here)]
    assert found == ["City of 1010", "City of 990", "City of 950", "City of 1100"]
    assert len(found) == MOST


def test_the_page_of_a_city_lists_those_like_it_and_compares_them(client):
    factories.city(name="Leeds", joined_year=2020)
    for name in ("Bath", "Cork", "Hull", "York"):
        factories.city(name=name, joined_year=2020)
    page = parse(client.get("/cities/leeds/"))
    assert "2 Cities like this one" in page.outline
    assert "York United Kingdom also joined in 2020 · same country" in page.text
    compared = "/cities/compare/?city=leeds&city=bath&city=cork&city=hull"
    assert ("Compare these cities", compared) in page.links
    factories.city(name="Alone", country=factories.country(region="africa"))
    assert "2 Cities like this one" not in parse(client.get("/cities/alone/")).outline


def test_a_portal_of_very_many_cities_keeps_no_list_of_them_in_memory(client, monkeypatch):
    monkeypatch.setattr("cities.similar_cities.MOST_ROWS", 2)
    for name in ("Leeds", "York"):
        factories.city(name=name, joined_year=2020)
    assert len(city_index().by_key) == 2
    factories.city(name="Bath", joined_year=2020)
    assert city_index() is None
    page = parse(client.get("/cities/leeds/"))
    assert "It is one of three learning cities in United Kingdom that we list." in page.text
    assert "2 Cities like this one" not in page.outline
    assert client.get("/cities/compare/?city=leeds&city=york").status_code == 200
