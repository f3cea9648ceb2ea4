"""A line of rich text: runs of text with their marks, in the normal form of the editor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import NamedTuple

from publishing.content.text import composed

BREAK = "<br>"
_SPACES = re.compile(r"[ \t\r\n\f]+")
_NOTHING = re.compile(r"(?:\s|&nbsp;|\u2800|<br>)*")


class TextMark(NamedTuple):
    """A mark of a run of text, by its rank in the order of nesting."""

    rank: int
    name: str
    start: str


Run = tuple[str, tuple[TextMark, ...]]


class TextLine:
    """The text of a paragraph, a heading, a caption or a source: runs with their marks."""

    def __init__(self) -> None:
        self.runs: list[Run] = []

    def add(self, text: str, marks: tuple[TextMark, ...]) -> None:
        self.runs.append((text, marks))

    def html(self) -> str:
        """Return the text with its marks; "" if there is nothing to see."""
        runs = _without_blank_links(_joined(self.runs))
        runs = _collapsed(_joined(runs))
        html = "".join(_nested(runs))
        return "" if _NOTHING.fullmatch("".join(text for text, _marks in runs)) else html


def _joined(runs: list[Run]) -> list[Run]:
    """Return the runs with neighbours of the same marks as one, in the normal form of text."""
    joined: list[Run] = []
    for (marks, is_break), group in groupby(runs, key=lambda run: (run[1], run[0] == BREAK)):
        if is_break:
            joined += group
        else:
            joined.append((composed("".join(text for text, _marks in group)), marks))
    return joined


def _without_blank_links(runs: list[Run]) -> list[Run]:
    kept: list[Run] = []
    for link, group in groupby(runs, key=lambda run: next(iter(run[1]), None)):
        linked = list(group)
        is_blank = _NOTHING.fullmatch("".join(text for text, _marks in linked))
        if link and link.name == "a" and is_blank:
            linked = [(text, marks[1:]) for text, marks in linked]
        kept += linked
    return kept


def _collapsed(runs: list[Run]) -> list[Run]:
    """Return the runs with the white space that a browser shows."""
    kept: list[Run] = []
    for text, marks in runs:
        collapsed = _SPACES.sub(" ", text) if text != BREAK else text
        if collapsed.startswith(" ") and (not kept or kept[-1][0].endswith((" ", BREAK))):
            collapsed = collapsed[1:]
        if collapsed:
            kept.append((collapsed, marks))
    if kept and kept[-1][0].endswith(" "):
        text, marks = kept.pop()
        kept += [(text[:-1], marks)] if text[:-1] else []
    return kept


def _nested(runs: list[Run]) -> Iterator[str]:
    """Yield the runs with tags around them; a mark is closed only where it ends."""
    opened: tuple[TextMark, ...] = ()
    for text, marks in [*runs, ("", ())]:
        shared = 0
        while shared < min(len(opened), len(marks)) and opened[shared] == marks[shared]:
            shared += 1
        for mark in reversed(opened[shared:]):
            yield f"</{mark.name}>"
        for mark in marks[shared:]:
            yield mark.start
        yield text
        opened = marks
