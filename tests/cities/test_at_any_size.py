"""A large portal gives the same answers as a small one, in few queries."""

from math import asin, cos, radians, sin, sqrt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from cities.detail_queries import nearest
from cities.drawing.map_clusters import MOST_MARKS
from cities.models import EARTH_RADIUS_KM, AlternativeName, City
from publishing.caching.prepared_queries import Prepared
from tests import factories


def many(number, country, **values):
    """Create this number of public cities in bulk, each with its own place and population."""
    return City.objects.bulk_create(
        City(
            name=f"Made {index:04}",
            slug=f"made-{country.code.lower()}-{index}",
            country=country,
            latitude=index % 60,
            longitude=index % 90,
            population=index,
            published_at=timezone.now(),
            **values,
        )
        for index in range(number)
    )


def names_matching(text):
    return [city.name for city in City.objects.search(text)]


class TestWordIndex:
    """The word index follows every kind of write."""

    def test_the_word_index_follows_bulk_writes_changes_and_deletions(self, db):
        cities = many(3, factories.country())
        assert names_matching("0002") == ["Made 0002"]
        City.objects.filter(pk=cities[2].pk).update(search_key=" elsewhere")
        assert (names_matching("0002"), names_matching("elsew")) == ([], ["Made 0002"])
        City.objects.filter(pk=cities[2].pk).delete()
        assert names_matching("elsewhere") == []

    def test_the_word_index_follows_alternative_names_to_another_city(self, db):
        fez, bonn = factories.city(name="Fez"), factories.city(name="Bonn")
        [name] = AlternativeName.objects.bulk_create(
            [AlternativeName(city=fez, name="Fès el-Bali")]
        )
        assert names_matching("bali") == ["Fez"]
        AlternativeName.objects.filter(pk=name.pk).update(city=bonn)
        assert names_matching("bali") == ["Bonn"]
        name.delete()
        assert names_matching("bali") == []

    @pytest.mark.parametrize("name", ["北京", "नई दिल्ली", "Ñuñoa", "ØRSTED", "St. 20e5", "قسنطينة"])
    def test_the_word_index_finds_names_in_every_script(self, db, name):
        factories.city(name=name)
        for word in name.split():
            assert names_matching(word) == [name]


class TestMapClusters:
    def test_many_cities_are_one_mark_for_each_country(self, db, client):
        for code, number in (("FR", 4), ("DE", MOST_MARKS)):
            many(number, factories.country(code=code, name=f"Land {code}"))
        marks = client.get("/cities/?view=map").context["map"].marks
        assert sorted((mark.label, mark.url) for mark in marks) == [
            ("Land DE: 500 cities", "?country=de&view=map"),
            ("Land FR: 4 cities", "?country=fr&view=map"),
        ]

    def test_many_cities_of_one_country_are_one_mark_for_neighbours(self, db, client):
        many(MOST_MARKS + 30, factories.country(code="DE"))
        factories.city(country_id="DE", name="Nowhere", latitude=None, longitude=None)
        response = client.get("/cities/?view=map")
        marks = response.context["map"].marks
        # They are at 180 places, each in a cell of its own.
        assert len(marks) == 180
        assert sum(int(mark.about.split()[0]) for mark in marks) == MOST_MARKS + 30
        assert "1 city is not shown because we do not know its location." in response.text

    def test_few_cities_have_a_mark_each(self, db, client):
        many(3, factories.country())
        assert len(client.get("/cities/?view=map").context["map"].marks) == 3

    def test_the_map_of_the_home_page_clusters_many_cities_by_country(self, db, client):
        for code, number in (("FR", 4), ("DE", MOST_MARKS)):
            country = factories.country(code=code, name=f"Land {code}", region="africa")
            many(number, country)
        factories.city(country_id="DE", name="Nowhere", latitude=None, longitude=None)
        page = client.get("/")
        assert sorted((mark.label, mark.url) for mark in page.context["map"].marks) == [
            ("Land DE: 500 cities", "/cities/?country=de&view=map"),
            ("Land FR: 4 cities", "/cities/?country=fr&view=map"),
        ]
        assert "505 cities that keep learning" in page.text
        assert "Each mark stands for the cities of a country" in page.text
        assert "1 city is not shown because we do not know its location." in page.text
        regions = {region["slug"]: region["count"] for region in page.context["regions"]}
        assert (regions.pop("africa"), set(regions.values())) == (505, {0})
        # The canonical address, so that there is no redirect.
        assert client.get("/cities/?country=de&view=map").status_code == 200

    @pytest.mark.parametrize("page", ["/regions/africa/", "/intakes/2024/"])
    def test_maps_of_regions_and_intakes_cluster_and_their_lists_are_cut(self, db, client, page):
        factories.intake(year=2024)
        for code, number in (("FR", 4), ("DE", MOST_MARKS)):
            country = factories.country(code=code, name=f"Land {code}", region="africa")
            many(number, country, joined_year=2024)
        place = {"latitude": None, "longitude": None}
        factories.city(country_id="DE", name="Nowhere", joined_year=2024, **place)
        response = client.get(page)
        query = "" if "regions" in page else "&intake=2024"
        assert sorted((mark.label, mark.url) for mark in response.context["map"].marks) == [
            ("Land DE: 500 cities", f"/cities/?country=de{query}&view=map"),
            ("Land FR: 4 cities", f"/cities/?country=fr{query}&view=map"),
        ]
        assert client.get(f"/cities/?country=de{query}&view=map").status_code == 200
        assert (response.context["city_total"], len(response.context["cities"])) == (505, 200)
        assert response.context["without_place"] == 1
        assert "Each mark stands for the cities of a country" in response.text
        assert "See all 505" in response.text


