"""The other name by which a search found a city, so that the result can say why it is there."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db.models import Q

from cities.models import AlternativeName, City
from cities.search_query import SearchQuery
from publishing.content.search_words import Word, has_word, search_words


def other_names(cities: Iterable[City], query: SearchQuery) -> dict[Any, str]:
    """Return the alternative name that matched, for each city whose own name did not.

    This takes one query, and none if every name explains itself.
    """
    words = query.of_city
    # The cities of a country that is sought need no other name to be there.
    countries = query.codes_with_cities if query.is_place else []
    others = [city for city in cities if city.country_id not in countries]
    unexplained = [city.pk for city in others if not _is_named(city, words)]
    if not unexplained:
        return {}
    condition = Q(city__in=unexplained)
    for word in words:
        condition &= has_word("search_key", word)
    matches: dict[Any, list[AlternativeName]] = defaultdict(list)
    for other in AlternativeName.objects.filter(condition):
        matches[other.city_id].append(other)

    def preference(other: AlternativeName) -> tuple[bool, int, bool, str]:
        # Of "Fes" and "Fès", the spelling with the accent is preferred.
        is_prefix = other.search_key.startswith(f" {query.ranked}")
        return not is_prefix, len(other.name), other.name.isascii(), other.name

    return {city: min(names, key=preference).name for city, names in matches.items()}


def _is_named(city: City, words: Iterable[Word]) -> bool:
    """Return whether the city's name has all these words."""
    known = [spelling for word in search_words(city.name) for spelling in word.spellings]
    return all(
        any(name.startswith(beginning) for name in known for beginning in word.spellings)
        for word in words
    )
