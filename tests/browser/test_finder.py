"""The finder in Chromium: focus, announcements, history, and all of it without JavaScript."""

from datetime import UTC, datetime

import pytest
from playwright.sync_api import expect

from cities.models import Region
from tests import factories


@pytest.fixture
def cities(live_server):
    ghana = factories.country(code="GH", name="Ghana", region=Region.AFRICA)
    for number in range(30):
        factories.city(name=f"City {number:02}", joined_year=2016, latitude=50, longitude=number)
    factories.city(name="Accra", country=ghana, joined_year=2024, latitude=5.6, longitude=-0.2)
    factories.city(name="Tema", country=ghana, joined_year=2016)


@pytest.fixture
def finder(page, cities):
    page.goto("/cities/")
    # A real page load would lose this value.
    page.evaluate("window.isSamePage = true")
    return page


def heading(page):
    return page.locator("#results h2").first


def said(page):
    return page.locator("main > [role=status]")


def focused(page):
    return page.evaluate("document.activeElement.value ?? document.activeElement.textContent")


def test_the_results_follow_a_tick_and_the_focus_stays_on_it(finder):
    page = finder
    place = page.evaluate("scrollY")
    page.get_by_role("checkbox", name="Ghana").check()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_have_text("2 cities in Ghana")
    expect(said(page)).to_have_text("2 cities in Ghana")
    expect(page).to_have_title("2 cities in Ghana – Learning Cities Portal")
    expect(page.get_by_role("checkbox", name="Ghana")).to_be_focused()
    expect(page.get_by_role("button", name="Show 2 cities")).to_be_in_viewport()
    assert page.evaluate("scrollY") == place
    assert page.evaluate("window.isSamePage")


def test_the_button_leads_from_the_facets_to_the_results(finder):
    page = finder
    page.get_by_role("checkbox", name="Ghana").check()
    page.get_by_role("button", name="Show 2 cities").click()
    expect(heading(page)).to_be_focused()
    expect(heading(page)).to_be_in_viewport()
    assert page.url.endswith("/cities/?country=gh")
    page.go_back()
    expect(heading(page)).to_have_text("32 cities")


@pytest.fixture
def held(finder):
    """Hold the requests of the finder back, in a list of routes to continue."""
    routes = []
    finder.route("**/cities/?*", lambda route: routes.append(route))
    return routes


def tick(page, *names):
    """Tick boxes with no pause between them, and wait until their requests are under way."""
    boxes = [page.get_by_role("checkbox", name=name).element_handle() for name in names]
    with page.expect_request("**/cities/?*"):
        page.evaluate("boxes => boxes.forEach((box) => box.click())", boxes)


def test_quick_ticks_one_after_the_other_all_count(finder, held):
    page = finder
    tick(page, "Ghana", "2024", "2016")
    page.wait_for_timeout(50)
    # The first answer comes last.
    for route in reversed(held):
        route.continue_()
    expect(heading(page)).to_have_text("2 cities in Ghana that joined in 2016 or 2024")
    page.wait_for_load_state("networkidle")
    assert page.url.endswith("/cities/?country=gh&intake=2024&intake=2016")
    expect(page.locator(".choice :checked")).to_have_count(3)


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("Table", "/cities/?country=gh&view=table"),
        ("population", "/cities/?country=gh&sort=population"),
        ("Next", "/cities/?country=gh"),
    ],
)
def test_a_tick_is_not_lost_on_a_click_elsewhere(finder, held, name, address):
    page = finder
    tick(page, "Ghana")
    page.get_by_role("link", name=name, exact=True).click()
    page.wait_for_timeout(50)
    for route in held:
        route.continue_()
    page.wait_for_url(f"**{address}")
    expect(heading(page)).to_have_text("2 cities in Ghana")
    expect(page.get_by_role("checkbox", name="Ghana")).to_be_checked()


def test_clear_all_clears_what_was_ticked_meanwhile_too(page, cities):
    page.goto("/cities/?country=gh")
    held = []
    page.route("**/cities/?*", lambda route: held.append(route))
    tick(page, "2024")
    page.get_by_role("link", name="Clear all").click()
    expect(heading(page)).to_have_text("32 cities")
    expect(page.locator(".choice :checked")).to_have_count(0)


def test_a_slow_line_is_told_after_a_quarter_of_a_second_and_a_fast_one_never(page, cities):
    page.clock.install(time=datetime(2030, 1, 1, tzinfo=UTC))
    page.goto("/cities/")
    page.clock.pause_at(datetime(2030, 1, 2, tzinfo=UTC))
    held = []
    page.route("**/cities/?*", lambda route: held.append(route))
    tick(page, "Ghana")
    page.clock.run_for(240)
    results = page.locator("#results")
    expect(results).to_have_attribute("aria-busy", "true")
    expect(results).not_to_have_class("is-waiting")
    page.clock.run_for(20)
    expect(results).to_have_class("is-waiting")
    expect(said(page)).to_have_text("Loading…")
    expect(page.get_by_role("button", name="Loading…")).to_be_visible()
    held[0].continue_()
    expect(heading(page)).to_have_text("2 cities in Ghana")
    expect(page.locator("#results")).not_to_have_class("is-waiting")
    expect(page.get_by_role("button", name="Show 2 cities")).to_be_visible()


