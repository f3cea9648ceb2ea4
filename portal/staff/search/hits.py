"""Results of the search over the desk: a record with the text in which the words were found."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db.models import Count, Window
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.search.highlighting import Sought, excerpt, highlight, sought_in_prose
from publishing.content.english import deciding_words, has_words, index
from publishing.content.search_words import Word

SHOWN = 5
"""The number of hits of each kind on the first page."""


SHORT = 40
"""A text of no more characters says nothing about a record."""


class Question(NamedTuple):
    """A search text, with its words as the database and as the page take them."""

    text: str
    words: Sequence[Word]
    sought: Sought

    @classmethod
    def ask(cls, text: str) -> Question:
        return cls(text, deciding_words(text), sought_in_prose(text))

    def is_in(self, *texts: str) -> bool:
        """Return whether the texts together have every word."""
        return has_words(index(*texts), self.words)

    def is_partly_in(self, text: str) -> bool:
        indexed = index(text)
        return any(has_words(indexed, [word]) for word in self.words)


class Text(NamedTuple):
    """A text of a record, with the name of its field."""

    label: str | Promise
    text: str
    is_public: bool = False


class DeskHit(NamedTuple):
    """A result: HTML-safe texts with the matches in <mark>."""

    title: SafeString
    address: str
    state: str = ""
    state_label: str = ""
    place: str = ""
    text: SafeString | str = ""
    rank: int = 3
    # The title as plain text.
    name: str = ""


@dataclass
class DeskGroup:
    """The results of one kind: how many there are, and the first of them."""

    slug: str
    label: str
    count: int = 0
    hits: list[DeskHit] = field(default_factory=list)

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.hits)

    @property
    def has_title(self) -> bool:
        """Return whether the words stand in the title of the first hit."""
        return bool(self.hits) and self.hits[0].rank < 3


def first_rows(rows: Any) -> tuple[list[Any], int]:
    """Return the first rows, and the number of all, from one query."""
    first = list(rows.annotate(found_count=Window(Count("pk")))[:SHOWN])
    return first, first[0].found_count if first else 0


def found_text(question: Question, title: str, texts: Iterable[Text]) -> tuple[str, SafeString]:
    """Return where the words were found, and the part of that text with them, marked.

    The place is "" if the title has all of them; the text is then what visitors read first.
    """
    filled = [text for text in texts if text.text]
    in_title = question.is_in(title)
    holding = [text for text in filled if not in_title and question.is_partly_in(text.text)]
    # A text with every word is better than one with some of them.
    holding.sort(key=lambda text: not question.is_in(title, text.text))
    place = _("in %(field)s") % {"field": capfirst(str(holding[0].label))} if holding else ""
    about = [text for text in filled if text.is_public and len(text.text) > SHORT]
    shown = (holding or about or [Text("", "")])[0].text
    return place, highlight(excerpt(shown, *question.sought), *question.sought)
