"""The number of queries of each public page: the same for one row and for thirty."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests import factories

PINNED = {
    "home": 15,
    "cities, cards": 4,
    "cities, table": 4,
    "cities, map": 4,
    "cities, filtered": 6,
    "city": 9,
    "countries": 2,
    "countries, by size": 2,
    "country": 7,
    "regions": 2,
    "region": 9,
    "themes": 2,
    "theme": 4,
    "intakes": 4,
    "intake": 9,
    "year": 8,
    "networks": 5,
    "networks, filtered": 6,
    "network": 7,
    "organisations": 5,
    "organisations, filtered": 6,
    "organisation": 8,
    "news": 5,
    "news, filtered": 6,
    "news item": 9,
    "feed": 2,
    "events": 2,
    "event": 2,
    "page": 2,
}


@pytest.fixture(params=[1, 30], ids=["1 row", "30 rows"])
def addresses(request, db, settings, tmp_path):
    """Return the public pages, with this number of rows in each relation of each record."""
    settings.MEDIA_ROOT = tmp_path
    return build(request.param)


def build(size):
    numbers = range(size)
    picture = factories.picture()
    country = factories.country(code="GB", name="United Kingdom")
    countries = [country, *(factories.country() for _ in numbers[1:])]
    factories.intake(year=2020)
    factories.intake(year=2030)
    intake = factories.intake(year=2024, announced_on="2024-02-14", cities_total=64)
    for number in numbers[1:]:
        factories.intake(year=2031 + number, cities_total=number)
    themes = [factories.theme() for _ in numbers]
    cities = [
        factories.city(
            name=f"City {number:02}",
            country=country,
            intake=intake,
            latitude=50 + number / 10,
            longitude=number / 10,
            population=1000 * number,
            themes=themes,
        )
        for number in numbers
    ]
    for _ in numbers:
        factories.city(country=country, joined_year=2018)
    for number, other in enumerate(countries[1:]):
        factories.city(name=f"Abroad {number:02}", country=other, latitude=-number, longitude=9)
    city = cities[0]
    networks = [
        factories.network(
            name=f"Network {number:02}", cities=cities, country=country, picture=picture
        )
        for number in numbers
    ]
    organisations = [factories.organisation(cities=cities) for _ in numbers]
    for number in numbers:
        factories.alternative_name(city=city, name=f"Name {number}")
        factories.award(city=city, year=2015 + number)
        factories.designation(city=city, name=f"Title {number}")
        if number:
            factories.membership(network=networks[0], organisation=organisations[number])
            factories.membership(network=networks[number], organisation=organisations[0])
    factories.membership(network=networks[0], organisation=organisations[0])
    items = [
        factories.news_item(
            cities=cities, countries=countries, networks=networks, intake=intake, picture=picture
        )
        for _ in numbers
    ]
    factories.news_item(published_at=timezone.now())
    for number in numbers:
        factories.event(city=cities[number], country=country)
        factories.event(name=f"Coming {number}", city=city, starts_on="2099-01-01")
        factories.event(name=f"Yearly {number}", city=city, starts_on=None, date_note="May")
    page = factories.page(title="About")
    return {
        "home": "/",
        "cities, cards": "/cities/",
        "cities, table": "/cities/?view=table",
        "cities, map": "/cities/?view=map",
        "cities, filtered": (
            f"/cities/?q=city&country=gb&intake=2024&theme={themes[0].slug}&kind=city"
        ),
        "city": city.get_absolute_url(),
        "countries": "/countries/",
        "countries, by size": "/countries/?order=size",
        "country": "/countries/united-kingdom/",
        "regions": "/regions/",
        "region": "/regions/europe-and-north-america/",
        "themes": "/themes/",
        "theme": themes[0].get_absolute_url(),
        "intakes": "/intakes/",
        "intake": "/intakes/2024/",
        "year": "/intakes/2018/",
        "networks": "/networks/",
        "networks, filtered": "/networks/?q=network&scope=city",
        "network": networks[0].get_absolute_url(),
        "organisations": "/organisations/",
        "organisations, filtered": "/organisations/?q=organisation&country=gb",
        "organisation": organisations[0].get_absolute_url(),
        "news": "/news/",
        "news, filtered": f"/news/?q=news&year=2020&city={city.slug}",
        "news item": items[0].get_absolute_url(),
        "feed": "/news/feed/",
        "events": "/events/",
        "event": "/events/yearly-0/",
        "page": page.get_absolute_url(),
    }


def test_pages_take_the_same_number_of_queries_at_any_size(addresses, client):
    counted = {}
    for name, address in addresses.items():
        with CaptureQueriesContext(connection) as queries:
            response = client.get(address)
        assert response.status_code == 200, address
        counted[name] = len(queries)
    assert counted == PINNED
