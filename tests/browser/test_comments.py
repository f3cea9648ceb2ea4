"""Comments and the review of a draft in Chromium, with the real policy."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from playwright.sync_api import expect

from publishing.models import Comment, CommentThread
from publishing.revisions import comments
from publishing.revisions.models import open_draft
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because pages of the desk may show them."""


@pytest.fixture
def city():
    return factories.city(
        name="Leeds", motto="Pro rege et lege", profile="<p>A city of <b>wool</b> and steel.</p>"
    )


@pytest.fixture
def submitted(city):
    maria = factories.user("Contributors", name="Maria Reed")
    save_form(signed_in(maria), city, motto="Learn for life", _review="", _note="New motto")
    return city


@pytest.fixture
def desk(page):
    return sign_in(page)


def sign_in(page):
    user = factories.user("Publishers", name="Mary Gawthorpe")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    return page


def go(page, record, name):
    page.goto(admin_url(record, name, record.pk), wait_until="networkidle")


def button(page, name):
    return page.get_by_role("button", name=name, exact=True)


def has_no_barrier(page, part="#content"):
    # axe would copy the style sheets into the page, which the policy forbids.
    options = {"resultTypes": ["violations"], "preload": False}
    found = Axe().run(page, context=part, options=options)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found.response["violations"]] == []


def test_a_field_takes_a_comment_beside_the_form_and_what_is_typed_stays(desk, city):
    go(desk, city, "change")
    desk.fill("#id_motto", "Typed and not saved")
    button(desk, "Comment on Motto").click()
    expect(desk.locator("#comments-title")).to_have_text("Comments: Motto")
    expect(desk.locator("#comment-text")).to_be_focused()
    desk.fill("#comment-text", "Who agreed to this?")
    button(desk, "Add comment").click()
    expect(desk.locator("article")).to_be_focused()
    expect(desk.locator("[data-said]")).to_have_text("Saved.")
    assert desk.input_value("#id_motto") == "Typed and not saved"
    thread = CommentThread.objects.get()
    assert (thread.field, thread.comments.get().text) == ("fields/motto", "Who agreed to this?")
    has_no_barrier(desk, "#comments")
    desk.keyboard.press("Escape")
    expect(button(desk, "Comment on Motto, open comments: 1")).to_be_focused()


def test_selected_words_of_a_rich_text_take_a_comment(desk, city):
    go(desk, city, "change")
    editor = desk.locator(".field-profile .ProseMirror")
    editor.locator("strong").dblclick()
    comment = desk.locator(".field-profile .comment-button")
    expect(comment).to_have_attribute("title", "Comment on the selected words of Profile")
    comment.click()
    assert desk.input_value("#comment-quote") == "wool"
    desk.fill("#comment-text", "And cloth?")
    button(desk, "Add comment").click()
    expect(desk.locator("article")).to_contain_text("On the words “wool”")
    thread = CommentThread.objects.get()
    assert (thread.field, thread.quote, thread.position) == ("fields/profile", "wool", 7)


MARKED = """[...(CSS.highlights.get("comment") ?? [])].map(
  (range) => [range.toString(), range.startContainer.parentElement.tagName]
)"""


def wait_for_marks(page, marks):
    """Wait for the highlighted words; the policy forbids Playwright's own way."""
    for _try in range(50):
        if page.evaluate(MARKED) == marks:
            return
        page.wait_for_timeout(100)
    raise AssertionError(page.evaluate(MARKED))


def test_the_words_of_an_open_comment_are_marked_in_the_text(desk, city):
    """The nearest of equal words, across tags, until they are gone or the comment is resolved."""
    city.profile = "<p>wool, flax and <b>wo</b>ol</p>"
    city.save()
    comments.start(city, None, "Cloth?", field="fields/profile", quote="wool", position=12)
    go(desk, city, "change")
    wait_for_marks(desk, [["wool", "STRONG"]])
    desk.locator(".field-profile .comment-button").click()
    button(desk, "Resolve").click()
    wait_for_marks(desk, [])


def test_selected_words_of_a_line_take_a_comment(desk, city):
    go(desk, city, "change")
    desk.evaluate(
        "const motto = document.querySelector('#id_motto');"
        "motto.focus(); motto.setSelectionRange(4, 8)"
    )
    button(desk, "Comment on Motto").click()
    assert desk.input_value("#comment-quote") == "rege"


