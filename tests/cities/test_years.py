"""The pages of years in which cities joined without an announced intake."""

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def test_a_year_without_an_intake_has_a_page_with_its_cities(client):
    factories.city(name="Fez", joined_year=2018, latitude=34, longitude=-5)
    factories.city(name="Cork", joined_year=2018)
    page = parse(client.get("/intakes/2018/"))
    assert page.outline[0] == "1 Joined in 2018"
    assert "Our sources name 2 cities that joined in 2018." in page.text
    assert "We have found no announcement of an intake for that year." in page.text
    assert "1 city is not shown because we do not know its location." in page.text
    assert {"/cities/fez/", "/cities/cork/", "/cities/?intake=2018"} <= page.addresses
    assert ("Intakes", "/intakes/") in page.links


def test_a_year_in_which_no_public_city_joined_has_no_page(client):
    factories.city(joined_year=2018, published_at=None)
    assert client.get("/intakes/2018/").status_code == 404


def test_a_year_whose_intake_is_hidden_has_no_page_and_no_link_to_it(client):
    factories.city(joined_year=2018)
    factories.intake(year=2018, published_at=None)
    assert client.get("/intakes/2018/").status_code == 404
    for path in ("/intakes/", "/numbers/"):
        addresses = parse(client.get(path)).addresses
        assert "/intakes/2018/" not in addresses
        assert "/cities/?intake=2018" in addresses


def test_an_intake_that_is_announced_is_the_page_of_its_year(client):
    factories.city(joined_year=2018)
    factories.intake(year=2018, cities_announced=5)
    assert parse(client.get("/intakes/2018/")).outline[0] == "1 2018: 1 city listed"
