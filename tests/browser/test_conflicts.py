"""A collision of two texts in Chromium: its marks, its result, and saving both versions."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from cities.models import City
from publishing.revisions import snapshots
from publishing.revisions.drafts import write
from publishing.revisions.models import Action
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)
BASE = "".join(f"<p>Paragraph {word} of the text.</p>" for word in ("one", "two", "three"))


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because pages of the desk may show them."""


def has_no_barrier(page):
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def collide(page, city):
    """Open the form, let somebody else save, and save another version."""
    page.goto(admin_url(city, "change", city.pk))
    page.wait_for_selector(".ProseMirror")
    content = snapshots.take(city)
    content["fields"]["profile"] = BASE.replace("two", "two by Ada") + "<p>More by Ada.</p>"
    write(city, content, Action.CHANGED, factories.user(name="Ada"))
    page.locator(".ProseMirror p").nth(1).click()
    page.keyboard.press("End")
    page.keyboard.type(" Typed by me.")
    page.locator("[name=_save]").last.click()
    page.wait_for_selector("h1:text('Somebody else changed this too')")


@pytest.mark.parametrize("width", [390, 1280])
def test_both_versions_of_a_paragraph_are_seen_before_they_are_public(new_page, width):
    new_page.expected.append("status of 409 (Conflict)")
    page = new_page(viewport={"width": width, "height": 900})
    city = factories.city(name="Leeds", profile=BASE)
    sign_in(page, factories.user("Publishers"))
    collide(page, city)
    assert page.locator(".conflict del").count() == 0
    assert [text.split(None, 1)[1] for text in page.locator(".conflict ins").all_inner_texts()] == [
        "Typed by me.",
        "by Ada",
    ]
    expect(page.locator(".conflict-result:visible")).to_have_count(0)
    page.check("[value=both]")
    both = "Paragraph two by Ada of the text. Typed by me."
    expect(page.locator(".conflict-result:visible")).to_have_text(both)
    has_no_barrier(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.click("input[value='Save with these choices']")
    result = page.locator(".conflict-whole .conflict-result")
    expect(result).to_contain_text("Typed by me.")
    has_no_barrier(page)
    page.click("input[value='Save this result']")
    page.wait_for_selector(".messagelist .success")
    assert City.objects.get().profile == (
        f"<p>Paragraph one of the text.</p><p>{both}</p>"
        "<p>Paragraph three of the text.</p><p>More by Ada.</p>"
    )


def sign_in(page, user):
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
