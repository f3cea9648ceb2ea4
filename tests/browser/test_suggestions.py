"""Suggestions while typing: by keyboard, by mouse, and when the request fails."""

import pytest
from playwright.sync_api import expect

from cities.models import Region
from tests import factories


@pytest.fixture
def fez(live_server):
    morocco = factories.country(code="MA", name="Morocco", region=Region.ARAB_STATES)
    fez = factories.city(name="Fez", country=morocco)
    factories.alternative_name(city=fez, name="Fès")
    factories.city(name="Agadir", country=morocco)
    return fez


@pytest.mark.parametrize("path", ["/", "/cities/"])
def test_a_suggested_city_is_opened_by_keyboard(page, fez, path):
    page.goto(path)
    field = page.get_by_role("combobox")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press_sequentially("fes")
    option = page.get_by_role("option", name="Fez (Fès), Morocco")
    expect(option).to_be_visible()
    expect(field).to_have_attribute("aria-expanded", "true")
    expect(field).to_have_attribute("aria-activedescendant", "")
    expect(page.get_by_role("status").filter(has_text="1 suggestion")).to_have_count(1)
    page.keyboard.press("ArrowDown")
    expect(option).to_have_attribute("aria-selected", "true")
    assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
    assert field.get_attribute("aria-controls") == page.get_by_role("listbox").get_attribute("id")
    expect(field).to_be_focused()
    expect(field).to_have_value("fes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/fez/")


def test_arrow_keys_go_round_the_suggestions_and_the_text(page, fez):
    page.goto("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("moroc")
    expect(page.get_by_role("option")).to_have_text(
        ["Morocco, 2 cities", "Agadir, Morocco", "Fez, Morocco"]
    )
    chosen = page.locator("[aria-selected=true]")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_text("Fez, Morocco")
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_count(0)
    page.keyboard.press("ArrowDown")
    expect(chosen).to_have_text("Morocco, 2 cities")


def test_escape_closes_the_suggestions_and_keeps_the_text(page, fez):
    page.goto("/")
    field = page.get_by_role("combobox")
    field.press_sequentially("fez")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("listbox")).to_be_hidden()
    expect(field).to_have_attribute("aria-expanded", "false")
    expect(field).to_have_value("fez")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("listbox")).to_be_hidden()


@pytest.mark.parametrize(
    ("path", "address"), [("/", "**/search/?q=moroc"), ("/cities/", "**/cities/?q=moroc")]
)
def test_enter_without_a_chosen_suggestion_searches(page, fez, path, address):
    page.goto(path)
    page.get_by_role("combobox").press_sequentially("moroc")
    expect(page.get_by_role("listbox")).to_be_visible()
    page.keyboard.press("Enter")
    page.wait_for_url(address)


def test_a_suggested_country_is_opened_by_mouse(page, fez):
    page.goto("/cities/")
    page.get_by_role("combobox").press_sequentially("moroc")
    page.get_by_text("Morocco, 2 cities").click()
    page.wait_for_url("**/countries/morocco/")


def test_the_search_form_works_without_suggestions(new_page, fez):
    page = new_page()
    page.route("**/cities/suggest/**", lambda route: route.fulfill(status=200, body="no JSON"))
    page.goto("/cities/")
    page.get_by_role("combobox").press_sequentially("fez")
    page.wait_for_timeout(400)
    expect(page.get_by_role("listbox")).to_be_hidden()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/?q=fez")


def test_the_search_field_works_without_javascript(new_page, fez):
    page = new_page(java_script_enabled=False)
    page.goto("/")
    page.get_by_role("searchbox", name="Find a country or city").fill("fes")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cities/fez/")
