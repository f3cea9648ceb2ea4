"""Finding a record in the desk, and “Edit this page” on the public site."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from cities.models import City
from tests import factories
from tests.admin_pages import admin_url
from tests.browser.test_desk import desk, media, sign_in

__all__ = ["desk", "media", "sign_in"]

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_record_is_chosen_from_the_suggestions_by_keys_alone(desk):
    city = factories.city(name="Bristol")
    desk.keyboard.press("/")
    desk.keyboard.type("brist")
    desk.wait_for_selector("[role=option]")
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.wait_for_url(f"**{admin_url(City, 'change', city.pk)}")


def test_a_slash_in_a_field_is_a_slash(desk):
    desk.goto(reverse("admin:portal_page_add"))
    desk.click("#id_title")
    desk.keyboard.type("and/or")
    assert desk.input_value("#id_title") == "and/or"


@pytest.mark.parametrize("width", [1280, 1600])
def test_no_column_of_the_list_of_cities_is_cut_off(desk, width):
    factories.city(name="Derry City and Strabane", checked_on="2024-11-23", kind="consortium")
    desk.set_viewport_size({"width": width, "height": 900})
    desk.goto(admin_url(City, "changelist"))
    hidden = desk.evaluate(
        "(box => box.scrollWidth - box.clientWidth)(document.querySelector('.results'))"
    )
    assert hidden <= 0


def test_staff_go_from_a_public_page_to_its_form_and_visitors_ask_for_nothing(desk, new_page):
    city = factories.city(name="Bristol")
    desk.goto(city.get_absolute_url())
    expect(desk.get_by_role("navigation", name="For staff")).to_contain_text("Public")
    desk.click("text=Edit this page")
    desk.wait_for_url(f"**{admin_url(City, 'change', city.pk)}")

    visitor, asked = new_page(), []
    visitor.on("request", lambda request: asked.append(request.url))
    visitor.goto(city.get_absolute_url(), wait_until="networkidle")
    assert not [url for url in asked if "/admin/" in url]
    assert visitor.locator(".edit-bar").count() == 0
    assert visitor.context.cookies() == []
