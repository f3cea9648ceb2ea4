"""Spelling correction ("Did you mean …?"): the nearest known word for one that begins none."""

from difflib import get_close_matches

from cities.detail_queries import city_counts_by_country
from cities.models import AlternativeName, City, CityQuerySet, Country
from publishing.caching.content_cache import cached
from publishing.content.folding import fold

# The least similarity of two words, from 0 to 1 (Ratcliff and Obershelp's measure, as difflib
# computes it). At 0.75 a letter may be missing from a short word and two from a long one.
LEAST_SIMILARITY = 0.75

# Up to so many cities, a word is compared with every word; beyond, only with words that have the
# same first letters.
MOST_COMPARED, SAME_LETTERS = 5000, 3


def did_you_mean(text: str) -> str:
    """Replace each unknown word by the nearest known one; return "" if there is none.

    >>> did_you_mean("wakfield")  # doctest: +SKIP
    'Wakefield'
    """
    public = City.objects.published()
    is_large = city_counts_by_country().total() > MOST_COMPARED
    all_words = {} if is_large else cached("words of names", lambda: _words(public))
    corrected, is_changed = [], False
    for word in fold(text).split():
        known = all_words or _words(public.named(word[:SAME_LETTERS]))
        if any(other.startswith(word) for other in known):
            corrected.append(known.get(word, word))
            continue
        nearest = get_close_matches(word, known, n=1, cutoff=LEAST_SIMILARITY)
        if not nearest:
            return ""
        corrected.append(known[nearest[0]])
        is_changed = True
    return " ".join(corrected) if is_changed else ""


def _words(cities: CityQuerySet) -> dict[str, str]:
    """Return every word of the names of these cities and of countries: folded, and as written."""
    names = (
        AlternativeName.objects.order_by()
        .filter(city__in=cities.order_by())
        .values_list("name", flat=True)
        .union(
            Country.objects.published().order_by().values_list("name", flat=True),
            cities.order_by().values_list("name", flat=True),
        )
    )
    return {fold(word): word for name in names for word in name.split() if len(word) > 2}
