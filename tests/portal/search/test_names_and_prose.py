"""Search over everything: countries by any name, stems and stop words, and what is marked."""

import pytest

from portal.search.highlighting import highlight, sought_in_names, sought_in_prose
from portal.search.results import search
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def titles(text):
    return {group.slug: [hit.title for hit in group.hits] for group in search(text)}


def test_a_country_is_found_by_any_name_with_its_cities(client):
    korea = factories.country(code="KR", name="Republic of Korea")
    factories.city(name="Busan", country=korea)
    factories.city(name="Soukous", country=factories.country(code="CD", name="Soukaria"))

    page = parse(client.get("/search/", {"q": "south korea"}))

    assert "2 results for “south korea”" in page.text
    assert {"/cities/busan/", "/countries/republic-of-korea/"} <= page.addresses
    assert "Republic of Korea also called South Korea" in page.text


def test_an_exact_name_of_a_country_hides_the_beginnings_of_others():
    factories.city(name="Kyiv", country=factories.country(code="UA", name="Ukraine"))
    factories.city(name="Leeds", country=factories.country(code="GB", name="United Kingdom"))
    factories.city(name="Abuja", country=factories.country(code="NG", name="Nigeria"))
    factories.country(code="NE", name="Niger")

    assert titles("uk") == {"cities": ["Leeds"], "countries": ["United Kingdom"]}
    assert titles("niger") == {}


def test_prose_is_found_by_its_stems_and_whole_words_are_marked():
    factories.news_item(title="Two libraries open")
    factories.event(name="Library day")
    factories.theme(name="Books", description="For every library.")
    factories.page(title="About", body="<p>Our libraries.</p>")

    expected = {
        "news": ["Two <mark>libraries</mark> open"],
        "events": ["<mark>Library</mark> day"],
        "themes": ["Books"],
        "pages": ["About"],
    }
    assert titles("library") == titles("libraries") == expected


def test_names_are_not_stemmed_into_other_names():
    for name in ("Wells", "Wellington"):
        factories.city(name=name)
        factories.organisation(name=f"{name} College")

    assert titles("wells") == {
        "cities": ["<mark>Wells</mark>"],
        "organisations": ["<mark>Wells</mark> College"],
    }


def test_stop_words_neither_decide_nor_mark_the_inside_of_words():
    bangkok = factories.city(name="Bangkok", country=factories.country(code="TH", name="Thailand"))
    bangkok.alternative_names.create(name="Krung Thep")
    factories.network(name="Learning Network")
    factories.network(name="Theatres learning")
    factories.organisation(name="The College")

    assert titles("the") == {"organisations": ["<mark>The</mark> College"]}
    assert titles("the learning") == {
        "networks": ["<mark>Learning</mark> Network", "Theatres <mark>learning</mark>"]
    }


@pytest.mark.parametrize(
    ("text", "typed", "html"),
    [
        ("Köln", "koeln", "<mark>Köln</mark>"),
        ("Köln", "koe", "<mark>Kö</mark>ln"),
        ("Koeln", "köln", "<mark>Koeln</mark>"),
        ("Kəndli", "kend", "<mark>Kənd</mark>li"),
        ("Straße", "strasse", "<mark>Straße</mark>"),
        ("ﬁne", "fin", "<mark>ﬁn</mark>e"),
        ("Bil\u00adbao", "bilb", "<mark>Bil\u00adb</mark>ao"),
        ("Krung Thep", "the", "Krung Thep"),
        ("The city", "the", "<mark>The</mark> city"),
        ("Learning in India", "in learn", "<mark>Learn</mark>ing in India"),
    ],
)
def test_names_are_marked_as_they_matched(text, typed, html):
    assert highlight(text, *sought_in_names(typed)) == html


@pytest.mark.parametrize(
    ("text", "typed", "html"),
    [
        ("Two libraries", "library", "Two <mark>libraries</mark>"),
        ("Librarians", "libra", "<mark>Libra</mark>rians"),
        ("Learning in India", "in learn", "<mark>Learning</mark> in India"),
        ("In India", "in", "<mark>In</mark> India"),
    ],
)
def test_prose_is_marked_as_it_matched(text, typed, html):
    assert highlight(text, *sought_in_prose(typed)) == html
