"""Queries over cities: filters, search, order and distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin

from cities.models.countries import Country
from cities.models.expressions import related_rows
from cities.models.themes import Theme
from cities.word_index import cities_with_prefix
from publishing.content.folding import fold
from publishing.content.scope import Scope
from publishing.models import PublishableQuerySet

if TYPE_CHECKING:
    from cities.models.cities import City

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

    def named(self, word: str) -> Self:
        """Return the cities with a word of any name, official or alternative, that begins so."""
        return self.filter(pk__in=cities_with_prefix(fold(word)))

    def search(self, text: str) -> Self:
        """Return the cities that match every word of the text as a prefix, the best matches first.

        Words are matched with names (official and alternative ones too), mottos, countries and
        public networks. Case and accents do not matter: "fes" finds Fez. Cities that match by their
        own name come first, and of these the ones whose name begins with the text.
        """
        folded = fold(text)
        cities = self
        for word in folded.split():
            cities = cities.filter(_known_by(self.model, word))
        rank = Case(
            When(name_key__startswith=f" {folded}", then=0),
            When(name_key__contains=f" {folded}", then=1),
            When(_has_other_name(self.model, f" {folded}"), then=2),
            default=3,
        )
        return cities.annotate(rank=rank).order_by("rank", "name_key", "pk")

    def for_listing(self) -> Self:
        """Return the cities by name, with the countries that cards and tables show."""
        return self.select_related("country").order_by("name_key", "pk")

    def for_cards(self) -> Self:
        """Return the cities as `for_listing` does, with only the columns of a list, for speed."""
        return self.for_listing().only(*LISTED, *(f"country__{name}" for name in LISTED_COUNTRY))

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


def _has_other_name(cities: type[City], term: str) -> Exists:
    names = related_rows(cities, "alternative_names")
    return Exists(names.filter(city=OuterRef("pk"), search_key__contains=term))


def _known_by(cities: type[City], word: str) -> Q:
    """Return the condition that a name, motto, country or network of a city has this prefix."""
    # Through the relation, because `partners` imports `cities` and not the reverse.
    relation: Any = cities._meta.get_field("networks")
    networks = relation.related_model.objects.published().filter(name_key__contains=f" {word}")
    led = relation.field.remote_field.through.objects.filter(network__in=networks)
    countries = Country.objects.filter(name_key__contains=f" {word}")
    # One set of keys, which indexes find; conditions on each row would read every row.
    in_countries = cities.objects.filter(country__in=countries).order_by()
    others = in_countries.values("pk").union(led.values("city"))
    return Q(pk__in=cities_with_prefix(word, others))
