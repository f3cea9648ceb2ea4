"""The index of everything that a record says: a column with the words of all its texts.

Words stand in it folded, and with their stems. Those of texts that only staff may read begin with a
mark, so that one column serves the search for visitors, which never asks for the mark, and the
search over the desk.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import reduce
from html import unescape
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.html import strip_tags

from publishing.content.english import index, stem, terms
from publishing.content.folding import FoldedField
from publishing.content.renewal import Renewal
from publishing.content.richtext import RichTextField
from publishing.content.search_words import Word

STAFF = "#"
"""The mark of words that only staff may find."""
LONGEST_WORD = 60
"""The letters of a word that count. PostgreSQL takes no word of more than 2,046 bytes."""
LONGEST_TEXT = 200_000
"""The characters of a text that count: its vector in PostgreSQL may have a megabyte."""


# Marks within a line separate no words.
_WITHIN_LINES = re.compile(r"</?(?:a|em|strong|sub|sup)\b[^>]*>")


def plain_text(html: str) -> str:
    """Return the words of rich text, separated at the ends of blocks and lines."""
    blocks = _WITHIN_LINES.sub("", html).replace("<", " <")
    return " ".join(unescape(strip_tags(blocks)).split())


# A mark that links to a source, in the order of the editor or in the other.
_FOOTNOTE = re.compile(r"<a\b[^>]*><sup>[^<]*</sup></a>|<sup><a\b[^>]*>[^<]*</a></sup>")
_END_OF_BLOCK = re.compile(r"</(?:p|li|h[1-6]|td|th|figcaption|blockquote)>|<br\s*/?>")


def plain_lines(html: str) -> str:
    """Return the words of rich text without footnote marks, each block on a line of its own."""
    lines = _END_OF_BLOCK.split(_FOOTNOTE.sub("", html))
    return "\n".join(filter(None, map(plain_text, lines)))


class TextIndexField(FoldedField):
    """Store the index of other fields of the row, of which the first is the title.

    Those in `staff` are for staff only.
    """

    non_db_attrs = (*FoldedField.non_db_attrs, "staff")

    def __init__(self, *sources: str, staff: Iterable[str] = (), **kwargs: Any) -> None:
        self.public, self.staff = sources, tuple(staff)
        kwargs.pop("with_transcriptions", None)
        super().__init__(*self.public, *self.staff, **kwargs)

    def deconstruct(self) -> Any:
        name, _path, _args, kwargs = super().deconstruct()
        if self.staff:
            kwargs["staff"] = self.staff
        return name, "publishing.fields.TextIndexField", self.public, kwargs

    def value_for(self, record: models.Model) -> str:
        texts = [self._text_of(record, name) for name in self.sources]
        count = len(self.public)
        return short_words(index(*texts[:count])) + marked(index(*texts[count:]))

    @staticmethod
    def _text_of(record: models.Model, name: str) -> str:
        field: Any = record._meta.get_field(name)
        text = str(getattr(record, field.attname) or "")
        return (plain_text(text) if isinstance(field, RichTextField) else text)[:LONGEST_TEXT]


def short_words(indexed: str) -> str:
    return "".join(f" {word[:LONGEST_WORD]}" for word in indexed.split())


def marked(indexed: str) -> str:
    """Return an index with the mark of staff before each word."""
    return "".join(
        f" {word}" if word == "|" else f" {STAFF}{word[:LONGEST_WORD]}" for word in indexed.split()
    )


def search_terms(word: Word, *, is_staff: bool = False) -> list[str]:
    """Return the substrings of the column of which a record with the word has one."""
    found = [term if term.endswith(" ") else term[: LONGEST_WORD + 1] for term in terms(word)]
    return found + [f" {STAFF}{term[1:]}" for term in found] if is_staff else found


def has_text(field: str, word: Word, *, is_staff: bool = False) -> Q:
    """Return the condition that a row's column has the word."""
    wanted = search_terms(word, is_staff=is_staff)
    return reduce(or_, (Q(**{f"{field}__contains": term}) for term in wanted))


def tokens(word: Word, *, is_staff: bool = False) -> list[tuple[str, bool]]:
    """Return the tokens of a full-text index for the word: (token, whether it is a beginning)."""
    found = [(word.fold, False)]
    if not word.is_whole:
        found = [*((spelling, True) for spelling in word.spellings), (f"~{stem(word.fold)}", False)]
    found = [(token[:LONGEST_WORD], is_beginning) for token, is_beginning in found]
    return found + [(STAFF + token, begins) for token, begins in found] if is_staff else found


def fill_indexes(app_label: str, *names: str) -> Callable[[Any, Any], None]:
    """Return a function for RunPython that fills the columns of these models, and no others."""

    def fill(apps: Any, schema_editor: Any) -> None:
        for name in names:
            renewal = Renewal(apps.get_model(app_label, name), schema_editor.connection)
            renewal.typed = []
            renewal.folded = [f for f in renewal.folded if isinstance(f, TextIndexField)]
            renewal.run()

    return fill
