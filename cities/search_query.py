"""The meaning of a search for cities: which of its words name countries, and which say nothing.

A text has a few interpretations, each a condition on cities. The first that finds a city counts:

    uk                        the cities of the country, and no others
    mexico city               the city of that name, rather than the country inside it
    manchester uk             a city in the country
    learning cities in france the country; the words around it say nothing
    rio de                    every word, because no city in Germany (DE) is called so
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Sequence
from functools import cache, cached_property
from typing import Any

from django.db.models import Case, Exists, Q, Value, When

from cities.country_names import INITIALS, CountryNames, Mention, NamedCountry, country_names
from cities.detail_queries import city_counts_by_country
from cities.models import Country
from cities.reference_names import (
    codes_of,
    key_of,
    key_words,
    near_codes,
    reference_names,
    spelling_of,
)
from cities.search_conditions import (
    CODE,
    beginning_with,
    in_countries,
    known_by,
    rank,
    rank_in,
    rank_of_beginning,
    with_phrase,
    with_words,
)
from publishing.content.english import STOP_WORDS
from publishing.content.search_words import Word, has_word, search_words

# Words that a search for learning cities may have besides names.
_CITIES = frozenset("and cities city in learning of the unesco".split())
_QUESTION = frozenset("all any find list many me or show tell town towns".split())
NOISE = _CITIES | _QUESTION | STOP_WORDS
# The Arabic article, which many spellings of a name leave out.
_ARTICLES = frozenset("ad al an ar as ash at az el".split())

# The parts of the United Kingdom, by words for what is of them.
_OF_PARTS = {"english": "england", "irish": "ireland", "scottish": "scotland", "welsh": "wales"}


class SearchQuery:
    """A search text as it is understood."""

    def __init__(
        self,
        text: str,
        is_unfinished: bool = False,
        whole: Container[str] = (),
    ) -> None:
        """Keep the text. One that is still being typed is unfinished: it finds beginnings too.

        The words of `whole` are no beginnings.
        """
        self.text = text
        self.whole = whole
        self.is_unfinished = is_unfinished
        self._chosen: Q | None = None

    @cached_property
    def words(self) -> list[Word]:
        words = [self._as_meant(word) for word in search_words(self.text)]
        if not self.is_unfinished:
            return words
        # The words before the last are finished, and short ones would begin too many names.
        finished = [w._replace(is_whole=w.is_whole or _is_short(w)) for w in words[:-1]]
        return finished + words[-1:]

    def _as_meant(self, word: Word) -> Word:
        if part := _OF_PARTS.get(word.fold):
            return word._replace(spellings=(*word.spellings, part))
        return word._replace(is_whole=True) if word.fold in self.whole else word

    @cached_property
    def names(self) -> CountryNames:
        """The names of the portal's countries."""
        return country_names()

    @cached_property
    def mentions(self) -> list[Mention]:
        # As a whole it may have signs of its own: "Korea, Republic of".
        if countries := self.names.named(self.text):
            return [Mention(0, len(self.words), tuple(countries))]
        folds = [word.fold for word in self.words]
        # Codes count as the last word that says something: "GB cities".
        while len(folds) > 1 and folds[-1] in _CITIES:
            folds.pop()
        return self.names.mentions(folds)

    @cached_property
    def _named(self) -> set[int]:
        """The places of the words that name countries."""
        return {n for mention in self.mentions for n in range(mention.start, mention.stop)}

    @cached_property
    def _said(self) -> list[int]:
        """The places of the words that say something; all, if none does."""
        places = range(len(self.words))
        said = [n for n in places if n in self._named or self.words[n].fold not in NOISE]
        return said or list(places)

    @cached_property
    def content(self) -> list[Word]:
        return [self.words[place] for place in self._said]

    @cached_property
    def named(self) -> list[Word]:
        """The words that name countries."""
        return [self.words[place] for place in sorted(self._named)]

    @cached_property
    def rest(self) -> list[Word]:
        return [self.words[place] for place in self._said if place not in self._named]

    @property
    def phrase(self) -> list[Word]:
        """The words from the first that says something: "mexico city", without "cities in"."""
        return self.words[self._said[0] :] if self._said else []

    @cached_property
    def countries(self) -> list[NamedCountry]:
        """The countries that the text names, also those without a public city."""
        found = [country for mention in self.mentions for country in mention.countries]
        if found:
            return found
        # A country that the portal does not have, if the whole text is its name.
        key = _key(self.content)
        codes = codes_of(key)
        if len(codes) != 1 or is_code(key):
            return []
        return [NamedCountry(codes[0], spelling_of(key, codes[0]), "")]

    @property
    def is_place(self) -> bool:
        """True if the text asks for the cities of countries, and for nothing else."""
        return bool(self.countries) and not (self.mentions and self.rest)

    @cached_property
    def codes_with_cities(self) -> list[str]:
        counts = city_counts_by_country() if self.countries else {}
        return list(dict.fromkeys(c.code for c in self.countries if counts.get(c.code)))

    @cached_property
    def begun(self) -> dict[str, str]:
        """The countries of which another well-known name begins with the text, with that name."""
        key = _key(self.content)
        if len(key) < CODE or self.is_place:
            return {}
        known = self.names.countries
        found = [(code, name) for code, name in _beginning(key) if code in known]
        return {code: name for code, name in found if not key_of(known[code].name).startswith(key)}

    def other_name_of(self, code: str) -> str:
        """Return the name by which the text means this country, if it is not the country's own."""
        named = (country.known_as for country in self.countries if country.code == code)
        name = next(named, self.begun.get(code, ""))
        # A code is no name, except those that people say.
        return name if not is_code(name) or name.lower() in INITIALS else ""

    @property
    def of_city(self) -> list[Word]:
        """The words that are not of countries; or all, if there are no others."""
        return self.rest or self.content

    def rank(self) -> Case:
        """Return the order of the cities that are found, the best matches first."""
        if self.is_place and self.codes_with_cities:
            return rank_in(self.codes_with_cities, self.ranked)
        return (rank_of_beginning if self.is_unfinished else rank)(self.ranked)

    @property
    def ranked(self) -> str:
        """The folded text with which the names of the best matches begin."""
        return " ".join(word.fold for word in self.of_city)

    def condition(self, cities: Any) -> Q:
        """Return the first interpretation that finds one of these cities, or the last.

        If there are several, this takes one query.
        """
        if self._chosen is None:
            *first, last = self._interpretations()
            finds = [Exists(cities.filter(condition)) for condition in first]
            found = cities.model.objects.order_by().values_list(*finds).first() if finds else ()
            pairs = zip(first, found or (), strict=False)
            self._chosen = next((one for one, is_found in pairs if is_found), last)
        return self._chosen

    def _interpretations(self) -> list[Q]:
        if self.is_place:
            return self._interpretations_of_place()
        # Never another country: "niger" is not the beginning of Nigeria.
        interpretations = [
            *self._interpretations_in_countries(),
            known_by(self.content, self.named),
            *self._interpretations_without_articles(),
        ]
        return (
            [*interpretations, Q(country__in=list(self.begun))] if self.begun else interpretations
        )

    def _interpretations_without_articles(self) -> list[Q]:
        plain = [word for word in self.content if word.fold not in _ARTICLES]
        return [known_by(plain, self.named)] if 0 < len(plain) < len(self.content) else []

    def _interpretations_in_countries(self) -> list[Q]:
        if not self.mentions:
            return []
        last = self.mentions[-1]
        around = [word for n, word in enumerate(self.words) if not last.start <= n < last.stop]
        others = [word for word in around if word in self.content]
        interpretations = [with_phrase(self.phrase), _in(last.countries) & known_by(others, others)]
        if len(self.mentions) > 1:
            interpretations.append(_in(self.countries) & known_by(self.rest, self.rest))
        return interpretations

    def _interpretations_of_place(self) -> list[Q]:
        if not self.codes_with_cities:
            return [with_words(self.content)]
        others = [beginning_with(self.content)]
        if self.is_unfinished:
            others.append(with_words(self.content))
        cities = in_countries(self.codes_with_cities, *others)
        if len(self.phrase) > len(self.content):
            return [with_phrase(self.phrase), cities]
        if self._is_rare_name:
            name = f" {self.ranked}"
            return [Q(name_key=name), cities]
        return [cities]

    @property
    def _is_rare_name(self) -> bool:
        """True if the country is called so in a few languages only, as Tunisia is "Tunis"."""
        key = _key(self.content)
        is_own = any(key == key_of(country.name) for country in self.countries)
        return not is_own and key not in near_codes() and bool(codes_of(key))


