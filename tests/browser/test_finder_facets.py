"""The facets of the finder in Chromium: long lists, the sheet of a phone, and the keyboard."""

import pytest
from playwright.sync_api import expect

from cities.models import Region
from tests import factories

PHONE = {"width": 390, "height": 800}


@pytest.fixture
def countries(live_server):
    """Create sixteen countries with a city each, which is a long facet."""
    for code, name in (("GB", "United Kingdom"), ("UA", "Ukraine"), ("DE", "Germany")):
        factories.city(name=f"City of {name}", country=factories.country(code=code, name=name))
    kenya = factories.country(code="KE", name="Kenya", region=Region.AFRICA)
    factories.city(name="Kisii", country=kenya, joined_year=2024)
    for number in range(12):
        country = factories.country(name=f"Land {number:02}")
        factories.city(name=f"Town {number:02}", country=country, joined_year=2016)


@pytest.fixture
def finder(page, countries):
    page.goto("/cities/")
    return page


def heading(page):
    return page.locator("#results h2").first


def box(page):
    return page.get_by_label("Type a country")


def shown(page):
    return [
        text.split("\n")[0]
        for text in page.locator(".facet-long .choice:visible").all_inner_texts()
    ]


def test_typing_narrows_the_list_of_countries(finder):
    page = finder
    assert shown(page) == []
    box(page).press_sequentially("land 1")
    expect(page.locator(".facet-long .choice:visible")).to_have_count(2)
    assert shown(page) == ["Land 10", "Land 11"]
    expect(page.locator(".facet-box [role=status]")).to_have_text("Matches: 2")
    box(page).fill("")
    expect(page.locator(".facet-long .choice:visible")).to_have_count(0)
    box(page).fill("zzz")
    said = page.locator(".facet-box [role=status]")
    expect(said).to_have_text("Nothing matches. Check the spelling.")


@pytest.mark.parametrize(
    ("typed", "names"),
    [("UK", ["Ukraine", "United Kingdom"]), ("Deutschland", ["Germany"]), ("germ", ["Germany"])],
)
def test_countries_are_found_by_other_names(finder, typed, names):
    page = finder
    box(page).fill(typed)
    expect(page.locator(".facet-long .choice:visible")).to_have_count(len(names))
    assert shown(page) == names


def test_enter_ticks_the_country_that_is_meant(finder):
    page = finder
    box(page).fill("uk")
    box(page).press("Enter")
    page.wait_for_url("**/cities/?country=gb")
    expect(heading(page)).to_have_text("1 city in United Kingdom")
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("")
    # It stays in view when the list is folded again.
    expect(page.get_by_role("checkbox", name="United Kingdom")).to_be_visible()
    assert shown(page) == ["United Kingdom"]


def test_enter_ticks_nothing_where_several_countries_are_meant(finder):
    page = finder
    box(page).fill("land")
    box(page).press("Enter")
    expect(page.locator(".facet-box [role=status]")).to_have_text("Matches: 12")
    assert page.url.endswith("/cities/")


def test_without_an_answer_the_names_in_the_list_still_count(finder):
    page = finder
    page.route("**/suggest/countries/**", lambda route: route.fulfill(body="no JSON"))
    box(page).fill("germany")
    box(page).press("Enter")
    page.wait_for_url("**/cities/?country=de")


def test_a_country_without_results_is_listed_only_while_it_is_typed(page, countries):
    page.goto("/cities/?intake=2024")
    page.get_by_text("1 country").click()
    assert shown(page) == ["Kenya"]
    box(page).fill("germany")
    expect(page.get_by_role("checkbox", name="Germany 0")).to_be_visible()
    page.get_by_role("link", name="Clear all").click()
    box(page).fill("")
    expect(page.locator(".facet-long .choice:visible")).to_have_count(16)


def test_a_removed_chip_unticks_its_country_in_its_place(page, countries):
    page.goto("/cities/?country=ke")
    page.get_by_role("link", name="Remove Country: Kenya").click()
    page.wait_for_url("**/cities/")
    page.get_by_text("All 16 countries").click()
    assert shown(page)[:3] == ["Germany", "Kenya", "Land 00"]


def tabs_to(page, selector, most=80):
    """Press Tab until something in the selected part has the focus; return how often."""
    for number in range(1, most):
        page.keyboard.press("Tab")
        if page.evaluate(f"Boolean(document.activeElement.closest('{selector}'))"):
            return number
    raise AssertionError(f"{selector} was not reached")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("view", ["cards", "table"])
def test_the_first_result_is_at_most_six_tab_stops_away(new_page, countries, scripts, view):
    page = new_page(java_script_enabled=scripts, viewport={"width": 1280, "height": 900})
    page.goto("/cities/" if view == "cards" else "/cities/?view=table&country=ke")
    for _ in range(2):
        page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to results")).to_be_focused()
    page.keyboard.press("Enter")
    assert tabs_to(page, ".cards, tbody") <= 6


def test_a_long_list_puts_few_tab_stops_before_the_results(finder):
    # The ten short choices are Region and Year joined; no country is among them.
    assert tabs_to(finder, "#list") < 40


