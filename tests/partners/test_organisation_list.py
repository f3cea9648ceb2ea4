"""The list of organisations: all of them, by sector and by country."""

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisations():
    """Make a library in Cork and Derby, a college in Cork, and a hidden university."""
    ireland = factories.country(code="IE", name="Ireland")
    cork = factories.city(name="Cork", country=ireland)
    kilkenny = factories.city(name="Kilkenny", country=ireland)
    derby = factories.city(name="Derby")
    factories.organisation(name="The Library", sector="library", cities=[cork, kilkenny, derby])
    factories.organisation(name="Cork College", sector="college", cities=[cork])
    factories.organisation(name="Hidden University", published_at=None, cities=[cork])


def found(client, query=""):
    response = client.get(f"/organisations/{query}")
    return [organisation.name for organisation in response.context["page_obj"]]


def test_all_public_organisations_are_listed_with_their_cities(client, organisations):
    page = parse(client.get("/organisations/"))
    assert found(client) == ["Cork College", "The Library"]
    assert "2 2 organisations" in page.outline
    assert "The Library Libraries Cork, Derby, Kilkenny" in page.text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?sector=college", ["Cork College"]),
        ("?country=ie", ["Cork College", "The Library"]),
        ("?country=gb", ["The Library"]),
        ("?country=gb&sector=college", []),
        ("?q=librar", ["The Library"]),
        ("?q=derby", ["The Library"]),
    ],
)
def test_organisations_are_filtered_by_sector_country_and_words(
    client, organisations, query, names
):
    assert found(client, query) == names


def test_an_organisation_counts_once_in_a_country_with_two_of_its_cities(client, organisations):
    facets = {facet.name: facet for facet in client.get("/organisations/").context["finder"].facets}
    counts = {choice.value: choice.count for choice in facets["country"].choices}
    assert counts == {"ie": 2, "gb": 1}


def test_a_city_that_is_not_public_is_not_named(client):
    hidden = factories.city(name="Secretville", published_at=None)
    factories.organisation(name="The Library", cities=[hidden])
    page = parse(client.get("/organisations/"))
    assert "Secretville" not in page.text
    assert "The Library" in page.text
