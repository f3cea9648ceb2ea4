"""The table of country names in general use: codes, official, former and colloquial names, and the
names in all languages of CLDR.

It is a file of the program, not rows of the database: nobody edits it, a page that joins countries
does not read it, and each release brings a newer one. `tools/make_country_names.py` makes it.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from publishing.content.folding import fold

TABLE = Path(__file__).with_name("country_names.tsv")

# “The Gambia”, “Bosnia & Herzegovina”, “St Lucia”, “Egypt, Arab Rep.”
_SPELT_OUT = {"st": "saint", "rep": "republic", "dem": "democratic", "the": "", "and": ""}
_FLAG_LETTERS = {0x1F1E6 + number: chr(ord("A") + number) for number in range(26)}


def key_of(text: str) -> str:
    """Return the text as names of countries are compared.

    Folded, without “the” and “and”, with initialisms in one word and common abbreviations in full.

    >>> key_of("U.K."), key_of("St. Kitts & Nevis"), key_of("🇫🇷")
    ('uk', 'saint kitts nevis', 'fr')
    """
    return " ".join(key_words(fold(text.translate(_FLAG_LETTERS)).split()))


def key_words(words: Iterable[str]) -> list[str]:
    """Return the words of a key from folded words; letters that stand alone are joined."""
    joined: list[str] = []
    was_letter = False
    for word in words:
        is_letter = len(word) == 1 and word.isalpha()
        if is_letter and was_letter:
            joined[-1] += word
        elif spelt := _SPELT_OUT.get(word, word):
            joined.append(spelt)
        was_letter = is_letter
    return joined


class ReferenceNames(NamedTuple):
    """The names of one country or territory of ISO 3166-1."""

    code: str
    well_known: tuple[str, ...]
    """Codes, and official, short, former and colloquial names, most of them in English."""
    of_un_languages: tuple[str, ...]
    of_other_languages: tuple[str, ...]
    parts: tuple[str, ...]
    """Parts of the country that people write instead of it: “England”. They are no names of it."""

    @property
    def all_names(self) -> tuple[str, ...]:
        return self.well_known + self.of_un_languages + self.of_other_languages


@cache
def reference_names() -> dict[str, ReferenceNames]:
    """Return the table, by code. The codes include territories that the portal does not have."""
    table = {}
    for line in TABLE.read_text("utf-8").splitlines():
        code, *lists = line.split("\t")
        names = [tuple(filter(None, cell.split("|"))) for cell in lists]
        table[code] = ReferenceNames(code, *names)
    return table


@cache
def two_letter_names() -> frozenset[str]:
    """Return the well-known names of two letters that are no codes: “UK”."""
    table = reference_names()
    names = (name for row in table.values() for name in row.well_known)
    return frozenset(name for name in names if len(name) == 2 and name not in table)


@cache
def codes_by_key() -> dict[str, tuple[str, ...]]:
    """Return the codes that share a name, by its key.

    A well-known name is not shared with countries that have it in another language only.
    """
    rows = reference_names().values()
    well_known = _codes((row.code, row.well_known) for row in rows)
    others = _codes((row.code, row.of_un_languages + row.of_other_languages) for row in rows)
    return others | well_known


@cache
def well_known_keys() -> frozenset[str]:
    """Return the keys of well-known names and those in the languages of the United Nations."""
    rows = reference_names().values()
    names = (name for row in rows for name in row.well_known + row.of_un_languages)
    return frozenset(map(key_of, names))


@cache
def parts_by_key() -> dict[str, str]:
    """Return the code of the country of each part that is written instead of it."""
    return {key_of(part): row.code for row in reference_names().values() for part in row.parts}


def _codes(names: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, spellings in names:
        only = (code,)
        for name in spellings:
            key = key_of(name)
            known = codes.get(key)
            codes[key] = only if known is None else tuple(dict.fromkeys((*known, code)))
    return codes