def find_countries(query: SearchQuery) -> Any:
    """Return the public countries that a search asks for, with `rank` and `city_count`.

    The rank is -1 if the text names the country, 0 if its name begins so, else 2.
    """
    if query.is_place:
        condition = Q(pk__in=[country.code for country in query.countries])
        order: Any = Value(-1)
    else:
        condition = Q(pk__in=list(query.begun))
        words = Q()
        for word in query.content:
            words &= has_word("name_key", word)
        condition |= words
        begins = When(Q(name_key__startswith=f" {query.ranked}"), then=0)
        order = Case(begins, When(pk__in=list(query.begun), then=1), default=2)
    rows = Country.objects.published().filter(condition).with_city_counts()
    return rows.annotate(rank=order).order_by("rank", "name_key", "pk")


def is_code(name: str) -> bool:
    """Return whether a name is so short that it may be a code; “日本” and “Đức” are none."""
    return len(name) <= CODE and name.isascii()


def _is_short(word: Word) -> bool:
    return len(word.fold) < CODE and word.fold.isascii()


def _key(words: Sequence[Word]) -> str:
    return " ".join(key_words(word.fold for word in words))


def _in(countries: Iterable[NamedCountry]) -> Q:
    return Q(country__in=[country.code for country in countries])


@cache
def _names_by_key() -> list[tuple[str, str, str]]:
    """Return well-known names, and those in the languages of the United Nations, but no codes.

    They are in the order of their keys: key, code, name.
    """
    rows = [(row.code, row.well_known + row.of_un_languages) for row in reference_names().values()]
    names = [(key_of(name), code, name) for code, several in rows for name in several]
    return sorted(name for name in names if len(name[0]) > CODE)


def _beginning(key: str) -> list[tuple[str, str]]:
    names = _names_by_key()
    start, stop = bisect_left(names, (key,)), bisect_left(names, (f"{key}\U0010ffff",))
    # The shortest name that begins so comes first, and stays.
    found = sorted(names[start:stop], key=lambda name: -len(name[0]))
    return [(code, name) for _key, code, name in found]
