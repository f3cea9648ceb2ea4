"""Spelling correction ("Did you mean …?"): the nearest known word for one that begins none."""

from bisect import bisect_left
from collections.abc import Mapping
from typing import NamedTuple

from cities.country_names import NamedCountry
from cities.detail_queries import city_counts_by_country
from cities.models import AlternativeName, City, CityQuerySet
from cities.reference_names import codes_of, reference_names
from cities.search_conditions import CODE
from cities.search_query import NOISE, SearchQuery
from cities.word_index import cities_with_word
from publishing.caching.content_cache import cached
from publishing.content.folding import fold
from publishing.content.near_words import nearest
from publishing.content.search_words import Word

# Up to so many cities, a word is compared with every word; beyond, only with words that have the
# same first letters, and of these with so many.
MOST_COMPARED, SAME_LETTERS = 5000, 3


# What stands around words, and is in no name.
PUNCTUATION = '.,;:!?()[]“”"…'


class KnownWords(NamedTuple):
    """The words of names as they are written, by their folds, and the folds in their order."""

    written: dict[str, str]
    ordered: list[str]

    def begin_with(self, word: str) -> bool:
        """Return whether a known word begins so."""
        place = bisect_left(self.ordered, word)
        return place < len(self.ordered) and self.ordered[place].startswith(word)


def did_you_mean(text: str | SearchQuery) -> str:
    """Return the search that was probably meant, if it finds something; else "".

    Each unknown word is replaced by the nearest known one, or the whole text by the country of
    which it is nearly a name. A known name of a country is never replaced.

    >>> did_you_mean("wakfield")  # doctest: +SKIP
    'Wakefield'
    """
    query = SearchQuery(text) if isinstance(text, str) else text
    if query.is_place or not query.words:
        return ""
    corrected = _correct_words(query)
    if corrected and _finds(corrected):
        return corrected
    nearest = query.names.nearest(" ".join(word.fold for word in query.content))
    return nearest.name if nearest else ""


def _correct_words(query: SearchQuery) -> str:
    """Return the text with the nearest known word for each unknown one; "" if there is none."""
    known = _known_words(query)
    typed = {fold(part): part.strip(PUNCTUATION) for part in query.text.split()}
    corrected, is_changed = [], False
    for word in query.words:
        if _is_known(word, query, known):
            as_typed = typed.get(word.fold, word.fold)
            is_name = word.fold not in NOISE
            corrected.append(known.written.get(word.fold, as_typed) if is_name else as_typed)
            continue
        if not (found := nearest(word.fold, known.ordered)):
            return ""
        corrected.append(known.written[found])
        is_changed = True
    return " ".join(corrected) if is_changed else ""


def _finds(text: str) -> bool:
    """Return whether a search finds a city, or names a country, of which a note says more."""
    query = SearchQuery(text)
    return query.is_place or City.objects.published().search(query).exists()


def _is_known(word: Word, query: SearchQuery, known: KnownWords) -> bool:
    return (
        word in query.named
        or word.fold in NOISE
        or bool(codes_of(word.fold))
        or len(word.fold) <= SAME_LETTERS
        or any(known.begin_with(spelling) for spelling in word.spellings)
    )


def _known_words(query: SearchQuery) -> KnownWords:
    """Return the words of names that a search can find, in a large portal only similar ones."""
    public = City.objects.published()
    if city_counts_by_country().total() <= MOST_COMPARED:
        return cached("words of names", lambda: _words(public, query.names.countries))
    # Shorter words are similar to none.
    beginnings = {w.fold[:SAME_LETTERS] for w in query.rest if len(w.fold) > SAME_LETTERS}
    similar = (
        public.filter(pk__in=cities_with_word(sorted(beginnings))) if beginnings else public.none()
    )
    return _words(similar, query.names.countries, most=2 * MOST_COMPARED)


def _words(
    cities: CityQuerySet, countries: Mapping[str, NamedCountry], most: int | None = None
) -> KnownWords:
    names = (
        AlternativeName.objects.order_by()
        .filter(city__in=cities.order_by())
        .values_list("name", flat=True)
        .union(cities.order_by().values_list("name", flat=True))
    )
    written = {
        fold(word): word.strip(PUNCTUATION)
        for name in (*_names_of(countries), *names[:most])
        for word in name.split()
        if len(word) > 2
    }
    written.pop("", None)
    return KnownWords(written, sorted(written))


def _names_of(countries: Mapping[str, NamedCountry]) -> list[str]:
    """Return the well-known names of these countries, their own names last."""
    table = reference_names()
    others = [name for code in countries if code in table for name in table[code].well_known]
    return [*(name for name in others if len(name) > CODE), *(c.name for c in countries.values())]
