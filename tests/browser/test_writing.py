"""Writing a story with links, pictures and pasted text, and adding pictures to the library."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone

from news.models import NewsItem
from publishing.models import Picture
from tests import factories
from tests.admin_pages import admin_url, plain_form_url
from tools.audit.axe import OPTIONS

pytestmark = pytest.mark.django_db(transaction=True)

EDITOR = ".field-body .prose-editor > .ProseMirror"


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures in all their sizes."""


@pytest.fixture
def desk(page):
    sign_in(page, factories.user("Publishers"))
    return page


def sign_in(page, user):
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")


def save(desk, button="_save"):
    desk.locator(f"[name={button}]").first.click()
    desk.wait_for_selector(".messagelist .success")


def upload(desk, content, name="dome.jpg", **fields):
    desk.set_input_files("#id_file", {"name": name, "mimeType": "image/jpeg", "buffer": content})
    for field, value in fields.items():
        desk.fill(f"#id_{field}", value)


def paste(desk, html):
    """Paste as a browser does, with content that another program copied."""
    desk.evaluate(
        """([selector, html]) => {
            const data = new DataTransfer();
            data.setData("text/html", html);
            document.querySelector(selector).dispatchEvent(
                new ClipboardEvent("paste", {
                    clipboardData: data, bubbles: true, cancelable: true,
                }),
            );
        }""",
        [EDITOR, html],
    )


@pytest.mark.essential
def test_a_story_with_a_picture_a_link_and_a_time_is_published(desk):
    city = factories.city(name="Wakefield")
    picture = factories.picture(title="The dome", alternative_text="Readers under a dome")
    desk.goto(admin_url(NewsItem, "add"))
    desk.fill("#id_title", "Wakefield joins")
    desk.fill("#id_summary", "Wakefield has joined the network of learning cities this week.")
    desk.click(EDITOR)
    desk.keyboard.type("Read about ")
    # By keyboard alone: Ctrl-K, words, down to the first result, Enter.
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#link-chooser[open]")
    desk.keyboard.type("wakef")
    desk.wait_for_selector("#link-chooser li:has-text('Wakefield')")
    assert desk.inner_text("#link-chooser [role=status]") == "Found: 1"
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.wait_for_selector("#link-chooser:not([open])", state="attached")
    desk.keyboard.type(" now.")
    desk.keyboard.press("Enter")
    desk.locator(".field-body [data-name=libraryPicture]").click()
    desk.wait_for_selector("#picture-chooser li:has-text('Readers under a dome')")
    desk.locator("#picture-chooser li button").click()
    desk.wait_for_selector(f"{EDITOR} .library-picture img")
    desk.fill("#id_published_at_0", "2098-12-03")
    desk.fill("#id_published_at_1", "09:00")
    save(desk, "_publish")
    item = NewsItem.objects.get()
    assert item.state_label == "Scheduled for 3 Dec 2098 09:00 UTC"
    assert item.body.startswith(
        f'<p>Read about <a href="record:cities.city:{city.pk}">Wakefield</a> now.</p>'
        f'<figure data-picture="{picture.pk}"></figure>'
    )


def test_typing_continues_where_the_link_dialog_was_opened(desk):
    factories.city(name="Wakefield")
    desk.goto(admin_url(NewsItem, "add"))
    desk.click(EDITOR)
    desk.keyboard.type("Read about")
    for _letter in " about":
        desk.keyboard.press("ArrowLeft")
    # A person types slowly enough for the browser to tell the editor where the cursor is.
    desk.wait_for_timeout(200)
    desk.keyboard.press("Control+k")
    desk.wait_for_selector("#link-chooser[open]")
    desk.keyboard.press("Escape")
    desk.keyboard.type(" all")
    assert desk.inner_text(EDITOR) == "Read all about"
    desk.wait_for_timeout(200)
    desk.keyboard.press("Control+k")
    desk.keyboard.type("wakef")
    desk.wait_for_selector("#link-chooser li:has-text('Wakefield')")
    # The link is inserted, and the cursor is after it, before the next key can come.
    there = desk.evaluate(
        """async (editor) => {
            document.querySelector("#link-chooser li button").click();
            await null;
            await null;
            return [document.querySelector(editor).textContent, getSelection().anchorNode.data];
        }""",
        EDITOR,
    )
    assert there[0] == "Read allWakefield about"
    assert there[1] in ("Wakefield", " about")


