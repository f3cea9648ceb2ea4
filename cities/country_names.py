"""Countries by any name: codes, official, former and colloquial names, and names in all languages.

Everything that reads a country's name from people asks here: search, pickers, imports, addresses.

    countries_named("Corée du Sud")      [Republic of Korea]
    countries_named("Korea")             both; the person has to choose
    countries_beginning("tur")           [Türkiye, Turkmenistan], for pickers and suggestions
    nearest_country("Untied Kingdom")    United Kingdom; None for every known name

Each of these reads the countries once for a version of the content, or in every call inside a
transaction. A caller with many texts takes `country_names()` once, and calls its methods; one of
them, `mentions`, finds the names of countries among the words of a search.
Names are compared by `cities.reference_names.key_of`. A country's own name means that country
alone; after that the names count that staff added, and then those of the table.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from cities.models import Country
from cities.reference_names import (
    codes_of,
    key_of,
    key_words,
    near_codes,
    parts_by_key,
    peoples_by_key,
    spelling_of,
)
from publishing.caching.content_cache import cached
from publishing.content.near_words import nearest

# A longer text names no country, and is not folded; and the most words of a name in a search.
LONGEST_NAME, MOST_WORDS = 120, 8

# Words that follow each other in every search, and are codes of countries as well.
COMMON_WORDS = frozenset("am and are as at be by can com in is me my no per so to".split())

# Codes have at most so many letters; and so many has a name in a distant language that may be a
# word in a near one.
LONGEST_CODE, LONGEST_WORD = 3, 5

# Short names that are no other words, so they count wherever they stand.
INITIALS = frozenset("uk usa uae drc prc".split())

# The fewest letters to tell a misspelt name by.
FEWEST_LETTERS = 4


class NamedCountry(NamedTuple):
    """A country that a text names."""

    code: str
    name: str
    slug: str
    known_as: str = ""
    """The name that matched, if it is another than the country's own: “UK”, “Corée du Sud”."""

    @property
    def label(self) -> str:
        """The name, with the one that matched: “United Kingdom (UK)”."""
        return f"{self.name} ({self.known_as})" if self.known_as else self.name


class Mention(NamedTuple):
    """Words of a text that name a country, or several if the name is ambiguous."""

    start: int
    stop: int
    countries: tuple[NamedCountry, ...]


def countries_named(text: str) -> list[NamedCountry]:
    """Return the countries that this text names: none, one, or several if it is ambiguous.

    The whole text has to be a name or code. Case, accents, apostrophes, “the”, “&”, “St”, dots in
    initialisms and the order around a comma (“Korea, Republic of”) do not matter. “British” is no
    name: it counts in searches only.
    """
    return country_names().named(text)


def countries_beginning(text: str) -> list[NamedCountry]:
    """Return the countries with any name that begins with the text, those that it names first."""
    return country_names().beginning_with(text)


def nearest_country(text: str) -> NamedCountry | None:
    """Return the country whose name is misspelt here, or of which the text names a part or people.

    None if no name is near, and for every known name, also of countries that the portal lacks:
    “Taiwan” is no misspelt “Thailand”.
    """
    return country_names().nearest(text)


def country_names() -> CountryNames:
    """Return the names of all countries of the portal, from memory until the content changes."""
    return cached("names of countries", CountryNames)


