"""The way to a country: the masthead's search, and the list of countries."""

import pytest
from playwright.sync_api import expect

from cities.models import Region
from tests import factories

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def places(live_server):
    for code, name, region in (
        ("CI", "Côte d’Ivoire", Region.AFRICA),
        ("CM", "Cameroon", Region.AFRICA),
        ("TG", "Togo", Region.AFRICA),
    ):
        factories.city(country=factories.country(code=code, name=name, region=region))
    factories.city(name="Derby")


def test_a_phone_without_javascript_finds_a_country_in_the_masthead(new_page, places):
    page = new_page(viewport=PHONE, java_script_enabled=False)
    page.goto("/numbers/")
    field = page.get_by_role("searchbox", name="Find a country or city")
    expect(field).to_be_hidden()
    page.locator(".masthead summary").click()
    field.fill("ivory coast")
    field.press("Enter")
    page.wait_for_url("**/countries/cote-divoire/")


def test_the_row_of_the_search_moves_nothing_on_a_phone(new_page, places):
    page = new_page(viewport=PHONE)
    page.goto("/numbers/")
    heading = page.get_by_role("heading", level=1)
    before = heading.bounding_box()
    page.locator(".masthead summary").click()
    expect(page.get_by_role("combobox", name="Find a country or city")).to_be_visible()
    assert heading.bounding_box() == before


def test_a_suggested_country_is_opened_from_any_page(page, places):
    page.goto("/numbers/")
    field = page.get_by_role("combobox", name="Find a country or city")
    field.press_sequentially("togo")
    option = page.get_by_role("option", name="Togo, 1 city")
    expect(option).to_be_visible()
    option.click()
    page.wait_for_url("**/countries/togo/")


def test_the_search_of_a_list_has_no_suggestions_of_places(page, places):
    page.goto("/networks/")
    assert page.get_by_role("combobox").count() == 1
    expect(page.get_by_role("searchbox", name="Search networks")).to_be_visible()


def test_the_list_of_countries_narrows_while_typing(page, places):
    page.goto("/countries/")
    field = page.get_by_role("textbox", name="Narrow the list")
    links = page.locator("#countries a:visible")
    field.fill("cote d'iv")
    expect(links).to_have_text(["Côte d’Ivoire"])
    expect(page.get_by_role("status").filter(has_text="1 country")).to_have_count(1)
    expect(page.get_by_role("heading", name="T", exact=True)).to_be_hidden()
    field.fill("UK")
    expect(links).to_have_text(["United Kingdom"])
    field.press("Escape")
    expect(links).to_have_count(4)
    field.fill("tog")
    field.press("Enter")
    page.wait_for_url("**/countries/togo/")


def test_without_javascript_there_is_no_field_that_does_nothing(new_page, places):
    page = new_page(java_script_enabled=False)
    page.goto("/countries/?order=size")
    expect(page.get_by_label("Narrow the list")).to_be_hidden()
    expect(page.get_by_role("link", name="Togo")).to_be_visible()
