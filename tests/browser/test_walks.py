"""Whole tasks of visitors, by mouse and by keyboard alone, with JavaScript and without.

All tasks use the starter content, from the page where people begin to the page that they want.
"""

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

DESK = {"width": 1280, "height": 900}
IN_THE_UNITED_KINGDOM = {
    "Belfast",
    "Bristol",
    "Derby",
    "Derry City and Strabane",
    "Glasgow",
    "Kirklees",
    "Manchester",
    "Swansea",
    "Wakefield",
    "Wolverhampton",
}
FOUND = "14 cities in Europe and North America that joined in 2024"
MOST_TABS = 200


class Mouse:
    """A visitor with a mouse."""

    def __init__(self, page):
        self.page = page

    def press(self, target):
        target.click()

    def tick(self, box):
        box.check()

    def fill(self, field, words):
        field.click()
        field.press_sequentially(words)


class Keyboard(Mouse):
    """A visitor with a keyboard alone, for whom the focus has to be visible at every step."""

    def reach(self, target):
        """Press Tab until the target has the focus; skip a map with its skip link."""
        for _ in range(MOST_TABS):
            if target.evaluate("element => element === document.activeElement"):
                return
            at_a_map = self.page.evaluate("document.activeElement.matches('.map > .skip')")
            self.page.keyboard.press("Enter" if at_a_map else "Tab")
            assert self.page.evaluate(SHOWS_FOCUS), "nothing shows what has the focus"
        raise AssertionError(f"the focus never came to {target}")

    def press(self, target):
        self.reach(target)
        self.page.keyboard.press("Enter")

    def tick(self, box):
        self.reach(box)
        self.page.keyboard.press("Space")
        expect(box).to_be_checked()

    def fill(self, field, words):
        self.reach(field)
        self.page.keyboard.type(words)


# A ring around the element, around its card, or around the dot of a city on the map.
SHOWS_FOCUS = """() => {
    const at = document.activeElement;
    if (at === document.body) return true;
    const ring = (element) => {
        const style = getComputedStyle(element);
        return parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none"
            || style.boxShadow !== "none";
    };
    const card = at.closest(".card")?.querySelector(".card-picture");
    return ring(at) || Boolean(card && ring(card)) || Boolean(at.closest(".map svg"));
}"""


@pytest.fixture
def portal(live_server):
    """Load the starter content, as a new user finds it."""
    call_command("load_starter", verbosity=0)


@pytest.mark.essential
@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
@pytest.mark.parametrize("hand", [Mouse, Keyboard])
def test_a_visitor_gets_everything_done_in_each_way(hand, scripts, new_page, portal):
    visitor = hand(new_page(viewport=DESK, java_script_enabled=scripts))
    finds_all_cities_of_the_united_kingdom_from_home_in_two_clicks(visitor)
    finds_all_cities_of_the_united_kingdom_by_its_short_name(visitor)
    finds_wakefield_by_a_slip_of_the_pen(visitor)
    finds_fez_by_either_name(visitor)
    filters_opens_a_city_on_the_map_and_finds_all_as_it_was(visitor)


def heading(page):
    return page.locator("#results h2").first


def names(page):
    return {name.strip() for name in page.locator("main .cards h3").all_text_contents()}


def shown(page):
    """Return the address, without the fragment of a skip link, and the results."""
    return page.url.partition("#")[0], page.locator("#results").inner_text()


def search(page):
    return page.get_by_role("search")


def finds_all_cities_of_the_united_kingdom_from_home_in_two_clicks(visitor):
    page = visitor.page
    page.goto("/")
    visitor.press(page.get_by_role("main").get_by_role("link", name="All countries"))
    visitor.press(page.get_by_role("main").get_by_role("link", name="United Kingdom"))
    expect(page.get_by_role("heading", level=1)).to_have_text("United Kingdom")
    assert names(page) == IN_THE_UNITED_KINGDOM


def finds_all_cities_of_the_united_kingdom_by_its_short_name(visitor):
    page = visitor.page
    page.goto("/")
    visitor.fill(search(page).locator("input"), "uk")
    visitor.press(search(page).get_by_role("button", name="Search"))
    expect(page.get_by_role("heading", level=1)).to_have_text("United Kingdom")
    assert names(page) == IN_THE_UNITED_KINGDOM


def finds_wakefield_by_a_slip_of_the_pen(visitor):
    page = visitor.page
    page.goto("/cities/")
    visitor.fill(search(page).locator("input"), "wakfield")
    visitor.press(search(page).get_by_role("button", name="Search"))
    visitor.press(page.locator(".empty").get_by_role("link", name="Wakefield", exact=True))
    expect(heading(page)).to_have_text("1 city matches “Wakefield”")
    visitor.press(page.locator(".cards").get_by_role("link", name="Wakefield", exact=True))
    expect(page).to_have_url(re.compile(r"/cities/wakefield/$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Wakefield")


def finds_fez_by_either_name(visitor):
    page = visitor.page
    for words in ("fez", "fès"):
        page.goto("/cities/")
        visitor.fill(search(page).locator("input"), words)
        visitor.press(search(page).get_by_role("button", name="Search"))
        expect(heading(page)).to_have_text(f"1 city matches “{words}”")
        visitor.press(page.locator(".cards").get_by_role("link", name="Fez", exact=True))
        expect(page).to_have_url(re.compile(r"/cities/fez/$"))


def filters_opens_a_city_on_the_map_and_finds_all_as_it_was(visitor):
    page = visitor.page
    boxes = [page.get_by_role("checkbox", name=name) for name in ("Europe and North", "2024")]
    page.goto("/cities/")
    for box in boxes:
        visitor.tick(box)
    visitor.press(page.locator(".facets-go button"))
    expect(heading(page)).to_have_text(FOUND)
    visitor.press(page.get_by_role("link", name="Map", exact=True))
    expect(page.locator("#results .map .map-view")).to_be_visible()
    as_it_was = shown(page)
    visitor.press(page.locator(".gazetteer").get_by_role("link", name="Manchester"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Manchester")
    page.go_back()
    expect(heading(page)).to_have_text(FOUND)
    assert shown(page) == as_it_was
    for box in boxes:
        expect(box).to_be_checked()
    address, _results = as_it_was
    assert address.endswith("/cities/?region=europe-and-north-america&intake=2024&view=map")
