"""The text editor: its toolbar, its blocks, its form of texts, and what visitors see of them."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from news.models import NewsItem
from portal.management.commands.load_starter import STARTER
from publishing.content.richtext import clean_html
from publishing.models import Revision
from publishing.revisions.diff import differences
from tests import factories
from tests.admin_pages import admin_url
from tests.publishing.content.test_rich_text_form import KEPT
from tools.audit.axe import OPTIONS

pytestmark = pytest.mark.django_db(transaction=True)

FIELD = ".field-body .prose-editor"
EDITOR = f"{FIELD} > .ProseMirror"
BAR = f"{FIELD} > .prose-menubar"


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures in all their sizes."""


@pytest.fixture
def desk(page):
    page.add_init_script(
        """addEventListener("prose-editor:ready", ({ detail: { editor, textarea } }) => {
            (window.editors ??= {})[textarea.name] = editor;
        })"""
    )
    user = factories.user("Publishers")
    page.goto(admin_url(NewsItem, "add"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.locator("input[type=submit]").click()
    page.wait_for_selector(f"{BAR}[role=toolbar]")
    return page


def opened(desk, body="<p>Words</p>"):
    """Open a public story with this text, the cursor at its end; return the story."""
    item = factories.news_item(body=body, published_at=factories.LONG_AGO)
    desk.goto(admin_url(item, "change", item.pk))
    desk.wait_for_selector(f"{BAR}[role=toolbar]")
    at_end(desk)
    return item


def at_end(desk):
    """Put the cursor at the end of the text, at once: the editor's own command waits a moment."""
    desk.evaluate(
        """() => {
            const { view, state, commands } = editors.body;
            view.focus();
            commands.setTextSelection(state.doc.content.size);
        }"""
    )


def tool(desk, name):
    return desk.locator(f"{BAR} [aria-label='{name}']")


def press(desk, *keys):
    for key in keys:
        desk.keyboard.press(key)


def written(desk):
    return desk.evaluate("editors.body.getHTML()")


def saved(desk, item):
    """Save; return the text that is kept, which the editor opens as the same."""
    desk.locator("[name=_save]").first.click()
    desk.wait_for_selector(".messagelist .success")
    item.refresh_from_db()
    desk.goto(admin_url(item, "change", item.pk))
    desk.wait_for_selector(f"{BAR}[role=toolbar]")
    assert written(desk) == item.body
    return item.body


def visit(desk, item):
    """Open the public page; return the requests that it made, except for those to the portal."""
    asked = []
    desk.on("request", lambda request: asked.append(request.url))
    desk.goto(item.get_absolute_url(), wait_until="networkidle")
    origin = desk.evaluate("location.origin")
    assert len(asked) > 1
    return [url for url in asked if not url.startswith((origin, "data:"))]


# -- Form ----------------------------------------------------------------------------------


def test_the_editor_writes_every_starter_text_as_it_is_stored(desk):
    opened(desk)
    texts = {
        path.name: clean_html(path.read_text(encoding="utf-8"))
        for path in STARTER.glob("texts/*/*.html")
    }
    assert len(texts) > 20
    after = desk.evaluate(
        """(texts) => Object.fromEntries(Object.entries(texts).map(([name, html]) => {
            editors.body.commands.setContent(html);
            return [name, editors.body.getHTML()];
        }))""",
        texts,
    )
    assert after == texts


def test_a_loaded_text_saved_unchanged_makes_no_entry_and_one_word_shows_as_one(desk):
    text = (STARTER / "texts/cities/wakefield.html").read_text(encoding="utf-8")
    item = opened(desk, text)
    saved(desk, item)
    assert not Revision.objects.exists()
    at_end(desk)
    desk.keyboard.type(" Indeed.")
    saved(desk, item)
    revision = Revision.objects.get()
    [change] = differences(NewsItem, revision.base, revision.content)
    assert (change.label, change.new) == ("Text", f"{change.old} Indeed.")


@pytest.mark.parametrize("html", [*KEPT, "".join(KEPT)])
def test_the_editor_writes_each_block_as_the_server_keeps_it(desk, html):
    factories.picture(pk=7)
    item = opened(desk, html)
    assert item.body == html
    assert written(desk) == html


# -- Toolbar -------------------------------------------------------------------------------


def test_the_toolbar_is_one_stop_of_the_tab_key_with_arrow_keys(desk):
    opened(desk)
    bar = desk.locator(BAR)
    assert bar.get_attribute("aria-label") == "Formatting: Text"
    assert desk.locator(f"{BAR} button[tabindex='0']").count() == 1
    desk.locator(f"{BAR} button[tabindex='0']").focus()
    names = []
    for key in ("ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"):
        press(desk, key)
        names.append(desk.evaluate("document.activeElement.ariaLabel"))
    assert names == ["Heading 3", "Heading 4", "Redo", "Heading 2", "Redo", "Heading 2"]
    press(desk, "Tab")
    assert desk.evaluate(f"document.activeElement.matches('{EDITOR}')")
    press(desk, "Shift+Tab")
    assert desk.evaluate("document.activeElement.ariaLabel") == "Heading 2"


def test_a_key_leads_from_the_text_to_the_toolbar_and_back(desk):
    opened(desk)
    press(desk, "Alt+F10", "ArrowRight", "Escape")
    desk.keyboard.type("!")
    press(desk, "Alt+F10")
    assert desk.evaluate("document.activeElement.ariaLabel") == "Heading 3"
    press(desk, "Enter")
    assert written(desk) == "<h3>Words!</h3>"


def test_a_toggle_says_whether_it_is_pressed_and_a_tool_what_its_key_is(desk):
    opened(desk, "<ul><li><p>a</p><ol><li><p>b</p></li></ol></li></ul>")
    pressed = f"{BAR} [aria-pressed=true]"
    names = "buttons => buttons.map((button) => button.ariaLabel)"
    assert desk.eval_on_selector_all(pressed, names) == ["Numbered list"]
    press(desk, "Control+b")
    assert desk.eval_on_selector_all(pressed, names) == ["Bold", "Numbered list"]
    bold = tool(desk, "Bold")
    assert bold.get_attribute("title") == "Bold (Ctrl+B)"
    assert bold.get_attribute("aria-keyshortcuts") == "Control+B"
    assert tool(desk, "Insert link").get_attribute("aria-pressed") is None
    assert tool(desk, "Redo").get_attribute("aria-disabled") == "true"


def test_every_tool_has_a_name_of_its_own(desk):
    opened(desk, "<table><tbody><tr><td><p>a</p></td></tr></tbody></table>")
    names = desk.eval_on_selector_all(
        f"{BAR} button", "buttons => buttons.map((button) => button.ariaLabel)"
    )
    assert len(names) == len(set(names))
    assert all(name[0].isupper() and "_" not in name for name in names)


def test_the_toolbar_can_be_used_on_a_phone(desk):
    desk.set_viewport_size({"width": 390, "height": 844})
    opened(desk)
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    for button in desk.locator(f"{BAR} button:not(.hidden)").all():
        box = button.bounding_box()
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= 390


# -- Blocks --------------------------------------------------------------------------------


def test_letters_are_set_below_and_above_the_line(desk):
    item = opened(desk, "<p>H</p>")
    press(desk, "Control+,")
    desk.keyboard.type("2")
    press(desk, "Control+,")
    desk.keyboard.type("O, m")
    tool(desk, "Superscript").click()
    desk.keyboard.type("2")
    body = "<p>H<sub>2</sub>O, m<sup>2</sup></p>"
    assert saved(desk, item) == body
    assert visit(desk, item) == []
    assert body in desk.inner_html(".prose")


def test_a_numbered_list_right_after_a_bulleted_one_stays_a_list_of_its_own(desk):
    item = opened(desk, "<ul><li><p>One</p></li></ul>")
    press(desk, "Enter", "Enter")
    tool(desk, "Numbered list").click()
    desk.keyboard.type("Two")
    body = "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li></ol>"
    assert saved(desk, item) == body
    assert visit(desk, item) == []
    assert body in desk.inner_html(".prose")


def test_a_call_out_is_made_and_unmade(desk):
    item = opened(desk)
    tool(desk, "Call-out").click()
    press(desk, "Enter")
    desk.keyboard.type("and more")
    press(desk, "Enter", "Enter")
    desk.keyboard.type("After")
    body = '<aside class="callout"><p>Words</p><p>and more</p></aside><p>After</p>'
    assert saved(desk, item) == body
    assert visit(desk, item) == []
    note = desk.get_by_role("note")
    assert note.inner_text() == "Words\n\nand more"
    desk.goto(admin_url(item, "change", item.pk))
    desk.wait_for_selector(f"{BAR}[role=toolbar]")
    desk.locator(f"{EDITOR} aside p").first.click()
    assert tool(desk, "Call-out").get_attribute("aria-pressed") == "true"
    tool(desk, "Call-out").click()
    assert saved(desk, item) == "<p>Words</p><p>and more</p><p>After</p>"


def test_a_quotation_has_a_line_for_its_source(desk):
    item = opened(desk)
    tool(desk, "Quotation").click()
    hint = f"{EDITOR} footer"
    assert desk.locator(hint).get_attribute("data-placeholder").startswith("Source")
    press(desk, "Enter", "Enter")
    desk.keyboard.type("The mayor")
    press(desk, "Enter")
    desk.keyboard.type("After")
    body = "<blockquote><p>Words</p><footer>The mayor</footer></blockquote><p>After</p>"
    assert saved(desk, item) == body
    assert visit(desk, item) == []
    assert body in desk.inner_html(".prose")


def test_a_quotation_can_do_without_a_source_or_get_one_later(desk):
    item = opened(desk)
    press(desk, "Control+Shift+B")
    assert saved(desk, item) == "<blockquote><p>Words</p></blockquote>"
    desk.locator(f"{EDITOR} blockquote p").click()
    tool(desk, "Source of the quotation").click()
    desk.keyboard.type("Later")
    assert saved(desk, item) == "<blockquote><p>Words</p><footer>Later</footer></blockquote>"
    desk.locator(f"{EDITOR} blockquote p").click()
    tool(desk, "Quotation").click()
    assert saved(desk, item) == "<p>Words</p><p>Later</p>"


def test_a_picture_has_a_caption_and_its_credit(desk):
    picture = factories.picture(alternative_text="Readers under a dome", credit="A. Person")
    item = opened(desk)
    tool(desk, "Insert picture").click()
    desk.locator("#picture-chooser li button").click()
    desk.wait_for_selector(f"{EDITOR} .library-picture img")
    desk.keyboard.type("The dome at ")
    press(desk, "Control+i")
    desk.keyboard.type("night")
    press(desk, "Enter")
    desk.keyboard.type("After")
    caption = "The dome at <em>night</em>"
    figure = f'<figure data-picture="{picture.pk}"><figcaption>{caption}</figcaption></figure>'
    assert saved(desk, item) == f"<p>Words</p>{figure}<p>After</p>"
    assert visit(desk, item) == []
    shown = desk.locator(".prose figure.picture figcaption")
    assert shown.inner_text() == "The dome at night A. Person"


def test_a_text_of_nothing_but_a_picture_is_kept(desk):
    picture = factories.picture(alternative_text="Readers under a dome")
    item = opened(desk, "")
    tool(desk, "Insert picture").click()
    desk.locator("#picture-chooser li button").click()
    desk.wait_for_selector(f"{EDITOR} .library-picture img")
    assert saved(desk, item) == f'<figure data-picture="{picture.pk}"></figure>'


def test_a_picture_is_deleted_by_keyboard_from_its_caption(desk):
    picture = factories.picture()
    figure = f'<figure data-picture="{picture.pk}"><figcaption>Hm</figcaption></figure>'
    item = opened(desk, f"<p>Words</p>{figure}")
    press(desk, "Home")
    # The browser tells the editor a little later.
    desk.evaluate(
        """async () => {
            for (let turn = 0; turn < 100; turn += 1) {
                if (!editors.body.state.selection.$from.parentOffset) return;
                await new Promise((done) => setTimeout(done, 20));
            }
        }"""
    )
    press(desk, "Backspace")
    assert desk.locator(f"{EDITOR} .ProseMirror-selectednode").count() == 1
    press(desk, "Backspace")
    assert saved(desk, item) == "<p>Words</p>"


def test_no_tool_breaks_a_caption_or_a_source(desk):
    picture = factories.picture()
    body = (
        f'<figure data-picture="{picture.pk}"><figcaption>Hm</figcaption></figure>'
        "<blockquote><p>Words</p><footer>Source</footer></blockquote>"
    )
    item = opened(desk, body)
    for line in ("figure div:last-child", "footer"):
        for name in ("Heading 2", "Bulleted list", "Numbered list", "Dividing line"):
            desk.locator(f"{EDITOR} {line}").first.click()
            tool(desk, name).click(force=True)
        press(desk, "Control+Alt+2", "Control+Shift+8")
    kept = saved(desk, item)
    assert f'<figure data-picture="{picture.pk}"><figcaption>Hm</figcaption></figure>' in kept
    assert "<footer>Source</footer></blockquote>" in kept


def test_a_video_is_a_card_that_loads_nothing_from_elsewhere(desk):
    item = opened(desk)
    tool(desk, "Insert video").click()
    desk.keyboard.type("youtube.com/watch?v=1")
    press(desk, "Tab")
    desk.keyboard.type("A film about reading")
    press(desk, "Enter")
    assert desk.locator("#video-dialog[open]").count() == 1
    desk.fill("#video-dialog-address", "https://www.youtube.com/watch?v=1&t=2")
    press(desk, "Enter")
    desk.wait_for_selector(f"{EDITOR} .library-video")
    address = "https://www.youtube.com/watch?v=1&amp;t=2"
    title = "<figcaption>A film about reading</figcaption>"
    assert saved(desk, item) == f'<p>Words</p><figure data-video="{address}">{title}</figure>'
    assert visit(desk, item) == []
    card = desk.get_by_role("link", name="A film about reading")
    assert card.inner_text().split("\n") == [
        "A film about reading",
        "Watch on youtube.com (opens another site)",
    ]
    assert card.get_attribute("href") == "https://www.youtube.com/watch?v=1&t=2"
    assert card.get_attribute("rel") == "external noreferrer"


def test_a_video_is_changed_and_gets_a_picture_of_the_library(desk):
    picture = factories.picture()
    figure = '<figure data-video="https://x.org/a"><figcaption>A film</figcaption></figure>'
    item = opened(desk, f"<p>Words</p>{figure}")
    desk.locator(f"{EDITOR} .library-video p").click()
    tool(desk, "Insert picture").click()
    desk.locator("#picture-chooser li button").click()
    desk.locator(f"{EDITOR} .library-video img").click()
    tool(desk, "Insert video").click()
    assert desk.input_value("#video-dialog-words") == "A film"
    desk.fill("#video-dialog-address", "https://vimeo.com/1")
    press(desk, "Enter")
    assert saved(desk, item) == (
        f'<p>Words</p><figure data-video="https://vimeo.com/1" data-picture="{picture.pk}">'
        "<figcaption>A film</figcaption></figure>"
    )
    assert visit(desk, item) == []
    assert desk.locator(".prose .video img").evaluate("image => image.naturalWidth") > 0


def test_axe_finds_nothing_on_a_text_with_every_block(new_page):
    # The Content-Security-Policy would forbid what axe adds to a page.
    page = new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True)
    user = factories.user("Publishers")
    factories.picture(pk=7)
    item = factories.news_item(body="".join(KEPT), published_at=factories.LONG_AGO)
    page.goto(admin_url(item, "change", item.pk))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.locator("input[type=submit]").click()
    page.wait_for_selector(f"{BAR}[role=toolbar]")
    found = [Axe().run(page, options=OPTIONS)]
    tool(page, "Insert video").click()
    found.append(Axe().run(page, options=OPTIONS))
    page.goto(item.get_absolute_url(), wait_until="networkidle")
    found.append(Axe().run(page, options=OPTIONS))
    assert [violation["id"] for run in found for violation in run.response["violations"]] == []
