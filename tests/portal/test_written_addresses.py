"""Addresses with capitals, as people write them by hand, lead to the pages."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("written", "address"),
    [
        ("/Cities/Manchester/", "/cities/manchester/"),
        ("/cities/Manchester/", "/cities/manchester/"),
        ("/CITIES/", "/cities/"),
        ("/Cities/?country=gb&view=map", "/cities/?country=gb&view=map"),
        ("/Countries/United-Kingdom/", "/countries/united-kingdom/"),
        ("/countries/United-Kingdom/", "/countries/united-kingdom/"),
        ("/Regions/Africa/", "/regions/africa/"),
        ("/regions/Africa/", "/regions/africa/"),
        ("/Networks/Adult-Learning/", "/networks/adult-learning/"),
        ("/Organisations/The-Library/", "/organisations/the-library/"),
        ("/organisations/The-Library/", "/organisations/the-library/"),
        ("/News/It-Began/", "/news/it-began/"),
        ("/Events/Festival/", "/events/festival/"),
        ("/Themes/Literacy/", "/themes/literacy/"),
        ("/Intakes/2024/", "/intakes/2024/"),
        ("/Numbers/", "/numbers/"),
        ("/About/", "/about/"),
    ],
)
def test_an_address_with_capitals_leads_to_the_one_in_small_letters(client, written, address):
    factories.city(name="Manchester")
    factories.network(name="Adult Learning")
    factories.organisation(name="The Library")
    factories.news_item(title="It began")
    factories.event(name="Festival")
    factories.theme(name="Literacy")
    factories.intake(year=2024)
    factories.page(title="About")
    response = client.get(written)
    assert (response.status_code, response["Location"]) == (301, address)
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("path", ["/Nothing/", "/Nothing/Here/", "/Shared/AbC/", "/Cities/Nowhere"])
def test_an_address_with_capitals_of_no_page_is_not_found(client, path):
    assert client.get(path, follow=True).status_code == 404