def kilometres(one, other):
    """Return the great-circle distance by the haversine formula, which the portal does not use."""
    (north, east), (south, west) = (
        (radians(city.latitude), radians(city.longitude)) for city in (one, other)
    )
    half = sin((north - south) / 2) ** 2 + cos(north) * cos(south) * sin((east - west) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(half))


class TestNearest:
    """Searching boxes around a city gives the same neighbours as measuring to every city."""

    @pytest.mark.parametrize("total", [99, 100, 2000])
    @pytest.mark.parametrize(
        "place",
        [(53.7, -1.5), (0, 0), (64, -21.9), (78.2, 15.6), (-18.1, 178.4), (-54.8, -68.3), (-90, 0)],
    )
    def test_nearest_cities_are_right_at_the_equator_the_poles_and_the_date_line(
        self, db, place, total
    ):
        country = factories.country()
        others = []
        for number in range(12):
            # A dense group, and others farther and farther away.
            dense = {"latitude": 53 + number / 20, "longitude": -2}
            far = {"latitude": -80 + 14 * number, "longitude": 175 - 30 * number}
            others += [factories.city(country=country, **where) for where in (dense, far)]
        here = factories.city(country=country, latitude=place[0], longitude=place[1])
        every = sorted(others, key=lambda other: kilometres(here, other))[:6]
        neighbours = nearest(here, total)
        assert [city.pk for city in neighbours] == [other.pk for other in every]
        distances = [kilometres(here, other) for other in every]
        assert [city.distance for city in neighbours] == pytest.approx(distances, abs=0.01)

    @pytest.mark.parametrize(("total", "reach"), [(100, 12), (2000, 1.5)])
    def test_a_city_beyond_the_edge_is_nearer_than_six_in_the_corners(self, db, total, reach):
        country = factories.country()
        here = factories.city(country=country, latitude=0, longitude=0)
        inside, outside = reach * 0.95, reach * 1.05
        for place in range(6):
            sign = (-1) ** place
            corner = {"latitude": inside, "longitude": sign * (inside - place / 1000)}
            factories.city(name=f"Corner {place}", country=country, **corner)
        factories.city(name="Beyond", country=country, latitude=-outside, longitude=0)
        assert [city.name for city in nearest(here, total)] == [
            "Beyond",
            *(f"Corner {place}" for place in (5, 4, 3, 2, 1)),
        ]


class TestPages:
    @pytest.mark.parametrize("sort", ["", "&sort=joined", "&sort=population", "&sort=country"])
    def test_the_pages_of_a_list_together_have_every_city_once(self, db, client, sort):
        many(30, factories.country(), joined_year=2020)
        many(30, factories.country())
        pages = [client.get(f"/cities/?page={n}{sort}").context["page_obj"] for n in (2, 3)]
        pages.append(client.get(f"/cities/?{sort[1:]}").context["page_obj"])
        seen = [city.pk for page in pages for city in page]
        assert (len(seen), len(set(seen))) == (60, 60)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [7, 2100])
def test_a_second_request_takes_the_same_few_queries_at_any_size(client, number):
    """Outside a transaction, as visitors do: facets and menu are remembered."""
    country = factories.country(code="GB", name="United Kingdom")
    many(number, country, joined_year=2020)
    city = factories.city(country=country, name="Leeds", latitude=10, longitude=10)
    network = factories.network(cities=[city])
    factories.membership(network=network, organisation=factories.organisation())
    factories.news_item(cities=[city])
    factories.event(city=city)
    expected = {
        "/": 0,
        "/cities/": 2,
        "/cities/?kind=city": 2,
        "/cities/?q=made&kind=city": 3,
        "/cities/?q=nowhere": 3,
        "/cities/leeds/": 7,
    }
    counted = {}
    for address in expected:
        client.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        counted[address] = len(queries)
    assert counted == expected


@pytest.mark.django_db(transaction=True)
def test_cached_values_are_computed_again_after_a_change(client):
    city = factories.city(name="Leeds", country=factories.country(name="Land"))
    page = "/cities/leeds/"
    assert "The one learning city in Land" in client.get(page).text
    other = factories.city(country=city.country)
    assert "All 2 learning cities in Land" in client.get(page).text
    assert client.get("/cities/").context["paginator"].count == 2
    City.objects.filter(pk=other.pk).update(archived_at=timezone.now())
    assert "The one learning city in Land" in client.get(page).text
    assert client.get("/cities/").context["paginator"].count == 1


def test_a_prepared_query_with_a_moment_of_its_own_is_refused(db):
    frozen = Prepared(lambda moment: City.objects.published())
    with pytest.raises(ValueError, match="moment of its own"):
        frozen()
