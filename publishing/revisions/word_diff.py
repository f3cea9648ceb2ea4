"""Word by word differences between two texts, marked with `<del>` and `<ins>`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

LINES = re.compile(r"[^\n]*\n|[^\n]+")
WORDS = re.compile(r"\S+\s*|\s+")
# Comparing takes time with the product of both lengths; beyond this, old and new are shown whole.
MOST_COMPARISONS = 1_000_000
# How much unchanged text is shown on either side of a change, in characters.
AROUND = 200


def mark_words(old: str, new: str) -> SafeString:
    """Return both texts as one, with `<del>` and `<ins>` around removed and added words.

    Screen readers do not announce these elements, so each says in words what it is.
    """
    pieces = list(_pieces(old, new))
    shown: list[str | SafeString] = []
    for place, (kind, text) in enumerate(pieces):
        ends = (place == 0, place == len(pieces) - 1)
        shown.append(_shortened(text, *ends) if kind == "equal" else marked_word(kind, text))
    return format_html_join("", "{}", ((piece,) for piece in shown))


def _pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield (kind, text) in the order of the text; the kind is "equal", "del" or "ins"."""
    for kind, gone, came in _opcodes(LINES.findall(old), LINES.findall(new)):
        if kind == "equal":
            yield "equal", gone
            continue
        for inner, less, more in _opcodes(WORDS.findall(gone), WORDS.findall(came)):
            if inner == "equal":
                yield "equal", less
                continue
            yield from ((mark, text) for mark, text in (("del", less), ("ins", more)) if text)


def _opcodes(before: list[str], after: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the opcodes of `difflib`, with texts in place of indices."""
    start = _common(before, after)
    end = _common(before[start:][::-1], after[start:][::-1])
    inner, other = before[start : len(before) - end], after[start : len(after) - end]
    if start:
        yield "equal", "".join(before[:start]), "".join(before[:start])
    if len(inner) * len(other) > MOST_COMPARISONS:
        yield "replace", "".join(inner), "".join(other)
    else:
        matcher = SequenceMatcher(None, inner, other, autojunk=False)
        for kind, i, j, k, m in matcher.get_opcodes():
            yield kind, "".join(inner[i:j]), "".join(other[k:m])
    if end:
        yield "equal", "".join(before[-end:]), "".join(before[-end:])


def _common(before: list[str], after: list[str]) -> int:
    """Return the length of the common prefix."""
    pairs = enumerate(zip(before, after, strict=False))
    return next((n for n, (a, b) in pairs if a != b), min(len(before), len(after)))


def _shortened(text: str, is_first: bool, is_last: bool) -> str:
    """Return an unchanged stretch with the middle of a long one left out."""
    if len(text) <= 3 * AROUND:
        return text
    head = "" if is_first else text[:AROUND].rsplit(" ", 1)[0] + " "
    tail = "" if is_last else " " + text[-AROUND:].split(" ", 1)[-1]
    return f"{head}[…]{tail}"


def marked_word(tag: str, text: str) -> SafeString:
    said = _("removed:") if tag == "del" else _("added:")
    start = format_html('<span class="visually-hidden">{} </span>', said)
    return format_html("<{0}>{1}{2}</{0}>", mark_safe(tag), start, text)  # noqa: S308
