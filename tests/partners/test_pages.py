"""The pages of networks and organisations."""

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def network():
    city = factories.city(name="Manchester", latitude=53.5, longitude=-2.2)
    network = factories.network(
        name="Skills Network",
        cities=[city],
        summary="Who leads.",
        profile="<p>More.</p>",
        source="The council",
        website="https://skills.example.org/",
    )
    for name, sector, values in [
        ("Adult College", "college", {"status": "member", "role": "lead", "source": "Its report"}),
        ("Old Library", "library", {}),
        ("New Works", "employer", {"status": "planned"}),
    ]:
        organisation = factories.organisation(name=name, sector=sector, cities=[city])
        factories.membership(network=network, organisation=organisation, **values)
    return network


def test_a_network_says_who_takes_part_and_how_sure_that_is(network, client):
    page = parse(client.get("/networks/skills-network/"))
    assert (
        "Who takes part Colleges Adult College Member · Lead · Source: Its report "
        "Libraries Old Library Unconfirmed Employers and business New Works Plans to join"
    ) in page.text
    assert "“Unconfirmed” means: a public source names the organisation" in page.text
    assert "Who leads." in page.text
    assert {"/cities/manchester/", "https://skills.example.org/"} <= page.addresses
    assert "Cities 1 Organisations 3 (1 unconfirmed)" in page.text
    assert [given["aria-label"] for given in page.attributes("svg") if "aria-label" in given] == [
        "Cities of Skills Network"
    ]


def test_a_network_says_what_is_missing(client):
    factories.network(name="Quiet Network")
    text = parse(client.get("/networks/quiet-network/")).text
    assert "Not known: no source that we found names its members." in text
    assert "Cities not known Organisations not known" in text
    assert "None published yet." in text
    assert "“Unconfirmed” means" not in text


def test_a_national_network_leads_to_its_country_once_that_has_a_page(client):
    kenya = factories.country(name="Kenya")
    factories.network(name="National", scope="national", country=kenya)
    page = parse(client.get("/networks/national/"))
    assert "Country Kenya" in page.text
    assert "/countries/kenya/" not in page.addresses
    factories.city(country=kenya)
    assert "/countries/kenya/" in parse(client.get("/networks/national/")).addresses


def test_an_organisation_shows_its_cities_and_its_part_in_networks(network, client):
    page = parse(client.get("/organisations/adult-college/"))
    assert "Sector Colleges Cities 1 Networks 1" in page.text
    assert [given["aria-label"] for given in page.attributes("svg") if "aria-label" in given] == [
        "Cities in which Adult College works"
    ]
    assert "Where it works Manchester United Kingdom" in page.text
    assert "Part in networks Member Skills Network Lead Source: Its report" in page.text
    assert {"/networks/skills-network/", "/cities/manchester/"} <= page.addresses
    unconfirmed = parse(client.get("/organisations/old-library/"))
    assert "Part in networks Unconfirmed Skills Network" in unconfirmed.text


def test_an_organisation_says_what_is_missing(client):
    factories.organisation(name="Alone")
    text = parse(client.get("/organisations/alone/")).text
    assert "Cities not known Networks none published yet" in text
    assert "Part in networks None published yet." in text
    assert "News of its networks None published yet." in text


def test_an_organisation_shows_the_news_of_its_networks(network, client):
    factories.news_item(title="They begin", networks=[network])
    factories.news_item(title="Not yet", networks=[network], published_at=None)
    factories.news_item(title="Elsewhere")
    assert [item.title for item in client.get("/organisations/adult-college/").context["news"]] == [
        "They begin"
    ]


def test_a_list_of_organisations_does_not_exist(client):
    assert client.get("/organisations/").status_code == 404
