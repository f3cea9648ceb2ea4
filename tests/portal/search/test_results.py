"""Search over everything: groups, ranking, highlighting, and no hidden record."""

import pytest
from django.utils import timezone

from cities.models import Region
from portal.search.highlighting import EXCERPT, excerpt, highlight
from portal.search.results import SHOWN, search
from publishing.content.text_index import plain_text
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

MENU = 1  # The query for name and menu that every page makes.
HIDDEN = [
    {"published_at": None},
    {"archived_at": timezone.now()},
    {"expires_at": timezone.now()},
]


def one_of_each(word="Wakefield", **values):
    """Make a record of every kind with the word in its name."""
    country = factories.country(name=f"{word} Land", region=Region.AFRICA)
    factories.city(name=f"{word} City", country=country, **values)
    factories.network(name=f"{word} Network", **values)
    factories.organisation(name=f"{word} College", **values)
    factories.news_item(title=f"{word} reads", **values)
    factories.event(name=f"{word} Festival", **values)
    factories.theme(name=f"{word} theme", **values)
    factories.page(title=f"{word} page", **values)


def titles(text):
    return {group.slug: [hit.title for hit in group.hits] for group in search(text)}


def found(client, **query):
    return parse(client.get("/search/", query))


def test_search_results_are_grouped_by_kind(client):
    one_of_each()

    page = found(client, q="wakefield")

    assert page.outline == [
        "1 Search",
        "2 8 results for “wakefield”",
        "3 Cities",
        "3 Countries",
        "3 Networks",
        "3 Organisations",
        "3 News",
        "3 Events",
        "3 Themes",
        "3 Pages",
    ]
    assert {
        "/cities/wakefield-city/",
        "/countries/wakefield-land/",
        "/networks/wakefield-network/",
        "/organisations/wakefield-college/",
        "/news/wakefield-reads/",
        "/events/wakefield-festival/",
        "/themes/wakefield-theme/",
        "/wakefield-page/",
    } >= {address for words, address in page.links if words.startswith("Wakefield")}
    assert sum(words.startswith("Wakefield") for words, _address in page.links) == 8


@pytest.mark.parametrize("hidden", HIDDEN)
def test_hidden_records_are_not_in_search_results(client, hidden):
    one_of_each(**hidden)

    page = found(client, q="wakefield")

    assert "Nothing found for “wakefield”" in page.text
    assert not any("Wakefield" in words for words, _address in page.links)


@pytest.mark.parametrize("text", ["ECULLY", "écully", "Ecully", "ecu", "  écu  "])
def test_search_ignores_case_and_accents_in_every_kind(text):
    one_of_each("Écully")

    assert len(search(text)) == 8
    assert titles(text)["events"][0].startswith("<mark>Écu")


def test_every_searched_word_has_to_begin_a_word():
    factories.city(name="New Wakefield")
    factories.theme(name="Health and well-being")
    factories.page(title="How a city joins")

    assert titles("wake new") == {"cities": ["<mark>New</mark> <mark>Wake</mark>field"]}
    assert titles("being") == {"themes": ["Health and well-<mark>being</mark>"]}
    assert titles("akefield") == {}
    assert titles("wakefield old") == {}
    assert titles("joins city") == {"pages": ["How a <mark>city</mark> <mark>joins</mark>"]}


def test_matches_of_a_name_come_first():
    for name in ("Aberystwyth", "Port Lincoln", "Lincoln", "Lincolnshire"):
        factories.organisation(name=name)
        factories.network(name=name)
    other = factories.city(name="Zwolle", motto="Lincoln of the north")
    factories.city(name="Lincoln")
    factories.network(name="A network", cities=[other])
    factories.theme(name="Arts", description="As in Lincoln.")
    factories.theme(name="Lincoln")
    factories.page(title="About", body="<p>Lincoln</p>")
    factories.page(title="Lincoln")

    order = {
        kind: [title.replace("<mark>", "").replace("</mark>", "") for title in names]
        for kind, names in titles("lincoln").items()
    }

    assert order == {
        "cities": ["Lincoln", "Zwolle"],
        "networks": ["Lincoln", "Lincolnshire", "Port Lincoln", "A network"],
        "organisations": ["Lincoln", "Lincolnshire", "Port Lincoln"],
        "themes": ["Lincoln", "Arts"],
        "pages": ["Lincoln", "About"],
    }


