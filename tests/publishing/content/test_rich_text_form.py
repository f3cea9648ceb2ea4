"""The normal form of rich text: the blocks of the editor, and nothing that the editor would add."""

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from publishing.content.richtext import clean_html

VIDEO = "https://www.youtube.com/watch?v=1&amp;t=2"

KEPT = [
    "<p>H<sub>2</sub>O and m<sup>2</sup><strong><sup>a</sup></strong></p>",
    "<ul><li><p>One</p></li></ul><ol><li><p>Two</p></li></ol>",
    '<ol start="3"><li><p>Three</p></li></ol><ol type="a"><li><p>Ay</p></li></ol>',
    '<aside class="callout"><p>Note</p><ul><li><p>this</p></li></ul></aside>',
    '<blockquote><p>Said</p><footer>A. Person, <a href="/x">2024</a></footer></blockquote>',
    '<figure data-picture="7"><figcaption>Readers under a <em>dome</em></figcaption></figure>',
    f'<figure data-video="{VIDEO}"><figcaption>A film</figcaption></figure>',
    f'<figure data-video="{VIDEO}" data-picture="7"><figcaption>A film</figcaption></figure>',
    '<table><tbody><tr><td colspan="2"><p>Year</p></td></tr></tbody></table>',
    '<p><a href="/x"><strong>One</strong> <em>two</em></a><br>three</p>',
    "<p>a <strong>b </strong>c&nbsp; d</p>",
]


@pytest.mark.parametrize("html", KEPT)
def test_a_text_as_the_editor_writes_it_stays(html):
    assert clean_html(html) == html


OTHER = {
    # White space between blocks, and within them as browsers show it.
    "<p>One</p>\n\n  <p> Two\n three  </p> ": "<p>One</p><p>Two three</p>",
    "<p>a <b> b </b> c</p>": "<p>a <strong>b </strong>c</p>",
    # Paragraphs where the editor has them.
    "One <em>two</em>": "<p>One <em>two</em></p>",
    "<ul>\n<li>One</li>\n<li><h2>Two</h2></li></ul>": (
        "<ul><li><p>One</p></li><li><p></p><h2>Two</h2></li></ul>"
    ),
    "<ul><li>One</li><ul><li>In</li></ul></ul>": (
        "<ul><li><p>One</p><ul><li><p>In</p></li></ul></li></ul>"
    ),
    "<table><thead><tr><th>A<th>B</thead><tr><td>1</table>": (
        "<table><tbody><tr><th><p>A</p></th><th><p>B</p></th></tr>"
        "<tr><td><p>1</p></td><td><p></p></td></tr></tbody></table>"
    ),
    # Marks in one order, each of them once.
    "<p><em><strong>a</strong></em><strong><em>b</em></strong></p>": (
        "<p><strong><em>ab</em></strong></p>"
    ),
    "<p><strong>a<strong>b</strong></strong><sub>c<sup>d</sup></sub></p>": (
        "<p><strong>ab</strong><sub>c</sub><sup>d</sup></p>"
    ),
    '<p><em><a href="/x" rel="nofollow" target="_blank">a</a></em></p>': (
        '<p><a href="/x"><em>a</em></a></p>'
    ),
    '<p><a href="/x">a</a><a href="/x">b</a></p>': '<p><a href="/x">ab</a></p>',
    "<p><a>a</a></p>": "<p>a</p>",
    # Nothing that is empty.
    "<ul><li></li></ul><blockquote></blockquote><aside class='callout'><p> </p></aside>": "",
    # Words of elements that the editor lacks stay apart.
    "<dl><dt>a</dt><dd>b</dd></dl><pre>c\nd</pre>": "<p>a</p><p>b</p><p>c d</p>",
    "<ol type=I start=1 data-type=x><li>a</li></ol>": '<ol type="I"><li><p>a</p></li></ol>',
    # A source belongs to its quotation, a caption to its figure.
    "<p>a</p><footer>b</footer><figcaption>c</figcaption>": "<p>a</p><p>b</p><p>c</p>",
    "<blockquote><footer>S</footer><p>Said</p><footer>T</footer></blockquote>": (
        "<blockquote><p>Said</p><p>T</p><footer>S</footer></blockquote>"
    ),
    "<blockquote><footer><p>S</p><p>T</p></footer></blockquote>": "<p>S T</p>",
    "<figure data-picture='7'>a<figcaption><h2>b</h2><ul><li>c</li></ul></figcaption></figure>": (
        '<figure data-picture="7"><figcaption>a b c</figcaption></figure>'
    ),
    "<aside>a</aside><aside class='x'>b</aside>": "<p>a</p><p>b</p>",
}


@pytest.mark.parametrize(("html", "kept"), OTHER.items())
def test_any_other_text_gets_the_form_of_the_editor(html, kept):
    assert clean_html(html) == kept


