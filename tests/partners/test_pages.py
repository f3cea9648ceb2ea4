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
        "Members and partners Colleges Adult College Member · Lead · Source: Its report "
        "Libraries Old Library Unconfirmed Employers and business New Works Plans to join"
    ) in page.text
    assert "“Unconfirmed” means that a public source names the organisation" in page.text
    assert "Who leads." in page.text
    assert {"/cities/manchester/", "https://skills.example.org/"} <= page.addresses
    assert "Cities 1 Organisations 3 (1 unconfirmed)" in page.text
    assert [given["aria-label"] for given in page.attributes("svg") if "aria-label" in given] == [
        "Cities of Skills Network"
    ]


def test_a_network_says_what_is_missing(client):
    factories.network(name="Quiet Network")
    text = parse(client.get("/networks/quiet-network/")).text
    assert "We could not find out who takes part." in text
    assert "Cities not known Organisations not known" in text
    assert "No news yet." in text
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
        "Cities where Adult College works"
    ]
    assert "Cities Manchester United Kingdom" in page.text
    assert "Networks Member Skills Network Lead Source: Its report" in page.text
    assert {"/networks/skills-network/", "/cities/manchester/"} <= page.addresses
    unconfirmed = parse(client.get("/organisations/old-library/"))
    assert "Networks Unconfirmed Skills Network" in unconfirmed.text


def test_an_organisation_says_what_is_missing(client):
    factories.organisation(name="Alone")
    text = parse(client.get("/organisations/alone/")).text
    assert "Cities not known Networks none published yet" in text
    assert "Networks No networks listed." in text
    assert "News from its networks No news yet." in text


def test_an_organisation_shows_the_news_of_its_networks(network, client):
    factories.news_item(title="They begin", networks=[network])
    factories.news_item(title="Not yet", networks=[network], published_at=None)
    factories.news_item(title="Elsewhere")
    assert [item.title for item in client.get("/organisations/adult-college/").context["news"]] == [
        "They begin"
    ]


def test_fifty_networks_fit_on_one_page(client):
    factories.network(name="The last one", slug="last")
    for number in range(49):
        factories.network(name=f"Network {number}")
    page = parse(client.get("/networks/"))
    assert "/networks/last/" in page.addresses
    assert "50 networks" in page.text
    assert "?page=2" not in page.addresses


def test_the_headings_of_a_network_are_not_those_of_its_text(network, client):
    network.profile = "<p>About.</p><h2>Who takes part</h2><p>Some.</p>"
    network.save()
    outline = parse(client.get(network.get_absolute_url())).outline
    assert len(outline) == len(set(outline))


def test_the_breadcrumbs_of_an_organisation_lead_to_all_organisations(network, client):
    links = parse(client.get("/organisations/adult-college/")).links
    assert ("Organisations", "/organisations/") in links
