"""Queries over cities: filters, search, order and distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from django.db.models import Q
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin

from cities.models.countries import Country
from cities.models.expressions import related_rows
from cities.models.themes import Theme
from cities.word_index import cities_with_word
from publishing.content.scope import Scope
from publishing.content.search_words import Word
from publishing.models import PublishableQuerySet

if TYPE_CHECKING:
    from cities.search_query import SearchQuery

EARTH_RADIUS_KM = 6371.0
"""Mean radius R1 of the Earth, IUGG."""

# The columns that a card, a row of the table or a mark on a map needs.
LISTED = ("name", "slug", "joined_year", "latitude", "longitude", "population")
LISTED_COUNTRY = ("code", "name", "region")


class CityQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Return the cities of the scope, which include those of its networks."""
        return self.filter(pk__in=scope.of("cities.city"))

    def in_region(self, *regions: str) -> Self:
        return self.filter(country__in=Country.objects.filter(region__in=regions))

    def in_country(self, *codes: str) -> Self:
        return self.filter(country__in=[code.upper() for code in codes])

    def joined_in(self, *years: int | None) -> Self:
        """Return the cities that joined in one of these years; None stands for "year not known"."""
        known = Q(joined_year__in=[year for year in years if year is not None])
        return self.filter(known | Q(joined_year__isnull=True) if None in years else known)

    def of_kind(self, *kinds: str) -> Self:
        return self.filter(kind__in=kinds)

    def with_status(self, *statuses: str) -> Self:
        return self.filter(status__in=statuses)

    def with_theme(self, *slugs: str) -> Self:
        # A set of keys, because a join would list a city once for each of its themes.
        themes = Theme.objects.published().filter(slug__in=slugs)
        return self.filter(
            pk__in=self.model.themes.through.objects.filter(theme__in=themes).values("city")
        )

    def awarded(self, *_values: str) -> Self:
        """Return the cities that won a learning city award in any year."""
        return self.filter(pk__in=related_rows(self.model, "awards").values("city"))

    def named(self, word: Word) -> Self:
        """Return the cities with a word of any name, official or alternative, that begins so."""
        return self.filter(pk__in=cities_with_word(word.spellings, is_whole=word.is_whole))

    def search(self, text: str | SearchQuery) -> Self:
        """Return the cities that a search text asks for, the best matches first.

        Names of countries are understood (see `SearchQuery`). Other words are matched as prefixes
        with names (official and alternative ones too), mottos, countries and public networks. Case
        and accents do not matter: "fes" finds Fez. Cities that match by their own name come first,
        and of these the ones whose name begins with the text.
        """
        # Imported here, because the module imports the models.
        from cities.search_query import SearchQuery

        query = SearchQuery(text) if isinstance(text, str) else text
        found = self.filter(query.condition(self))
        return found.annotate(rank=query.rank()).order_by("rank", "name_key", "pk")

    def for_listing(self) -> Self:
        """Return the cities by name, with the countries that cards and tables show."""
        return self.select_related("country").order_by("name_key", "pk")

    def for_cards(self, *also: str) -> Self:
        """Return the cities as `for_listing` does, with only the columns of a list, for speed.

        `also` names further columns that a list shows.
        """
        country = (f"country__{name}" for name in LISTED_COUNTRY)
        return self.for_listing().only(*LISTED, *country, *also)

    def by_distance(self, sine: float, cosine: float, longitude: float) -> Self:
        """Return the cities with coordinates, the nearest first, with `distance` in km.

        The place to measure from is given by sine and cosine of its latitude, and its longitude in
        radians, so that a prepared query can take them. Spherical law of cosines, d = R ·
        arccos(sin φ₁ sin φ₂ + cos φ₁ cos φ₂ cos Δλ), which in double precision is exact to some
        metres at the distances between cities.
        """
        product = Sin(Radians("latitude")) * sine + Cos(Radians("latitude")) * cosine * Cos(
            Radians("longitude") - longitude
        )
        # For identical points, rounding may make the cosine greater than 1.
        angle = ACos(Greatest(-1.0, Least(1.0, product)))
        return (
            self.filter(latitude__isnull=False)
            .annotate(distance=angle * EARTH_RADIUS_KM)
            .order_by("distance", "name_key", "pk")
        )
