"""The tasks of visitors in a text browser, with the starter content."""

from tests.text_browser.conftest import go, search, tick

# A page of each kind, with words that its text must have in this order.
PAGES = {
    "/": ["382 cities that keep learning", "Find a country or city", "40 Africa", "Newest members"],
    "/cities/": ["Find a city", "City or country name", "Show results", "382 cities", "Abuja"],
    "/cities/?view=table": ["UNESCO region", "Abuja", "Nigeria", "Africa"],
    "/cities/?country=gb&view=map": ["10 cities in the United Kingdom", "on this map", "Wakefield"],
    "/cities/manchester/": ["Manchester", "Joined", "14 February 2024", "Who leads learning here"],
    "/countries/": ["Countries", "A to Z", "Kenya", "Togo"],
    "/countries/?order=region": ["Countries", "Africa", "Kenya"],
    "/countries/united-kingdom/": ["United Kingdom", "10 learning cities", "Wakefield"],
    "/regions/": ["Regions", "Africa", "40 learning cities in 17 countries", "Kenya"],
    "/regions/africa/": ["Africa", "40 learning cities in 17 countries", "All cities", "Abuja"],
    "/intakes/2024/": ["64 cities from 35 countries", "not identified yet 6", "Wakefield"],
    "/intakes/2018/": ["Joined in 2018", "We have found no announcement of an intake"],
    "/themes/": ["Themes", "Key features"],
    "/networks/": ["43 networks", "Cork Learning City"],
    "/networks/manchester-adult-skills-network/": ["Members and partners", "Universities"],
    "/organisations/": ["Organisations", "Adult Education Wolverhampton", "Wolverhampton"],
    "/organisations/manchester-city-council/": ["Manchester City Council", "Networks"],
    "/numbers/": ["The network in numbers", "425", "Why the figures differ"],
    "/news/": ["6 items", "Manchester and Wakefield joined the network"],
    "/events/": ["Upcoming", "International Day of Education", "2025"],
    "/search/?q=skills": ["results for “skills”", "Manchester Adult Skills Network"],
    "/about/": ["About this portal", "Where the facts come from"],
    "/report/?page=/cities/": ["Report a mistake", "What is wrong", "Send"],
    "/no-such-page/": ["Page not found", "Search the portal"],
}


def missing(text, words):
    """Return the first of these words that does not follow those before it, or "" if all do."""
    start = 0
    for word in words:
        start = text.find(word, start)
        if start < 0:
            return word
    return ""


def test_every_kind_of_page_can_be_read_in_a_text_browser(w3m):
    texts = {path: w3m.walk(path, "")[0] for path in PAGES}
    assert {path: missing(texts[path], PAGES[path]) for path in PAGES} == dict.fromkeys(PAGES, "")


def test_all_cities_of_the_united_kingdom_are_two_links_from_home(w3m):
    _countries, kingdom = w3m.walk("/", go("All countries"), go("United Kingdom"))
    assert "United Kingdom 10 learning cities" in kingdom
    names = ["Belfast", "Bristol", "Derby", "Derry City and Strabane", "Glasgow", "Kirklees"]
    assert missing(kingdom, [*names, "Manchester", "Swansea", "Wakefield", "Wolverhampton"]) == ""


def test_cities_are_found_with_the_form_whatever_the_spelling(w3m):
    nothing, meant, wakefield = w3m.walk(
        "/cities/", search("wakfield"), go("Wakefield"), "/1 city\r" + go("Wakefield$")
    )
    assert "No cities match all your filters Did you mean Wakefield?" in nothing
    assert "1 city matches “Wakefield”" in meant
    assert "3. United Kingdom Wakefield Wakefield District" in wakefield
    found, fez = w3m.walk("/cities/", search("fès"), go("Fez"))
    assert "1 city matches “fès”" in found
    assert "Fez Morocco" in fez


def test_the_finder_the_map_and_a_city_work_in_a_text_browser(w3m):
    apply = tick("Europe and North America") + tick("2024 58") + go("Show results")
    cards, map_, city, back = w3m.walk(
        "/cities/", apply, go("Map"), "/on this map\r" + go("Manchester"), "B"
    )
    found = "14 cities in Europe and North America that joined in 2024"
    assert found in cards
    assert missing(map_, [found, "Cities on this map", "Cugir Romania", "Wakefield"]) == ""
    assert "Manchester England, United Kingdom" in city
    assert back == map_
