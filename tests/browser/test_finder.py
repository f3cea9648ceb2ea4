"""The finder in Chromium: focus, announcements, history, and all of it without JavaScript."""

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


def test_a_ticked_facet_does_nothing_until_it_is_applied(finder):
    page = finder
    page.get_by_role("checkbox", name="Ghana").check()
    page.wait_for_timeout(300)
    assert page.url.endswith("/cities/")
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_have_text("2 cities in Ghana")
    expect(heading(page)).to_be_focused()
    expect(heading(page)).to_be_in_viewport()
    expect(said(page)).to_have_text("2 cities in Ghana")
    expect(page).to_have_title("2 cities in Ghana – Learning Cities Portal")
    expect(page.get_by_role("checkbox", name="Ghana")).to_be_checked()
    assert page.evaluate("window.isSamePage")


def test_removing_a_filter_leads_to_the_results_too(page, cities):
    page.goto("/cities/?country=gh&intake=2024")
    page.get_by_role("link", name="Remove 2024").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_be_focused()
    expect(said(page)).to_have_text("2 cities in Ghana")


def test_back_and_forward_restore_results_filters_and_scroll_position(new_page, cities):
    page = new_page(viewport={"width": 1280, "height": 500})
    page.goto("/cities/")
    page.evaluate("window.isSamePage = true")
    page.get_by_role("checkbox", name="2024").check()
    page.get_by_role("button", name="Apply filters").scroll_into_view_if_needed()
    place = page.evaluate("scrollY")
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**/cities/?intake=2024")
    expect(heading(page)).to_be_in_viewport()
    page.go_back()
    page.wait_for_url("**/cities/")
    expect(heading(page)).to_have_text("32 cities")
    expect(page.get_by_role("checkbox", name="2024")).not_to_be_checked()
    page.wait_for_timeout(300)
    assert page.evaluate("scrollY") == pytest.approx(place, abs=1)
    assert place > 0
    page.go_forward()
    expect(heading(page)).to_have_text("1 city, joined in 2024")
    expect(page.get_by_role("checkbox", name="2024")).to_be_checked()
    assert page.evaluate("window.isSamePage")


def test_going_back_from_a_city_shows_the_finder_as_it_was(finder):
    page = finder
    page.get_by_role("checkbox", name="Ghana").check()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_be_focused()
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
    page.get_by_role("combobox").fill("acc")
    page.get_by_role("button", name="Search").click()
    page.wait_for_url("**/cities/?q=acc")
    expect(heading(page)).to_be_focused()
    page.get_by_role("combobox").fill("")
    page.get_by_role("combobox").press_sequentially("tem")
    expect(page.get_by_role("option")).to_have_text(["Tema, Ghana"])


def test_the_address_bar_shows_the_canonical_address(finder):
    page = finder
    page.get_by_role("combobox").fill("  ACC ")
    page.get_by_role("combobox").press("Enter")
    expect(heading(page)).to_be_focused()
    assert page.url.endswith("/cities/?q=ACC")


def test_a_failed_request_becomes_a_plain_page_load(new_page, cities):
    page = new_page()
    page.goto("/cities/")
    page.evaluate("window.isSamePage = true")
    page.route("**/cities/?country=gh", lambda route: route.fulfill(body="Something else"), times=1)
    page.get_by_role("checkbox", name="Ghana").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(heading(page)).to_have_text("2 cities in Ghana")
    assert not page.evaluate("window.isSamePage")


def test_the_filters_stay_open_on_a_phone(new_page, cities):
    page = new_page(viewport={"width": 390, "height": 800})
    page.goto("/cities/")
    page.locator(".facets-fold > summary").click()
    page.get_by_role("checkbox", name="Ghana").check()
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_be_focused()
    expect(heading(page)).to_be_in_viewport()
    expect(page.locator(".facets-fold")).to_have_attribute("open", "")


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
    page.get_by_role("button", name="Apply filters").click()
    page.wait_for_url("**/cities/?country=gh")
    expect(heading(page)).to_have_text("2 cities in Ghana")
    page.get_by_role("link", name="Map", exact=True).click()
    page.locator(".map").get_by_role("link", name="Accra, Ghana").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/accra/")
    page.go_back()
    page.wait_for_url("**/cities/?country=gh&view=map")
    page.get_by_role("link", name="Remove Ghana").click()
    page.wait_for_url("**/cities/?view=map")
    expect(heading(page)).to_have_text("32 cities")
