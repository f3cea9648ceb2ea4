"""Preferences that browsers pass on: forced colours, reduced motion, larger text."""

import pytest
from playwright.sync_api import expect

from cities.models import Region
from tests import factories

DESK = {"width": 1280, "height": 900}
COLOUR = "(element, name) => getComputedStyle(element)[name]"
MOVING = """() => [...document.querySelectorAll("*")].filter((element) => {
    const style = getComputedStyle(element);
    return [style.transitionDuration, style.animationDuration]
        .some((times) => times.split(", ").some((time) => parseFloat(time) > 0));
}).length"""


@pytest.fixture
def cities(live_server):
    ghana = factories.country(code="GH", name="Ghana", region=Region.AFRICA)
    factories.city(name="Accra", country=ghana, joined_year=2024, latitude=5.6, longitude=-0.2)
    factories.city(name="Tema", country=ghana, joined_year=2016, latitude=5.7, longitude=0)


def test_forced_colours_apply_to_everything_but_the_colours_of_regions(new_page, cities):
    page = new_page(viewport=DESK, forced_colors="active")
    page.goto("/cities/?country=gh&view=table")
    dot = page.locator("td .dot").first
    assert dot.evaluate(COLOUR, "backgroundColor") == "rgb(165, 109, 18)"
    text = page.get_by_role("heading", level=1)
    assert text.evaluate(COLOUR, "color") == "rgb(0, 0, 0)"
    # Forced colours remove the fill, so the current view needs another mark.
    views = page.locator(".views a")
    outlines = [view.evaluate(COLOUR, "outlineStyle") for view in views.all()]
    assert outlines == ["none", "solid", "none"]
    # A native checkbox shows by itself that it is ticked.
    box = page.get_by_role("checkbox", name="Ghana")
    expect(box).to_be_checked()
    assert box.evaluate(COLOUR, "appearance") == "auto"
    page.goto("/cities/?country=gh&view=map")
    assert page.locator(".dot-region").first.evaluate(COLOUR, "stroke") == "rgb(165, 109, 18)"


@pytest.mark.parametrize("path", ["/", "/cities/", "/cities/?view=map", "/cities/accra/"])
def test_no_animation_runs_with_reduced_motion(new_page, cities, path):
    page = new_page(viewport=DESK, reduced_motion="reduce")
    page.goto(path)
    assert page.evaluate(MOVING) == 0


def test_text_grows_with_the_text_size_of_the_browser(new_page, cities):
    page = new_page(viewport=DESK)
    page.goto("/cities/")
    choice = page.locator(".choice").first
    assert choice.evaluate(COLOUR, "fontSize") == "18px"
    # Twice the usual size.
    page.locator("html").evaluate("element => { element.style.fontSize = '225%' }")
    assert choice.evaluate(COLOUR, "fontSize") == "36px"
    assert page.evaluate("document.documentElement.scrollWidth") == DESK["width"]
