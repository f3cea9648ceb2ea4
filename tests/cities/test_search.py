"""Search: ranking, spelling correction, the summary of the result, and empty results."""

import pytest

from cities.models import City
from cities.spelling import did_you_mean
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def uk():
    return factories.country(code="GB", name="United Kingdom", name_in_text="the United Kingdom")


def names(text):
    return [city.name for city in City.objects.published().search(text)]


def test_matches_of_a_name_come_before_other_matches(uk):
    factories.city(name="Ashford", country=uk, motto="Manners maketh town")
    factories.city(name="New Mansfield", country=uk)
    factories.city(name="Zeta", country=uk).alternative_names.create(name="Manaus")
    factories.city(name="Manchester", country=uk)
    assert names("man") == ["Manchester", "New Mansfield", "Zeta", "Ashford"]


def test_a_city_is_found_by_its_public_network_and_not_by_a_hidden_one(uk):
    manchester = factories.city(name="Manchester", country=uk)
    factories.network(name="Adult Skills Network", cities=[manchester])
    factories.network(name="Secret Circle", cities=[manchester], published_at=None)
    assert names("skills") == ["Manchester"]
    assert names("secret") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("wakfield", "Wakefield"),
        ("Wolverhamton", "Wolverhampton"),
        ("untied kingdom", "United Kingdom"),
        ("wakefield", ""),
        ("wake", ""),
        ("qqqqqq", ""),
        ("", ""),
    ],
)
def test_did_you_mean_offers_the_nearest_known_words(uk, typed, meant):
    factories.city(name="Wakefield", country=uk)
    factories.city(name="Wolverhampton", country=uk)
    assert did_you_mean(typed) == meant


def test_did_you_mean_offers_no_hidden_names(uk):
    factories.city(name="Wakefield", country=uk, published_at=None)
    assert did_you_mean("wakfield") == ""


def test_an_empty_result_offers_the_other_spelling(client, uk):
    factories.city(name="Wakefield", country=uk)
    page = client.get("/cities/?q=wakfield&country=gb").content.decode()
    assert 'Did you mean <a href="?q=Wakefield"><bdi>Wakefield</bdi></a>?' in page


def summary(client, query):
    return client.get(f"/cities/?{query}").context["found"]


def test_a_result_is_summarised_in_words(client, uk):
    ireland = factories.country(code="IE", name="Ireland")
    africa = factories.country(code="KE", name="Kenya", region="africa")
    factories.city(name="Manchester", country=uk, joined_year=2024)
    factories.city(name="Derby", country=uk, joined_year=2022)
    factories.city(name="Cork", country=ireland)
    factories.city(name="Kisii", country=africa, kind="county")
    assert summary(client, "") == "4 cities"
    assert summary(client, "country=gb") == "2 cities in the United Kingdom"
    assert summary(client, "country=gb&country=ie") == "3 cities in Ireland or the United Kingdom"
    assert summary(client, "region=africa") == "1 city in Africa"
    assert summary(client, "country=gb&intake=2022&intake=2024") == (
        "2 cities in the United Kingdom that joined in 2022 or 2024"
    )
    assert summary(client, "intake=unknown") == "2 cities whose joining year is not known"
    assert summary(client, "q=cork") == "1 city matches “cork”"
    assert summary(client, "kind=county") == "1 county"


def test_an_empty_result_says_what_dropping_each_filter_would_give(client, uk):
    kenya = factories.country(code="KE", name="Kenya", region="africa")
    factories.city(name="Manchester", country=uk, joined_year=2024)
    factories.city(name="Derby", country=uk, joined_year=2022)
    factories.city(name="Kisii", country=kenya, joined_year=2022)
    finder = client.get("/cities/?country=ke&intake=2024").context["finder"]
    assert [(way["label"], way["count"], way["url"]) for way in finder.ways_back] == [
        ("Kenya", 1, "?intake=2024"),
        ("2024", 1, "?country=ke"),
    ]


def test_an_empty_result_offers_no_way_that_leads_to_nothing(client, uk):
    factories.city(name="Manchester", country=uk)
    finder = client.get("/cities/?q=atlantis&country=gb").context["finder"]
    assert [way["label"] for way in finder.ways_back] == ["atlantis"]


def test_a_search_is_sorted_by_what_fits_best(client, uk):
    factories.city(name="Manchester", country=uk)
    page = client.get("/cities/?q=man").content.decode()
    assert "Sorted by best match." in page
