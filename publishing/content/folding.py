"""Folded text: other fields of a row without case and accents, for search and order."""

import re
import unicodedata
from typing import Any

from django.db import models

from publishing.content.letters import PLAIN, SILENT
from publishing.content.text import DROPPED, normal

# The fold of one character is no longer: U+FDFA, a whole blessing in one ligature, has 18 letters.
# So limits on what a search or a comparison costs have to be checked after folding.
MOST_LETTERS = 18

# German and Scandinavian transcriptions; ß, æ and œ have the same letters when folded.
_TRANSCRIBED = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa",
        "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Ø": "Oe", "Å": "Aa",
    }
)  # fmt: skip


def fold(text: str) -> str:
    """Return the text for searching and sorting: no case, no accents, words separated by one space.

    Letters fold one by one, so it takes time in proportion to the length, and the result has at
    most `MOST_LETTERS` times as many characters. A text and its normal form have the same fold.

    >>> fold("Écully – Sønderborg, Al Daʿayen"), fold("Gəncə"), fold("Bil\u00adbao")
    ('ecully sonderborg al daayen', 'gence', 'bilbao')
    """
    return " ".join(text.translate(_FOLDED).split())


def spellings(text: str) -> set[str]:
    """Return the folds by which people find the text: without accents, and transcribed.

    >>> sorted(spellings("Köln")), spellings("Bilbao")
    (['koeln', 'koln'], {'bilbao'})
    """
    return {fold(text), fold(transcribed(text))}


def transcribed(text: str) -> str:
    """Return the text with the German and Scandinavian transcriptions of its letters."""
    return normal(text, is_multiline=True).translate(_TRANSCRIBED)


class _Folded(dict[int, str]):
    """The folds of characters, computed when first needed; at most as many as Unicode has."""

    def __missing__(self, code: int) -> str:
        self[code] = folded = _fold_character(chr(code))
        return folded


_FOLDED = _Folded()
_INVISIBLE = re.compile(f"[{DROPPED}]")


def _fold_character(character: str) -> str:
    # Signs such as ™ decompose into capitals, and some small letters, such as ΐ, when lowered.
    lowered = unicodedata.normalize("NFKD", _bare(character)).casefold()
    bare = _bare(unicodedata.normalize("NFKD", lowered))
    return "".join(_plain_letter(letter) for letter in bare)


def _bare(text: str) -> str:
    """Return the text without accents, enclosing marks, invisible characters and silent signs."""
    return "".join(
        c
        for c in text
        if not (unicodedata.combining(c) or c in SILENT or _INVISIBLE.match(c))
        and unicodedata.category(c) != "Me"
    )


def _plain_letter(letter: str) -> str:
    digit = unicodedata.decimal(letter, None)
    if digit is not None:
        return str(digit)
    # Vowel signs of Indic and Thai scripts are marks, but belong to their words.
    if letter.isalnum() or unicodedata.category(letter)[0] == "M":
        return PLAIN.get(letter, letter)
    return " "


class FoldedField(models.TextField):
    """Store other fields of the row, folded for searching and sorting; updated on every save.

    The value starts with a space, and so does each word in it: to find words by their beginning,
    search for the beginning with a space before it. With transcriptions, the words that have one
    follow in it as well: " koln koeln".
    """

    # With it the column is the same, which SQLite would copy otherwise.
    non_db_attrs = (*models.TextField.non_db_attrs, "with_transcriptions")

    def __init__(self, *sources: str, with_transcriptions: bool = False, **kwargs: Any) -> None:
        self.sources, self.with_transcriptions = sources, with_transcriptions
        kwargs |= {"editable": False, "default": ""}
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        if self.with_transcriptions:
            kwargs["with_transcriptions"] = True
        return name, path, self.sources, kwargs

    def folded(self, *texts: str) -> str:
        """Return the value of the column for the texts of its sources."""
        folds = [fold(text) for text in texts]
        if self.with_transcriptions:
            words = {word for text in folds for word in text.split()}
            others = [fold(transcribed(text)) for text in texts if not text.isascii()]
            folds += dict.fromkeys(w for text in others for w in text.split() if w not in words)
        return "".join(f" {text}" for text in folds)

    def value_for(self, record: models.Model) -> str:
        """Return the value of the column for a record."""
        columns = [record._meta.get_field(source).attname for source in self.sources]  # type: ignore[union-attr]
        return self.folded(*(str(getattr(record, column) or "") for column in columns))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = self.value_for(model_instance)
        setattr(model_instance, self.attname, folded)
        return folded
