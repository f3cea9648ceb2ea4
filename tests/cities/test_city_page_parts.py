"""Parts of the page of a city: links out, grades, contents, and words of membership."""

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def page_of(client, **values):
    return parse(client.get(factories.city(name="Leeds", **values).get_absolute_url()))


def test_a_city_links_to_its_pages_on_other_sites(client):
    page = page_of(
        client,
        website="https://www.leeds.gov.uk/learning",
        unesco_page="https://www.uil.unesco.org/leeds",
        wikidata_id="Q39121",
        geonames_id=2644688,
    )
    assert {
        ("Official website (leeds.gov.uk)", "https://www.leeds.gov.uk/learning"),
        ("Page at UNESCO", "https://www.uil.unesco.org/leeds"),
        (
            "Wikipedia, in English",
            "https://www.wikidata.org/wiki/Special:GoToLinkedPage/enwiki/Q39121",
        ),
        ("Wikidata", "https://www.wikidata.org/wiki/Q39121"),
        ("GeoNames", "https://www.geonames.org/2644688/"),
    } <= set(page.links)
    outside = [a for a in page.attributes("a") if a.get("href", "").startswith("https://www.wiki")]
    assert [a["rel"] for a in outside] == ["external", "external"]


def test_a_city_without_identifiers_has_no_section_of_links(client):
    assert "2 On other sites" not in page_of(client).outline


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (
            {"source": "UIL", "last_confirmed": 2022},
            "Member according to UIL, last confirmed 2022",
        ),
        ({"source": "UIL"}, "Member according to UIL; not confirmed as current"),
        ({"last_confirmed": 2022}, "Member, last confirmed 2022"),
        ({}, "Member; not confirmed as current by the source"),
        (
            {"status": "announced", "source": "UIL"},
            "Announced; not confirmed as current by the source",
        ),
    ],
)
def test_an_unconfirmed_membership_names_its_source_and_year(client, values, words):
    assert f"Membership {words} Region" in page_of(client, confirmed=False, **values).text


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("official", "Source: UIL · Official source Last"),
        ("press", "Source: UIL · Press report Last"),
        ("other", "Source: UIL · Other source Last"),
        ("", "Source: UIL Last"),
    ],
)
def test_a_source_has_its_grade(client, kind, words):
    assert words in page_of(client, source="UIL", source_kind=kind).text


def test_a_page_says_where_its_sources_differ(client):
    page = page_of(client, what_sources_say="UIL names 2015.\n\nThe commission names 2016.")
    assert "2 Where sources differ" in page.outline
    assert "Where sources differ UIL names 2015. The commission names 2016." in page.text


def test_a_page_shows_the_dated_figure_of_the_united_nations(client):
    page = page_of(client, un_population=503_127, un_population_year=2011)
    assert "Population (UN) 503,127 (United Nations, 2011)" in page.text


def test_a_rich_page_lists_its_own_headings(client):
    profile = "<h2>Skills &amp; work</h2><p>Much.</p><h2>Skills &amp; work</h2>" + "<p>x</p>" * 300
    page = page_of(client, profile=profile)
    assert {
        ("Skills & work", "#skills-work"),
        ("Skills & work", "#skills-work-2"),
        ("Who leads learning here", "#who-leads-learning-here"),
    } <= set(page.links)
    ids = page.values("id")
    assert {"skills-work", "skills-work-2", "who-leads-learning-here"} <= set(ids)
    assert len(ids) == len(set(ids))


def test_a_thin_page_has_no_contents_and_no_column_of_news(client):
    page = page_of(client)
    assert "On this page" not in page.text
    assert page.attributes("aside") == []


def test_the_data_of_a_city_name_it_on_other_sites(client):
    city = factories.city(name="Leeds", wikidata_id="Q39121", unesco_page="https://unesco.org/x")
    text = client.get(city.get_absolute_url()).text
    assert (
        '"sameAs":["https://unesco.org/x","https://www.wikidata.org/wiki/Special'
        in text.replace(": ", ":").replace(", ", ",")
    )


def test_a_page_says_how_to_cite_it_and_share_it(client):
    city = factories.city(name="Brno & {Líšeň}")
    type(city).objects.update(updated_at="2026-01-02T12:00:00Z")
    response = client.get(city.get_absolute_url())
    address = f"http://testserver{city.get_absolute_url()}"
    page = parse(response)
    assert (
        "“Brno & {Líšeň}, United Kingdom”, Learning Cities Portal, last changed on "
        f"2 January 2026, {address}"
    ) in page.text
    assert (
        "@misc{learning-cities-portal:brno-lisen-united-kingdom, "
        r"title = {{Brno \& \{Líšeň\}, United Kingdom}}, author = {{Learning Cities Portal}}, "
        f"year = {{2026}}, note = {{Last changed on 2026-01-02}}, url = {{{address}}}, }}"
    ) in page.text
    mail = dict(page.links)["Share by email"]
    assert mail.startswith("mailto:?subject=Brno%20%26%20%7BL")
    assert mail.endswith("&body=http%3A//testserver/cities/brno-lisen/")
    buttons = [b for b in page.attributes("button") if b.get("data-copy")]
    # Only the script shows it.
    assert [(b["data-copy"], "hidden" in b) for b in buttons] == [(address, True)]
