"""Choosing and uploading pictures in a form, in the text and in the library's list."""

from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from PIL import Image

from news.models import NewsItem
from portal.models import Tie
from publishing.models import Picture
from tests import factories
from tests.admin_pages import admin_url, plain_form_url
from tools.audit.axe import OPTIONS

pytestmark = pytest.mark.django_db(transaction=True)

DIALOG = "#picture-chooser"
FIELD = ".field-picture"


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures in all their sizes."""


def sign_in(page, user):
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")


@pytest.fixture
def desk(page):
    sign_in(page, factories.user("Publishers"))
    # The renditions of several pictures take a while on a busy machine.
    page.set_default_timeout(40_000)
    return page


def payload(name="town-hall_2.jpg", content=None, size=(1200, 800)):
    content = factories.image_bytes(size=size) if content is None else content
    return {"name": name, "mimeType": "image/jpeg", "buffer": content}


def drop(page, target, content, name="dome.jpg"):
    """Drop a file as the system does."""
    page.evaluate(
        """([selector, bytes, name]) => {
            const data = new DataTransfer();
            data.items.add(new File([new Uint8Array(bytes)], name, { type: "image/jpeg" }));
            for (const kind of ["dragover", "drop"]) {
                document.querySelector(selector).dispatchEvent(new DragEvent(kind, {
                    dataTransfer: data, bubbles: true, cancelable: true,
                }));
            }
        }""",
        [target, list(content), name],
    )


def chosen(page):
    return page.eval_on_selector("[name=picture]", "select => select.value")


def described(page, text="Readers under a dome", row=0):
    page.locator(f"{DIALOG} .upload-file").nth(row).locator("[name=alternative_text]").fill(text)


@pytest.mark.essential
def test_an_existing_picture_is_chosen_shown_edited_and_removed(desk):
    picture = factories.picture(title="The dome", alternative_text="Readers under a dome")
    factories.picture(title="River")
    desk.goto(admin_url(NewsItem, "add"))
    desk.click(f"{FIELD} >> text=Choose a picture")
    desk.click(f"{DIALOG} li:has-text('The dome') button")
    desk.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
    assert chosen(desk) == str(picture.pk)
    shown = desk.locator(f"{FIELD} .picture-chosen")
    assert shown.inner_text().split("\n") == ["The dome", "Readers under a dome"]
    assert shown.locator("img").evaluate("async (image) => (await image.decode(), true)")
    edit = desk.get_attribute(f"{FIELD} >> text=Edit", "href")
    assert edit == admin_url(picture, "change", picture.pk)
    assert desk.evaluate("document.activeElement.textContent") == "Change picture"
    Picture.objects.filter(pk=picture.pk).update(title="A new title")
    with desk.expect_popup() as tab:
        desk.click(f"{FIELD} >> text=Edit")
    tab.value.close()
    # Chromium without a window sends no such event.
    desk.evaluate("dispatchEvent(new Event('focus'))")
    desk.wait_for_selector(f"{FIELD} >> text=A new title")
    desk.click(f"{FIELD} >> text=Remove")
    assert chosen(desk) == ""
    assert not shown.is_visible()
    assert desk.evaluate("document.activeElement.textContent") == "Choose a picture"


def test_several_files_are_uploaded_and_a_refused_one_says_why(desk):
    desk.goto(admin_url(NewsItem, "add"))
    desk.click(f"{FIELD} >> text=Choose a picture")
    desk.click(f"{DIALOG} >> text=Upload")
    desk.set_input_files(
        "#picture-files",
        [payload("one.jpg"), payload("no.jpg", b"<html>"), payload("two.jpg", size=(900, 900))],
    )
    for row in range(3):
        described(desk, row=row)
    desk.click(f"{DIALOG} [data-send]")
    rows = desk.locator(f"{DIALOG} .upload-file")
    desk.wait_for_selector("text=Some files were not uploaded. The reason is next to each.")
    assert [row.get_attribute("class") for row in rows.all()] == ["upload-file"] * 3
    assert rows.nth(1).locator("[role=alert]").inner_text() == (
        "We cannot read this file as a picture. Use a JPEG, PNG, WebP or AVIF file."
    )
    assert rows.nth(1).locator("[name=alternative_text]").input_value() == "Readers under a dome"
    assert sorted(Picture.objects.values_list("title", flat=True)) == ["One", "Two"]
    rows.nth(2).locator("text=Use this picture").click()
    assert chosen(desk) == str(Picture.objects.get(title="Two").pk)


def test_a_picture_needs_a_description_before_it_is_sent(desk):
    desk.goto(admin_url(NewsItem, "add"))
    desk.click(f"{FIELD} >> text=Choose a picture")
    desk.click(f"{DIALOG} >> text=Upload")
    desk.set_input_files("#picture-files", payload())
    desk.click("text=Upload and use")
    error = desk.locator(f"{DIALOG} .upload-error")
    assert error.inner_text() == (
        "Describe the picture in “alternative text”, or mark it as decorative."
    )
    assert desk.evaluate("document.activeElement.name") == "alternative_text"
    assert not Picture.objects.exists()
    desk.check(f"{DIALOG} [name=is_decorative]")
    assert not error.is_visible()
    desk.click("text=Upload and use")
    desk.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
    assert Picture.objects.get().is_decorative


def test_the_focal_point_is_set_on_the_preview_and_moves_the_crops(desk):
    desk.goto(admin_url(NewsItem, "add"))
    desk.click(f"{FIELD} >> text=Choose a picture")
    desk.click(f"{DIALOG} >> text=Upload")
    desk.set_input_files("#picture-files", payload(content=halves()))
    square = desk.locator(f"{DIALOG} .focal-crop canvas").nth(1)
    colour = """canvas => [...canvas.getContext("2d")
        .getImageData(canvas.width / 2, 60, 1, 1).data].map((part) => Math.round(part / 255))"""
    picture = desk.locator(f"{DIALOG} .focal-picture canvas")
    box = picture.bounding_box()
    picture.click(position={"x": box["width"] * 0.1, "y": box["height"] / 2})
    assert desk.input_value(f"{DIALOG} [name=focal_point_0]") == "10"
    assert square.evaluate(colour) == [1, 0, 0, 1]
    desk.fill(f"{DIALOG} [name=focal_point_0]", "90")
    desk.fill(f"{DIALOG} [name=focal_point_1]", "50")
    assert square.evaluate(colour) == [0, 0, 1, 1]
    described(desk)
    desk.click("text=Upload and use")
    desk.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
    assert Picture.objects.get().focal_point == "0.9x0.5"


def halves():
    """Return a wide picture, red on the left and blue on the right."""
    image = Image.new("RGB", (1200, 400), "red")
    image.paste("blue", (600, 0, 1200, 400))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_a_file_is_dropped_onto_the_field_or_the_dialog(desk):
    desk.goto(admin_url(NewsItem, "add"))
    desk.wait_for_selector(f"{FIELD} .is-live")
    drop(desk, f"{FIELD} .picture-field", factories.image_bytes(size=(700, 500)))
    desk.wait_for_selector(f"{DIALOG}[open]")
    described(desk)
    drop(desk, DIALOG, factories.image_bytes(size=(800, 500)), "river.jpg")
    described(desk, row=1)
    desk.click(f"{DIALOG} [data-send]")
    desk.wait_for_selector("text=Everything was uploaded. Choose the picture to use.")
    desk.locator("text=Use this picture").first.click()
    assert chosen(desk) == str(Picture.objects.get(title="Dome").pk)
    # Elsewhere in the form it is no navigation away from what was typed.
    drop(desk, "#id_title", factories.image_bytes())
    assert not desk.locator(DIALOG).is_visible()


def test_the_same_file_is_offered_from_the_library(desk):
    desk.goto(admin_url(NewsItem, "add"))
    for title, button in [("First", "Upload and use"), ("Second", "Use that picture")]:
        desk.click(f"{FIELD} .picture-buttons button >> nth=0")
        desk.click(f"{DIALOG} >> text=Upload")
        desk.set_input_files("#picture-files", payload(f"{title}.jpg"))
        if title == "First":
            described(desk)
        else:
            desk.wait_for_selector("text=This file is in the library already, as “First”.")
        desk.click(f"text={button}")
        desk.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
    assert chosen(desk) == str(Picture.objects.get().pk)


def test_a_picture_is_chosen_by_keyboard_alone(desk):
    for number in range(26):
        factories.picture(title=f"Number {number}")
    dome = factories.picture(title="The dome")
    desk.goto(admin_url(NewsItem, "add"))
    desk.focus("#id_picture")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=The first 24 pictures are shown; there are more.")
    desk.keyboard.press("ArrowDown")
    focused = "document.activeElement.querySelector('strong')?.textContent"
    assert desk.evaluate(focused) == "The dome"
    desk.keyboard.press("ArrowRight")
    assert desk.evaluate(focused) == "Number 25"
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowUp")
    assert desk.evaluate(focused) == "Number 25"
    desk.focus(f"{DIALOG} [data-more]")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("text=Found: 27")
    assert desk.evaluate(focused) == "Number 2"
    desk.focus("#picture-chooser-words")
    desk.keyboard.type("dome")
    desk.wait_for_selector("text=Found: 1")
    desk.keyboard.press("Enter")
    desk.keyboard.press("Enter")
    assert chosen(desk) == str(dome.pk)
    desk.keyboard.press("Enter")
    desk.wait_for_selector(f"{DIALOG}[open]")
    desk.keyboard.press("Shift+Tab")
    desk.keyboard.press("ArrowRight")
    assert desk.evaluate("document.activeElement.id") == "picture-tab-upload"
    desk.keyboard.press("Escape")
    desk.wait_for_selector(f"{DIALOG}:not([open])", state="attached")
    assert desk.evaluate("document.activeElement.id") == "id_picture"


def test_a_chosen_picture_is_kept_by_autosave_and_shown_in_the_preview(desk):
    picture = factories.picture(title="The dome", alternative_text="Readers under a dome")
    item = factories.news_item(published_at=None, summary="Short.")
    desk.goto(admin_url(item, "change", item.pk))
    desk.click("[data-preview-open] >> nth=0")
    desk.click(f"{FIELD} >> text=Choose a picture")
    desk.click(f"{DIALOG} li button")
    frame = desk.frame_locator("#preview-pane iframe")
    frame.locator("img[alt='Readers under a dome']").first.wait_for(state="attached")
    desk.wait_for_selector("[data-state=kept]:visible")
    desk.goto(admin_url(item, "change", item.pk))
    desk.locator("[data-copy] a").first.click()
    desk.wait_for_selector(f"{FIELD} .picture-chosen:visible")
    assert chosen(desk) == str(picture.pk)


def test_a_tied_person_chooses_among_the_pictures_of_their_place(page):
    user = factories.user("Editors")
    ours, others = factories.picture(title="Ours"), factories.picture(title="Theirs")
    Tie.objects.create(user=user, city=factories.city(picture=ours))
    factories.city(picture=others)
    sign_in(page, user)
    page.goto(admin_url(NewsItem, "add"))
    page.click(f"{FIELD} >> text=Choose a picture")
    page.wait_for_selector("text=Found: 1")
    assert page.locator(f"{DIALOG} li strong").all_inner_texts() == ["Ours"]


def test_pictures_are_added_to_the_library_several_at_once(desk):
    desk.goto(admin_url(Picture, "changelist"))
    desk.click("text=Add pictures")
    desk.set_input_files("#picture-files", [payload("one.jpg"), payload("two.jpg", size=(9, 9))])
    for row in range(2):
        described(desk, row=row)
    with desk.expect_navigation():
        desk.click(f"{DIALOG} [data-send]")
    assert desk.locator("#result_list .field-title").all_inner_texts() == ["Two", "One"]


def test_a_picture_is_uploaded_from_the_text(desk):
    desk.goto(admin_url(NewsItem, "add"))
    desk.click(".field-body .prose-editor > .ProseMirror")
    desk.keyboard.type("Look:")
    desk.keyboard.press("Enter")
    desk.click(".field-body [data-name=libraryPicture]")
    desk.click(f"{DIALOG} >> text=Upload")
    desk.set_input_files("#picture-files", payload())
    described(desk)
    desk.click("text=Upload and use")
    desk.wait_for_selector(".field-body .library-picture img")
    assert chosen(desk) == ""
    desk.fill("#id_title", "Story")
    desk.fill("#id_summary", "Words.")
    desk.locator("[name=_draft]").first.click()
    desk.wait_for_selector(".messagelist .success")
    figure = f'<figure data-picture="{Picture.objects.get().pk}"></figure>'
    assert figure in NewsItem.objects.get().body


def test_a_picture_is_chosen_without_javascript(new_page):
    picture = factories.picture(title="The dome")
    user = factories.user("Editors")
    page = new_page(java_script_enabled=False)
    page.goto(plain_form_url(NewsItem, "add"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.locator("input[type=submit]").click()
    page.fill("#id_title", "Story")
    page.fill("#id_summary", "Words.")
    page.select_option("#id_picture", label="The dome · 40 × 30 pixels")
    assert not page.locator("text=Choose a picture").first.is_visible()
    assert page.locator("text=Upload a picture (in a new tab)").is_visible()
    page.locator("[name=_draft]").first.click()
    page.wait_for_selector(".messagelist .success")
    assert NewsItem.objects.get().picture == picture


def test_axe_finds_nothing_in_the_dialog(new_page):
    # The Content-Security-Policy would forbid what axe adds to a page.
    # The window is high, so that the action bar covers no button.
    page = new_page(viewport={"width": 390, "height": 9000}, bypass_csp=True)
    sign_in(page, factories.user("Publishers"))
    picture = factories.picture(title="The dome")
    item = factories.news_item(published_at=None, summary="Short.", picture=picture)
    page.goto(admin_url(item, "change", item.pk), wait_until="networkidle")
    found = violations(page)
    page.click("#id_picture")
    page.wait_for_selector(f"{DIALOG} li")
    found |= violations(page)
    page.click("#picture-tab-upload")
    page.set_input_files("#picture-files", payload())
    page.wait_for_selector(".focal-picture canvas")
    page.click("text=Upload and use")
    found |= violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.keyboard.press("Escape")
    page.goto(admin_url(Picture, "changelist"), wait_until="networkidle")
    page.click("text=Add pictures")
    found |= {node for node in violations(page) if "searchbar" not in node[2]}
    assert found == set()


def violations(page):
    found = Axe().run(page, options=OPTIONS)
    return {
        (page.url, violation["id"], node["html"])
        for violation in found.response["violations"]
        for node in violation["nodes"]
    }