class CountryNames:
    """The names of all countries of the portal at one moment."""

    def __init__(self) -> None:
        self.countries: dict[str, NamedCountry] = {}
        self._added_names: dict[str, list[str]] = {}
        self._own: defaultdict[str, list[str]] = defaultdict(list)
        self._added: defaultdict[str, list[str]] = defaultdict(list)
        self._spelt: dict[tuple[str, str], NamedCountry] = {}
        rows = Country.objects.order_by("name_key", "pk")
        for code, name, slug, in_text, added in rows.values_list(
            "code", "name", "slug", "name_in_text", "other_names"
        ):
            self.countries[code] = NamedCountry(code, name, slug)
            self._added_names[code] = added.splitlines()
            for key in {*map(key_of, (name, in_text, code))} - {""}:
                self._own[key].append(code)
            for key in {*map(key_of, self._added_names[code])} - {""}:
                self._added[key].append(code)

    def named(self, text: str) -> list[NamedCountry]:
        """Return the countries that this text names, as `countries_named` does."""
        if len(text) > LONGEST_NAME:
            return []
        key = key_of(text)
        if matches := self._matches(key):
            return [self._as_written(country, text) for country in matches]
        # “Korea, Republic of”, “Iran (Islamic Republic of)”, “United States (USA)”
        place, sign, form = text.replace(",", "(", 1).partition("(")
        if not sign or "(" in form:
            return []
        key = key_of(f"{form} {place}")
        if matches := self._matches(key):
            return matches
        both = [code for code in self._codes(key_of(form)) if code in self._codes(key_of(place))]
        return [self._match(code, key_of(form)) for code in both]

    def _as_written(self, country: NamedCountry, text: str) -> NamedCountry:
        """Return the country with its other name in the letters of the text.

        A name has one spelling in the table, but people have more: “ایران” beside “إيران”. One
        without accents is rather written in haste.
        """
        text = " ".join(text.split())
        if text.isascii() or not country.known_as or text.casefold() == country.known_as.casefold():
            return country
        return country._replace(known_as=text)

    def is_known(self, text: str) -> bool:
        """Return whether this is a name of any country, also of one that the portal lacks."""
        return bool(self.named(text)) or self._is_name(key_of(text[:LONGEST_NAME]))

    def _is_name(self, key: str) -> bool:
        return (
            key in self._own or key in self._added or bool(codes_of(key)) or key in parts_by_key()
        )

    def mentions(self, words: Sequence[str]) -> list[Mention]:
        """Return the names of countries among folded words, in their order, the longest first.

        Codes of two and three letters count only as the last word, and not if they are common
        words; short names in distant languages only as the whole text.
        """
        found, start = [], 0
        while start < len(words):
            mention = self._longest(words, start)
            if mention.countries:
                found.append(mention)
            start = mention.stop
        return found

    def _longest(self, words: Sequence[str], start: int) -> Mention:
        """Return the longest name that begins with this word; without countries if none does.

        The words of “Northern Ireland” and “South Sudan” name nothing else, even if there is no
        country of the portal with that name.
        """
        for stop in range(min(start + MOST_WORDS, len(words)), start, -1):
            if words[start] == "and" or words[stop - 1] in ("and", "the"):
                continue
            key = " ".join(key_words(words[start:stop]))
            is_last, is_all = stop == len(words), stop - start == len(words)
            if self._is_name(key) and (stop - start > 1 or is_all or self._may_stand(key, is_last)):
                return Mention(start, stop, tuple(self._matches(key)))
            if key in peoples_by_key():
                return Mention(start, stop, tuple(self._of_people(key)))
        return Mention(start, start + 1, ())

    def _of_people(self, key: str) -> list[NamedCountry]:
        """Return the countries that a word as “Korean” is about; it is the name of none."""
        codes = [code for code in peoples_by_key()[key] if code in self.countries]
        known_as = key.title() if len(codes) > 1 else ""
        return [self.countries[code]._replace(known_as=known_as) for code in codes]

    def _may_stand(self, key: str, is_last: bool) -> bool:
        """Return whether one word among others names a country, and is no other word.

        “Male” and “shine” are countries in some languages, but hardly in a search.
        """
        if len(key) > LONGEST_WORD or not key.isascii() or key in INITIALS:
            return True
        if len(key) > LONGEST_CODE:
            return key in self._own or key in self._added or key in near_codes()
        return is_last and key not in COMMON_WORDS

    def beginning_with(self, text: str) -> list[NamedCountry]:
        """Return the countries with a name that begins with the text, the best first.

        First those that the text names, then those whose own name begins with it or has a word that
        does, then those of which another name begins with it.
        """
        key = key_of(text[:LONGEST_NAME])
        if not key:
            return []
        first = bisect_left(self._sorted_keys, key)
        begun = list(takewhile(lambda name: name.startswith(key), self._sorted_keys[first:]))
        within = [name for name in self._own if f" {key}" in name]
        found = [country for name in begun + within for country in self._matches(name)]
        own = {country.code: country for country in found if not country.known_as}
        # “gb” begins the name “GBR” too, but names the country without that.
        best = {country.code: own.get(country.code, country) for country in self.named(text)}
        for country in (*own.values(), *found):
            best.setdefault(country.code, country)
        return list(best.values())

    @cached_property
    def _sorted_keys(self) -> list[str]:
        return sorted({*self._own, *self._added, *near_codes()})

    def nearest(self, text: str) -> NamedCountry | None:
        """Return the country whose name is misspelt here, as `nearest_country` does."""
        key = key_of(text[: LONGEST_NAME + 1])
        if (code := self._instead(key)) in self.countries:
            return self.countries[code]
        if not FEWEST_LETTERS <= len(key) <= LONGEST_NAME:
            return None
        if key in peoples_by_key() or self.is_known(text):
            return None
        codes = self._codes(nearest(key, self._long_keys))
        return self.countries[codes[0]] if len(codes) == 1 else None

    def _instead(self, key: str) -> str:
        """Return the code of the country for which a part or its people stands."""
        codes = peoples_by_key().get(key, ())
        return parts_by_key().get(key) or (codes[0] if len(codes) == 1 else "")

    @cached_property
    def _long_keys(self) -> list[str]:
        """The names that misspelt ones are corrected to; of two that are equally near, the first.

        Those are the countries' own.
        """
        keys = dict.fromkeys([*self._own, *self._added, *near_codes()])
        return [key for key in keys if len(key) >= FEWEST_LETTERS]

    def _codes(self, key: str) -> list[str]:
        """Return the countries of the portal with this name, by the order of trust."""
        named = self._own.get(key) or self._added.get(key) or codes_of(key)
        return [code for code in named if code in self.countries]

    def _matches(self, key: str) -> list[NamedCountry]:
        return [self._match(code, key) for code in self._codes(key)]

    def _match(self, code: str, key: str) -> NamedCountry:
        """Return the country with the spelling of the name that matched."""
        country = self.countries[code]
        if (code, key) not in self._spelt and key != key_of(country.name):
            spellings = [*self._added_names[code], code]
            known_as = next((name for name in spellings if key_of(name) == key), "")
            known_as = known_as or spelling_of(key, code)
            self._spelt[code, key] = country._replace(known_as=known_as)
        return self._spelt.get((code, key), country)