def test_a_picture_in_a_text_is_seen_by_visitors_and_stays_when_the_form_is_saved(desk):
    picture = factories.picture(alternative_text="Readers under a dome")
    figure = f'<figure data-picture="{picture.pk}"></figure>'
    body = f"<p>One</p>{figure}<p>Two</p>"
    item = factories.news_item(body=body, published_at=timezone.now())
    desk.goto(admin_url(item, "change", item.pk))
    desk.wait_for_selector(f"{EDITOR} .library-picture img")
    assert (
        desk.evaluate(f"document.querySelector('{EDITOR} .library-picture img').naturalWidth > 0")
        or desk.wait_for_timeout(500) is None
    )
    desk.click(f"{EDITOR} p >> nth=-1")
    desk.keyboard.press("End")
    desk.keyboard.type("!")
    save(desk, "_save")
    item.refresh_from_db()
    assert item.body == f"<p>One</p>{figure}<p>Two!</p>"
    desk.goto(item.get_absolute_url(), wait_until="networkidle")
    shown = desk.locator(".prose figure.picture img")
    assert shown.get_attribute("alt") == "Readers under a dome"
    assert shown.evaluate("image => image.naturalWidth") == 640


@pytest.mark.parametrize(
    ("address", "kept"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("/cities/fez/", "record:cities.city:{key}"),
    ],
)
def test_an_address_is_pasted_into_the_link_dialog(desk, address, kept):
    city = factories.city(name="Fez")
    item = factories.news_item(body="<p>Fez</p>")
    desk.goto(admin_url(item, "change", item.pk))
    desk.click(EDITOR)
    desk.keyboard.press("Control+a")
    desk.locator(".field-body [data-name=link]").click()
    desk.fill("#link-chooser-words", address)
    if address.startswith("/"):
        desk.click("#link-chooser li button:has-text('Fez')")
    else:
        desk.click("#link-chooser [data-use]")
    save(desk, "_save")
    item.refresh_from_db()
    href = kept.format(key=city.pk)
    assert item.body == f'<p><a href="{href}">Fez</a></p>'


LIST = "class=MsoListParagraph style='margin-left:36pt;mso-list:l0 level{0} lfo1'"
BULLET = "<span style='mso-list:Ignore'>{0}<span style='font:7pt Arial'>&nbsp; </span></span>"
WORD = f"""<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style>p.MsoNormal
{{margin:0cm;}}</style></head><body lang=EN-GB><!--StartFragment-->
<h1>Skills for all<o:p></o:p></h1>
<p class=MsoNormal><b><span style='font-size:12.0pt'>Wakefield</span></b> joined
<i>in</i>&nbsp;2024.<o:p></o:p></p>
<p class=MsoNormal><o:p>&nbsp;</o:p></p>
<p {LIST.format(1)}><![if !supportLists]>{BULLET.format("·")}<![endif]>Libraries<o:p></o:p></p>
<p {LIST.format(2)}><![if !supportLists]>{BULLET.format("1.")}<![endif]>Reading<o:p></o:p></p>
<p {LIST.format(1)}><![if !supportLists]>{BULLET.format("·")}<![endif]>Colleges<o:p></o:p></p>
<h2>More</h2>
<table class=MsoTableGrid border=1><tr><td width=301 style='width:225.4pt'>
<p class=MsoNormal>Year<o:p></o:p></p></td></tr></table>
<!--EndFragment--></body></html>"""


def test_text_pasted_from_word_is_cleaned(desk):
    item = factories.news_item()
    desk.goto(admin_url(item, "change", item.pk))
    desk.click(EDITOR)
    paste(desk, WORD)
    save(desk, "_save")
    item.refresh_from_db()
    assert item.body == (
        "<h2>Skills for all</h2><p><strong>Wakefield</strong> joined <em>in</em> 2024.</p>"
        "<ul><li><p>Libraries</p><ol><li><p>Reading</p></li></ol></li>"
        "<li><p>Colleges</p></li></ul><h3>More</h3>"
        "<table><tbody><tr><td><p>Year</p></td></tr></tbody></table>"
    )


FOOTNOTE = """<a style='mso-footnote-id:ftn1' href="#_ftn1" name="_ftnref1"><span
class=MsoFootnoteReference><span style='mso-special-character:footnote'><![if !supportFootnotes]>
<span class=MsoFootnoteReference><span lang=EN-GB>[1]</span></span><![endif]></span></span></a>"""
NUMBER = LIST.replace("lfo1", "lfo2")


