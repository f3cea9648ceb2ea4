"""The pages of regions and themes, and the links to them."""

import pytest
from django.utils import timezone

from cities.models import Region, Theme
from cities.views import regions
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

MENU = 1  # The query for name and menu that every page makes.
HIDDEN = {"published_at": None}
AFRICA = "/regions/africa/"


def country(code="KE", name="Kenya", region=Region.AFRICA):
    return factories.country(code=code, name=name, region=region)


def test_a_region_counts_and_lists_its_countries_and_newest_cities(client):
    kenya, ghana = country(), country("GH", "Ghana")
    factories.city(name="Nairobi", country=kenya, joined_year=2020)
    factories.city(name="Mombasa", country=kenya, joined_year=2024)
    factories.city(name="Accra", country=ghana, joined_year=2024, latitude=5.6, longitude=-0.2)
    factories.city(name="Elsewhere", joined_year=2025)

    page = parse(client.get(AFRICA))

    assert "3 learning cities in 2 countries" in page.text
    assert "Ghana 1 city" in page.text
    assert "Kenya 2 cities" in page.text
    assert ("See all 2 cities of 2024", "/cities/?region=africa&intake=2024") in page.links
    assert ("Mombasa", "/cities/mombasa/") in page.links
    assert "Newest: joined in 2024 See all 2 cities of 2024" in page.text
    assert "All cities Accra Ghana Mombasa Kenya Nairobi Kenya Networks" in page.text
    assert "Elsewhere" not in page.text
    assert "/cities/?region=africa" in page.addresses
    assert [given["aria-label"] for given in page.attributes("svg") if "aria-label" in given] == [
        "Learning cities in Africa"
    ]


def test_a_region_of_many_cities_leads_to_the_finder_for_all(client, monkeypatch):
    monkeypatch.setattr(regions, "MOST_LISTED", 1)
    kenya = country()
    for name in ("Nairobi", "Mombasa"):
        factories.city(name=name, country=kenya)
    page = parse(client.get(AFRICA))
    assert "All cities Mombasa Kenya See all 2 in Africa" in page.text
    assert ("See all 2 in Africa", "/cities/?region=africa") in page.links


def test_a_region_shows_its_networks_and_news(client):
    kenya = country()
    nairobi = factories.city(name="Nairobi", country=kenya)
    factories.network(name="Nairobi Learns", cities=[nairobi])
    factories.network(name="Kenya Learns", scope="national", country=kenya)
    factories.network(name="Somewhere Learns", cities=[factories.city()])
    factories.network(name="Not Yet", cities=[nairobi], **HIDDEN)
    factories.news_item(title="Nairobi reads", cities=[nairobi])
    factories.news_item(title="Hidden news", cities=[nairobi], **HIDDEN)
    factories.news_item(title="Other news")

    page = parse(client.get(AFRICA))

    assert "3 Nairobi reads" in page.outline
    for name in ("Nairobi Learns", "Kenya Learns"):
        assert name in page.text
    for name in ("Somewhere Learns", "Not Yet", "Hidden news", "Other news"):
        assert name not in page.text


def test_a_region_counts_no_hidden_city(client):
    kenya = country()
    factories.city(name="Nairobi", country=kenya, joined_year=2020)
    factories.city(name="Draft", country=kenya, joined_year=2025, **HIDDEN)
    factories.city(name="Gone", country=kenya, archived_at=timezone.now())
    factories.city(name="Only a draft", country=country("GH", "Ghana"), **HIDDEN)

    page = parse(client.get(AFRICA))

    assert "1 learning city in 1 country" in page.text
    assert "joined in 2020" in page.text
    for name in ("Draft", "Gone", "Ghana"):
        assert name not in page.text


@pytest.mark.parametrize("region", Region)
def test_a_region_without_cities_says_so(client, region):
    page = parse(client.get(f"/regions/{region.value}/"))

    assert f"1 {region.label}" in page.outline
    assert "No city of this region is published yet." in page.text


@pytest.mark.parametrize("path", ["/regions/atlantis/", "/regions/Afrika/"])
def test_only_the_five_regions_have_pages(client, path):
    assert client.get(path).status_code == 404


def test_a_city_and_a_country_lead_to_their_region(client):
    kenya = country()
    city = factories.city(name="Nairobi", country=kenya)

    for record in (city, kenya):
        assert ("Africa", AFRICA) in parse(client.get(record.get_absolute_url())).links
    assert ("Africa", AFRICA) in parse(client.get("/countries/?order=region")).links
    assert ("Regions", "/regions/") in parse(client.get(AFRICA)).links


@pytest.mark.parametrize("size", [1, 30])
def test_a_region_takes_eight_queries(client, django_assert_num_queries, size):
    for number in range(size):
        place = factories.country(region=Region.AFRICA)
        city = factories.city(country=place, latitude=number / 2, longitude=10)
        factories.network(cities=[city])
        factories.news_item(cities=[city])

    with django_assert_num_queries(MENU + 8):
        client.get(AFRICA)