def test_a_reply_and_a_resolution_need_no_new_page(desk, submitted):
    comments.start(submitted, None, "Which year?", field="fields/motto")
    go(desk, submitted, "draft")
    other = desk.locator("#comment-text")
    other.fill("Half a thought")
    desk.click("article summary")
    desk.fill("article textarea", "2026")
    button(desk, "Send reply").click()
    expect(desk.locator(".comment-replies li")).to_have_count(2)
    expect(other).to_have_value("Half a thought")
    button(desk, "Resolve").click()
    expect(desk.locator(".comment-resolved > summary")).to_be_focused()
    thread = CommentThread.objects.get()
    assert (thread.resolved_name, thread.comments.count()) == ("Mary Gawthorpe", 2)
    expect(button(desk, "Comment on Motto")).to_be_visible()


def test_words_stay_in_the_field_when_a_comment_cannot_be_saved(desk, new_page, city):
    new_page.expected.append("Failed to load resource")
    go(desk, city, "comments")
    desk.context.clear_cookies()
    desk.fill("#comment-text", "Not lost")
    button(desk, "Add comment").click()
    expect(desk.locator("[data-said]")).to_contain_text("That was not saved.")
    assert desk.input_value("#comment-text") == "Not lost"
    assert not Comment.objects.exists()
    desk.on("dialog", lambda dialog: dialog.accept())


def test_the_review_works_without_scripts(new_page, submitted):
    page = sign_in(new_page(java_script_enabled=False))
    go(page, submitted, "draft")
    page.select_option("#comment-field", "fields/motto")
    page.fill("#comment-text", "Which year?")
    button(page, "Add comment").click()
    page.wait_for_url("**/draft/#thread-*")
    assert page.locator("article").inner_text().count("Which year?") == 1
    button(page, "Resolve").click()
    expect(page.locator(".comment-resolved > summary")).to_have_text("1 resolved comment")
    button(page, "Return with a note").click()
    expect(page.locator("#id__note_error")).to_be_visible()
    page.fill("#id__note", "Which year?")
    button(page, "Return with a note").click()
    page.wait_for_selector("text=has been returned to its author")
    assert open_draft(submitted).stage == "returned"


def test_a_draft_is_approved_in_three_clicks_and_the_next_one_in_two(desk, submitted):
    other = factories.city(name="Bath")
    save_form(signed_in(factories.user("Contributors")), other, motto="New", _review="")
    desk.goto(reverse("admin:index"))
    desk.get_by_role("link", name="2 Waiting for review").click()
    desk.get_by_role("link", name="Leeds", exact=True).click()
    expect(desk.locator(".draft-notes")).to_contain_text("“New motto” Maria Reed")
    # The buttons are in view without scrolling.
    expect(button(desk, "Publish")).to_be_in_viewport()
    button(desk, "Publish").click()
    desk.get_by_role("link", name="Next: Bath").click()
    button(desk, "Publish").click()
    desk.wait_for_selector("text=The draft of “Bath” has been published.")
    submitted.refresh_from_db()
    assert submitted.motto == "Learn for life"


def test_the_reviewer_sees_the_page_and_edits_the_draft(desk, submitted):
    go(desk, submitted, "draft")
    desk.get_by_role("link", name="Page", exact=True).click()
    frame = desk.frame_locator(".draft-page iframe")
    expect(frame.locator("main")).to_contain_text("Learn for life")
    desk.get_by_role("link", name="Edit this draft").click()
    desk.fill("#id_motto", "Learn for a long life")
    desk.locator("[name=_draft]").last.click()
    desk.wait_for_url(f"**{admin_url(submitted, 'draft', submitted.pk)}")
    expect(desk.locator(".changes")).to_contain_text("Learn for a long life")


@pytest.mark.parametrize("width", [390, 1280, 1600])
def test_the_review_fits_each_width_and_has_no_barrier(desk, submitted, width):
    comments.start(submitted, None, "Which year? " * 30, quote="Learn", field="fields/motto")
    desk.set_viewport_size({"width": width, "height": 900})
    go(desk, submitted, "draft")
    assert desk.evaluate("document.documentElement.scrollWidth") == width
    has_no_barrier(desk)
    assert desk.locator(".draft-page").is_visible() == (width == 1600)


def test_a_share_link_is_copied(desk, submitted):
    go(desk, submitted, "share")
    desk.click("text=Create link")
    address = desk.input_value("#shared-address")
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"])
    button(desk, "Copy link").click()
    expect(button(desk, "Copied")).to_be_visible()
    assert desk.evaluate("navigator.clipboard.readText()") == address
    box = desk.locator("#shared-address").bounding_box()
    assert box["width"] > 600