def test_a_long_list_works_without_javascript(new_page, countries):
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 700})
    page.goto("/cities/?country=ke")
    expect(box(page)).to_be_hidden()
    assert shown(page) == ["Kenya"]
    page.get_by_text("All 16 countries").click()
    assert len(shown(page)) == 16
    page.get_by_role("checkbox", name="Germany").check()
    expect(page.get_by_role("button", name="Show results")).to_be_in_viewport()
    page.get_by_role("button", name="Show results").click()
    page.wait_for_url("**/cities/?country=ke&country=de")


# -- The sheet of a narrow page ----------------------------------------------------------------


@pytest.fixture
def phone(new_page, countries):
    page = new_page(viewport=PHONE)
    page.goto("/cities/")
    return page


# The browser's own controls come after the last choice, and the page's body stands for them.
IS_IN_SHEET = """() => {
    const at = document.activeElement;
    return at === document.body || Boolean(at.closest(".facets-fold"));
}"""


def opener(page):
    return page.locator(".facets-fold > summary")


def test_filters_of_a_phone_are_a_sheet_over_the_results(phone):
    page = phone
    opener(page).click()
    expect(opener(page).get_by_text("Close filters")).to_be_visible()
    show = page.get_by_role("button", name="Show 16 cities")
    expect(show).to_be_in_viewport(ratio=1)
    page.get_by_role("checkbox", name="2024").check()
    show = page.get_by_role("button", name="Show 1 city")
    expect(show).to_be_in_viewport(ratio=1)
    expect(page.get_by_role("checkbox", name="2024")).to_be_focused()
    expect(page.locator("main > [role=status]")).to_have_text("1 city that joined in 2024")
    show.click()
    expect(page.locator(".facets-fold")).not_to_have_attribute("open", "")
    expect(heading(page)).to_be_focused()
    expect(heading(page)).to_be_in_viewport()
    assert page.url.endswith("/cities/?intake=2024")


def test_the_sheet_keeps_the_focus_until_escape_closes_it(phone):
    page = phone
    opener(page).press("Enter")
    for _ in range(60):
        page.keyboard.press("Tab")
        assert page.evaluate(IS_IN_SHEET)
    page.get_by_role("checkbox", name="2016").focus()
    page.keyboard.press("Escape")
    expect(page.locator(".sheet")).to_be_hidden()
    expect(opener(page)).to_be_focused()
    page.get_by_role("link", name="City of Germany").focus()
    expect(page.get_by_role("link", name="City of Germany")).to_be_focused()


def test_a_tap_outside_closes_the_sheet(new_page, countries):
    page = new_page(viewport={"width": 768, "height": 900})
    page.goto("/cities/")
    opener(page).click()
    expect(page.locator(".sheet")).to_be_visible()
    page.mouse.click(700, 400)
    expect(page.locator(".sheet")).to_be_hidden()
    page.get_by_role("link", name="Table", exact=True).click()
    page.wait_for_url("**/cities/?view=table")


def test_a_wider_page_turns_the_sheet_into_a_column(phone):
    page = phone
    opener(page).click()
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_role("checkbox", name="Africa")).to_be_visible()
    page.get_by_role("link", name="Table", exact=True).click()
    page.wait_for_url("**/cities/?view=table")


def test_the_sheet_works_without_javascript(new_page, countries):
    page = new_page(java_script_enabled=False, viewport=PHONE)
    page.goto("/cities/")
    opener(page).click()
    page.get_by_role("checkbox", name="2024").check()
    expect(page.get_by_role("button", name="Show results")).to_be_in_viewport(ratio=1)
    opener(page).click()
    expect(page.locator(".sheet")).to_be_hidden()
    opener(page).click()
    page.get_by_role("button", name="Show results").click()
    page.wait_for_url("**/cities/?intake=2024")
    expect(page.locator(".sheet")).to_be_hidden()
    expect(heading(page)).to_have_text("1 city that joined in 2024")


# -- Older browsers ----------------------------------------------------------------------------

WITHOUT_DETAILS_CONTENT = """
    const supports = CSS.supports;
    CSS.supports = (...asked) => !String(asked).includes("details-content") && supports(...asked);
"""
WITHOUT_REFLECTION = """
    for (const name of ["role", "ariaBusy", "ariaSelected", "ariaLabel"]) {
        delete Element.prototype[name];
    }
"""


def test_facets_are_open_where_a_closed_details_cannot_be_shown(new_page, countries):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(WITHOUT_DETAILS_CONTENT)
    page.goto("/cities/")
    expect(page.locator(".facets-fold")).to_have_attribute("open", "")
    page.set_viewport_size(PHONE)
    expect(page.locator(".facets-fold")).not_to_have_attribute("open", "")


def test_roles_and_states_need_no_reflection_of_aria(new_page, countries):
    page = new_page(viewport={"width": 1280, "height": 900})
    page.add_init_script(WITHOUT_REFLECTION)
    page.goto("/cities/")
    page.locator(".finder").get_by_role("combobox").press_sequentially("kis")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option", name="Kisii, Kenya")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[role=option][aria-selected=true]")).to_have_count(1)
    page.locator(".finder").get_by_role("combobox").fill("")
    page.get_by_role("checkbox", name="2024").check()
    expect(page.locator("main > [role=status]")).to_have_text("1 city that joined in 2024")
