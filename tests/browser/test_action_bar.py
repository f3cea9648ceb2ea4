"""The action bar of a form in Chromium: always in view, by mouse, keyboard and without script."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.sessions.models import Session
from django.urls import reverse
from playwright.sync_api import expect

from cities.models import City
from news.models import NewsItem
from publishing.models import Revision, WorkingCopy
from tests import factories
from tests.admin_pages import admin_url, plain_form_url
from tools.audit.axe import OPTIONS

pytestmark = pytest.mark.django_db(transaction=True)

SUMMARY = "Wakefield has joined the network of learning cities this week."


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because lists show them."""


@pytest.fixture(autouse=True)
def still(chromium, new_page):
    """Stop the requests of a page that is left: they would come after the database is emptied."""
    yield
    for page in [page for context in chromium.contexts for page in context.pages]:
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
    return sign_in(page, factories.user("Publishers"))


def open_form(page, record):
    page.goto(admin_url(record, "change", record.pk))
    page.wait_for_selector(".prose-editor > .ProseMirror")


def said(page):
    page.wait_for_selector(".messagelist .success")
    return page.inner_text(".messagelist .success")


@pytest.mark.essential
@pytest.mark.parametrize(("width", "rows"), [(390, 2), (1280, 1)])
def test_the_bar_stays_in_view_and_covers_no_field_with_focus(desk, width, rows):
    city = factories.city(name="Fez")
    desk.set_viewport_size({"width": width, "height": 844})
    open_form(desk, city)
    bar = desk.locator("[data-bar]")
    for top in (0, 1500, 3000):
        desk.evaluate(f"scrollTo(0, {top})")
        expect(bar).to_be_in_viewport(ratio=1)
    assert bar.bounding_box()["height"] <= 48 * rows + 20
    assert desk.evaluate("document.documentElement.scrollWidth") == width
    desk.evaluate("scrollTo(0, 0)")
    desk.focus("#id_name")
    for _step in range(25):
        desk.keyboard.press("Tab")
        covered = desk.evaluate(
            """() => {
                const field = document.activeElement.getBoundingClientRect();
                const bar = document.querySelector("[data-bar]").getBoundingClientRect();
                const inside = document.activeElement.closest("[data-bar]");
                return !inside && field.height < 300 && field.bottom > bar.top + 1;
            }"""
        )
        assert not covered, desk.evaluate("document.activeElement.outerHTML")


def test_control_s_saves_a_draft_of_a_public_record(desk):
    city = factories.city(motto="Old")
    open_form(desk, city)
    desk.fill("#id_motto", "New")
    desk.keyboard.press("Control+s")
    assert said(desk) == "Saved as a draft. The public page has not changed."
    assert City.objects.get().motto == "Old"
    assert Revision.objects.open().get().content["fields"]["motto"] == "New"
    expect(desk.locator(".bar-state")).to_have_text("Public · with a draft")


def test_changes_are_scheduled_with_two_clicks(desk):
    city = factories.city(motto="Old")
    open_form(desk, city)
    desk.fill("#id_motto", "New")
    desk.click("summary:text('More')")
    expect(desk.locator("#id__due_at")).to_be_focused()
    desk.locator("#id__due_at").fill("2098-12-04T09:00")
    desk.click("[name=_schedule]")
    assert said(desk).endswith(
        "will be published on 4 Dec 2098 09:00 UTC. The public page has not changed."
    )
    expect(desk.locator(".bar-state")).to_have_text(
        "Public · changes scheduled for 4 Dec 2098 09:00 UTC"
    )


def test_a_new_story_is_scheduled_from_the_menu(desk):
    desk.goto(admin_url(NewsItem, "add"))
    desk.fill("#id_title", "Launch")
    desk.fill("#id_summary", SUMMARY)
    desk.click("summary:text('More')")
    desk.locator("#id__due_at").fill("2098-12-04T09:00")
    desk.keyboard.press("Enter")
    assert said(desk).startswith("“Launch” is scheduled for 4 December 2098, 09:00 UTC.")
    assert NewsItem.objects.get().state == "scheduled"
    names = desk.locator("[data-bar] input[type=submit]").evaluate_all(
        "all => all.map(b => b.value)"
    )
    assert names == ["Save", "Publish now"]


def test_the_menu_and_the_keys_are_closed_with_escape(desk):
    open_form(desk, factories.city())
    menu = desk.locator("[data-menu]")
    desk.focus("summary:text('More')")
    desk.keyboard.press("Enter")
    expect(menu).to_have_attribute("open", "")
    desk.keyboard.press("Escape")
    expect(menu).not_to_have_attribute("open", "")
    expect(desk.locator("summary:text('More')")).to_be_focused()
    desk.keyboard.press("?")
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("dialog", name="Keyboard shortcuts")).to_be_hidden()
    desk.click("summary:text('More')")
    desk.click("h1")
    expect(menu).not_to_have_attribute("open", "")


def test_errors_are_counted_and_led_to(desk):
    open_form(desk, factories.city())
    desk.fill("#id_name", "")
    desk.fill("#id_latitude", "91")
    desk.click("[name=_draft]")
    link = desk.get_by_role("link", name="2 errors – go to the first")
    expect(link).to_be_in_viewport()
    expect(desk.get_by_role("link", name="Facts 1 error")).to_have_count(1)
    desk.evaluate("scrollTo(0, 3000)")
    link.click()
    expect(desk.locator("#id_name")).to_be_focused()
    expect(desk.locator("#id_name")).to_be_in_viewport()


def test_sections_are_led_to_and_the_current_one_is_marked(desk):
    open_form(desk, factories.city())
    links = desk.locator("[data-sections] a")
    expect(links.first).to_have_attribute("aria-current", "true")
    desk.get_by_role("link", name="Facts", exact=True).click()
    expect(desk.get_by_role("heading", name="Facts")).to_be_in_viewport()
    expect(desk.locator("[data-sections] [aria-current]")).to_have_text("Facts")


