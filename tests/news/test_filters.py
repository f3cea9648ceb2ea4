"""The finder of news."""

from datetime import UTC, datetime

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world():
    cork, york = factories.city(name="Cork"), factories.city(name="York")
    forum = factories.network(name="Forum")
    factories.news_item(
        title="Première",
        summary="Old but gold.",
        published_at=datetime(2023, 12, 31, 23, 59, tzinfo=UTC),
        cities=[cork, york],
    )
    factories.news_item(
        title="Second story",
        published_at=datetime(2024, 1, 1, tzinfo=UTC),
        cities=[york],
        networks=[forum],
    )
    factories.news_item(title="Third story", published_at=datetime(2024, 6, 1, tzinfo=UTC))


def titles_matching(client, query=""):
    response = client.get("/news/" + query)
    assert response.status_code == 200
    return [item.title for item in response.context["page_obj"]]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Third story", "Second story", "Première"]),
        ("?year=2023", ["Première"]),
        ("?year=2023&year=2024", ["Third story", "Second story", "Première"]),
        ("?city=york", ["Second story", "Première"]),
        ("?city=york&city=cork", ["Second story", "Première"]),
        ("?network=forum", ["Second story"]),
        ("?city=york&year=2023", ["Première"]),
        ("?q=premiere", ["Première"]),
        ("?q=gold+old", ["Première"]),
        ("?q=sto", ["Third story", "Second story"]),
        ("?q=tory", []),
    ],
)
def test_news_is_filtered_and_searched(query, titles, client):
    assert titles_matching(client, query) == titles


def test_facets_of_news_count_items(client):
    facets = client.get("/news/?year=2024").context["finder"].facets
    assert {
        facet.name: {choice.value: choice.count for choice in facet.choices} for facet in facets
    } == {
        "year": {"2024": 2, "2023": 1},
        "country": {"gb": 1},
        "city": {"cork": 0, "york": 1},
        "network": {"forum": 1},
    }


def test_the_year_facet_of_news_uses_the_time_zone_of_the_site(client, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    facets = client.get("/news/").context["finder"].facets
    (years,) = [facet for facet in facets if facet.name == "year"]
    assert {choice.value: choice.count for choice in years.choices} == {"2024": 3}
    assert len(titles_matching(client, "?year=2024")) == 3


def test_an_unknown_filter_of_news_is_named(client):
    response = client.get("/news/?city=atlantis&year=twenty&region=africa")
    assert response.context["finder"].notices == [
        "We do not recognise the year “twenty”, so we ignored that filter.",
        "We do not recognise the city “atlantis”, so we ignored that filter.",
        "This page has no filter “region”, so we ignored it.",
    ]


def test_a_page_of_news_has_twelve_items(client):
    for _ in range(12):
        factories.news_item()
    assert (len(titles_matching(client)), len(titles_matching(client, "?page=2"))) == (12, 3)
