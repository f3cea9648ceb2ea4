"""The tasks of visitors in a text browser, with the starter content."""

from tests.text_browser.conftest import go, search, tick

# A page of each kind, with words that its text must have in this order.
PAGES = {
    "/": ["361 cities that keep learning", "Find a learning city", "40 Africa", "Newest members"],
    "/cities/": ["Find a city", "City or country name", "Apply filters", "361 cities", "Abuja"],
    "/cities/?view=table": ["UNESCO region", "Abuja", "Nigeria", "Africa"],
    "/cities/?country=gb&view=map": ["10 cities in the United Kingdom", "as a list", "Wakefield"],
    "/cities/manchester/": ["Manchester", "Joined", "14 February 2024", "Who leads learning here"],
    "/countries/": ["Countries", "Africa", "Kenya"],
    "/countries/united-kingdom/": ["United Kingdom", "10 learning cities", "Wakefield"],
    "/regions/africa/": ["Africa", "40 learning cities in 17 countries", "All cities", "Abuja"],
    "/intakes/2024/": ["64 cities from 35 countries", "not identified yet 11", "Wakefield"],
    "/themes/": ["Themes", "Key features"],
    "/networks/": ["26 networks", "Cork Learning City"],
    "/networks/manchester-adult-skills-network/": ["Who takes part", "Universities"],
    "/organisations/manchester-city-council/": ["Manchester City Council", "Part in networks"],
    "/numbers/": ["The network in numbers", "425", "Why the figures differ"],
    "/news/": ["6 items", "Manchester and Wakefield joined the network"],
    "/events/": ["Upcoming", "Past"],
    "/search/?q=skills": ["results for “skills”", "Manchester Adult Skills Network"],
    "/about/": ["About this portal", "Where the facts come from"],
    "/report/?page=/cities/": ["Report a mistake", "What is wrong", "Send"],
    "/no-such-page/": ["There is no such page", "Search the portal"],
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
    assert "No results match all your filters Did you mean Wakefield?" in nothing
    assert "1 city, matching “Wakefield”" in meant
    assert "3. United Kingdom Wakefield Wakefield District" in wakefield
    found, fez = w3m.walk("/cities/", search("fès"), go("Fez"))
    assert "1 city, matching “fès”" in found
    assert "Fez Morocco" in fez


def test_the_finder_the_map_and_a_city_work_in_a_text_browser(w3m):
    apply = tick("Europe and North America") + tick("2024 53") + go("Apply filters")
    cards, map_, city, back = w3m.walk(
        "/cities/", apply, go("Map"), "/as a list\r" + go("Manchester"), "B"
    )
    found = "13 cities in Europe and North America, joined in 2024"
    assert found in cards
    assert missing(map_, [found, "The same cities as a list", "Cugir Romania", "Wakefield"]) == ""
    assert "Manchester England, United Kingdom" in city
    assert back == map_
