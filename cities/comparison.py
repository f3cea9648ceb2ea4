"""The comparison of two to four cities: which ones an address names, and how they differ."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import combinations
from math import asin, cos, radians, sin, sqrt
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db.models import Prefetch
from django.http import QueryDict
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from cities.models import EARTH_RADIUS_KM, City, Theme
from cities.models.expressions import published_rows
from cities.search_query import SearchQuery
from publishing.content.folding import fold
from publishing.content.slugs import FormerSlug
from publishing.finder.addresses import Notice, NoticeLink
from publishing.finder.filters import LONGEST_SEARCH, SearchField

LEAST, MOST = 2, 4
MOST_CHOICES = 5
"""The number of cities that are offered for a name that several have."""


class Distance(NamedTuple):
    """The distance of two cities in km, as words; empty if one has no known place."""

    one: City
    other: City
    words: str


def address_of(slugs: Iterable[str]) -> str:
    """Return the address of the comparison of these cities."""
    query = urlencode([("city", slug) for slug in slugs])
    return reverse("cities:compare") + (f"?{query}" if query else "")


class Comparison:
    """The cities that the parameters `city` and `add` of an address name, with notices.

    `city` repeats, and is the slug of a city, or a former one; `add` is what somebody typed.
    """

    def __init__(self, query: QueryDict) -> None:
        asked = [slug[:LONGEST_SEARCH] for slug in query.getlist("city") if slug.strip()]
        self.notices: list[str] = []
        found = self._find(asked)
        unknown = [slug for slug in dict.fromkeys(asked) if slug not in found]
        # In the order of the address, each once.
        cities = list(dict.fromkeys(found[slug] for slug in asked if slug in found))
        for slug in unknown[:MOST]:
            self.notices.append(_("There is no city at the address “%s”. We left it out.") % slug)
        self.cities = self._within_limit(cities)
        self.added: City | None = self._added(SearchField(required=False).clean(query.get("add")))
        # Whether the address has nothing but these cities, as the portal itself would write it.
        self.is_canonical = not self.notices and query.urlencode() == self.query

    @property
    def slugs(self) -> list[str]:
        return [city.slug for city in self.cities]

    @property
    def address(self) -> str:
        return address_of(self.slugs)

    @property
    def query(self) -> str:
        return self.address.partition("?")[2]

    @property
    def names(self) -> str:
        """The names in a sentence: “Cork, Fez and Manchester”."""
        return str(get_text_list([city.name for city in self.cities], _("and")))

    @property
    def is_full(self) -> bool:
        return len(self.cities) >= MOST

    def removal_links(self) -> list[str]:
        """Return the address without each of the cities."""
        return [address_of(slug for slug in self.slugs if slug != gone) for gone in self.slugs]

    def _find(self, slugs: Sequence[str]) -> dict[str, City]:
        """Return the public cities by present slug, and by the former one that was asked for."""
        few = [slug for slug in dict.fromkeys(slugs) if "\x00" not in slug][: 2 * MOST]
        if not few:
            return {}
        found = {city.slug: city for city in cities_to_compare().filter(slug__in=few)}
        missing = [slug for slug in few if slug not in found]
        if missing:
            former = FormerSlug.objects.filter(model=City._meta.label_lower, slug__in=missing)
            keys = {int(key): slug for slug, key in former.values_list("slug", "object_pk")}
            for city in cities_to_compare().filter(pk__in=keys) if keys else ():
                found[keys[city.pk]] = city
        return found

    def _within_limit(self, cities: list[City]) -> list[City]:
        """Return as many cities as can be compared; say which ones are left out."""
        if left := [city.name for city in cities[MOST:]]:
            self.notices.append(
                _("You can compare up to four cities. We left out %(names)s.")
                % {"names": get_text_list(left, _("and"))}
            )
        return cities[:MOST]

    def _added(self, text: str) -> City | None:
        """Return the city that somebody typed; say so if there is none, or more than one."""
        if not text:
            return None
        if self.is_full:
            self.notices.append(
                _("You can compare up to four cities. Remove one before you add another.")
            )
            return None
        found = cities_named(text)
        others = [city for city in found if city.slug not in self.slugs]
        if len(others) == 1:
            return others[0]
        if others:
            notice = Notice(_("Which city do you mean by “%(text)s”?") % {"text": text})
            notice.links = tuple(
                NoticeLink(
                    _("%(city)s, %(country)s") % {"city": city.name, "country": city.country.name},
                    address_of([*self.slugs, city.slug]),
                )
                for city in others[:MOST_CHOICES]
            )
            self.notices.append(notice)
        elif found:
            self.notices.append(_("%(city)s is already here.") % {"city": found[0].name})
        else:
            self.notices.append(
                _("We found no city called “%(text)s”. Check the spelling.") % {"text": text}
            )
        return None

    def distances(self) -> list[Distance]:
        """Return the distance of each two cities."""
        return [
            Distance(one, other, distance_in_words(one, other))
            for one, other in combinations(self.cities, 2)
        ]


def cities_to_compare() -> Any:
    """Return the public cities with all that a comparison shows, in five queries."""
    return (
        City.objects.published()
        .select_related("country", "intake")
        .prefetch_related(
            "awards",
            "designations",
            Prefetch("themes", Theme.objects.published()),
            Prefetch("networks", published_rows(City, "networks").order_by("name_key", "pk")),
        )
    )


def cities_named(text: str) -> list[City]:
    """Return the public cities that a name means: those of exactly this name, or else all found.

    “Manchester, United Kingdom” is a name too: the form suggests it.
    """
    found = City.objects.published().search(SearchQuery(text)).select_related("country")
    cities = list(found[: MOST_CHOICES + MOST])
    asked = fold(text)
    exact = [
        city
        for city in cities
        if asked in {fold(city.name), fold(f"{city.name}, {city.country.name}")}
    ]
    return exact or cities


def distance_in_words(one: City, other: City) -> str:
    """Return the distance of two cities: “54 km”; "" if the place of one is not known."""
    if not (one.has_place and other.has_place):
        return ""
    kilometres = distance_km(one, other)
    if kilometres < 1:
        return _("less than 1 km")
    number = number_format(round(kilometres), force_grouping=True)
    return _("%(distance)s km") % {"distance": number}


def distance_km(one: City, other: City) -> float:
    """Return the great-circle distance by the haversine formula."""
    phi, psi = radians(one.latitude or 0), radians(other.latitude or 0)
    delta = radians((other.longitude or 0) - (one.longitude or 0))
    root = sin((psi - phi) / 2) ** 2 + cos(phi) * cos(psi) * sin(delta / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(min(sqrt(root), 1.0))
