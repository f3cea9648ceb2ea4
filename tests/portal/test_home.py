"""The home page and its data."""

from datetime import UTC, date, datetime

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def home(client):
    return parse(client.get("/"))


def test_an_empty_portal_has_a_home_page_all_the_same(client):
    page = home(client)
    assert page.outline[0] == "1 0 cities that keep learning"
    assert "We list 0" not in page.text
    assert "None " not in page.text.replace("None published yet", "")
    assert "of the members" not in page.text


def test_the_numbers_of_the_home_page_come_from_the_data(client):
    intake = factories.intake(
        year=2024,
        announced_on=date(2024, 2, 14),
        cities_announced=64,
        countries_announced=35,
        cities_total=356,
        countries_total=79,
    )
    factories.intake(year=2015, cities_total=97)
    kenya = factories.country(code="KE", name="Kenya", region="africa")
    factories.city(name="Nairobi", country=kenya, latitude=-1.3, longitude=36.8)
    factories.city(name="Cork", intake=intake)
    factories.city(name="Hidden", intake=intake, published_at=None)
    page = home(client)
    assert page.outline[0] == "1 2 cities that keep learning"
    assert "We list 2 of the 356 members, in 2 countries." in page.text
    assert "1 city is not shown because we do not know its location." in page.text
    assert "1 Africa 0 Arab States 0 Asia and the Pacific 1 Europe and North America" in page.text
    assert "14 February 2024: 64 cities from 35 countries" in page.text
    assert "We have not yet identified 63 of the new members." in page.text
    assert "See the one city listed for 2024" in page.text
    assert "From 97 cities to 356" in page.text
    assert "The network has grown from 97 cities in 2015 to 356 cities in" in page.text
    assert "356 cities in 79 countries in February 2024." in page.text


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"announced_on": date(2024, 2, 14)},
        {"cities_total": 356},
        {"announced_on": date(2024, 2, 14), "cities_total": 356},
        {"announced_on": date(2024, 2, 14), "cities_announced": 64},
    ],
)
def test_the_home_page_names_no_unknown_figures(values, client):
    factories.intake(year=2024, **values)
    factories.city(joined_year=2024)
    text = home(client).text
    assert "None" not in text.replace("None published yet", "")
    assert "of the members" not in text
    assert "from countries" not in text
    assert "in countries" not in text


def test_the_home_page_shows_the_newest_news(client):
    for day in range(1, 7):
        factories.news_item(title=f"Day {day}", published_at=datetime(2024, 1, day, tzinfo=UTC))
    titles = [line[2:] for line in home(client).outline if line.startswith("3 Day")]
    assert titles == ["Day 6", "Day 5", "Day 4", "Day 3"]


def test_the_networks_with_most_members_that_visitors_see_come_first(client):
    small, large = factories.network(name="Small"), factories.network(name="Large")
    for _ in range(2):
        factories.membership(network=large)
    factories.membership(network=small)
    for _ in range(3):
        hidden = factories.organisation(published_at=None)
        factories.membership(network=small, organisation=hidden)
    networks = client.get("/").context["networks"]
    assert [network.name for network in networks] == ["Large", "Small"]


def test_the_home_page_has_the_search_for_a_place_once(client):
    (form,) = home(client).attributes("form")
    assert (form["action"], form["method"]) == ("/find/", "get")


def test_the_map_of_the_home_page_leads_to_the_list_of_its_cities(client):
    factories.city(name="Fez", latitude=34, longitude=-5)
    page = home(client)
    assert ("see all cities as a list", "/cities/?view=table") in page.links
    assert "is not shown" not in page.text


def test_the_newest_twelve_cities_are_named_and_the_others_one_step_away(client):
    factories.intake(year=2024, announced_on=date(2024, 2, 14))
    for number in range(14):
        factories.city(name=f"City {number:02}", joined_year=2024)
    page = home(client)
    named = [words for words, _address in page.links if words.startswith("City ")]
    assert named == [f"City {number:02}" for number in range(12)]
    assert ("See all 14 cities listed for 2024", "/cities/?intake=2024") in page.links


def test_the_home_page_links_to_every_part(client):
    assert {
        "/cities/",
        "/countries/",
        "/intakes/",
        "/networks/",
        "/news/",
        "/events/",
        "/about/",
        "/news/feed/",
    } <= home(client).addresses


def test_a_page_of_text_shows_its_text(client):
    factories.page(title="About", summary="Who we are.", body="<h2>Sources</h2><p>Many.</p>")
    page = parse(client.get("/about/"))
    assert "About Who we are. Sources Many." in page.text
    assert page.outline == ["1 About", "2 Sources"]
