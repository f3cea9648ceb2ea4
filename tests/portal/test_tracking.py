"""Tracking codes are taken off the address of every public page, and nothing else is."""

import pytest

from tests import factories

pytestmark = pytest.mark.django_db

CODES = ["utm_source=x", "UTM_Campaign=x", "fbclid=1", "gclid=1", "mc_cid=1", "mc_eid=1"]
CODES += ["msclkid=1", "mtm_campaign=x", "%75tm_source=x", "utm_source"]


@pytest.fixture
def pages():
    city = factories.city(name="Fez", slug="fez")
    records = [city, city.country, factories.network(), factories.organisation()]
    records += [factories.news_item(), factories.event(), factories.page(), factories.theme()]
    lists = "/ /cities/ /countries/ /networks/ /news/ /events/ /intakes/ /themes/ /numbers/"
    others = "/search/ /report/ /report/thanks/ /cities/export.csv /news/feed/"
    return [*lists.split(), *others.split(), *(record.get_absolute_url() for record in records)]


@pytest.mark.parametrize("code", CODES)
def test_a_tracking_code_is_taken_off_the_address_of_every_public_page(client, pages, code):
    for page in pages:
        response = client.get(f"{page}?{code}")
        assert (response.status_code, response["Location"]) == (301, page)


@pytest.mark.parametrize(
    ("query", "kept"),
    [
        ("q=a+b&utm_source=x", "q=a+b"),
        ("fbclid=1&q=%C3%89cully&utm_source=x&page=2", "q=%C3%89cully&page=2"),
        ("q=utm_source%3Dx&gclid=1", "q=utm_source%3Dx"),
    ],
)
def test_the_rest_of_the_address_stays_as_it_was_written(client, query, kept):
    assert client.get(f"/search/?{query}")["Location"] == f"/search/?{kept}"
    assert client.head(f"/search/?{query}")["Location"] == f"/search/?{kept}"


@pytest.mark.parametrize("query", ["q=utm_source", "outm_source=x", "clid=1", "q=a&&page=1", "=x"])
def test_an_address_without_tracking_codes_is_not_redirected_for_them(client, query):
    assert client.get(f"/search/?{query}").status_code == 200


def test_no_address_leads_to_another_site(client):
    assert client.get("/%2Fevil.example/?utm_source=x").status_code == 404
    assert client.get("/cities/%2F%2Fevil.example/?utm_source=x").status_code == 404


def test_forms_and_the_desk_are_left_alone(client, admin_client):
    assert client.post("/report/?utm_source=x", {"message": "Wrong."}).status_code == 302
    assert admin_client.get("/admin/?utm_source=x").status_code == 200
