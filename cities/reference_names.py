"""The tables of country names in general use: codes, official, former and colloquial names, and the
names in all languages of CLDR.

They are files of the program, not rows of the database: nobody edits them, a page that joins
countries does not read them, and each release brings newer ones. `tools/make_country_names.py`
makes them. Those of all but a few languages are many, so they are kept as they are in their file
and found by bisection.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from publishing.content.folding import fold
from publishing.content.search_words import with_codes

TABLE = Path(__file__).with_name("country_names.tsv")
OTHER_LANGUAGES = Path(__file__).with_name("country_names_other.tsv")

# “The Gambia”, “Bosnia & Herzegovina”, “St Lucia”, “Egypt, Arab Rep.”
_SPELT_OUT = {"st": "saint", "rep": "republic", "dem": "democratic", "the": "", "and": ""}


def key_of(text: str) -> str:
    """Return the text as names of countries are compared.

    Folded, without “the” and “and”, with initialisms in one word and common abbreviations in full.

    >>> key_of("U.K."), key_of("St. Kitts & Nevis"), key_of("🇫🇷")
    ('uk', 'saint kitts nevis', 'fr')
    """
    return " ".join(key_words(fold(with_codes(text)).split()))


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
    """The names of one country or territory of ISO 3166-1, but for those in most languages."""

    code: str
    well_known: tuple[str, ...]
    """Codes, and official, short, former and colloquial names, most of them in English."""
    of_un_languages: tuple[str, ...]
    parts: tuple[str, ...]
    """Parts of the country that people write instead of it: “England”. They are no names of it."""
    peoples: tuple[str, ...]
    """English words for what is of the country: “British”. They are no names of it either."""


@cache
def _rows() -> tuple[ReferenceNames, ...]:
    cells = (line.split("\t") for line in TABLE.read_text("utf-8").splitlines())
    return tuple(
        ReferenceNames(code, *(tuple(filter(None, cell.split("|"))) for cell in lists))
        for code, *lists in cells
    )


@cache
def reference_names() -> dict[str, ReferenceNames]:
    """Return the table, by code. The codes include territories that the portal does not have."""
    return {row.code: row for row in _rows() if row.code}


@cache
def two_letter_names() -> frozenset[str]:
    """Return the well-known names of two letters that are no codes: “UK”."""
    table = reference_names()
    names = (name for row in table.values() for name in row.well_known)
    return frozenset(name for name in names if len(name) == 2 and name not in table)


@cache
def near_codes() -> Mapping[str, tuple[str, ...]]:
    """Return the codes that share a well-known name or one in a language of the United Nations.

    A well-known name is not shared with countries that have it in another language only.
    """
    rows = reference_names().values()
    well_known = _codes((row.code, row.well_known) for row in rows)
    return _codes((row.code, row.of_un_languages) for row in rows) | well_known


def codes_of(key: str) -> tuple[str, ...]:
    """Return the codes that share the name with this key.

    A near name is not shared with countries that have it in another language only.
    """
    return near_codes().get(key) or tuple(_other_languages().spellings(key))


def spelling_of(key: str, code: str) -> str:
    """Return how the name of this country with this key is spelt; "" if it has none."""
    row = reference_names().get(code)
    near = row.well_known + row.of_un_languages if row else ()
    other = _other_languages().spellings(key).get(code, "")
    return next((name for name in near if key_of(name) == key), other)


def names_in_other_languages() -> dict[str, list[str]]:
    """Return the names of each country in all other languages, which takes a reading of them."""
    by_code: dict[str, list[str]] = {}
    for spellings in _other_languages().by_key().values():
        for code, name in spellings.items():
            by_code.setdefault(code, []).append(name)
    return by_code


def codes_by_key() -> dict[str, tuple[str, ...]]:
    """Return the codes of all names, by their keys, which takes a reading of them."""
    others = {key: tuple(codes) for key, codes in _other_languages().by_key().items()}
    return others | dict(near_codes())


@cache
def parts_by_key() -> dict[str, str]:
    """Return the code of the country of each part that is written instead of it."""
    return {key_of(part): row.code for row in reference_names().values() for part in row.parts}


@cache
def peoples_by_key() -> dict[str, tuple[str, ...]]:
    """Return the codes of what is of one country, or of several: “Korean”.

    “Latin America” is no country, and its America is none either.
    """
    return {
        key: tuple(filter(None, codes))
        for key, codes in _codes((row.code, row.peoples) for row in _rows()).items()
    }


def _codes(names: Iterable[tuple[str, tuple[str, ...]]]) -> dict[str, tuple[str, ...]]:
    codes: dict[str, tuple[str, ...]] = {}
    for code, spellings in names:
        only = (code,)
        for name in spellings:
            key = key_of(name)
            known = codes.get(key)
            codes[key] = only if known is None else tuple(dict.fromkeys((*known, code)))
    return codes


class _OtherLanguages:
    """The names in all other languages: lines in the order of their keys, as bytes in memory.

    As strings in a dictionary they would take ten times as much memory in each process.
    """

    def __init__(self, table: bytes) -> None:
        self._table = table
        self._starts = array("I", [0, *(end.end() for end in re.finditer(rb"\n", table))][:-1])

    def spellings(self, key: str) -> dict[str, str]:
        """Return how the name with this key is spelt, by the codes that share it."""
        begins = f"{key}\t".encode()
        length = len(begins)

        def beginning(start: int) -> bytes:
            return self._table[start : start + length]

        place = bisect_left(self._starts, begins, key=beginning)
        if place == len(self._starts) or beginning(self._starts[place]) != begins:
            return {}
        start = self._starts[place]
        return _read(self._table[start : self._table.index(b"\n", start)].decode())[1]

    def by_key(self) -> dict[str, dict[str, str]]:
        """Return all of them."""
        return dict(map(_read, self._table.decode().splitlines()))


def _read(line: str) -> tuple[str, dict[str, str]]:
    key, codes, names = line.split("\t")
    spelt = zip(codes.split(), names.split("|"), strict=True)
    return key, {code: name or key for code, name in spelt}


@cache
def _other_languages() -> _OtherLanguages:
    return _OtherLanguages(OTHER_LANGUAGES.read_bytes())
