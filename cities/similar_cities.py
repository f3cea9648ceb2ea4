"""Cities that are like another one: of its size, with its themes, joined together with it.

All public cities stand in one list that is cached until the content changes, so a page takes no
query of its own for this.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from math import inf
from typing import NamedTuple

from django.db.models import Exists, OuterRef
from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.models import City, Theme
from publishing.caching.content_cache import cached
from publishing.content.slugs import address_with_slug

MOST, CANDIDATES = 4, 40
MOST_ROWS = 5000
"""The number of rows, one for each theme of a city, up to which the index is made."""
# Two populations are similar if neither is larger than the other times this.
SIMILAR = 1.25


@dataclass(frozen=True, slots=True)
class BriefCity:
    """The few facts of a public city by which another one may be like it."""

    pk: int
    name: str
    slug: str
    country: str
    country_name: str
    region: str
    joined_year: int | None
    population: int | None
    themes: dict[int, str] = field(default_factory=dict)

    def get_absolute_url(self) -> str:
        return address_with_slug(City.url_name, self.slug)


class SimilarCity(NamedTuple):
    city: BriefCity
    reasons: list[str]


class CityIndex:
    """All public cities, by key, and in the groups in which similar ones are looked for."""

    def __init__(self, cities: Iterable[BriefCity]) -> None:
        self.by_key = {city.pk: city for city in cities}
        self.by_country = Counter(city.country for city in self.by_key.values())
        self.by_theme: dict[int, list[BriefCity]] = defaultdict(list)
        self.by_year: dict[tuple[str, int | None], list[BriefCity]] = defaultdict(list)
        self.by_size: dict[str, list[BriefCity]] = defaultdict(list)
        for city in self.by_key.values():
            for theme in city.themes:
                self.by_theme[theme].append(city)
            self.by_year[city.region, city.joined_year].append(city)
            if city.population:
                self.by_size[city.region].append(city)
        for group in self.by_size.values():
            group.sort(key=size)

    def candidates(self, city: BriefCity) -> Iterator[BriefCity]:
        """Yield cities that may be like one: of its themes, its size, its year; some repeat."""
        for theme in city.themes:
            yield from self.by_theme[theme][:CANDIDATES]
        if city.population:
            group = self.by_size[city.region]
            place = bisect_left(group, city.population, key=size)
            yield from group[max(place - CANDIDATES // 2, 0) : place + CANDIDATES // 2]
        if city.joined_year:
            yield from self.by_year[city.region, city.joined_year][:CANDIDATES]


def size(city: BriefCity) -> int:
    return city.population or 0


def city_index() -> CityIndex | None:
    """Return the index of the public cities, made in one query after a change of the content.

    None in a portal of so many cities that each process would keep megabytes for it.
    """
    return cached("similar cities", _read)


def _read() -> CityIndex | None:
    public = Theme.objects.published().filter(pk=OuterRef("themes"))
    rows = (
        City.objects.published()
        .annotate(is_public_theme=Exists(public))
        .order_by("name_key", "pk", "themes__name")
        .values_list(
            *("pk", "name", "slug", "country", "country__name", "country__region"),
            *("joined_year", "population", "themes", "themes__name", "is_public_theme"),
        )
    )
    found = list(rows[: MOST_ROWS + 1])
    if len(found) > MOST_ROWS:
        return None
    cities: dict[int, BriefCity] = {}
    for key, *values, theme, theme_name, is_public in found:
        city = cities.setdefault(key, BriefCity(key, *values))
        if theme and is_public:
            city.themes[theme] = theme_name
    return CityIndex(cities.values())


def similar_cities(city: City, index: CityIndex) -> list[SimilarCity]:
    """Return the cities that are most like one, each with the reasons: at least two of them."""
    here = index.by_key.get(city.pk)
    if here is None:
        return []
    found = {}
    for other in index.candidates(here):
        if other.pk not in found and other is not here:
            found[other.pk] = (_score(here, other), other)
    ranked = sorted(
        (-score, _ratio(here.population, other.population), other.name, other.pk)
        for score, other in found.values()
        if score > 1
    )
    others = [index.by_key[key] for *_order, key in ranked[:MOST]]
    return [SimilarCity(other, list(_reasons(here, other))) for other in others]


def _score(here: BriefCity, other: BriefCity) -> int:
    """Return the number of things that two cities have in common, see `_reasons`."""
    return (
        bool(here.themes and here.themes.keys() & other.themes.keys())
        + (_ratio(here.population, other.population) <= SIMILAR)
        + bool(here.joined_year and here.joined_year == other.joined_year)
        + (here.region == other.region)
    )


def _reasons(here: BriefCity, other: BriefCity) -> Iterator[str]:
    """Yield what two cities have in common, each as a few words."""
    if shared := [name for key, name in here.themes.items() if key in other.themes]:
        words = ngettext("same theme: %(names)s", "same themes: %(names)s", len(shared))
        yield words % {"names": ", ".join(shared)}
    if _ratio(here.population, other.population) <= SIMILAR:
        number = number_format(size(other), force_grouping=True)
        yield _("similar population: %(number)s") % {"number": number}
    if here.joined_year and here.joined_year == other.joined_year:
        yield _("also joined in %(year)s") % {"year": here.joined_year}
    if here.country == other.country:
        yield _("same country")
    elif here.region == other.region:
        yield _("same region")


def _ratio(one: int | None, other: int | None) -> float:
    """Return how many times larger the larger population is; infinite if one is not known."""
    if not one or not other:
        return inf
    return one / other if one > other else other / one
