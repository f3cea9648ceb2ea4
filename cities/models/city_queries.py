"""Queries over cities: filters, search, order and distance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db.models import Case, Exists, OuterRef, Q, When
from django.db.models.functions import ACos, Cos, Greatest, Least, Radians, Sin

from cities.models.countries import Country
from cities.models.expressions import related_rows
from cities.models.themes import Theme
from cities.word_index import cities_with
from publishing.content.fields import fold
from publishing.content.scope import Scope
from publishing.models import PublishableQuerySet

if TYPE_CHECKING:
    from cities.models.cities import City

EARTH_RADIUS_KM = 6371.0
"""Mean radius R1 of the Earth, IUGG."""

# What a card, a row of the table or a mark on a map shows.
LISTED = ("name", "slug", "joined_year", "latitude", "longitude", "population")
LISTED_COUNTRY = ("code", "name", "region")


class CityQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """The cities that somebody is tied to, those of a network that they are tied to too."""
        return self.filter(pk__in=scope.of("cities.city"))

    def in_region(self, *regions: str) -> Self:
        return self.filter(country__in=Country.objects.filter(region__in=regions))

    def in_country(self, *codes: str) -> Self:
        return self.filter(country__in=[code.upper() for code in codes])

    def joined_in(self, *years: int | None) -> Self:
        """Cities that joined in one of these years; None stands for "year not known"."""
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
        """Cities that won a learning city award, whenever."""
        return self.filter(pk__in=related_rows(self.model, "awards").values("city"))

    def named(self, word: str) -> Self:
        """Cities of which a name, an official or an alternative one, has a word that begins so."""
        return self.filter(pk__in=cities_with(fold(word)))

    def search(self, text: str) -> Self:
        """Cities of which every word of the text begins a word of what they are known by.

        That is a name (official and alternative ones too), a motto, the country or a public
        network. Case and accents do not count: "fes" finds Fez. Cities that match by their
        own name come first, those whose name begins with the text before them.
        """
        folded = fold(text)
        found = self
        for word in folded.split():
            found = found.filter(_known_by(self.model, word))
        rank = Case(
            When(name_key__startswith=f" {folded}", then=0),
            When(name_key__contains=f" {folded}", then=1),
            When(_has_other_name(self.model, f" {folded}"), then=2),
            default=3,
        )
        return found.annotate(rank=rank).order_by("rank", "name_key", "pk")

    def for_listing(self) -> Self:
        """By name, with what a card or a row of a list shows."""
        return self.select_related("country").order_by("name_key", "pk")

    def for_cards(self) -> Self:
        """As `for_listing`, with no more than a list shows of each: reading the rest takes time."""
        return self.for_listing().only(*LISTED, *(f"country__{name}" for name in LISTED_COUNTRY))

    def by_distance(self, sine: float, cosine: float, longitude: float) -> Self:
        """Return the cities with a known place, the nearest first, with `distance` in km.

        The place to measure from is given by sine and cosine of its latitude, and its longitude
        in radians, so that a prepared query can take them. Spherical law of cosines,
        d = R · arccos(sin φ₁ sin φ₂ + cos φ₁ cos φ₂ cos Δλ), which in double precision is exact to
        some metres at the distances between cities.
        """
        product = Sin(Radians("latitude")) * sine + Cos(Radians("latitude")) * cosine * Cos(
            Radians("longitude") - longitude
        )
        # Rounding may carry the cosine of one and the same point past 1.
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
    """The condition that something a city is known by has a word that begins so."""
    # By the relation, because networks know cities and not the reverse.
    relation: Any = cities._meta.get_field("networks")
    networks = relation.related_model.objects.published().filter(name_key__contains=f" {word}")
    led = relation.field.remote_field.through.objects.filter(network__in=networks)
    countries = Country.objects.filter(name_key__contains=f" {word}")
    # One set of keys, which indexes find, where conditions on each row would read every row.
    in_countries = cities.objects.filter(country__in=countries).order_by()
    others = in_countries.values("pk").union(led.values("city"))
    return Q(pk__in=cities_with(word, others))