def test_a_city_is_found_by_an_alternative_name_which_the_result_shows(client):
    city = factories.city(name="Fez")
    factories.alternative_name(city=city, name="Fès")
    factories.alternative_name(city=city, name="Somewhere")

    page = found(client, q="fes")

    assert "also called Fès" in page.text
    assert "Somewhere" not in page.text


def test_a_city_is_found_by_its_network_which_the_result_shows(client):
    city = factories.city(name="Cork")
    factories.network(name="Lee Valley Learns", cities=[city])
    factories.network(name="Lee Draft", cities=[city], **HIDDEN[0])
    factories.network(name="Another", cities=[city])

    text = found(client, q="lee").text

    assert "Cork United Kingdom · led by Lee Valley Learns Networks" in text
    assert "Lee Draft" not in text


def test_a_page_is_found_by_its_text_and_the_result_shows_an_excerpt(client):
    words = " ".join(f"word{number}" for number in range(100))
    factories.page(title="About", summary="In short.", body=f"<h2>x</h2><p>{words} Écully y</p>")

    page = found(client, q="ecully")

    assert "… word" in page.text
    assert "Écully y" in page.text
    assert "In short." not in page.text


def test_only_the_first_five_results_of_a_kind_are_shown_with_a_link_to_all(client):
    for number in range(SHOWN + 2):
        one_of_each(f"Wakefield {number}")

    page = found(client, q="wakefield")

    assert "56 results for “wakefield”" in page.text
    links = dict(page.links)
    assert links["All 7 cities"] == "/cities/?q=wakefield"
    assert links["All 7 networks"] == "/networks/?q=wakefield"
    assert links["All 7 news items"] == "/news/?q=wakefield"
    for kind in ("countries", "organisations", "events", "themes", "pages"):
        assert links[f"All 7 {kind}"] == f"/search/?q=wakefield&kind={kind}"
    assert sum(words.startswith("Wakefield") for words in links) == 8 * SHOWN


@pytest.mark.parametrize("kind", ["countries", "organisations", "events", "themes", "pages"])
def test_results_of_one_kind_are_on_numbered_pages(client, kind):
    for number in range(25):
        one_of_each(f"Wakefield {number}")

    first, second = (found(client, q="wakefield", kind=kind, page=page) for page in (1, 2))

    shown = [{a for w, a in page.links if w.startswith("Wakefield")} for page in (first, second)]
    assert [len(addresses) for addresses in shown] == [24, 1]
    assert not shown[0] & shown[1]
    assert f"{kind.capitalize()}: 25 for “wakefield”" in first.text
    assert f"?q=wakefield&kind={kind}&page=2" in first.addresses
    assert ("All results for “wakefield”", "/search/?q=wakefield") in first.links


def test_an_empty_search_shows_the_form_and_no_results(client):
    factories.city(name="Wakefield")

    for query in ({}, {"q": ""}, {"q": "   "}, {"kind": "events"}):
        page = found(client, **query)
        assert page.outline == ["1 Search"]
        assert page.attributes("input")[0]["value"] == ""


@pytest.mark.parametrize("text", ["???", "'", "’", "–", "%", "_", '"', "\\"])
def test_punctuation_alone_is_no_search(client, text):
    one_of_each()

    page = found(client, q=text)

    assert f"“{text}” has no letters or numbers, so we ignored it." in page.text
    assert page.outline == ["1 Search"]


def test_a_search_without_results_says_what_to_do(client):
    factories.city(name="Wolverhampton")

    page = found(client, q="wolverhamton")

    assert "Did you mean Wolverhampton?" in page.text
    assert ("Wolverhampton", "/search/?q=Wolverhampton") in page.links
    assert "Check the spelling" in page.text
    assert {"/cities/", "/countries/", "/networks/", "/news/", "/themes/"} <= page.addresses


