"""Search for words that stand in the texts of records, after names and titles."""

import pytest

from portal.search.results import search
from tests import factories

pytestmark = pytest.mark.django_db

PROFILE = "<p>The mayor appointed 159 Learning <strong>Ambassadors</strong>.</p>"


def titles(text):
    return {
        group.slug: [hit.title.replace("<mark>", "").replace("</mark>", "") for hit in group.hits]
        for group in search(text)
    }


@pytest.mark.parametrize("text", ["ambassadors", "Ambassador", "ambass", "bristol ambassadors"])
def test_a_city_is_found_by_a_word_of_its_profile(text):
    factories.city(name="Bristol", profile=PROFILE)
    factories.city(name="Bath", profile="<p>Waters.</p>")
    assert titles(text) == {"profiles": ["Bristol"]}


def test_the_result_shows_the_part_of_the_text_with_the_word(client):
    text = "<p>Words before.</p>" * 30 + PROFILE
    factories.city(name="Bristol", profile=text)
    page = client.get("/search/", {"q": "ambassadors"})
    assert "159 Learning <mark>Ambassadors</mark>." in page.text
    assert "Words before." not in page.text


def test_tags_and_attributes_are_no_words():
    link = '<p><strong>One</strong> <a href="https://example.org/two">three</a></p>'
    factories.city(name="Bristol", profile=link)
    assert [titles(text) for text in ("strong", "href", "example", "two")] == [{}, {}, {}, {}]
    assert titles("three") == {"profiles": ["Bristol"]}


def test_cities_found_by_name_come_before_those_whose_text_names_them():
    factories.city(name="Bath", profile="<p>Near Bristol.</p>")
    factories.city(name="Bristol", profile="<p>Bristol learns.</p>")
    factories.page(title="Bristol", body="<p>A page.</p>")
    assert list(titles("bristol").items()) == [
        ("cities", ["Bristol"]),
        ("pages", ["Bristol"]),
        ("profiles", ["Bath"]),
    ]


def test_notes_and_sources_are_not_found_in_public():
    factories.city(name="Bristol", note="Ask the ambassadors", source="Ambassadors")
    factories.network(name="Learning", note="Ask the ambassadors")
    factories.news_item(title="News", source="Ambassadors")
    assert titles("ambassadors") == {}


def test_hidden_cities_are_not_found_by_their_texts():
    factories.city(name="Bristol", profile=PROFILE, published_at=None)
    assert titles("ambassadors") == {}


def test_networks_and_news_are_found_by_their_texts():
    factories.network(name="Learning", profile=PROFILE)
    factories.news_item(title="Read", body=PROFILE)
    assert titles("ambassadors") == {"networks": ["Learning"], "news": ["Read"]}


def test_a_changed_and_a_deleted_text_are_not_found_any_more():
    city = factories.city(name="Bristol", profile=PROFILE)
    other = factories.city(name="Bath", profile=PROFILE)
    city.profile = "<p>Nothing.</p>"
    city.save()
    other.delete()
    assert titles("ambassadors") == {}
    assert titles("nothing") == {"profiles": ["Bristol"]}


def test_a_word_of_any_length_can_be_indexed():
    word = "x" * 5000
    factories.city(name="Bristol", profile=f"<p>{word} after</p>")
    assert titles(word[:100]) == {"profiles": ["Bristol"]}
    assert titles("after") == {"profiles": ["Bristol"]}
