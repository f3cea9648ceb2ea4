"""The finder of networks."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world():
    manchester = factories.city(name="Manchester")
    factories.alternative_name(city=manchester, name="Mánchester")
    factories.network(
        name="Adult Skills Network", cities=[manchester, factories.city(name="Leeds")]
    )
    factories.network(name="Cités apprenantes", scope="cross-border")
    factories.network(name="National Forum", scope="national", country=manchester.country)


def names_matching(client, query=""):
    response = client.get("/networks/" + query)
    assert response.status_code == 200
    return [network.name for network in response.context["page_obj"]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Adult Skills Network", "Cités apprenantes", "National Forum"]),
        ("?scope=city", ["Adult Skills Network"]),
        ("?scope=national&scope=cross-border", ["Cités apprenantes", "National Forum"]),
        ("?q=adult", ["Adult Skills Network"]),
        ("?q=cites", ["Cités apprenantes"]),
        ("?q=manchester", ["Adult Skills Network"]),
        ("?q=skills+leeds", ["Adult Skills Network"]),
        ("?q=forum&scope=city", []),
    ],
)
def test_networks_are_filtered_and_searched(query, names, client):
    assert names_matching(client, query) == names


def test_facets_of_networks_count_records(client):
    (facet,) = client.get("/networks/?q=n").context["finder"].facets
    assert [(choice.value, choice.count) for choice in facet.choices] == [
        ("city", 1),
        ("national", 1),
        ("cross-border", 0),
    ]


def test_an_unknown_filter_of_networks_is_named(client):
    response = client.get("/networks/?scope=galaxy&country=gb&page=4")
    assert response.context["finder"].notices == [
        "We do not recognise the level “galaxy”, so we ignored that filter.",
        "This page has no filter “country”, so we ignored it.",
        "There is no page “4”. This is page 1 of 1.",
    ]


def test_the_finder_of_networks_redirects_to_its_canonical_address(client):
    response = client.get("/networks/?scope=CITY&q=&utm_medium=mail")
    assert (response.status_code, response.headers["Location"]) == (301, "/networks/?scope=city")
