"""Searches for countries by any name, in the finder and in its suggestions."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from publishing.content.search_words import LONGEST_SEARCH
from tests import factories

pytestmark = pytest.mark.django_db

# Each country with its cities; a city may have other names.
CITIES = {
    ("GB", "United Kingdom", "the United Kingdom"): ("Bristol", "Glasgow", "Manchester"),
    ("UA", "Ukraine", ""): ("Kyiv", "Uzhhorod"),
    ("KR", "Republic of Korea", "the Republic of Korea"): ("Busan", "Seoul"),
    ("KP", "Democratic People’s Republic of Korea", ""): (),
    ("US", "United States of America", ""): ("Lowell",),
    ("AE", "United Arab Emirates", ""): ("Sharjah",),
    ("FR", "France", ""): ("Brest", "Lille"),
    ("CI", "Côte d'Ivoire", ""): ("Bouaké",),
    ("TR", "Türkiye", ""): ("Ankara",),
    ("MX", "Mexico", ""): ("Chihuahua", "Mexico City"),
    ("NG", "Nigeria", ""): ("Abuja",),
    ("NE", "Niger", "the Niger"): (),
    ("DE", "Germany", ""): ("Bonn",),
    ("BR", "Brazil", ""): ("Rio de Janeiro",),
    ("LA", "Lao People's Democratic Republic", ""): (),
    ("BO", "Bolivia", ""): ("La Paz",),
    ("CL", "Chile", ""): ("Santiago", "Valdivia"),
    ("TN", "Tunisia", ""): ("Sfax", "Tunis"),
    ("CD", "Democratic Republic of the Congo", ""): ("Kinshasa",),
    ("CG", "Congo", ""): (),
}
EVERYWHERE = sorted(city for cities in CITIES.values() for city in cities)


@pytest.fixture
def places():
    for (code, name, in_text), cities in CITIES.items():
        country = factories.country(code=code, name=name, name_in_text=in_text)
        for city in cities:
            place = "Scotland" if city == "Glasgow" else ""
            made = factories.city(name=city, country=country, subdivision=place)
            if city == "Santiago":
                made.alternative_names.create(name="Santiago de Chile")


def found(client, text):
    return [city.name for city in client.get("/cities/", {"q": text}).context["page_obj"]]


def suggested(client, text):
    return [item["name"] for item in client.get("/cities/suggest/", {"q": text}).json()["items"]]


UK = ["Bristol", "Glasgow", "Manchester"]
FOUND = {
    # The cities of a country, and no others.
    "uk": UK,
    "UK": UK,
    "U.K.": UK,
    "GB": UK,
    "gbr": UK,
    "Britain": UK,
    "Great Britain": UK,
    "the UK": UK,
    "USA": ["Lowell"],
    "U.S.A.": ["Lowell"],
    "South Korea": ["Busan", "Seoul"],
    "Korea, Republic of": ["Busan", "Seoul"],
    "Corée du Sud": ["Busan", "Seoul"],
    "대한민국": ["Busan", "Seoul"],
    "Turkey": ["Ankara"],
    "Ivory Coast": ["Bouaké"],
    "UAE": ["Sharjah"],
    "de": ["Bonn"],
    # Words that say nothing.
    "learning cities uk": UK,
    "cities in france": ["Brest", "Lille"],
    "UNESCO learning cities in France": ["Brest", "Lille"],
    "the cities of the UK": UK,
    "learning city manchester": ["Manchester"],
    # A city in a country.
    "manchester uk": ["Manchester"],
    "UK, Manchester": ["Manchester"],
    "Scotland UK": ["Glasgow"],
    "cities in Scotland": ["Glasgow"],
    "busan south korea": ["Busan"],
    "man united kingdom": ["Manchester"],
    # Several countries.
    "uk and france": ["Brest", "Bristol", "Glasgow", "Lille", "Manchester"],
    "Korea": ["Busan", "Seoul"],
    # A city rather than the country inside its name.
    "mexico": ["Mexico City", "Chihuahua"],
    "mexico city": ["Mexico City"],
    "cities in mexico city": ["Mexico City"],
    "Tunis": ["Tunis"],
    "santiago de chile": ["Santiago"],
    "santiago de": ["Santiago"],
    "rio de janeiro": ["Rio de Janeiro"],
    "rio de": ["Rio de Janeiro"],
    "la paz": ["La Paz"],
    "la p": ["La Paz"],
    # Words for what is of a country, or of a part of it.
    "British": UK,
    "British cities": UK,
    "french learning cities": ["Brest", "Lille"],
    "Korean": ["Busan", "Seoul"],
    "Scottish cities": ["Glasgow"],
    "Latin American cities": [],
    "british columbia": [],
    # Questions.
    "what cities are in the uk?": UK,
    "Which cities in France are learning cities": ["Brest", "Lille"],
    "how many cities in Türkiye": ["Ankara"],
    "france or turkey": ["Ankara", "Brest", "Lille"],
    "where is bonn": ["Bonn"],
    # Flags, and codes before words that say nothing.
    "🇬🇧": UK,
    "🇬🇧 cities": UK,
    "Bonn 🇩🇪": ["Bonn"],
    "GB cities": UK,
    # Beginnings.
    "unit": ["Bristol", "Glasgow", "Lowell", "Manchester", "Sharjah"],
    "ukr": ["Kyiv", "Uzhhorod"],
    "great brit": UK,
    "south ko": ["Busan", "Seoul"],
    "allem": ["Bonn"],
    "герма": ["Bonn"],
    # Never another country.
    "niger": [],
    "Niger": [],
    "manchester niger": [],
    "taiwan": [],
    "manchester france": [],
}


def test_names_of_countries_find_their_cities(client, places):
    assert {text: found(client, text) for text in FOUND} == FOUND


def test_a_search_that_names_no_country_is_the_plain_one(client, places):
    factories.city(name="Los Angeles", country_id="US")
    factories.city(name="Panama City", country=factories.country(code="PA", name="Panama"))
    factories.city(name="David", country_id="PA")
    assert found(client, "los angeles") == ["Los Angeles"]
    assert found(client, "panama city") == ["Panama City"]
    assert found(client, "panama") == ["Panama City", "David"]


def test_suggestions_have_the_country_first_and_then_its_cities(client, places):
    expected = {
        "uk": ["United Kingdom (UK)", *UK],
        "gb": ["United Kingdom", *UK],
        "south korea": ["Republic of Korea (South Korea)", "Busan", "Seoul"],
        "south k": ["Republic of Korea (South Korea)", "Busan", "Seoul"],
        "mexico": ["Mexico", "Mexico City", "Chihuahua"],
        "de": ["Germany", "Bonn", "Rio de Janeiro", "Santiago (Santiago de Chile)"],
        "manchester u": ["Manchester"],
        "learning cities uk": ["United Kingdom (UK)", *UK],
        "niger": [],
        "nigeri": ["Nigeria", "Abuja"],
        "mexico c": ["Mexico City"],
        # Short words before the last are finished.
        "rio de j": ["Rio de Janeiro"],
        "ri de j": [],
    }
    assert {text: suggested(client, text) for text in expected} == expected


def note(client, text):
    return client.get("/cities/", {"q": text}).context.get("place_note", "")


def test_the_result_says_which_country_was_understood_and_which_has_no_city(client, places):
    assert {
        text: note(client, text)
        for text in ("South Korea", "UK", "france", "niger", "oslo niger", "taiwan", "uk and niger")
    } == {
        "South Korea": "Showing the Republic of Korea, also called <bdi>South Korea</bdi>.",
        "UK": "",
        "france": "",
        "niger": "We list no learning city in the Niger.",
        "oslo niger": "We list no learning city in the Niger.",
        "taiwan": "We list no learning city in Taiwan.",
        "uk and niger": "We list no learning city in the Niger.",
    }
    also = "We list no learning city in Lao People&#x27;s Democratic Republic, also called"
    assert note(client, "laos") == f"{also} <bdi>Laos</bdi>."
    assert note(client, "日本") == "We list no learning city in 日本."


def test_a_place_that_is_not_listed_leads_to_the_other_cities_of_its_country(client, places):
    assert note(client, "Paris, France") == 'We list <a href="?country=fr">2 cities</a> in France.'
    assert note(client, "Lille, France") == ""


@pytest.mark.parametrize(
    ("typed", "slug", "name"),
    [
        ("Africa", "africa", "Africa"),
        ("African cities", "africa", "Africa"),
        ("cities in Europe", "europe-and-north-america", "Europe and North America"),
        ("latin america", "latin-america-and-the-caribbean", "Latin America and the Caribbean"),
        ("ARAB STATES", "arab-states", "Arab States"),
        ("asia & the pacific", "asia-and-the-pacific", "Asia and the Pacific"),
    ],
)
def test_a_region_leads_to_its_cities_and_means_no_country(client, places, typed, slug, name):
    link = f'<a href="?region={slug}">{name}</a>'
    assert note(client, typed) == f"See all cities in UNESCO’s region {link}."
    assert client.get("/cities/", {"q": typed}).context["meant"] == ""


def test_the_site_search_says_what_it_understood_of_a_place_too(client, places):
    def note_of(text):
        return client.get("/search/", {"q": text}).context["place_note"]

    link = '<a href="/cities/?country=kr"><bdi>Republic of Korea</bdi></a> (2 cities)'
    assert link in note_of("Korea")
    assert note_of("taiwan") == "We list no learning city in Taiwan."
    assert note_of("") == ""
    assert "We list no learning city in Taiwan." in client.get("/search/?q=taiwan").text


def test_an_ambiguous_name_offers_the_countries_that_it_may_mean(client, places):
    assert note(client, "Korea") == (
        "“Korea” can mean more than one country: <bdi>Democratic People’s Republic of Korea</bdi>"
        ' (no cities), <a href="?country=kr"><bdi>Republic of Korea</bdi></a> (2 cities).'
    )
    assert found(client, "Korea") == ["Busan", "Seoul"]


def test_did_you_mean_offers_no_country_for_a_known_name(client, places):
    def meant(text):
        return client.get("/cities/", {"q": text}).context["meant"]

    for text in ("niger", "taiwan", "Suède", "NER", "oslo niger", "niger uk oslo"):
        assert meant(text) == "", text
    assert meant("manchster uk") == "Manchester uk"
    assert meant("untied kingdom") == "United Kingdom"
    assert meant("gret britain") == "Great Britain"
    assert meant("turky") == "Turkey"
    assert meant("South Corea") == "Republic of Korea"
    assert meant("Angleterre") == "United Kingdom"


def test_did_you_mean_offers_only_what_finds_something_and_is_near(client, places):
    def meant(text):
        return client.get("/cities/", {"q": text}).context["meant"]

    for name in ("General Escobedo", "Villa", "Loures", "Khon", "Cork", "Del", "Hat Yai"):
        factories.city(name=name, country_id="MX")
    apart = ("Geneva", "Sevilla", "Londres", "Köln", "New York", "New Delhi")
    assert {text: meant(text) for text in apart} == dict.fromkeys(apart, "")
    near = {
        "york": "Cork",
        "geneal": "General",
        "lourse": "Loures",
        "manchster uk??": "Manchester uk",
    }
    assert {text: meant(text) for text in near} == near


@pytest.mark.parametrize("view", ["cards", "table"])
def test_a_result_says_which_other_name_matched(client, view):
    derry = factories.city(name="Derry City and Strabane")
    for name in ("Londonderry", "Doire"):
        derry.alternative_names.create(name=name)
    page = client.get("/cities/", {"q": "londonderry", "view": view}, follow=True).content.decode()
    assert ">Derry City and Strabane</bdi></a>" in page
    assert ", also called <bdi>Londonderry</bdi></span>" in page
    assert "Doire" not in page
    assert "also called" not in client.get("/cities/", {"q": "derry"}).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_search_takes_at_most_one_query_more_than_a_list(client, places):
    """Outside a transaction, as visitors do: names of countries and their counts are remembered."""
    factories.city(name="Wakefield", country_id="GB")
    for _ in range(30):
        factories.city(country_id="GB").alternative_names.create(name="Londonderry")
    expected = {"wakefield": 3, "uk": 3, "londonderry": 4, "manchester uk": 4, "niger": 3}
    counted = {}
    for text in expected:
        client.get("/cities/", {"q": text})
        with CaptureQueriesContext(connection) as queries:
            client.get("/cities/", {"q": text})
        counted[text] = len(queries)
    assert counted == expected


def test_the_cut_of_a_long_search_is_told(client, places):
    ligature = "\ufdfa"  # Four words of 18 letters.
    page = client.get("/cities/", {"q": ligature * LONGEST_SEARCH})
    assert page.context["finder"].notices == [
        f"Your search is too long, so we looked for “{ligature * 2}” only."
    ]
