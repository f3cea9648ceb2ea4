"""The box "Find a country or city": it leads to the page that is meant."""

import pytest

from cities.models import Region
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def places():
    morocco = factories.country(code="MA", name="Morocco", region=Region.ARAB_STATES)
    mexico = factories.country(code="MX", name="Mexico", region=Region.LATIN_AMERICA_CARIBBEAN)
    korea = factories.country(code="KR", name="Republic of Korea", region=Region.ASIA_PACIFIC)
    factories.country(code="KP", name="Democratic People’s Republic of Korea")
    factories.alternative_name(city=factories.city(name="Fez", country=morocco), name="Fès")
    factories.city(name="Derry City and Strabane")
    factories.city(name="Manchester")
    mexico_city = factories.city(name="Mexico City", country=mexico)
    factories.alternative_name(city=mexico_city, name="Mexico")
    factories.city(name="Seoul", country=korea)
    factories.city(name="Cork", country=factories.country(code="IE", name="Ireland"))
    factories.city(name="Cork", country=factories.country(code="US", name="United States"))
    factories.city(name="Hidden", published_at=None)


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("manchester", "/cities/manchester/"),
        ("  MANCHESTER ", "/cities/manchester/"),
        ("manchester uk", "/cities/manchester/"),
        ("Fès", "/cities/fez/"),
        ("fes", "/cities/fez/"),
        ("Derry City & Strabane", "/cities/derry-city-and-strabane/"),
        ("uk", "/countries/united-kingdom/"),
        ("Corée du Sud", "/countries/republic-of-korea/"),
        ("cities in Morocco", "/countries/morocco/"),
        ("mexico", "/countries/mexico/"),
        ("mexico city", "/cities/mexico-city/"),
        ("arab states", "/regions/arab-states/"),
        ("cork ireland", "/cities/cork/"),
    ],
)
def test_the_name_of_one_place_leads_to_its_page(client, places, text, address):
    response = client.get("/find/", {"q": text})
    assert (response.status_code, response["Location"]) == (302, address)


@pytest.mark.parametrize("text", ["korea", "cork", "manch", "library", "hidden", "japan"])
def test_any_other_text_leads_to_the_search_results(client, places, text):
    assert client.get("/find/", {"q": text})["Location"] == f"/search/?q={text}"


def test_an_empty_box_leads_to_the_search(client):
    assert client.get("/find/?q=")["Location"] == "/search/"
    assert client.get("/find/?q=%21")["Location"] == "/search/"


@pytest.mark.parametrize("path", ["/about/", "/countries/", "/numbers/", "/cities/fez/", "/news/"])
def test_every_page_has_the_box_in_its_masthead(client, places, path):
    factories.page(title="About")
    page = parse(client.get(path))
    forms = [form for form in page.attributes("form") if form["action"] == "/find/"]
    assert [form["data-suggest"] for form in forms] == ["/cities/suggest/"]


@pytest.mark.parametrize(("path", "number"), [("/", 1), ("/cities/", 0), ("/search/", 0)])
def test_a_page_with_its_own_search_has_no_second_one(client, places, path, number):
    forms = parse(client.get(path)).attributes("form")
    assert [form["action"] for form in forms].count("/find/") == number
    assert len(forms) == 1
