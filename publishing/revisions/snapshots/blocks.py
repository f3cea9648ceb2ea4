"""Split texts into blocks and sentences, to compare and merge them part by part.

The blocks of rich text are its top-level elements, those of plain text its lines. A text is rich if
it consists of block elements and nothing else, so a snapshot need not say which of its values are
rich, and a snapshot of an earlier version is read in the same way.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from html import unescape
from itertools import pairwise
from typing import NamedTuple

TAG = re.compile(r'<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:[^<>"]|"[^"]*")*)>')
VOID = {"br", "hr", "img", "wbr"}
INLINE = {"a", "b", "br", "code", "em", "i", "s", "span", "strong", "sub", "sup", "u", "wbr"}
# Elements that are merged by what stands in them, if that consists of blocks.
CONTAINERS = {"ul", "ol", "li", "table", "thead", "tbody", "blockquote", "aside"}
# In place of the name of an element.
SENTENCE = "#sentence"
# Deeper nesting than staff can write; functions call themselves for each level.
MOST_LEVELS = 40
LINE_END = re.compile(r"\s*\n\s*")
# A sentence ends with a full stop and white space, or with a line.
SENTENCE_END = re.compile(r"(?<=[.!?…])[\"”’)\]]*\s+|(?<=[。！？])")
# `<li>One</li>` and what the editor writes for it.
ONLY_PARAGRAPH = re.compile(r"<(li|td|th)((?: [^>]*)?)><p>((?:(?!<p>|</p>).)*)</p></\1>")
WORD = re.compile(r"\w+")
# Two blocks are versions of each other if they share this part of their words.
LEAST_SHARED = 0.5


class Block(NamedTuple):
    """A block or a sentence. `key` is the same for texts that differ in white space alone."""

    text: str
    key: str
    # The name of its element; and the white space after it, if it is a line or a sentence.
    tag: str = ""
    end: str = ""


def elements(html: str) -> list[Block] | None:
    """Return the top-level elements; None if they are unbalanced, inline or not all of the text.

    None also if they are nested too deeply.
    """
    found: list[Block] = []
    stack: list[str] = []
    start = end = 0
    for tag in TAG.finditer(html):
        closes, name = bool(tag[1]), tag[2].lower()
        if not stack:
            if closes or name in INLINE or html[end : tag.start()].strip():
                return None
            start = tag.start()
        if len(stack) > MOST_LEVELS:
            return None
        if not closes and name not in VOID:
            stack.append(name)
        elif closes and stack.pop() != name:
            return None
        if not stack:
            end = tag.end()
            found.append(Block(html[start:end], _key(html[start:end]), name))
    return None if stack or html[end:].strip() else found


def _key(html: str) -> str:
    """Return the element without white space that browsers do not show."""
    html = re.sub(r"\s+", " ", html)
    html = TAG.sub(lambda tag: tag[0] if tag[2].lower() in INLINE else f"\n{tag[0]}\n", html)
    return ONLY_PARAGRAPH.sub(r"<\1\2>\3</\1>", re.sub(r"\s*\n\s*", "", html))


def lines(text: str) -> list[Block]:
    """Return the lines of a plain text that are not empty, each with the break after it."""
    found, place = [], 0
    text = text.strip()
    for gap in LINE_END.finditer(text):
        found.append(Block(text[place : gap.start()], text[place : gap.start()], "", gap[0]))
        place = gap.end()
    return [*found, Block(text[place:], text[place:])] if text else []


def split(*texts: str) -> list[list[Block]]:
    """Return the blocks of each text: elements if all of them are rich, otherwise lines."""
    rich = [elements(text) for text in texts]
    if any(rich) and None not in rich:
        return [blocks or [] for blocks in rich]
    return [lines(text) for text in texts]


def joined(blocks: Sequence[Block]) -> str:
    """Return the blocks as one text. Rich text has no white space between its blocks."""
    if not blocks or any(block.tag not in ("", SENTENCE) for block in blocks):
        return "".join(block.text for block in blocks)
    is_line = not blocks[0].tag
    gap = max((block.end for block in blocks), key=len) or ("\n\n" if is_line else " ")
    return "".join(block.text + (block.end or gap) for block in blocks[:-1]) + blocks[-1].text


def shell(html: str) -> tuple[str, str, str]:
    """Return the start tag, the content and the end tag of an element; ("", text, "") for a line.

    >>> shell("<p>Hello</p>")
    ('<p>', 'Hello', '</p>')
    """
    start = TAG.match(html)
    if not start or start[2].lower() in VOID | INLINE:
        return "", html, ""
    end = html.rindex("<")
    return start[0], html[start.end() : end], html[end:]


def sentences(html: str) -> list[Block]:
    """Return the sentences of a paragraph with their markup; an element is never cut in two."""
    pieces, place, depth = [""], 0, 0
    for tag in [*TAG.finditer(html), None]:
        text = html[place : tag.start() if tag else len(html)]
        first, *more = [text] if depth else _cut(text)
        pieces[-1] += first
        pieces += more
        if tag:
            pieces[-1] += tag[0]
            place = tag.end()
            if tag[2].lower() not in VOID:
                depth += -1 if tag[1] else 1
    return [
        Block(text, " ".join(text.split()), SENTENCE, piece[len(text) :])
        for piece in pieces
        if (text := piece.rstrip())
    ]


def _cut(text: str) -> list[str]:
    """Return the text in pieces that end with a sentence; the last one may be empty."""
    places = [0, *(end.end() for end in SENTENCE_END.finditer(text)), len(text)]
    return [text[start:end] for start, end in pairwise(places)]


@lru_cache(maxsize=4096)
def statements(html: str) -> frozenset[str]:
    """Return the sentences as bare words; of a picture without words, the element itself."""
    text = TAG.sub(lambda tag: "" if tag[2].lower() in INLINE - {"br"} else "\n", html)
    parts = (" ".join(part.split()) for line in text.split("\n") for part in _cut(line))
    found = frozenset(part for part in parts if part)
    return found or frozenset({html} if "<figure" in html else ())


@lru_cache(maxsize=4096)
def _words(html: str) -> Counter[str]:
    return Counter(WORD.findall(unescape(TAG.sub(" ", html)).lower()))


def likeness(one: str, other: str) -> float:
    """Return the part of the words that two texts share, from 0 to 1 (Dice's coefficient)."""
    words, others = _words(one), _words(other)
    total = words.total() + others.total()
    return 2 * (words & others).total() / total if total else float(one == other)


def are_versions(one: Block, other: Block) -> bool:
    """Return whether one block is a changed version of the other."""
    return likeness(one.text, other.text) >= LEAST_SHARED
