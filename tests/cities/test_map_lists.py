"""Every map is followed by a list of its cities, or by a link to one."""

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def lists_cities_after_its_map(html):
    return 'href="/cities/cork/"' in html.partition("</figure>")[0].partition("<figcaption")[2]


def test_maps_of_networks_and_organisations_have_a_list_of_their_cities(client):
    cork = factories.city(name="Cork", latitude=51.9, longitude=-8.47)
    network, organisation = factories.network(), factories.organisation()
    network.cities.add(cork)
    organisation.cities.add(cork)
    for record in (network, organisation):
        response = client.get(record.get_absolute_url())
        assert "Cities on this map" in parse(response).text
        assert lists_cities_after_its_map(response.text)


def test_the_list_under_the_map_of_one_country_does_not_repeat_the_country(client):
    ireland = factories.country(code="IE", name="Ireland")
    factories.city(name="Cork", country=ireland, latitude=51.9, longitude=-8.47)
    factories.city(name="Dublin", country=ireland, latitude=53.35, longitude=-6.26)
    one = client.get("/cities/?view=map&country=ie").text
    assert "<bdi>Cork</bdi></a></li>" in one
    factories.city(name="Derby", latitude=52.92, longitude=-1.48)
    two = client.get("/cities/?view=map").text
    assert '<bdi>Cork</bdi></a> <span class="soft">Ireland</span></li>' in two


def test_the_map_of_a_country_or_city_has_the_outline_of_its_country(client):
    ireland = factories.country(code="IE", name="Ireland")
    cork = factories.city(name="Cork", country=ireland, latitude=51.9, longitude=-8.47)
    for address in (ireland.get_absolute_url(), cork.get_absolute_url()):
        assert '.svg#ie"/>' in client.get(address).text
    factories.city(name="Derby", latitude=52.92, longitude=-1.48)
    assert '.svg#ie"/>' in client.get(cork.get_absolute_url()).text
    assert '.svg#ie"/>' not in client.get("/cities/?view=map").text
