"""News by country: items that name the country or one of its cities, each counted once."""

import pytest
from django.http import QueryDict
from django.utils.http import urlencode

from news.filters import NewsFilter
from news.models import NewsItem
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

HIDDEN = {"published_at": None}


@pytest.fixture
def world():
    """Create four countries with a public city each, in an order other than that of their names."""
    places = {}
    for code, name in (("GB", "United Kingdom"), ("IE", "Ireland"), ("SE", "Åland"), ("FR", "Fr")):
        country = factories.country(code=code, name=name)
        places[code] = (country, factories.city(country=country))
    return places


def facet(**query):
    rows = NewsItem.objects.published().for_listing()
    finder = NewsFilter(QueryDict(urlencode(query, doseq=True)), queryset=rows)
    return next(facet for facet in finder.facets if facet.name == "country")


def counts(**query):
    return {choice.label: choice.count for choice in facet(**query).choices}


def test_a_news_item_counts_once_however_it_names_a_country(world):
    britain, manchester = world["GB"]
    _ireland, dublin = world["IE"]
    another = factories.city(country=britain)
    factories.news_item(countries=[britain], cities=[manchester, another])
    factories.news_item(countries=[britain])
    factories.news_item(cities=[another, dublin])
    factories.news_item()

    assert counts() == {"Ireland": 1, "United Kingdom": 3}


def test_counts_of_the_country_facet_are_those_of_its_filter(world, client):
    for number, codes in enumerate([["GB"], ["GB", "IE"], ["IE", "SE"], ["SE"], []]):
        factories.news_item(
            title=f"Item {number}",
            cities=[world[code][1] for code in codes[:1]],
            countries=[world[code][0] for code in codes[1:]],
            networks=[factories.network(name="Learning")] if number == 1 else [],
        )
    factories.news_item(title="Other", published_at=factories.LONG_AGO.replace(year=2021))

    for query in ({}, {"year": "2020"}, {"q": "item"}, {"country": "gb"}, {"network": "learning"}):
        for choice in facet(**query).choices:
            page = client.get("/news/", query | {"country": choice.value})
            assert page.context["paginator"].count == choice.count, (query, choice)


def test_countries_of_the_facet_are_ordered_by_name(world):
    for country, city in world.values():
        factories.news_item(cities=[city], countries=[country])

    assert [choice.label for choice in facet().choices] == [
        "Åland",
        "Fr",
        "Ireland",
        "United Kingdom",
    ]


def test_the_country_facet_filters_by_code(world, client):
    factories.news_item(title="British", cities=[world["GB"][1]])
    factories.news_item(title="Irish", countries=[world["IE"][0]])
    factories.news_item(title="Both", countries=[world["IE"][0]], cities=[world["GB"][1]])
    factories.news_item(title="Neither")

    def titles(**query):
        items = client.get("/news/", query, follow=True).context["page_obj"]
        return {item.title for item in items}

    assert titles(country="gb") == {"British", "Both"}
    assert titles(country="IE") == {"Irish", "Both"}
    assert titles(country=["gb", "ie"]) == {"British", "Irish", "Both"}


def test_hidden_records_add_no_country_to_the_facet(world, client):
    britain = world["GB"][0]
    factories.news_item(cities=[world["IE"][1]], **HIDDEN)
    factories.news_item(cities=[factories.city(country=britain, **HIDDEN)])
    factories.news_item(countries=[factories.country(code="XX", name="No public city")])
    factories.news_item(cities=[world["FR"][1]])

    assert counts() == {"Fr": 1}
    assert "We list nothing for “United Kingdom”" in parse(client.get("/news/?country=gb")).text
    assert list(NewsItem.objects.about_country("GB")) == []


@pytest.mark.parametrize("size", [1, 30])
def test_the_list_of_news_costs_the_same_at_any_size(client, django_assert_max_num_queries, size):
    for _ in range(size):
        city = factories.city(country=factories.country())
        factories.news_item(cities=[city], countries=[city.country])

    with django_assert_max_num_queries(6) as queries:
        client.get("/news/?country=aa")
    assert len(queries) == 6