HOSTILE = {
    "<aside class='callout' onclick='go()' style='x' id='y'>a</aside>": (
        '<aside class="callout"><p>a</p></aside>'
    ),
    "<blockquote cite='javascript:go()'>a<footer onclick='go()'>b</footer></blockquote>": (
        "<blockquote><p>a</p><footer>b</footer></blockquote>"
    ),
    "<blockquote>a<footer><a href='javascript:go()'>b</a></footer></blockquote>": (
        "<blockquote><p>a</p><footer>b</footer></blockquote>"
    ),
    "<figure data-picture='7\" onload=\"go()'>a</figure>": "<p>a</p>",
    "<figure data-picture='7' data-other='x'><iframe src='https://x.org'></iframe></figure>": (
        '<figure data-picture="7"></figure>'
    ),
    "<figure data-video='https://x.org/a' data-picture='../7'>a</figure>": (
        '<figure data-video="https://x.org/a"><figcaption>a</figcaption></figure>'
    ),
    "<p><sup onclick='go()'>a</sup><sub style='x'>b</sub></p>": "<p><sup>a</sup><sub>b</sub></p>",
    "<ol start='1e9' type='url(x)'><li>a</li></ol>": "<ol><li><p>a</p></li></ol>",
    "<table><tr><td colspan='99999' rowspan='-1'>a</table>": (
        "<table><tbody><tr><td><p>a</p></td></tr></tbody></table>"
    ),
}


@pytest.mark.parametrize(("html", "kept"), HOSTILE.items())
def test_hostile_markup_leaves_nothing_behind(html, kept):
    assert clean_html(html) == kept


@pytest.mark.parametrize(
    "address",
    [
        "http://x.org/a",
        "javascript:go()",
        "//x.org/a",
        "/media/a.mp4",
        "https://localhost/a",
        "https://user@x.org/a",
        "https://x.org:a@y.org",
        "https://[::1",
        "https://x.org/a b",
        'https://x.org/"onclick="go()',
        "https://x.org/<b>",
        "https://x.org\\@y.org",
        "https://" + "a" * 600 + ".org",
        "data:text/html,x",
        "",
    ],
)
def test_a_video_has_the_address_of_a_public_page(address):
    escaped = address.replace('"', "&quot;")
    assert clean_html(f'<figure data-video="{escaped}">Film</figure>') == "<p>Film</p>"


@pytest.mark.parametrize(
    "part",
    ["<blockquote>", "<ul><li>", "<aside class=callout>", "<table><tr><td>", "<em><sub>", "<div>"],
)
def test_a_text_may_nest_without_limit(part):
    kept = clean_html(part * 3000 + "word")
    assert re.sub("<[^>]*>", "", kept) == "word"
    assert clean_html(kept) == kept


PIECES = (
    *"<p> </p> <li> </li> <ul> </ul> <ol> </ol> <b> </b> <sup> </sup> <h2> </h2> <br> <hr>".split(),
    *"<table> <tr> <td> </td> </tr> </table> <th> <footer> </footer> </aside> </figure>".split(),
    *"<blockquote> </blockquote> <figcaption> </figcaption> &nbsp; &amp; a b é".split(),
    *("<a href='/x'>", "</a>", " ", "\n", "<aside class='callout'>", "<figure data-picture='7'>"),
    "<figure data-video='https://x.org/a'>",
)
BLOCKS = {"p", "h2", "ul", "ol", "blockquote", "aside", "table", "figure", "hr"}
CONTENTS = {
    "": BLOCKS, "li": BLOCKS, "blockquote": BLOCKS | {"footer"}, "aside": BLOCKS,
    "td": BLOCKS, "th": BLOCKS, "ul": {"li"}, "ol": {"li"}, "table": {"tbody"}, "tbody": {"tr"},
    "tr": {"td", "th"}, "figure": {"figcaption"},
}  # fmt: skip
INLINE = {"a", "strong", "sup", "br"}


class Structure(HTMLParser):
    """Collect the places in which the schema of the editor does not allow an element or text."""

    def __init__(self, html):
        super().__init__()
        self.stack, self.faults, self.words = [""], [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        outer = self.stack[-1]
        if tag not in CONTENTS.get(outer, INLINE):
            self.faults.append((outer, tag))
        if tag not in ("br", "hr"):
            self.stack.append(tag)

    def handle_endtag(self, tag):
        if self.stack.pop() != tag:
            self.faults.append(tag)

    def handle_data(self, data):
        self.words.append(data)
        if self.stack[-1] in CONTENTS:
            self.faults.append((self.stack[-1], data))


def letters(html):
    return "".join(re.findall("[abé]", re.sub("<[^>]*>|&[a-z]+;", "", html)))


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
@settings(max_examples=300)
def test_any_markup_gets_the_structure_of_the_editor_and_keeps_its_words(typed):
    kept = clean_html(typed)
    assert Structure(kept).faults == []
    assert sorted(letters(kept)) == sorted(letters(typed))
    assert clean_html(kept) == kept