@pytest.mark.parametrize(
    ("html", "kept"),
    [
        # Word
        (
            f"<p class=MsoNormal>H<sub>2</sub>O and m<sup>2</sup>, as said{FOOTNOTE}.</p>",
            "<p>H<sub>2</sub>O and m<sup>2</sup>, as said<sup>[1]</sup>.</p>",
        ),
        (
            (
                f"<p {LIST.format(1)}>{BULLET.format('·')}One</p>"
                f"<p {NUMBER.format(1)}>{BULLET.format('1.')}Two</p>"
                f"<p {NUMBER.format(1)}>{BULLET.format('2.')}Three</p>"
            ),
            "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li><li><p>Three</p></li></ol>",
        ),
        (
            (
                f"<p {NUMBER.format(1)}>{BULLET.format('1.')}One</p>"
                f"<p {LIST.format(1)}>{BULLET.format('1.')}Two</p>"
            ),
            "<ol><li><p>One</p></li></ol><ol><li><p>Two</p></li></ol>",
        ),
        (
            (
                f"<p {LIST.format(1)}>{BULLET.format('·')}One</p>"
                f"<p {NUMBER.format(2)}>{BULLET.format('1.')}In</p>"
                f"<p {LIST.format(1)}>{BULLET.format('·')}Two</p>"
            ),
            "<ul><li><p>One</p><ol><li><p>In</p></li></ol></li><li><p>Two</p></li></ul>",
        ),
        # Google Docs
        (
            (
                '<b style="font-weight:normal;"><p><span>H</span><span style="font-size:0.6em;'
                'vertical-align:sub;">2</span><span>O, m</span><span style="font-size:0.6em;'
                'vertical-align:super;">2</span><sup><a href="#ftnt1">[1]</a></sup></p></b>'
            ),
            "<p>H<sub>2</sub>O, m<sup>2[1]</sup></p>",
        ),
        (
            "<ul><li>One</li></ul><ol><li>Two</li></ol>",
            "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li></ol>",
        ),
    ],
)
def test_raised_letters_footnotes_and_lists_after_lists_survive_pasting(desk, html, kept):
    item = factories.news_item()
    desk.goto(admin_url(item, "change", item.pk))
    desk.click(EDITOR)
    paste(desk, html)
    save(desk, "_save")
    item.refresh_from_db()
    assert item.body == kept


def test_every_tool_of_the_editor_is_a_button_with_a_name(desk):
    item = factories.news_item()
    desk.goto(admin_url(item, "change", item.pk))
    desk.wait_for_selector(".field-body .prose-menubar")
    names = desk.eval_on_selector_all(
        ".field-body .prose-menubar button:not(.hidden)",
        "buttons => buttons.map((button) => button.ariaLabel)",
    )
    assert len(names) == len(set(names))
    assert {"Heading 2", "Bold", "Insert link", "Insert picture", "Undo"} <= set(names)
    assert desk.locator(".field-body .prose-menubar__dropdown").count() == 0


def test_a_picture_is_uploaded_with_its_point_before_it_is_sent(desk):
    desk.goto(admin_url(Picture, "add"))
    wide = factories.image_bytes(size=(1200, 800))
    upload(desk, wide, title="The dome", alternative_text="Readers under a dome")
    canvas = desk.locator("[data-focal-picture] canvas")
    box = canvas.bounding_box()
    canvas.click(position={"x": box["width"] / 4, "y": box["height"] / 2})
    assert desk.input_value("#id_focal_point_0") == "25"
    desk.keyboard.press("Tab")
    desk.fill("#id_focal_point_1", "60")
    said = []
    desk.expose_function("told", lambda text: said.append(text))
    desk.evaluate(
        """() => {
            const progress = document.querySelector(".upload-progress");
            const watch = new MutationObserver(() => told(progress.innerText));
            watch.observe(progress, { childList: true, subtree: true });
        }"""
    )
    save(desk, "_continue")
    picture = Picture.objects.get()
    assert (picture.focal_point, picture.width, picture.height) == ("0.25x0.6", 1200, 800)
    assert any(text.startswith("Uploading:") for text in said)
    assert any("The sizes of the picture are being made" in text for text in said)
    assert desk.url.endswith(admin_url(Picture, "change", picture.pk))


