"""Addresses written by hand: countries by any name, and records in capitals or with spaces."""

import pytest

from cities.models import Region
from tests import factories
from tests.parsed_page import ParsedPage
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

HIDDEN = {"published_at": None}


@pytest.fixture
def world():
    """Public countries with a city each; no city of Tuvalu and North Korea is public."""
    names = {
        "GB": "United Kingdom",
        "FR": "France",
        "KR": "Republic of Korea",
        "CI": "Côte d'Ivoire",
    }
    for code, name in names.items():
        factories.city(name=f"City of {code}", country=factories.country(code=code, name=name))
    factories.country(code="TV", name="Tuvalu")
    factories.country(code="KP", name="Democratic People's Republic of Korea")


def part(response, start, end):
    """Return the part of the page between two marks of its source."""
    return ParsedPage(f"<body>{response.text.partition(start)[2].partition(end)[0]}")


def notice(response):
    assert response.text.count('<div class="notice"') == 1
    return part(response, '<div class="notice" role="status">', "</div>")


def addresses(page):
    return [address for _words, address in page.links]


# -- ?country= ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("UK", "?country=gb"),
        ("GBR", "?country=gb"),
        ("GB", "?country=gb"),
        ("great britain", "?country=gb"),
        ("South Korea", "?country=kr"),
        ("Korea, Republic of", "?country=kr"),
        ("Ivory Coast", "?country=ci"),
        ("法国", "?country=fr"),
        ("gb,fr", "?country=gb&country=fr"),
        ("UK;France", "?country=gb&country=fr"),
        ("UK, France,South Korea", "?country=gb&country=fr&country=kr"),
        ("Tuvalu", "?country=tv"),
    ],
)
@pytest.mark.parametrize("page", ["/cities/", "/news/"])
def test_a_name_of_a_country_redirects_to_its_code(client, world, page, written, canonical):
    response = client.get(page, {"country": written})
    assert (response.status_code, response["Location"]) == (301, page + canonical)


def test_a_code_of_three_letters_keeps_the_other_filters_of_a_download(client, world):
    response = client.get("/cities/export.csv?country=GBR&q=city")
    assert response["Location"] == "/cities/export.csv?q=city&country=gb"


def test_a_name_that_countries_share_offers_those_with_rows(client, world):
    found = notice(client.get("/cities/?country=korea"))
    assert found.text == (
        "“korea” can mean Democratic People's Republic of Korea or Republic of Korea, so we "
        "ignored that country. Show Republic of Korea"
    )
    factories.city(country_id="KP")
    found = notice(client.get("/cities/?country=korea&view=table"))
    assert addresses(found) == ["?country=kp&view=table", "?country=kr&view=table"]


def test_a_misspelt_name_offers_the_nearest_country(client, world):
    found = notice(client.get("/cities/?country=untied+kingdom&country=fr"))
    assert found.text == (
        "We do not recognise the country “untied kingdom”, so we ignored that filter. "
        "Did you mean United Kingdom?"
    )
    assert addresses(found) == ["?country=fr&country=gb"]


def test_a_known_country_without_rows_is_named(client, world):
    assert notice(client.get("/cities/?country=tv")).text == (
        "We list nothing for “Tuvalu”, so we ignored that country."
    )


def test_a_very_long_list_of_names_is_not_read(client, world):
    response = client.get("/cities/", {"country": ",".join(["france"] * 500)})
    assert notice(response).text.startswith("We do not recognise the country “france,france,")


def test_a_code_takes_no_look_up_of_names(client, world, django_assert_num_queries):
    with django_assert_num_queries(0):
        response = client.get("/cities/?country=GB")
    assert response["Location"] == "/cities/?country=gb"


# -- /countries/ -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "slug"),
    [
        ("gb", "united-kingdom"),
        ("GBR", "united-kingdom"),
        ("uk", "united-kingdom"),
        ("Great%20Britain", "united-kingdom"),
        ("United%20Kingdom", "united-kingdom"),
        ("UNITED-KINGDOM", "united-kingdom"),
        ("south-korea", "republic-of-korea"),
        ("ivory_coast", "cote-divoire"),
        ("C%C3%B4te%20d%E2%80%99Ivoire", "cote-divoire"),
        ("France", "france"),
    ],
)
def test_a_country_by_another_name_redirects_to_its_page(client, world, written, slug):
    response = client.get(f"/countries/{written}/")
    assert (response.status_code, response["Location"]) == (301, f"/countries/{slug}/")


