"""Drafts, the history and two people at one record in Chromium, with the real policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from cities.models import City
from publishing.models import Revision
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because pages of the desk may show them."""


@pytest.fixture
def city():
    return factories.city(name="Leeds", motto="Pro rege et lege", note="To be looked up")


@pytest.fixture
def desk(page):
    sign_in(page, factories.user("Publishers", name="Mary Gawthorpe"))
    return page


def sign_in(page, user):
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")


def press(page, button):
    """Press a button that leads to another page, and wait for that page."""
    with page.expect_navigation(wait_until="networkidle"):
        page.locator(button).last.click()


def open_change(page, city):
    page.goto(admin_url(city, "change", city.pk), wait_until="networkidle")


def has_no_barrier(page):
    found = Axe().run(page, context="#content", options={"resultTypes": ["violations"]})
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_a_draft_with_a_new_row_goes_live_and_back(desk, city):
    open_change(desk, city)
    desk.fill("#id_motto", "Learn for life")
    desk.click("#awards-group .add-row a")
    desk.fill("#id_awards-0-year", "2015")
    press(desk, "[name=_draft]")
    assert desk.locator("text=This is the draft by Mary Gawthorpe").is_visible()
    assert desk.input_value("#id_awards-0-year") == "2015"
    assert (City.objects.get().motto, city.awards.count()) == ("Pro rege et lege", 0)

    press(desk, "text=Compare with the public version")
    assert desk.locator(".changes th").all_inner_texts() == ["Motto", "Learning city award"]
    has_no_barrier(desk)
    desk.fill("#id__note", "Agreed with the city")
    press(desk, "button[value=publish]")
    assert (City.objects.get().motto, city.awards.get().year) == ("Learn for life", 2015)

    desk.goto(admin_url(city, "history", city.pk))
    assert "Agreed with the city" in desk.inner_text(".history tbody tr")
    has_no_barrier(desk)
    # Restore the version before the change that was just published.
    open_change(desk, city)
    desk.fill("#id_motto", "Typed by mistake")
    press(desk, "[name=_save]")
    published = Revision.objects.get(action="published")
    desk.goto(admin_url(city, "revision", city.pk, published.pk))
    (removed,) = desk.locator(".changes").last.locator("del").all_inner_texts()
    assert removed.split() == ["removed:", "Typed", "by", "mistake"]
    has_no_barrier(desk)
    press(desk, "input[value='Restore this version']")
    assert (City.objects.get().motto, city.awards.get().year) == ("Learn for life", 2015)


def test_two_people_edit_a_record_at_once(chromium, live_server, city):
    # The page with the conflict has status 409, which a browser reports as an error.
    contexts = [chromium.new_context(base_url=live_server.url) for _person in range(2)]
    mine, theirs = (context.new_page() for context in contexts)
    sign_in(mine, factories.user("Publishers"))
    sign_in(theirs, factories.user("Publishers", name="Ada Byron"))
    for page in (mine, theirs):
        open_change(page, city)
    theirs.fill("#id_motto", "Theirs")
    theirs.fill("#id_subdivision", "England")
    press(theirs, "[name=_save]")
    mine.fill("#id_motto", "Mine")
    mine.fill("#id_official_name", "City of Leeds")
    with mine.expect_response(lambda response: response.request.method == "POST") as asked:
        mine.locator("[name=_save]").last.click()
    assert asked.value.status == 409
    mine.wait_for_load_state("networkidle")
    assert "Ada Byron saved “Leeds”" in mine.inner_text("form.conflicts")
    has_no_barrier(mine)
    mine.check("input[value=mine]")
    press(mine, "input[value='Save with these choices']")
    said = City.objects.values_list("motto", "subdivision", "official_name").get()
    assert said == ("Mine", "England", "City of Leeds")
    for context in contexts:
        context.close()


def test_the_trash_asks_first_and_recovers_a_record(desk, city):
    open_change(desk, city)
    desk.click("summary:text('More')")
    press(desk, "text=Move to the trash")
    has_no_barrier(desk)
    press(desk, "input[value='Move to the trash']")
    assert City.objects.get().state == "trashed"


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_about_drafts_scrolls_sideways(desk, city, width):
    desk.set_viewport_size({"width": width, "height": 900})
    open_change(desk, city)
    desk.fill("#id_motto", "Learn for life " * 12)
    press(desk, "[name=_draft]")
    key = Revision.objects.get().pk
    pages = [("change", []), ("draft", []), ("history", []), ("revision", [key]), ("delete", [])]
    for page, more in pages:
        desk.goto(admin_url(city, page, city.pk, *more), wait_until="networkidle")
        assert desk.evaluate("document.documentElement.scrollWidth") == width, page
