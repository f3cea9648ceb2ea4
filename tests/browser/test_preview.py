"""Editing in Chromium: the preview, two people at once, a crash, a shared draft."""

from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from cities.models import City
from news.models import NewsItem
from publishing.models import Revision, WorkingCopy
from tests import factories
from tests.admin_pages import admin_url, plain_form_url

pytestmark = pytest.mark.django_db(transaction=True)
RULES = {
    # axe would copy the style sheets into the page, which the policy forbids.
    "preload": False,
    "runOnly": {
        "type": "tag",
        "values": "wcag2a wcag2aa wcag21a wcag21aa wcag22a wcag22aa best-practice".split(),
    },
}


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because lists show them."""


@pytest.fixture(autouse=True)
def still(chromium, new_page):
    """Stop the requests of a page that is left: they would come after the database is emptied."""
    yield
    for page in [page for context in chromium.contexts for page in context.pages]:
        page.wait_for_load_state()
        page.evaluate("() => { window.fetch = () => new Promise(() => {}); }")
        page.goto("about:blank")


def sign_in(page, user):
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    return page


@pytest.fixture
def desk(page):
    return sign_in(page, factories.superuser(name="Ada Reed"))


@pytest.fixture
def maria(new_page):
    page = new_page(viewport={"width": 1280, "height": 900})
    return sign_in(page, factories.superuser(name="Maria Duarte"))


def open_form(page, record):
    page.goto(admin_url(record, "change", record.pk))
    page.wait_for_selector(".prose-editor > .ProseMirror")
    return page


def show_preview(page):
    page.click("[data-preview-open] >> nth=0")
    return page.frame_locator(".preview-window iframe")


def wait_until_kept(page):
    expect(page.locator("[data-state=kept]")).to_be_visible()


def write(page, text):
    page.locator(".prose-editor > .ProseMirror").first.click()
    page.keyboard.press("Control+End")
    page.keyboard.type(text)


def test_the_preview_shows_what_is_typed(desk):
    city = factories.city(name="Fez", motto="Old motto", profile="<p>Learning.</p>")
    inside = show_preview(open_form(desk, city))
    expect(inside.locator("h1")).to_have_text("Fez")
    desk.fill("#id_name", "Fes")
    expect(inside.locator("h1")).to_have_text("Fes")
    write(desk, " And more.")
    expect(inside.locator(".prose")).to_contain_text("Learning. And more.")
    desk.click("#awards-group .add-row a")
    desk.fill("#id_awards-0-year", "2015")
    expect(inside.locator("main")).to_contain_text("2015")
    city.refresh_from_db()
    assert (city.name, city.profile) == ("Fez", "<p>Learning.</p>")
    assert not Revision.objects.exists()


def test_the_preview_has_the_style_of_the_page_and_two_widths(desk):
    inside = show_preview(open_form(desk, factories.city(name="Fez")))
    expect(inside.locator("h1")).to_have_text("Fez")
    assert "Besley" in inside.locator("h1").evaluate("e => getComputedStyle(e).fontFamily")
    assert inside.locator("html").evaluate("e => e.clientWidth") == 390
    desk.get_by_role("button", name="Desktop").click()
    expect(desk.get_by_role("button", name="Desktop")).to_have_attribute("aria-pressed", "true")
    assert inside.locator("html").evaluate("e => e.clientWidth") == 1280
    desk.get_by_role("button", name="Hide").click()
    expect(desk.locator("#preview-pane")).to_be_hidden()
    expect(desk.locator("[data-preview-open] >> nth=0")).to_be_focused()


def test_the_preview_keeps_the_last_good_page_while_the_form_is_invalid(desk):
    city = factories.city(name="Fez")
    inside = show_preview(open_form(desk, city))
    expect(inside.locator("h1")).to_have_text("Fez")
    desk.fill("#id_name", "")
    said = desk.locator(".preview-said > [data-wrong]")
    expect(said).to_contain_text("Name: This field is required.")
    expect(inside.locator("h1")).to_have_text("Fez")
    desk.fill("#id_name", "Fes")
    expect(said).to_be_hidden()
    expect(inside.locator("h1")).to_have_text("Fes")


def test_links_in_the_preview_leave_the_form_where_it_is(desk):
    inside = show_preview(open_form(desk, factories.city(name="Fez")))
    expect(inside.locator("h1")).to_have_text("Fez")
    address = desk.url
    with desk.context.expect_page() as opened:
        inside.locator(".brand").click()
    assert opened.value.url == desk.url.split("/admin/")[0] + "/"
    assert desk.url == address
    expect(inside.locator("h1")).to_have_text("Fez")


def test_the_preview_makes_one_request_at_a_time_and_the_newest_wins(desk):
    city = factories.city(name="Fez")
    inside = show_preview(open_form(desk, city))
    expect(inside.locator("h1")).to_have_text("Fez")
    running, most = [], []
    address = f"**{admin_url(city, 'preview', city.pk)}"

    def slowly(route):
        running.append(route)
        most.append(len(running))
        desk.wait_for_timeout(700)
        running.remove(route)
        route.continue_()

    desk.route(address, slowly)
    for name in ("Fe", "Fes", "Fesa", "Fesan"):
        desk.fill("#id_name", name)
        desk.wait_for_timeout(800)
    expect(inside.locator("h1")).to_have_text("Fesan")
    assert max(most) == 1
    desk.unroute(address)


def test_a_new_story_is_seen_before_it_is_saved(desk):
    desk.goto(admin_url(NewsItem, "add"))
    inside = show_preview(desk)
    said = desk.locator(".preview-said > [data-wrong]")
    expect(said).to_contain_text("Title: This field is required.")
    desk.fill("#id_title", "A story to come")
    desk.fill("#id_summary", "In short.")
    expect(inside.locator("h1")).to_have_text("A story to come")
    expect(said).to_be_hidden()
    assert not NewsItem.objects.exists()


def test_the_preview_opens_in_a_new_tab_without_javascript(new_page):
    city = factories.city(name="Fez")
    page = sign_in(new_page(java_script_enabled=False), factories.superuser())
    page.goto(plain_form_url(city, "change", city.pk))
    page.fill("#id_name", "Fes")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Preview").first.click()
    expect(opened.value.locator("h1")).to_have_text("Fes")
    expect(opened.value.locator(".state-banner")).to_contain_text(
        "Preview of the form as it is now"
    )


def test_unsaved_changes_are_restored_after_a_crash(desk, new_page):
    city = factories.city(name="Fez", motto="", profile="<p>Learning.</p>")
    open_form(desk, city)
    desk.fill("#id_name", "")
    write(desk, " Half a sen")
    desk.click("#awards-group .add-row a")
    desk.fill("#id_awards-0-year", "20")
    wait_until_kept(desk)
    desk.goto("about:blank")
    open_form(desk, city)
    expect(desk.locator("#id_name")).to_have_value("Fez")
    desk.get_by_role("link", name="Restore unsaved changes").click()
    expect(desk.locator("#id_name")).to_have_value("")
    expect(desk.locator("#id_awards-0-year")).to_have_value("20")
    expect(desk.locator(".prose-editor > .ProseMirror")).to_have_text("Learning. Half a sen")
    desk.fill("#id_name", "Fes")
    desk.fill("#id_awards-0-year", "2015")
    desk.click("[name=_save] >> nth=0")
    desk.wait_for_selector(".messagelist .success")
    city.refresh_from_db()
    assert (city.name, city.profile) == ("Fes", "<p>Learning. Half a sen</p>")
    assert [award.year for award in city.awards.all()] == [2015]
    open_form(desk, city)
    expect(desk.get_by_role("link", name="Restore unsaved changes")).to_have_count(0)


def test_unsaved_changes_are_discarded(desk):
    city = factories.city()
    open_form(desk, city)
    desk.fill("#id_motto", "Never mind")
    wait_until_kept(desk)
    desk.reload()
    desk.get_by_role("button", name="Discard").click()
    expect(desk.get_by_role("button", name="Discard")).to_have_count(0)
    assert not WorkingCopy.objects.exists()


def test_enter_in_a_field_saves_a_draft_and_discards_no_unsaved_changes(desk):
    city = factories.city(motto="")
    open_form(desk, city)
    desk.fill("#id_motto", "Kept")
    wait_until_kept(desk)
    WorkingCopy.objects.update(seen_at=timezone.now() + timedelta(hours=1))
    open_form(desk, city)
    desk.fill("#id_name", "Fes")
    desk.press("#id_name", "Enter")
    desk.wait_for_selector(".messagelist .success")
    assert Revision.objects.open().get().content["fields"]["name"] == "Fes"


def test_opening_a_form_without_typing_stores_no_autosave(desk):
    city = factories.city(profile="<p>Learning.</p>")
    open_form(desk, city)
    desk.click("#id_motto")
    desk.wait_for_timeout(4000)
    assert not WorkingCopy.objects.exists()


def test_no_typed_text_is_lost_when_the_session_ends(desk, new_page):
    city = factories.city(motto="")
    user = factories.superuser(name="writer")
    open_form(desk, city)
    Session.objects.all().delete()
    desk.fill("#id_motto", "Typed while signed out")
    expect(desk.locator("[data-state=signed-out]")).to_be_visible()
    assert not WorkingCopy.objects.exists()
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Sign in (opens a new tab)").click()
    other = opened.value
    other.fill("#id_username", user.email)
    other.fill("#id_password", factories.PASSWORD)
    other.click("text=Sign in >> nth=-1")
    other.wait_for_selector("h1:text('Staff desk')")
    expect(desk.locator("[data-state=someone-else]")).to_be_visible(timeout=15_000)
    assert not WorkingCopy.objects.exists()


def test_autosave_continues_after_signing_in_again(new_page):
    user = factories.superuser()
    desk = sign_in(new_page(), user)
    city = factories.city(motto="")
    open_form(desk, city)
    Session.objects.all().delete()
    desk.fill("#id_motto", "Typed while signed out")
    expect(desk.locator("[data-state=signed-out]")).to_be_visible()
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Sign in (opens a new tab)").click()
    sign_in(opened.value, user)
    expect(desk.locator("[data-state=kept]")).to_be_visible(timeout=15_000)
    assert desk.evaluate("Object.keys(sessionStorage)") == []
    desk.click("[name=_save] >> nth=0")
    desk.wait_for_selector(".messagelist .success")
    assert City.objects.get().motto == "Typed while signed out"


def test_a_save_without_a_session_waits_for_the_sign_in_and_goes_on(new_page):
    user = factories.superuser()
    desk = sign_in(new_page(), user)
    city = factories.city(motto="")
    open_form(desk, city)
    desk.fill("#id_motto", "Typed before")
    wait_until_kept(desk)
    Session.objects.all().delete()
    desk.fill("#id_motto", "Typed while signed out")
    desk.click("[name=_save]")
    dialog = desk.get_by_role("dialog", name="Not saved yet")
    expect(dialog).to_contain_text("You are signed out. Sign in to save")
    assert violations_in(desk, "[data-signing-in]") == []
    with desk.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in (opens a new tab)").click()
    sign_in(opened.value, user)
    desk.wait_for_selector(".messagelist .success", timeout=15_000)
    assert City.objects.get().motto == "Typed while signed out"
    assert not WorkingCopy.objects.filter(data__isnull=False).exists()


def test_two_editors_see_each_other_and_lose_no_changes(desk, maria, new_page):
    new_page.expected.append("status of 409 (Conflict)")
    city = factories.award(city=factories.city(name="Fez", motto="", summary=""), year=2015).city
    open_form(maria, city)
    open_form(desk, city)
    maria.fill("#id_motto", "Maria's motto")
    maria.click("#awards-group .add-row a")
    maria.fill("#id_awards-1-year", "2017")
    wait_until_kept(maria)
    summary = "Ada's summary says in a few plain words what the city does for learning."
    desk.fill("#id_summary", summary)
    desk.fill("#id_motto", "Ada's motto")
    expect(desk.locator("[data-news]")).to_contain_text(
        "Maria Duarte is editing this; last change just now."
    )
    maria.click("[name=_save] >> nth=0")
    maria.wait_for_selector(".messagelist .success")
    desk.fill("#id_awards-0-source", "Ada's source")
    expect(desk.locator("[data-news]")).to_contain_text("Maria Duarte saved this just now")
    desk.click("[name=_save] >> nth=0")
    desk.wait_for_selector("h1:text('Somebody else changed this too')")
    expect(desk.locator(".conflicts fieldset")).to_have_count(1)
    assert violations(desk) == []
    desk.check("[value=mine]")
    desk.click("text=Save with these choices")
    desk.wait_for_selector(".messagelist .success")
    city.refresh_from_db()
    assert city.motto == "Ada's motto"
    assert city.summary == summary
    rows = list(city.awards.order_by("year").values_list("year", "source"))
    assert rows == [(2015, "Ada's source"), (2017, "")]
    assert not WorkingCopy.objects.filter(data__isnull=False).exists()


def test_a_share_link_shows_a_draft_to_a_stranger_until_it_is_revoked(desk, new_page):
    city = factories.city(name="Fez", motto="Public motto")
    open_form(desk, city)
    desk.fill("#id_motto", "Draft motto")
    desk.click("[name=_draft] >> nth=0")
    desk.wait_for_selector(".messagelist .success")
    desk.click("text=Share the draft")
    desk.click("text=Create link")
    address = desk.input_value("#shared-address")
    assert violations(desk) == []
    stranger = new_page()
    stranger.goto(address)
    expect(stranger.locator("main")).to_contain_text("Draft motto")
    expect(stranger.locator(".state-banner")).to_contain_text("Shared by Ada Reed until")
    assert violations(stranger) == []
    desk.get_by_role("button", name="Revoke link").click()
    desk.wait_for_selector("text=The link has been revoked")
    said = stranger.request.get(address)
    assert said.status == 410
    assert "This link has ended" in said.text()


def violations(page):
    found = Axe().run(page, options=RULES).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_on_the_form_with_its_preview(desk, width):
    city = factories.city(name="Fez")
    desk.set_viewport_size({"width": width, "height": 900})
    inside = show_preview(open_form(desk, city))
    expect(inside.locator("h1")).to_have_text("Fez")
    desk.fill("#id_name", "")
    expect(desk.locator(".preview-said > [data-wrong]")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") == width
    assert violations_in(desk, ".preview-pane") == []


def violations_in(page, selector):
    """Return the findings of axe in our own parts; the rest of the form is Django's."""
    found = Axe().run(page, context=selector, options=RULES).response["violations"]
    return [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
