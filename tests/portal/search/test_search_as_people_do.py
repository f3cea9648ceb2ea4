"""Searches as people type them, and what they should see first."""

import pytest
from django.utils.html import strip_tags

from portal.search.highlighting import best_sentence, sought_in_prose
from portal.search.results import search
from publishing.content.text_index import plain_lines
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def first(text):
    """Return the title of the first result, and of its kind."""
    group = search(text)[0]
    return group.slug, strip_tags(group.hits[0].title)


def shown(text):
    return {group.slug: [str(hit.text) for hit in group.hits] for group in search(text)}


def test_how_to_join_finds_the_page_about_joining_before_news_of_cities_that_joined():
    factories.news_item(title="72 cities joined the network in 2025")
    factories.network(name="Networks of the joined")
    factories.page(title="About", body="<p>See when a city joined.</p>")
    factories.page(title="How a city joins")
    assert first("how to join") == ("pages", "How a city joins")
    assert first("How do we join?") == ("pages", "How a city joins")


def test_a_title_weighs_before_a_text():
    factories.network(name="Cork Learns", summary="A festival each spring.")
    factories.event(name="Festival of Learning")
    assert first("festival") == ("events", "Festival of Learning")


def test_a_place_comes_before_everything():
    factories.city(name="Cork")
    factories.news_item(title="Cork")
    assert first("cork") == ("cities", "Cork")


@pytest.mark.parametrize(
    "text", ["award", "awards", "award winners", "learning city award", "prize"]
)
def test_a_search_for_awards_leads_to_the_cities_that_won_one(client, text):
    page = parse(client.get("/search/", {"q": text}))
    assert ("Cities that have won an award", "/cities/?award=winner") in page.links


@pytest.mark.parametrize("text", ["contact", "contact us", "mistake", "error", "feedback"])
def test_a_search_for_a_contact_leads_to_the_report_of_a_mistake(client, text):
    links = parse(client.get("/search/", {"q": text})).links
    assert ("Report a mistake", "/report/") in links
    assert first(text) == ("pages", "Report a mistake")


def test_every_fixed_page_that_is_found_can_be_opened(client):
    addresses = {
        hit.url
        for text in ("award", "mistake", "numbers", "events", "download")
        for group in search(text)
        for hit in group.hits
    }
    assert len(addresses) == 5
    assert {client.get(address).status_code for address in addresses} == {200}


def test_one_form_of_a_word_finds_the_other_and_marks_it():
    factories.network(name="Cork", summary="Two libraries take part.")
    assert shown("library") == {"networks": ["Two <mark>libraries</mark> take part."]}


def test_a_single_letter_is_not_marked():
    factories.network(name="Cork", summary="A council and a college.")
    assert shown("a") == {"networks": ["A council and a college."]}
    assert shown("c") == {"networks": ["A council and a college."]}


def test_the_arabic_article_may_be_written_or_left_out():
    factories.city(name="Jubail Industrial City")
    factories.city(name="Al Wakra")
    for text in ("al jubail", "Al-Jubail", "jubail"):
        assert first(text) == ("cities", "Jubail Industrial City")
    assert first("al wakra") == first("wakra") == ("cities", "Al Wakra")


def test_a_city_that_is_found_by_another_name_says_so(client):
    city = factories.city(name="Derry City and Strabane")
    city.alternative_names.create(name="Londonderry")
    assert "also called Londonderry" in parse(client.get("/search/", {"q": "London"})).text


PROFILE = (
    "<h2>Learning ambassadors</h2><p>St. Paul’s is a part of Bristol.<sup><a href='https://x.org/'>1"
    "</a></sup> The mayor appointed 159 ambassadors in 2016–17."
    "<a href='https://x.org/'><sup>2</sup></a> "
    "They speak at schools.</p><ul><li>The ambassadors of 2020</li></ul>"
)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("ambassador", "The mayor appointed 159 ambassadors in 2016–17."),
        ("mayor", "The mayor appointed 159 ambassadors in 2016–17."),
        ("learning ambassadors", "Learning ambassadors"),
        ("paul", "St. Paul’s is a part of Bristol."),
        ("schools", "They speak at schools."),
    ],
)
def test_the_sentence_with_the_words_is_shown_without_the_marks_of_its_footnotes(text, sentence):
    assert best_sentence(plain_lines(PROFILE), *sought_in_prose(text)) == sentence