def test_themes_are_listed_under_their_kind_and_group_with_their_description(client):
    factories.theme(name="Goal four", kind=Theme.Kind.GOAL, group="Goal")
    factories.theme(name="Second", kind=Theme.Kind.KEY_FEATURE, group="Blocks", number=2)
    factories.theme(
        name="First",
        kind=Theme.Kind.KEY_FEATURE,
        group="Blocks",
        number=1,
        description="It comes first.",
    )
    factories.theme(name="Wide", kind=Theme.Kind.KEY_FEATURE, group="Benefits")
    factories.theme(name="Draft theme", kind=Theme.Kind.CLUSTER, **HIDDEN)

    page = parse(client.get("/themes/"))

    assert page.outline == [
        "1 Themes",
        "2 Key features",
        "3 Benefits",
        "3 Blocks",
        "2 Sustainable Development Goals",
    ]
    order = [page.text.index(name) for name in ("Wide", "First", "It comes first.", "Second")]
    assert order == sorted(order)
    assert "Draft theme" not in page.text


def test_a_theme_counts_the_cities_that_visitors_see(client):
    theme = factories.theme(name="Literacy")
    factories.city(themes=[theme])
    factories.city(themes=[theme, factories.theme(name="Health")])
    factories.city(themes=[theme], **HIDDEN)

    text = parse(client.get("/themes/")).text

    assert "Literacy 2 cities" in text
    assert "Health 1 city" in text
    assert [t.city_count for t in Theme.objects.with_city_counts().order_by("name")] == [1, 2]


def test_a_theme_shows_its_meaning_its_cities_and_its_neighbours(client):
    first, theme, last = (
        factories.theme(name=name, number=number, group="Group", description=f"About {name}.")
        for number, name in enumerate(["Health", "Literacy", "Work"])
    )
    other = factories.theme(name="Elsewhere", number=3, group="Another")
    factories.city(name="Cork", themes=[theme], latitude=51.9, longitude=-8.5)
    factories.city(name="Draft city", themes=[theme], **HIDDEN)

    page = parse(client.get(theme.get_absolute_url()))

    assert theme.get_absolute_url() == "/themes/literacy/"
    assert "About Literacy." in page.text
    assert "Thematic cluster · Group" in page.text
    assert {"/cities/cork/", "/cities/?theme=literacy"} <= page.addresses
    assert "Draft city" not in page.text
    assert ("← Health", first.get_absolute_url()) in page.links
    assert ("Work →", last.get_absolute_url()) in page.links
    assert other.get_absolute_url() not in page.addresses


def test_a_theme_without_cities_says_so_and_shows_no_map(client):
    page = parse(client.get(factories.theme(source="UIL").get_absolute_url()))

    assert "no source that we found names a city for it" in page.text
    assert "Source: UIL" in page.text
    labels = page.values("aria-label")
    assert "Other themes" not in labels
    assert "Cities named for the theme" not in "".join(labels)


@pytest.mark.parametrize(
    "hidden", [HIDDEN, {"archived_at": timezone.now()}, {"expires_at": timezone.now()}]
)
def test_a_hidden_theme_is_on_no_page(client, hidden):
    theme = factories.theme(name="Literacy", **hidden)
    sibling = factories.theme(name="Numeracy")
    city = factories.city(themes=[theme])

    assert client.get(theme.get_absolute_url()).status_code == 404
    for path in ("/themes/", sibling.get_absolute_url(), city.get_absolute_url()):
        assert "Literacy" not in parse(client.get(path)).text


def test_staff_see_a_draft_theme_with_a_banner(client):
    client.force_login(factories.superuser())
    theme = factories.theme(name="Literacy", **HIDDEN)
    factories.theme(name="Numeracy")

    page = parse(client.get(theme.get_absolute_url()))

    assert "Draft. Visitors cannot see this page." in page.text
    assert "Numeracy" not in page.text


def test_the_facts_of_a_city_lead_to_its_themes(client):
    theme = factories.theme(name="Literacy")
    city = factories.city(themes=[theme])

    assert ("Literacy", "/themes/literacy/") in parse(client.get(city.get_absolute_url())).links


@pytest.mark.parametrize("size", [1, 30])
def test_themes_take_one_query_and_a_theme_three(client, django_assert_num_queries, size):
    themes = [factories.theme(group="One") for _ in range(size)]
    for _ in range(size):
        factories.city(themes=themes, country=factories.country())

    with django_assert_num_queries(MENU + 1):
        client.get("/themes/")
    with django_assert_num_queries(MENU + 3):
        client.get(themes[0].get_absolute_url())