def test_a_refused_picture_says_why_and_keeps_what_was_typed(desk):
    desk.goto(admin_url(Picture, "add"))
    upload(desk, b"<html>no</html>", title="The dome", alternative_text="Readers")
    desk.locator("[name=_save]").first.click()
    desk.wait_for_selector(".errorlist")
    assert desk.inner_text(".field-file .errorlist") == (
        "We cannot read this file as a picture. Use a JPEG, PNG, WebP or AVIF file."
    )
    assert desk.input_value("#id_title") == "The dome"
    upload(desk, factories.image_bytes())
    save(desk, "_save")
    assert [picture.title for picture in Picture.objects.all()] == ["The dome"]


def test_a_picture_is_added_without_javascript(new_page):
    page = new_page(java_script_enabled=False)
    user = factories.user("Contributors")
    page.goto(plain_form_url(Picture, "add"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.locator("input[type=submit]").click()
    upload(page, factories.image_bytes(), title="The dome", alternative_text="Readers")
    page.fill("#id_focal_point_0", "10")
    page.locator("[name=_save]").first.click()
    page.wait_for_selector(".messagelist .success")
    picture = Picture.objects.get()
    assert (picture.focal_point, picture.uploaded_by) == ("0.1x0.5", user)


def test_open_advice_holds_a_story_back_until_there_is_a_reason(desk):
    item = factories.news_item(published_at=None, summary="Short.", body="<h4>Deep</h4>")
    desk.goto(admin_url(item, "change", item.pk))
    desk.wait_for_selector(EDITOR)
    desk.click(".advice a[data-field=body]")
    assert desk.evaluate(f"document.activeElement === document.querySelector('{EDITOR}')")
    desk.locator("[name=_publish]").first.click()
    desk.wait_for_selector(".advice[data-held]")
    assert not NewsItem.objects.get().is_published
    desk.fill("#id__because", "The mayor waits")
    desk.click("text=Publish anyway >> nth=-1")
    desk.wait_for_selector(".messagelist .success")
    assert NewsItem.objects.get().is_published


def violations(page):
    found = Axe().run(page, options=OPTIONS)
    return {
        (page.url, violation["id"], node["html"])
        for violation in found.response["violations"]
        for node in violation["nodes"]
    }


def test_axe_finds_nothing_on_the_editor(new_page):
    # The Content-Security-Policy would forbid what axe adds to a page.
    # High enough that the bars cover no part of a button, which axe would call too small.
    page = new_page(viewport={"width": 1280, "height": 4000}, bypass_csp=True)
    sign_in(page, factories.user("Publishers"))
    picture = factories.picture(alternative_text="Photo")
    figure = f'<figure data-picture="{picture.pk}"></figure>'
    item = factories.news_item(published_at=None, summary="Short.", body=figure, picture=picture)
    address = admin_url(item, "change", item.pk)
    found = set()
    for where, then in [
        (address, None),
        (address, ".field-body [data-name=link]"),
        (address, ".field-body [data-name=libraryPicture]"),
        (admin_url(picture, "add"), None),
        (admin_url(picture, "change", picture.pk), None),
        (admin_url(picture, "delete", picture.pk), None),
    ]:
        page.goto(where, wait_until="networkidle")
        if then:
            page.locator(then).click()
            page.wait_for_load_state("networkidle")
        found |= violations(page)
    page.goto(address, wait_until="networkidle")
    with page.expect_navigation(wait_until="networkidle"):
        page.locator("[name=_publish]").first.click()
    found |= violations(page)
    assert found == set()


def test_the_editor_does_not_scroll_sideways_on_a_phone(desk):
    picture = factories.picture(alternative_text="Photo")
    item = factories.news_item(published_at=None, summary="Short.", picture=picture)
    desk.set_viewport_size({"width": 390, "height": 844})
    for address, tool in [
        (admin_url(picture, "add"), None),
        (admin_url(picture, "change", picture.pk), None),
        (admin_url(item, "change", item.pk), ".field-body [data-name=libraryPicture]"),
    ]:
        desk.goto(address, wait_until="networkidle")
        if tool:
            desk.locator(tool).click()
            desk.wait_for_selector("#picture-chooser li")
        assert desk.evaluate("document.documentElement.scrollWidth") == 390, address
