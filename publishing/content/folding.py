"""Folded text: other fields of a row without case and accents, for search and order."""

import unicodedata
from typing import Any

from django.db import models

# Letters that Unicode does not decompose into a base letter and an accent.
_UNDECOMPOSED = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"}
)
# Signs that people leave out when they search: ’ ʻ ʿ and their like.
_SILENT = {"'", "’", "‘", "ʻ", "ʼ", "ʾ", "ʿ", "`", "´"}


def fold(text: str) -> str:
    """Return the text for searching and sorting: no case, no accents, words separated by one space.

    >>> fold("Écully – Sønderborg, Al Daʿayen")
    'ecully sonderborg al daayen'
    """
    text = "".join(character for character in text if character not in _SILENT)
    # Signs such as ™ decompose into capitals, and some small letters, such as ΐ, when lowered.
    lowered = unicodedata.normalize("NFKD", text).casefold()
    decomposed = unicodedata.normalize("NFKD", lowered)
    bare = "".join(c for c in decomposed if not unicodedata.combining(c) and c not in _SILENT)
    bare = bare.translate(_UNDECOMPOSED)
    # Vowel signs of Indic and Thai scripts are marks, but belong to their words.
    kept = (c if c.isalnum() or unicodedata.category(c)[0] == "M" else " " for c in bare)
    return " ".join("".join(kept).split())


class FoldedField(models.TextField):
    """Store other fields of the row, folded for searching and sorting; updated on every save.

    The value starts with a space, and so does each word in it: to find words by their beginning,
    search for the beginning with a space before it.
    """

    def __init__(self, *sources: str, **kwargs: Any) -> None:
        self.sources = sources
        kwargs |= {"editable": False, "default": ""}
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        name, path, _args, kwargs = super().deconstruct()
        return name, path, self.sources, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        folded = "".join(
            f" {fold(str(getattr(model_instance, source) or ''))}" for source in self.sources
        )
        setattr(model_instance, self.attname, folded)
        return folded
