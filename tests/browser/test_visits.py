"""Visits to the portal with its starter content, as people make them."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.core.management import call_command
from playwright.sync_api import expect

# One page of each kind.
PAGES = [
    "/",
    "/cities/",
    "/cities/?view=table",
    "/cities/?view=map&country=gb",
    "/cities/?country=zz&q=nothing-like-this",
    "/cities/manchester/",
    "/cities/fez/",
    "/countries/",
    "/countries/united-kingdom/",
    "/regions/africa/",
    "/themes/",
    "/intakes/",
    "/intakes/2024/",
    "/networks/",
    "/networks/manchester-adult-skills-network/",
    "/organisations/manchester-city-council/",
    "/news/",
    "/events/",
    "/about/",
]

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture
def portal(live_server):
    """The portal as a new user finds it."""
    call_command("load_starter", verbosity=0)


def kinds_of_page(page):
    """The addresses of all kinds of page, a story and an event among them."""
    yield from PAGES
    for place in ("/news/", "/events/"):
        page.goto(place)
        yield page.locator("main .news-list a").first.get_attribute("href")


def test_the_form_can_be_walked_and_sent_by_keyboard(page, portal):
    page.goto("/cities/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        name, ring = page.evaluate(
            """() => {
                const at = document.activeElement, style = getComputedStyle(at)
                const seen = style.outlineStyle != "none" && parseFloat(style.outlineWidth) > 0
                return [at.name || at.innerText.trim(), seen || style.boxShadow != "none"]
            }"""
        )
        assert ring, f"nothing shows that {name} has the focus"
        seen.append(name)
        if name == "region":
            page.keyboard.press("Space")
        if name == "Apply filters":
            break
    assert seen[0] == "q"
    assert seen[-1] == "Apply filters"
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/?region=*")


@pytest.mark.parametrize("viewport", [PHONE, DESK], ids=["phone", "desk"])
def test_no_page_has_a_barrier_that_axe_knows(viewport, new_page, portal):
    page = new_page(viewport=viewport, reduced_motion="reduce")
    found = {}
    for address in kinds_of_page(page):
        page.goto(address)
        violations = Axe().run(page).response["violations"]
        if violations:
            found[address] = [
                f"{each['id']}: {node['target']} {node['failureSummary']}"
                for each in violations
                for node in each["nodes"][:3]
            ]
    assert found == {}


def test_no_page_scrolls_sideways_on_the_smallest_phone(new_page, portal):
    page = new_page(viewport={"width": 320, "height": 640})
    wide = {}
    for address in kinds_of_page(page):
        page.goto(address)
        width = page.evaluate("document.documentElement.scrollWidth")
        if width > 320:
            wide[address] = width
    assert wide == {}
