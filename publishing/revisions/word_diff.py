"""Word by word differences between two texts, marked with `<del>` and `<ins>`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from difflib import SequenceMatcher

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

LINES = re.compile(r"[^\n]*\n|[^\n]+")
# An address, a word, or a punctuation mark, with the white space after it.
WORDS = re.compile(r"[^\s()]*/[^\s()]*\s*|\w+(?:[-'’.,]\w+)*\s*|[^\w\s]\s*|\s+")
# Comparing takes time with the product of both lengths; beyond this, old and new are shown whole.
MOST_COMPARISONS = 1_000_000
# How much unchanged text is shown on either side of a change, in characters.
AROUND = 200
# Changes with no more letters than this between them are shown as one.
SHORT = 3
HIDDEN_SPACE = mark_safe('<span class="visually-hidden"> </span>')


def mark_words(old: str, new: str) -> SafeString:
    """Return both texts as one, with `<del>` and `<ins>` around removed and added words.

    Screen readers do not announce these elements, so each says in words what it is.
    """
    pieces = list(_joined(_pieces(old, new)))
    shown: list[str | SafeString] = []
    for place, (gone, came) in enumerate(pieces):
        if gone == came:
            shown.append(_shortened(came, place == 0, place == len(pieces) - 1))
        else:
            if shown and not shown[-1][-1:].isspace():
                # The change begins within a word, or at a punctuation mark.
                shown.append(HIDDEN_SPACE)
            shown += _marked(gone, came)
    return format_html_join("", "{}", ((piece,) for piece in shown))


def _marked(gone: str, came: str) -> Iterator[str | SafeString]:
    """Yield one change. White space stands outside the marks, and is no change by itself."""
    if gone.strip():
        yield marked_word("del", gone.strip())
    if came.strip():
        yield came[: len(came) - len(came.lstrip())] or (" " if gone.strip() else "")
        yield marked_word("ins", came.strip())
    yield came[len(came.rstrip()) :] or gone[len(gone.rstrip()) :]


def _joined(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Yield the pieces as (old, new); changes with hardly a word between them are one change."""
    change: tuple[str, str] = ("", "")
    between = ""
    for gone, came in pieces:
        if gone == came:
            if change != ("", "") and len(gone.strip()) <= SHORT and "\n" not in gone:
                between += gone
                continue
            yield from _flushed(change, between)
            change, between = ("", ""), ""
            yield gone, came
        else:
            change = change[0] + between + gone, change[1] + between + came
            between = ""
    yield from _flushed(change, between)


def _flushed(change: tuple[str, str], rest: str) -> Iterator[tuple[str, str]]:
    if change != ("", ""):
        yield change
    if rest:
        yield rest, rest


def _pieces(old: str, new: str) -> Iterator[tuple[str, str]]:
    """Yield the text in order, in pieces as (old, new)."""
    for kind, gone, came in _opcodes(LINES.findall(old), LINES.findall(new)):
        if kind == "equal":
            yield came, came
            continue
        for inner, less, more in _opcodes(WORDS.findall(gone), WORDS.findall(came)):
            yield (more, more) if inner == "equal" else (less, more)


def _opcodes(before: list[str], after: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield the opcodes of `difflib`, with texts in place of indices.

    White space around words and lines does not count; equal texts are those of `after`.
    """
    old, new = ([text.strip() for text in side] for side in (before, after))
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    inner, other = old[start : len(old) - end], new[start : len(new) - end]
    if start:
        yield "equal", "".join(before[:start]), "".join(after[:start])
    if len(inner) * len(other) > MOST_COMPARISONS:
        gone, came = before[start : len(old) - end], after[start : len(new) - end]
        yield "replace", "".join(gone), "".join(came)
    else:
        matcher = SequenceMatcher(None, inner, other, autojunk=False)
        for kind, i, j, k, m in matcher.get_opcodes():
            gone, came = before[start + i : start + j], after[start + k : start + m]
            yield kind, "".join(gone), "".join(came)
    if end:
        yield "equal", "".join(before[-end:]), "".join(after[-end:])


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
