"""Differences between rich texts: block by block, with what stayed folded."""

import re
from pathlib import Path
from time import process_time

import pytest

import portal.starter
from cities.models import City
from publishing.content.richtext import clean_html
from publishing.revisions import snapshots
from publishing.revisions.block_diff import html_text, mark_blocks
from publishing.revisions.diff import differences
from publishing.revisions.word_diff import mark_words
from tests import factories
from tests.parsed_page import ParsedPage

TEXTS = Path(portal.starter.__file__).parent / "texts"
WAKEFIELD = (TEXTS / "cities/wakefield.html").read_text()


def said(marked):
    """Return the differences as a screen reader reads them: all text, hidden labels included."""
    return ParsedPage(f"<body>{marked}</body>").text


def as_written(html):
    """Return a text as the editor writes it: without white space between blocks."""
    return clean_html(re.sub(r">\s+<", "><", html.strip()))


def marks(marked):
    """Return the removed and the added texts."""
    return re.findall(r"<(del|ins)[^>]*><span[^>]*>[^<]*</span>(.*?)</\1>", marked)


def test_a_loaded_text_that_was_edited_once_shows_the_changed_word_alone():
    new = as_written(WAKEFIELD).replace("thousands of years", "hundreds of years")
    marked = mark_blocks(WAKEFIELD, new)
    assert marks(marked) == [("del", "thousands"), ("ins", "hundreds")]
    assert "… 7 unchanged paragraphs …" in marked
    assert said(marked).startswith(
        "A district that learns The member is the whole of Wakefield District. "
        "Its story goes back removed: thousands added: hundreds of years"
    )


@pytest.mark.parametrize("path", sorted(TEXTS.rglob("*.html")), ids=lambda path: path.stem)
def test_white_space_between_blocks_is_no_difference(path):
    html = path.read_text()
    assert snapshots.have_same_blocks(html, as_written(html))
    assert html_text(html) == html_text(as_written(html))


def test_the_history_leaves_out_what_staff_cannot_see():
    old = {"fields": {"profile": "<p>One</p>\n<p>Two</p>", "motto": "Old",
                      "published_at": "2026-11-27T21:08:05.123456+00:00"}}  # fmt: skip
    new = {"fields": {"profile": "<p>One</p><p>Two</p>", "motto": "New",
                      "published_at": "2026-11-27T21:08:00+00:00"}}  # fmt: skip
    assert [change.label for change in differences(City, old, new)] == ["Motto"]


@pytest.mark.parametrize("outside", ["{}", f"{'<ul><li>' * 500}{{}}{'</li></ul>' * 500}"])
def test_a_rich_text_without_readable_blocks_is_compared_word_by_word(outside):
    old, new = ({"fields": {"profile": outside.format(f"<em>{word}</em> end")}} for word in "ab")
    (change,) = differences(City, old, new)
    assert said(change.marked) == "removed: a added: b end"


def test_an_added_and_a_removed_paragraph_are_whole_sentences():
    marked = mark_blocks("<p>One.</p><p>Old thing.</p>", "<p>One.</p><p>Something new.</p>")
    assert said(marked) == "One. Removed: Old thing. Added: Something new."


def test_several_added_paragraphs_are_announced_once():
    marked = mark_blocks("<p>One.</p>", "<p>One.</p><h2>Two</h2><p>Three.</p><p>Four.</p>")
    assert said(marked) == "One. Added: Two Three. Four."


def test_a_moved_paragraph_is_named_at_both_places():
    marked = mark_blocks("<p>A.</p><p>B.</p><p>C.</p>", "<p>B.</p><p>C.</p><p>A.</p>")
    assert said(marked) == "Moved from here: A. B. C. Moved here: A."


def test_an_item_added_to_a_list_is_marked_in_the_list():
    marked = mark_blocks(
        "<ul><li>One</li><li>Two</li></ul>",
        "<ul><li><p>One</p></li><li><p>Two</p></li><li><p>Three</p></li></ul>",
    )
    assert marked == (
        '<ul><li class="diff-context">One</li><li class="diff-context">Two</li>'
        '<li><ins><span class="diff-label">Added: </span>Three</ins></li></ul>'
    )


def test_a_list_beside_a_change_is_a_line_of_context():
    items = "<ul><li>One</li><li>Two</li></ul>"
    marked = mark_blocks(f"{items}<p>Old thing.</p>", f"{items}<p>Something new.</p>")
    assert marked.startswith('<p class="diff-context">One Two</p><div class="diff-whole"><del>')


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("<p>One <em>two</em></p>", "<p>One <strong>two</strong></p>",
         "One two Bold added: “two”. Italic removed: “two”."),
        ("<p>One two three</p>", "<h2>One two three</h2>",
         "One two three Heading 2 instead of paragraph."),
        ("<ul><li>One</li></ul>", "<ol><li>One</li></ol>",
         "One Numbered list instead of bulleted list."),
        ('<p>See <a href="/a/">the list</a></p>', '<p>See <a href="/b/">the list</a></p>',
         "See the list ( removed: /a/ added: /b/)"),
    ],
)  # fmt: skip
def test_changed_formatting_is_named(old, new, expected):
    assert said(mark_blocks(old, new)) == expected


@pytest.mark.django_db
def test_a_picture_is_named_by_its_title(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = factories.picture(title="Town hall")
    old = {"fields": {"profile": "<p>One</p>"}}
    figure = f'<figure data-picture="{picture.pk}"></figure>'
    new = {"fields": {"profile": f"<p>One</p>{figure}"}}
    (change,) = differences(City, old, new)
    assert said(change.marked) == "One Added: [Picture: Town hall]"


def test_differences_escape_markup():
    marked = mark_blocks("<p>a</p>", "<p>a &lt;script&gt;</p>") + mark_words("a", "a <script>")
    assert "<script" not in marked


def test_no_mark_is_empty():
    for old, new in (("a b", "a  b"), ("a b\n", "a b"), ("One. Two.", "One.\n\nTwo.")):
        assert "removed:" not in mark_words(old, new)
        assert "added:" not in mark_words(old, new)


def test_an_appended_sentence_is_the_only_mark():
    assert marks(mark_words("One end.", "One end. More.")) == [("ins", "More.")]


def test_long_rich_texts_are_compared_quickly():
    def text(word):
        return "".join(f"<p>{word} {number} {'text ' * 20}</p>" for number in range(3_000))

    start = process_time()
    assert "diff-whole" in mark_blocks(text("old"), text("new"))
    assert process_time() - start < 10