@pytest.mark.parametrize(
    "query",
    [
        {"q": "<script>alert(1)</script>"},
        {"q": "\x00wakefield\x00"},
        {"q": "w" * 5000},
        {"q": "wakefield", "kind": "atlantis"},
        {"q": "wakefield", "kind": "events", "page": "999999999999999999999"},
        {"q": "wakefield", "kind": "events", "page": "x"},
        {"q": ["a", "b"], "page": "-1"},
    ],
)
def test_hostile_values_of_the_search_are_answered(client, query):
    one_of_each()
    response = client.get("/search/", query)

    assert response.status_code == 200
    assert b"<script>alert" not in response.content


def test_an_unknown_parameter_of_the_search_is_named(client):
    unknown = "We do not recognise the kind of result “atlantis”, so we ignored it."
    assert unknown in found(client, q="x", kind="atlantis").text
    assert "We used only the first 100 characters." in found(client, q="x" * 101).text


def test_a_result_page_stays_out_of_search_engines(client):
    metas = found(client, q="x").attributes("meta")

    assert {"name": "robots", "content": "noindex, follow"} in metas


def test_the_search_is_linked_from_the_footer_and_from_the_page_for_missing_pages(client):
    assert "/search/" in parse(client.get("/")).addresses
    missing = parse(client.get("/nothing/here/"))
    assert [form["action"] for form in missing.attributes("form")] == ["/find/", "/search/"]


@pytest.mark.parametrize(
    ("text", "sought", "html"),
    [
        ("Écully", ["ecu"], "<mark>Écu</mark>lly"),
        ("E\u0301cully", ["e"], "<mark>E\u0301</mark>cully"),
        ("Straße", ["strass"], "<mark>Straß</mark>e"),
        ("Æbletoft", ["a"], "<mark>Æ</mark>bletoft"),
        ("Al Daʿayen", ["daa"], "Al <mark>Daʿa</mark>yen"),
        ("القاهرة", ["القا"], "<mark>القا</mark>هرة"),
        ("Seo-gu", ["gu"], "Seo-<mark>gu</mark>"),
        ("wakefield", ["field"], "wakefield"),
        ("a & b <i>", ["b", "i"], "a &amp; <mark>b</mark> &lt;<mark>i</mark>&gt;"),
        ("<mark>", ["mark"], "&lt;<mark>mark</mark>&gt;"),
        ("new news", ["new", "news"], "<mark>new</mark> <mark>news</mark>"),
        ("", ["x"], ""),
    ],
)
def test_matches_are_marked_and_everything_else_is_escaped(text, sought, html):
    assert highlight(text, sought) == html


def test_an_excerpt_has_the_match_and_whole_words():
    words = [f"word{number}" for number in range(100)]
    text = " ".join([*words, "Écully", *words])

    part = excerpt(text, ["ecully"])

    assert "Écully" in part
    assert len(part) <= EXCERPT + len("…  …")
    assert set(part.split()) <= {*words, "Écully", "…"}
    assert excerpt("Short.", ["ecully"]) == "Short."
    assert excerpt(text, ["nowhere"]).startswith("word0 word1 ")
    assert excerpt("x" * 500, ["x"]) == "x" * EXCERPT + " …"


def test_plain_text_of_rich_text_separates_words_at_tags():
    assert plain_text("<p>One</p><p>two<br>three &amp; four</p>") == "One two three & four"
    assert plain_text("<p>H<sub>2</sub>O, <em>m</em><sup>2</sup></p>") == "H2O, m2"


@pytest.mark.parametrize("size", [1, 30])
def test_a_search_takes_eleven_queries(client, django_assert_num_queries, size):
    for number in range(size):
        one_of_each(f"Wakefield {number}")

    with django_assert_num_queries(MENU + 11):
        client.get("/search/", {"q": "wakefield"})
    with django_assert_num_queries(MENU + 2):
        client.get("/search/", {"q": "wakefield", "kind": "events"})
    with django_assert_num_queries(MENU):
        client.get("/search/")


@pytest.mark.parametrize("size", [1, 30])
def test_a_search_without_results_takes_eleven_queries(client, django_assert_num_queries, size):
    for number in range(size):
        one_of_each(f"Wakefield {number}")

    with django_assert_num_queries(MENU + 11):
        client.get("/search/", {"q": "atlantis"})
