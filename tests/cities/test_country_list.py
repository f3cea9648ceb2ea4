"""The list of countries: from A to Z, by region, and by the number of cities."""

import pytest

from cities.models import Region
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def countries():
    togo = factories.country(code="TG", name="Togo", region=Region.AFRICA)
    ivory_coast = factories.country(code="CI", name="Côte d’Ivoire", region=Region.AFRICA)
    factories.country(code="FR", name="France")
    for place, number in ((togo, 3), (ivory_coast, 1)):
        for _ in range(number):
            factories.city(country=place)
    factories.city()


def countries_of(page):
    return [words for words, address in page.links if address.startswith("/countries/") and words]


def test_countries_stand_from_a_to_z_with_a_list_of_letters(client, countries):
    page = parse(client.get("/countries/"))
    assert page.outline == ["1 Countries", "2 C", "2 T", "2 U"]
    assert [link for link in page.links if link[1].startswith("#")][1:] == [
        ("C", "#C"),
        ("T", "#T"),
        ("U", "#U"),
    ]
    assert {"C", "T", "U"} <= set(page.values("id"))
    assert "5 learning cities in 3 countries" in page.text
    assert "Côte d’Ivoire 1 city" in page.text
    assert "Togo 3 cities" in page.text


@pytest.mark.parametrize(
    ("order", "names"),
    [
        ("", ["Côte d’Ivoire", "Togo", "United Kingdom"]),
        ("?order=size", ["Togo", "Côte d’Ivoire", "United Kingdom"]),
        ("?order=region", ["Côte d’Ivoire", "Togo", "United Kingdom"]),
    ],
)
def test_the_address_says_the_order(client, countries, order, names):
    page = parse(client.get(f"/countries/{order}"))
    assert [name for name in countries_of(page) if name in names] == names


def test_an_unknown_order_is_named_and_ignored(client, countries):
    page = parse(client.get("/countries/?order=colour"))
    assert "We do not recognise the order “colour”, so we ignored it." in page.text
    assert page.outline[1] == "2 C"


def test_a_country_can_be_narrowed_down_to_by_its_other_names(client, countries):
    names = parse(client.get("/countries/")).values("data-names")
    (kingdom,) = [name for name in names if name.startswith("GB ")]
    assert "UK" in kingdom.split()


def test_the_list_of_regions_has_each_with_its_numbers(client, countries):
    page = parse(client.get("/regions/"))
    assert page.outline[:2] == ["1 Regions", "2 Africa"]
    assert "Africa 4 learning cities in 2 countries Togo 3 cities" in page.text
    assert len(page.outline) == 6