def test_emptying_the_date_of_a_public_record_asks_before_it_unpublishes(desk):
    item = factories.news_item(title="Launch", summary=SUMMARY)
    open_form(desk, item)
    desk.fill("#id_published_at_0", "")
    desk.fill("#id_published_at_1", "")
    save = desk.locator("[name=_save]")
    expect(save).to_have_value("Unpublish")
    save.click()
    expect(desk.locator(".errorlist.nonfield")).to_contain_text("visitors can no longer see this")
    assert NewsItem.objects.get().is_published
    expect(save).to_have_value("Unpublish")
    save.click()
    assert said(desk) == "“Launch” is no longer public. Only staff can see it."


def test_the_preview_remembers_its_width_and_that_it_was_open(desk):
    city = factories.city(name="Fez")
    open_form(desk, city)
    desk.click("[data-preview-open]")
    desk.get_by_role("button", name="Desktop").click()
    # With an offer to restore what is typed here.
    desk.fill("#id_motto", "Typed")
    open_form(desk, city)
    expect(desk.locator("#preview-pane")).to_be_visible()
    expect(desk.locator("[data-width='1280']")).to_have_attribute("aria-pressed", "true")
    expect(desk.locator("#nav-sidebar")).to_be_hidden()
    form = desk.locator("#content-main").bounding_box()
    assert form["width"] >= 28 * 16
    assert desk.locator("#preview-pane").bounding_box()["x"] >= form["x"] + form["width"]


def test_words_and_characters_are_counted_while_they_are_typed(desk):
    city = factories.city(summary="", profile="")
    open_form(desk, city)
    desk.fill("#id_summary", "A city that learns")
    expect(desk.locator(".field-summary .field-count")).to_have_text("18 of 300 characters")
    desk.click(".field-profile .ProseMirror")
    desk.keyboard.type("Fez has learnt since 859.")
    expect(desk.locator(".field-profile .field-count")).to_have_text("5 words · 1 min read")


def test_an_empty_row_is_not_typed_and_typing_that_is_undone_is_not_kept(desk):
    city = factories.city(motto="")
    open_form(desk, city)
    desk.click("#awards-group .add-row a")
    desk.wait_for_timeout(3200)
    assert not WorkingCopy.objects.exists()
    desk.fill("#id_motto", "Never mind")
    expect(desk.locator("[data-state=kept]")).to_be_visible()
    desk.fill("#id_motto", "")
    expect(desk.locator("[data-state=kept]")).to_be_hidden()
    desk.wait_for_timeout(3200)
    assert not WorkingCopy.objects.exists()


def test_unsaved_changes_of_two_visits_are_offered_once_on_the_form_and_the_front_page(desk):
    city = factories.city(name="Fez", motto="", subdivision="")
    for field in ("motto", "subdivision"):
        open_form(desk, city)
        desk.fill(f"#id_{field}", "Typed")
        desk.goto(reverse("admin:index"))
    open_form(desk, city)
    offer = desk.locator("[data-copy]")
    expect(offer).to_have_count(1)
    expect(offer).to_contain_text("Changed: Part of the country, Motto.")
    desk.goto(reverse("admin:index"))
    expect(desk.locator(".unsaved li")).to_have_count(1)
    desk.get_by_role("link", name="Restore Fez").click()
    expect(desk.locator("#id_motto")).to_have_value("Typed")
    expect(desk.locator("#id_subdivision")).to_have_value("Typed")


def test_a_story_is_published_without_javascript(new_page):
    page = sign_in(new_page(java_script_enabled=False), factories.user("Publishers"))
    page.goto(plain_form_url(NewsItem, "add"))
    page.fill("#id_title", "Launch")
    page.fill("#id_summary", SUMMARY)
    page.click("[name=_draft]")
    assert said(page) == "Saved as a draft. Only staff can see “Launch”."
    page.click("[name=_publish]")
    assert said(page) == "“Launch” is public. View it"


def test_axe_finds_nothing_on_the_bar_and_its_menu(desk):
    open_form(desk, factories.city())
    desk.click("summary:text('More')")
    found = []
    for part in ("[data-bar]", "[data-sections]"):
        found += (
            Axe()
            .run(desk, context=part, options=OPTIONS | {"preload": False})
            .response["violations"]
        )
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


def test_leaving_asks_only_while_text_cannot_be_kept(desk):
    asked = []

    def answer(dialog):
        asked.append(dialog.type)
        # Stay the first time.
        dialog.dismiss() if len(asked) == 1 else dialog.accept()

    desk.on("dialog", answer)
    city = factories.city(motto="")
    open_form(desk, city)
    desk.click("#id_motto")
    desk.keyboard.type("Kept on the way out")
    desk.goto(reverse("admin:index"))
    assert asked == []
    # The page that comes next does not wait for the request of the one that was left.
    for _try in range(50):
        if WorkingCopy.objects.exists():
            break
        desk.wait_for_timeout(100)
    assert [copy.posted()["motto"] for copy in WorkingCopy.objects.all()] == ["Kept on the way out"]
    open_form(desk, city)
    Session.objects.all().delete()
    desk.click("#id_motto")
    desk.keyboard.type("Typed while signed out")
    expect(desk.locator("[data-state=signed-out]")).to_be_visible()
    expect(desk.locator("[data-state=signed-out]")).to_be_in_viewport()
    desk.evaluate("() => { location.href = '/admin/'; }")
    desk.wait_for_timeout(300)
    assert asked == ["beforeunload"]
    assert desk.input_value("#id_motto") == "Typed while signed out"
