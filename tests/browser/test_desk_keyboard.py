"""The desk by keyboard in Chromium, and the room that its panels leave."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because pages of the desk may show them."""


@pytest.fixture
def form(page):
    """Return a signed-in page with the form of a city."""
    user = factories.user("Publishers")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    city = factories.city(name="Fez")
    page.goto(admin_url(city, "change", city.pk))
    page.wait_for_selector(".prose-editor > .ProseMirror")
    return page


def focused(page):
    return page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()")


def test_two_skip_links_lead_from_the_top_of_a_form_to_its_first_field(form):
    stops = []
    for _step in range(2):
        form.keyboard.press("Tab")
        stops.append(focused(form))
        form.keyboard.press("Enter")
    form.keyboard.press("Tab")
    assert [*stops, focused(form)] == ["Skip to main content", "Skip to the fields", "id_name"]


def test_a_link_to_a_section_leads_to_its_first_field(form):
    form.locator(".form-sections a", has_text="What visitors read").focus()
    form.keyboard.press("Enter")
    form.keyboard.press("Tab")
    assert focused(form) == "id_motto"


@pytest.mark.parametrize("width", [390, 1280])
def test_the_panel_of_comments_hides_no_field_that_it_is_about(form, width):
    form.set_viewport_size({"width": width, "height": 844})
    button = form.locator(".field-motto .comment-button")
    button.focus()
    form.keyboard.press("Enter")
    panel, field = form.locator(".comments.is-panel"), form.locator("#id_motto")
    expect(panel.locator("textarea").last).to_be_focused()
    left, top = panel.bounding_box(), field.bounding_box()
    assert top["x"] + top["width"] <= left["x"] or top["y"] + top["height"] <= left["y"]
    expect(field).to_be_in_viewport(ratio=1)
    expect(form.locator("[data-bar]")).to_be_in_viewport(ratio=1)
    form.keyboard.press("Escape")
    expect(button).to_be_focused()
