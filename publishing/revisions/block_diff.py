"""Differences between two texts block by block: what stayed is folded, what moved is named."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from html import unescape
from itertools import groupby
from typing import NamedTuple

from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.revisions.snapshots.alignment import align
from publishing.revisions.snapshots.blocks import (
    CONTAINERS,
    Block,
    are_versions,
    elements,
    shell,
    split,
)
from publishing.revisions.word_diff import mark_words

BLOCK_END = re.compile(
    r"</(?:p|li|h\d|blockquote|footer|aside|tr|ul|ol|table|figcaption)>|<br\s*/?>|<hr\s*/?>"
)
CELL_END = re.compile(r"</t[dh]>(?=\s*<t[dh])")
LINK = re.compile(r'<a\b[^>]*?href="([^"]*)"[^>]*>(.*?)</a>', re.DOTALL)
MARKUP = re.compile(r"<(strong|em|sub|sup|a)\b[^>]*>(.*?)</\1>", re.DOTALL)
# The unchanged text beside a change, in words.
CONTEXT = 20


class Change(NamedTuple):
    """A block, and what happened to it; `old` is its former version if it was edited."""

    kind: str  # "same", "edited", "removed", "added", "moved-from" or "moved-to"
    block: Block
    old: Block | None = None


def html_text(html: str) -> str:
    """Return the words of a rich text, a line for each block, with the addresses of its links.

    >>> html_text('<p>See <a href="/cities/">the cities</a>.</p>\\n<p>All &amp; more</p>')
    'See the cities (/cities/).\\nAll & more'
    """
    named = LINK.sub(r"\2 (\1)", re.sub(r"\s+", " ", html))
    broken = BLOCK_END.sub("\n", CELL_END.sub(" | ", named.replace("</p></t", "</t")))
    lines = (" ".join(line.split()) for line in unescape(strip_tags(broken)).split("\n"))
    return "\n".join(line for line in lines if line)


def mark_blocks(old: str, new: str) -> SafeString:
    """Return both texts as one: changed blocks are marked, unchanged ones folded."""
    blocks, others = split(old, new)
    is_list = any(block.tag == "li" for block in [*blocks, *others])
    marked = _marked(_changes(blocks, others))
    return format_html("<ul>{}</ul>", marked) if is_list else marked


def in_its_container(html: str) -> str:
    """Return items in a list and rows in a table, which they need to be shown."""
    if html.startswith("<li"):
        return f"<ul>{html}</ul>"
    return f"<table><tbody>{html}</tbody></table>" if html.startswith("<tr") else html


def _changes(old: Sequence[Block], new: Sequence[Block]) -> list[Change]:
    """Return the changes in the order of the new text."""
    found: list[Change] = []
    place = 0
    for start, end, new_start, new_end in align(old, new):
        found += (Change("same", block) for block in old[place:start])
        if end - start == new_end - new_start == 1 and are_versions(old[start], new[new_start]):
            found.append(Change("edited", new[new_start], old[start]))
        else:
            found += (Change("removed", block) for block in old[start:end])
            found += (Change("added", block) for block in new[new_start:new_end])
        place = end
    found += (Change("same", block) for block in old[place:])
    return _with_moves(found)


def _with_moves(changes: list[Change]) -> list[Change]:
    """Name the blocks that were removed from one place and added at another."""
    keys = {
        kind: Counter(change.block.key for change in changes if change.kind == kind)
        for kind in ("removed", "added")
    }
    moved = {key for key, number in keys["removed"].items() if number == keys["added"][key] == 1}
    names = {"removed": "moved-from", "added": "moved-to"}
    return [
        change._replace(kind=names[change.kind])
        if change.kind in names and change.block.key in moved
        else change
        for change in changes
    ]


# -- As HTML -------------------------------------------------------------------------------


def _marked(changes: Sequence[Change]) -> SafeString:
    runs = [(kind, list(run)) for kind, run in groupby(changes, lambda change: change.kind)]
    parts: list[SafeString] = []
    for place, (kind, run) in enumerate(runs):
        if kind == "same":
            blocks = [change.block for change in run]
            parts += _folded(blocks, is_first=place == 0, is_last=place == len(runs) - 1)
        elif kind == "edited":
            parts += (_edited(change.old, change.block) for change in run if change.old)
        else:
            parts += _whole(kind, [change.block for change in run])
    return format_html_join("", "{}", ((part,) for part in parts))


def _folded(blocks: list[Block], *, is_first: bool, is_last: bool) -> Iterator[SafeString]:
    """Yield unchanged blocks: a line of context beside each change, the rest folded."""
    before = [] if is_first else blocks[:1]
    after = [] if is_last else blocks[-1:]
    inner = blocks[len(before) : len(blocks) - len(after)]
    if before and len(blocks) == 1:
        after = []
    if len(inner) == 1:
        before, inner = [*before, *inner], []
    yield from (_context(block) for block in before)
    if inner:
        number = len(inner)
        said = ngettext("%(number)s unchanged item", "%(number)s unchanged items", number)
        if inner[0].tag != "li":
            said = ngettext(
                "%(number)s unchanged paragraph", "%(number)s unchanged paragraphs", number
            )
        content = format_html_join("", "{}", ((_content(block),) for block in inner))
        folded = format_html(
            '<details class="diff-unchanged"><summary>… {} …</summary>{}</details>',
            said % {"number": number},
            format_html("<ul>{}</ul>", content) if inner[0].tag == "li" else content,
        )
        yield format_html("<li>{}</li>", folded) if inner[0].tag == "li" else folded
    yield from (_context(block) for block in after)


def _context(block: Block) -> SafeString:
    text = " ".join(html_text(block.text).split()) if block.tag else block.text
    tag = "" if block.tag in CONTAINERS - {"li"} else block.tag
    return _wrapped(tag, Truncator(text).words(CONTEXT), "diff-context")


def _whole(kind: str, blocks: list[Block]) -> Iterator[SafeString]:
    """Yield added or removed blocks, with one announcement for all of them."""
    labels = {
        "removed": _("Removed:"),
        "added": _("Added:"),
        "moved-from": _("Moved from here:"),
        "moved-to": _("Moved here:"),
    }
    tag = mark_safe("del" if kind in ("removed", "moved-from") else "ins")  # noqa: S308
    label = format_html('<span class="diff-label">{} </span>', labels[kind])
    if blocks[0].tag in ("li", "tr"):
        for block in blocks:
            yield _wrapped(
                block.tag, format_html("<{0}>{1}{2}</{0}>", tag, label, _lines(block.text))
            )
        return
    content = format_html_join("", "{}", ((_content(block),) for block in blocks))
    yield format_html('<div class="diff-whole"><{0}>{1}{2}</{0}></div>', tag, label, content)


def _content(block: Block) -> SafeString:
    """Return a block by itself: its words, and for lists the items."""
    if not block.tag:
        return _wrapped("", format_html("{}", block.text))
    inner = elements(shell(block.text)[1]) if block.tag in CONTAINERS else None
    if inner and block.tag != "li":
        content = format_html_join("", "{}", ((_content(part),) for part in inner))
        return _wrapped(block.tag, content)
    return _wrapped(block.tag, _lines(block.text))


def _edited(old: Block, new: Block) -> SafeString:
    """Return two versions of a block as one."""
    parts = [elements(shell(block.text)[1]) or [] for block in (old, new)]
    if {old.tag, new.tag} <= CONTAINERS and all(parts):
        content = _marked(_changes(*parts))
        notes = _kind_notes(old, new)
    else:
        before, after = (html_text(b.text) if b.tag else b.text for b in (old, new))
        content = mark_safe(mark_words(before, after).replace("\n", "<br>"))  # noqa: S308
        notes = _kind_notes(old, new) or (_format_notes(old, new) if before == after else [])
    said = (format_html('<span class="diff-note">{}</span>', note) for note in notes)
    return _wrapped(new.tag, format_html_join(" ", "{}", ((part,) for part in (content, *said))))


def _lines(html: str) -> SafeString:
    lines = ((line,) for line in html_text(html).split("\n"))
    return format_html_join(mark_safe("<br>"), "{}", lines)


def _wrapped(tag: str, content: str, name: str = "") -> SafeString:
    """Return the content in the element that stands for a tag; headings stay out of the outline."""
    if tag in ("h2", "h3", "h4"):
        name = f"diff-heading {name}".strip()
    element = tag if tag in ("ul", "ol", "li") else "p"
    if tag in CONTAINERS and element == "p":
        element, name = "div", f"diff-{tag}"
    attributes = format_html(' class="{}"', name) if name else ""
    return format_html("<{0}{1}>{2}</{0}>", mark_safe(element), attributes, content)  # noqa: S308


# -- Formatting ----------------------------------------------------------------------------


def _kind_notes(old: Block, new: Block) -> list[str]:
    """Return a sentence if the block became another kind of block."""
    if old.tag == new.tag:
        return []
    kinds = {"new": _kind_name(new.tag), "old": _kind_name(old.tag).lower()}
    return [_("%(new)s instead of %(old)s.") % kinds]


def _format_notes(old: Block, new: Block) -> list[str]:
    """Return sentences on the changed formatting of a block that has the same words."""
    before, after = _markup(old.text), _markup(new.text)
    names = _markup_names()
    added, removed = _("%(format)s added: “%(words)s”."), _("%(format)s removed: “%(words)s”.")
    found = [
        label % {"format": names[tag], "words": words}
        for label, parts in ((added, after - before), (removed, before - after))
        for tag, words in parts
    ]
    return found or [_("The words are the same; their formatting or links changed.")]


def _markup(html: str) -> Counter[tuple[str, str]]:
    parts: Counter[tuple[str, str]] = Counter()
    for tag, content in MARKUP.findall(html):
        parts[tag, html_text(content)] += 1
        parts += _markup(content)
    return parts


def _markup_names() -> dict[str, str]:
    return {
        "strong": _("Bold"),
        "em": _("Italic"),
        "sub": _("Subscript"),
        "sup": _("Superscript"),
        "a": _("Link"),
    }


def _kind_name(tag: str) -> str:
    return {
        "p": _("Paragraph"),
        "h2": _("Heading 2"),
        "h3": _("Heading 3"),
        "h4": _("Heading 4"),
        "ul": _("Bulleted list"),
        "ol": _("Numbered list"),
        "blockquote": _("Quotation"),
        "table": _("Table"),
    }.get(tag, _("Block"))