def test_removing_a_filter_leads_to_the_results_too(page, cities):
    page.goto("/cities/?country=gh&intake=2024")
    page.get_by_role("link", name="Remove Year joined: 2024").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_be_focused()
    expect(said(page)).to_have_text("2 cities in Ghana")


def test_back_and_forward_restore_results_filters_and_scroll_position(new_page, cities):
    page = new_page(viewport={"width": 1280, "height": 500})
    page.goto("/cities/")
    page.evaluate("window.isSamePage = true")
    page.get_by_role("checkbox", name="2024").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    page.get_by_role("checkbox", name="2024").check()
    page.wait_for_url("**/cities/?intake=2024")
    expect(heading(page)).to_have_text("1 city that joined in 2024")
    page.go_back()
    page.wait_for_url("**/cities/")
    expect(heading(page)).to_have_text("32 cities")
    expect(page.get_by_role("checkbox", name="2024")).not_to_be_checked()
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == pytest.approx(place, abs=1)
    assert place > 0
    page.go_forward()
    expect(heading(page)).to_have_text("1 city that joined in 2024")
    expect(page.get_by_role("checkbox", name="2024")).to_be_checked()
    assert page.evaluate("window.isSamePage")


def test_going_back_from_a_city_shows_the_finder_as_it_was(finder):
    page = finder
    page.get_by_role("checkbox", name="Ghana").check()
    expect(heading(page)).to_have_text("2 cities in Ghana")
    page.get_by_role("link", name="Map", exact=True).click()
    page.wait_for_url("**/cities/?country=gh&view=map")
    expect(page.get_by_role("link", name="Map", exact=True)).to_be_focused()
    expect(page.locator(".map.is-live")).to_be_visible()
    page.locator(".gazetteer").get_by_role("link", name="Accra").click()
    page.wait_for_url("**/cities/accra/")
    page.go_back()
    page.wait_for_url("**/cities/?country=gh&view=map")
    expect(heading(page)).to_have_text("2 cities in Ghana")
    expect(page.get_by_role("checkbox", name="Ghana")).to_be_checked()


def test_other_pages_of_the_list_begin_at_the_results(finder):
    page = finder
    page.get_by_role("link", name="Next").click()
    page.wait_for_url("**/cities/?page=2")
    expect(heading(page)).to_be_focused()
    expect(heading(page)).to_be_in_viewport()


def test_a_sorted_column_keeps_focus(page, cities):
    page.goto("/cities/?view=table")
    page.locator("thead").get_by_role("link", name="Country").press("Enter")
    page.wait_for_url("**sort=country**")
    expect(page.locator("thead").get_by_role("link", name="Country")).to_be_focused()


def test_the_search_field_keeps_its_suggestions(finder):
    page = finder
    page.locator(".finder").get_by_role("combobox").fill("acc")
    page.locator(".finder").get_by_role("button", name="Search").click()
    page.wait_for_url("**/cities/?q=acc")
    expect(heading(page)).to_be_focused()
    page.locator(".finder").get_by_role("combobox").fill("")
    page.locator(".finder").get_by_role("combobox").press_sequentially("tem")
    expect(page.get_by_role("option")).to_have_text(["Tema, Ghana"])


def test_the_address_bar_shows_the_canonical_address(finder):
    page = finder
    page.locator(".finder").get_by_role("combobox").fill("  ACC ")
    page.locator(".finder").get_by_role("combobox").press("Enter")
    expect(heading(page)).to_be_focused()
    assert page.url.endswith("/cities/?q=ACC")


def test_a_failed_request_becomes_a_plain_page_load(new_page, cities):
    page = new_page()
    page.goto("/cities/")
    page.evaluate("window.isSamePage = true")
    page.route("**/cities/?country=gh", lambda route: route.fulfill(body="Something else"), times=1)
    page.get_by_role("checkbox", name="Ghana").check()
    expect(heading(page)).to_have_text("2 cities in Ghana")
    assert not page.evaluate("window.isSamePage")


def test_a_link_with_a_modifier_is_left_to_the_browser(finder):
    page = finder
    with page.context.expect_page() as other:
        page.get_by_role("link", name="Table", exact=True).click(modifiers=["Control"])
    other.value.wait_for_url("**/cities/?view=table")
    assert page.url.endswith("/cities/")


def test_the_finder_works_without_javascript(new_page, cities):
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page.goto("/cities/")
    page.get_by_role("checkbox", name="Ghana").check()
    page.get_by_role("button", name="Show results").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_have_text("2 cities in Ghana")
    page.get_by_role("link", name="Map", exact=True).click()
    page.locator(".map").get_by_role("link", name="Accra, Ghana").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/accra/")
    page.go_back()
    page.wait_for_url("**/cities/?country=gh&view=map")
    page.get_by_role("link", name="Remove Country: Ghana").click()
    page.wait_for_url("**/cities/?view=map")
    expect(heading(page)).to_have_text("32 cities")