@pytest.mark.parametrize(
    ("written", "sentence", "linked"),
    [
        ("korea", "This is the name of more than one country.", ["/countries/republic-of-korea/"]),
        ("tuvalu", "No city of Tuvalu is on this site yet.", []),
        ("untied-kingdom", "Did you mean this country?", ["/countries/united-kingdom/"]),
    ],
)
def test_a_country_that_is_not_clear_or_not_public_gets_a_page_that_helps(
    client, world, written, sentence, linked
):
    response = client.get(f"/countries/{written}/")
    page = part(response, "<main", "</main>")
    assert response.status_code == 404
    assert sentence in page.text
    assert addresses(page) == [*linked, "/countries/", "/cities/"]


def test_a_shared_name_lists_the_countries_without_cities_too(client, world):
    page = part(client.get("/countries/korea/"), "<main", "</main>")
    assert "Democratic People's Republic of Korea (no city on this site yet)" in page.text
    factories.city(country_id="KP", **HIDDEN)
    assert part(client.get("/countries/korea/"), "<main", "</main>").text == page.text


def test_a_country_with_hidden_cities_looks_like_one_without_cities(client, world):
    without = client.get("/countries/tuvalu/").content
    factories.city(country_id="TV", **HIDDEN)
    assert client.get("/countries/tuvalu/").content == without
    assert client.get("/countries/TV/").status_code == 404


@pytest.mark.parametrize("written", ["zz", "atlantis", "%00", "a%00b", "x" * 3000, "taiwan"])
def test_other_words_are_not_found(client, world, written):
    response = client.get(f"/countries/{written}/")
    assert response.status_code == 404
    assert "Did you mean" not in response.text


# -- Every kind of record with a slug ----------------------------------------------------------

KINDS = {
    "/cities/": lambda **values: factories.city(name="Derry & Ålesund", **values),
    "/themes/": lambda **values: factories.theme(name="Derry & Ålesund", **values),
    "/networks/": lambda **values: factories.network(name="Derry & Ålesund", **values),
    "/organisations/": lambda **values: factories.organisation(name="Derry & Ålesund", **values),
    "/news/": lambda **values: factories.news_item(title="Derry & Ålesund", **values),
    "/events/": lambda **values: factories.event(name="Derry & Ålesund", **values),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "written", ["Derry-Alesund", "DERRY-ALESUND", "Derry%20%26%20%C3%85lesund"]
)
def test_a_record_written_by_hand_redirects_to_its_address(client, kind, written):
    record = KINDS[kind]()
    response = client.get(f"{kind}{written}/")
    assert (response.status_code, response["Location"]) == (301, record.get_absolute_url())


@pytest.mark.parametrize("kind", KINDS)
def test_no_hidden_record_shows_by_a_redirect(client, kind):
    KINDS[kind](**HIDDEN)
    assert client.get(f"{kind}Derry-Alesund/").status_code == 404
    assert client.get(f"{kind}derry%00/").status_code == 404


def test_staff_are_redirected_to_a_draft():
    factories.city(name="Derry", **HIDDEN)
    editor = signed_in(factories.user("Editors"))
    assert editor.get("/cities/Derry/")["Location"] == "/cities/derry/"


def test_a_former_address_in_capitals_redirects_too(client):
    city = factories.city(name="Old Name")
    city.slug = "new-name"
    city.save()
    assert client.get("/cities/Old-Name/")["Location"] == "/cities/new-name/"


def test_a_page_and_a_region_in_capitals_redirect(client):
    factories.page(title="About us")
    assert client.get("/About-Us/")["Location"] == "/about-us/"
    assert client.get("/regions/Africa/")["Location"] == f"/regions/{Region.AFRICA}/"
    assert client.get("/regions/Atlantis/").status_code == 404
