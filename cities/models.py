"""The cities of the network, and what places them: countries, intakes, themes, awards."""

import uuid
from collections.abc import Iterable
from math import cos, radians, sin
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import ACos, Coalesce, Cos, Greatest, Least, Radians, Sin
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from cities.word_index import cities_with
from publishing.content.fields import FoldedField, RichTextField, fold
from publishing.content.scope import Scope, Unscoped
from publishing.models import (
    UNIQUE_SLUG,
    Picture,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
    unique_unless_trashed,
)

EARTH_RADIUS_KM = 6371.0
"""Mean radius R1 of the Earth, IUGG."""


class Region(models.TextChoices):
    """UNESCO's five groups of member states; the values are what addresses show."""

    AFRICA = "africa", _("Africa")
    ARAB_STATES = "arab-states", _("Arab States")
    ASIA_PACIFIC = "asia-and-the-pacific", _("Asia and the Pacific")
    EUROPE_NORTH_AMERICA = "europe-and-north-america", _("Europe and North America")
    LATIN_AMERICA_CARIBBEAN = (
        "latin-america-and-the-caribbean",
        _("Latin America and the Caribbean"),
    )


class CountryQuerySet(Unscoped, models.QuerySet["Country"]):
    def published(self) -> Self:
        """Countries with a city that visitors see: a country is public when its cities are."""
        return self.filter(Exists(City.objects.published().filter(country=OuterRef("pk"))))

    def with_city_counts(self) -> Self:
        """Adds `city_count`, the number of its cities that visitors see."""
        return self.annotate(city_count=count_of(City.objects.published(), "country"))


class Country(Slugged):
    code = models.CharField(
        _("code"),
        max_length=2,
        primary_key=True,
        help_text=_("The two capital letters of ISO 3166-1, for example “GB”."),
    )
    name = models.CharField(_("name"), max_length=100, unique=True)
    name_in_text = models.CharField(
        _("name in a sentence"),
        max_length=110,
        blank=True,
        help_text=_(
            "How the name stands after “in”, if that differs: “the United Kingdom”. "
            "Leave it empty if it is the same."
        ),
    )
    region = models.CharField(
        _("UNESCO region"),
        max_length=40,
        choices=Region,
        help_text=_("The group in UNESCO’s own announcements, which is not always geography’s."),
    )
    name_key = FoldedField("name", db_index=True)

    objects = CountryQuerySet.as_manager()
    url_name = "countries:detail"

    class Meta:
        verbose_name = _("country")
        verbose_name_plural = _("countries")
        ordering = ["name_key", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(code__regex=r"^[A-Z]{2}$"),
                name="country_code_two_capitals",
                violation_error_message=_("The code is two capital letters, for example “GB”."),
            ),
            models.CheckConstraint(
                condition=Q(region__in=Region.values), name="country_region_known"
            ),
            models.UniqueConstraint(
                fields=["slug"],
                name="country_slug_unique",
                # With this code Django shows the sentence at the field.
                violation_error_code="unique",
                violation_error_message=_("Another country has this address already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def in_text(self) -> str:
        """The name as it stands in a sentence: "the United Kingdom", "France"."""
        return self.name_in_text or self.name

    @property
    def is_published(self) -> bool:
        return self.cities.published().exists()

    @property
    def state_label(self) -> str:
        return str(_("Public") if self.is_published else _("No public city yet"))


class IntakeQuerySet(Unscoped, PublishableQuerySet):
    def with_city_counts(self) -> Self:
        """Adds `city_count`, the number of its cities that visitors see."""
        # By year, as its page and the finder have it: some sources give no more than that.
        cities = City.objects.published()
        return self.annotate(city_count=count_of(cities, "joined_year", to="year"))


class Intake(Publishable, Sourced):
    """A group of cities that joined the network together, as UNESCO announced it."""

    year = models.PositiveSmallIntegerField(
        _("year"),
        validators=[MinValueValidator(2013), MaxValueValidator(2100)],
        help_text=_("The year is also the address of the intake’s page."),
    )
    announced_on = models.DateField(
        _("announced on"),
        null=True,
        blank=True,
        help_text=_("The day on which the cities joined, for example 14 February 2024."),
    )
    cities_announced = models.PositiveSmallIntegerField(
        _("cities announced"),
        null=True,
        blank=True,
        help_text=_("The official number of new cities, however many of them are listed here."),
    )
    countries_announced = models.PositiveSmallIntegerField(
        _("countries announced"), null=True, blank=True, help_text=_("The official number.")
    )
    cities_total = models.PositiveSmallIntegerField(
        _("cities in the network afterwards"),
        null=True,
        blank=True,
        help_text=_("The official number of all members after this intake."),
    )
    countries_total = models.PositiveSmallIntegerField(
        _("countries in the network afterwards"),
        null=True,
        blank=True,
        help_text=_("The official number."),
    )

    objects = IntakeQuerySet.as_manager()

    class Meta(Publishable.Meta):
        verbose_name = _("intake")
        verbose_name_plural = _("intakes")
        ordering = ["-year"]
        constraints = [
            *Publishable.Meta.constraints,
            unique_unless_trashed(
                "year",
                name="intake_year_unique",
                message=_("There is an intake of this year already."),
            ),
            models.CheckConstraint(
                condition=Q(announced_on__isnull=True) | Q(announced_on__year=F("year")),
                name="intake_announced_in_its_year",
                violation_error_message=_("“Announced on” has to be a day of the intake’s year."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.year)

    def get_absolute_url(self) -> str:
        return reverse("intakes:detail", args=[self.year])

    @property
    def date_label(self) -> str:
        """The day if it is known, or else the year: "14 February 2024", "2016"."""
        if self.announced_on:
            return formats.date_format(self.announced_on, "j F Y")
        return str(self.year)


class ThemeQuerySet(Unscoped, PublishableQuerySet):
    def with_city_counts(self) -> Self:
        """Adds `city_count`, the number of its cities that visitors see."""
        return self.annotate(city_count=count_of(City.objects.published(), "themes"))

    def beside(self, theme: "Theme") -> Self:
        """The themes of the same kind and group, that theme among them, in their order."""
        return self.filter(kind=theme.kind, group=theme.group).order_by("number", "pk")


class Theme(Slugged, Publishable, Sourced):
    """A key feature of learning cities, a thematic cluster, an area of action or a goal."""

    class Kind(models.TextChoices):
        KEY_FEATURE = "key-feature", _("Key feature")
        CLUSTER = "cluster", _("Thematic cluster")
        AREA_OF_ACTION = "area-of-action", _("Area of action")
        GOAL = "goal", _("Sustainable Development Goal")

    name = models.CharField(_("name"), max_length=150)
    kind = models.CharField(_("kind"), max_length=20, choices=Kind)
    group = models.CharField(
        _("group"),
        max_length=60,
        blank=True,
        help_text=_("A heading within its kind, for example “building blocks”."),
    )
    number = models.PositiveSmallIntegerField(
        _("number"), default=0, help_text=_("Its place within the group.")
    )
    description = models.TextField(
        _("description"), blank=True, help_text=_("What the name means, in a sentence or two.")
    )

    objects = ThemeQuerySet.as_manager()
    url_name = "themes:detail"

    class Meta(Publishable.Meta):
        verbose_name = _("theme")
        verbose_name_plural = _("themes")
        ordering = ["kind", "group", "number", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_unless_trashed(
                "kind",
                "name",
                name="theme_name_unique_in_kind",
                message=_("There is a theme of this kind and name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def slug_hints(self) -> list[str]:
        return [self.get_kind_display()]


# What a card, a row of the table or a mark on a map shows.
LISTED = ("name", "slug", "joined_year", "latitude", "longitude", "population")
LISTED_COUNTRY = ("code", "name", "region")


def known_first(field: str) -> tuple[Any, Any]:
    """An order from high to low in which rows without a value are last, on any database.

    In two keys, because SQLite has no NULLS LAST in an index.
    """
    return IsNull(F(field), True), F(field).desc()


PUBLIC_WHEN = ("archived_at", "published_at", "expires_at", "trashed_at")


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
            pk__in=City.themes.through.objects.filter(theme__in=themes).values("city")
        )

    def awarded(self, *_values: str) -> Self:
        """Cities that won a learning city award, whenever."""
        return self.filter(pk__in=Award.objects.values("city"))

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
            found = found.filter(_known_by(word))
        rank = Case(
            When(name_key__startswith=f" {folded}", then=0),
            When(name_key__contains=f" {folded}", then=1),
            When(_has_other_name(f" {folded}"), then=2),
            default=3,
        )
        return found.annotate(rank=rank).order_by("rank", "name_key", "pk")

    def for_listing(self) -> Self:
        """By name, with what a card or a row of a list shows."""
        return self.select_related("country").order_by("name_key", "pk")

    def for_cards(self) -> Self:
        """As `for_listing`, with no more than a list shows of each: reading the rest takes time."""
        return self.for_listing().only(*LISTED, *(f"country__{name}" for name in LISTED_COUNTRY))

    def nearest_to(self, city: "City") -> Self:
        """The other cities with a known place, the nearest first; adds `distance` in km.

        Spherical law of cosines, d = R · arccos(sin φ₁ sin φ₂ + cos φ₁ cos φ₂ cos Δλ), which
        in double precision is exact to some metres at the distances between cities.
        """
        latitude, longitude = radians(city.latitude or 0), radians(city.longitude or 0)
        return self.exclude(pk=city.pk).by_distance(sin(latitude), cos(latitude), longitude)

    def by_distance(self, sine: float, cosine: float, longitude: float) -> Self:
        """Those with a known place, the nearest first, from sine and cosine of the latitude."""
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


class City(Slugged, Publishable, Sourced):
    """A member of the UNESCO Global Network of Learning Cities, which is not always a city."""

    class Kind(models.TextChoices):
        CITY = "city", _("City or municipality")
        DISTRICT = "district", _("District")
        COUNTY = "county", _("County")
        BOROUGH = "borough", _("Borough")
        COMMUNE = "commune", _("Commune")
        PROVINCE = "province", _("Province or governorate")
        CONSORTIUM = "consortium", _("Consortium")

    class Status(models.TextChoices):
        ANNOUNCED = "announced", _("Announced")
        MEMBER = "member", _("Member")
        WITHDRAWN = "withdrawn", _("Withdrawn")
        LAPSED = "lapsed", _("Lapsed")

    name = models.CharField(
        _("name"),
        max_length=120,
        help_text=_("The name that people use, for example “Wakefield”."),
    )
    official_name = models.CharField(
        _("official name"),
        max_length=200,
        blank=True,
        help_text=_("If it differs from the name, for example “Wakefield District”."),
    )
    kind = models.CharField(
        _("kind of place"),
        max_length=20,
        choices=Kind,
        default=Kind.CITY,
        help_text=_("What joined the network: not every member is a city."),
    )
    country = models.ForeignKey(
        Country, models.PROTECT, related_name="cities", verbose_name=_("country")
    )
    subdivision = models.CharField(
        _("part of the country"),
        max_length=120,
        blank=True,
        help_text=_(
            "The nation, state or province, or the larger city that a district belongs to, "
            "for example “England” or “Seoul”."
        ),
    )
    intake = models.ForeignKey(
        Intake,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cities",
        verbose_name=_("intake"),
        help_text=_("The group that it joined with. The joining year is then that of the intake."),
    )
    joined_year = models.PositiveSmallIntegerField(
        _("joining year"),
        null=True,
        blank=True,
        db_index=True,
        validators=[MinValueValidator(2013), MaxValueValidator(2100)],
        help_text=_("Leave it empty if no source says when the city joined."),
    )
    joined_on = models.DateField(
        _("joining date"),
        null=True,
        blank=True,
        help_text=_("The exact day, if a source gives it."),
    )
    status = models.CharField(
        _("membership"),
        max_length=20,
        choices=Status,
        default=Status.MEMBER,
        help_text=_("Membership of the network only. Awards are a different thing, see below."),
    )
    confirmed = models.BooleanField(
        _("membership is confirmed"),
        default=True,
        help_text=_(
            "Untick this if the source leaves it open whether the city is a member today. "
            "The page then says so."
        ),
    )
    motto = models.CharField(
        _("motto"),
        max_length=150,
        blank=True,
        help_text=_("Words that the city is known by, for example “Freedom Through Learning”."),
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=600,
        help_text=_(
            "One paragraph that tells a stranger what this city is about. "
            "News items about the city show it too."
        ),
    )
    profile = RichTextField(
        _("profile"),
        blank=True,
        help_text=_(
            "The city’s own page: what it does for learning, with facts that have a source."
        ),
    )
    population = models.PositiveIntegerField(
        _("population"), null=True, blank=True, help_text=_("Leave it empty if it is not known.")
    )
    population_year = models.PositiveSmallIntegerField(
        _("year of the population figure"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
    )
    population_source = models.CharField(
        _("source of the population figure"),
        max_length=200,
        blank=True,
        help_text=_("For example “GeoNames” or “Office for National Statistics”."),
    )
    latitude = models.FloatField(
        _("latitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-90), MaxValueValidator(90)],
        help_text=_("Degrees north of the equator, for example 53.48095; south is negative."),
    )
    longitude = models.FloatField(
        _("longitude"),
        null=True,
        blank=True,
        validators=[MinValueValidator(-180), MaxValueValidator(180)],
        help_text=_("Degrees east of Greenwich, for example 2.3488; west is negative."),
    )
    geonames_id = models.PositiveIntegerField(
        _("GeoNames number"),
        null=True,
        blank=True,
        help_text=_(
            "The number of the place at geonames.org, if its point or population is from there."
        ),
    )
    website = models.URLField(
        _("website"), blank=True, help_text=_("The city’s own page on lifelong learning.")
    )
    picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cities",
        verbose_name=_("picture"),
        help_text=_("Without one, the page shows the cloth that is woven from the city’s facts."),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="cities",
        verbose_name=_("themes"),
        help_text=_("Themes that a source names this city for."),
    )
    name_key = FoldedField("name", db_index=True)
    search_key = FoldedField("name", "official_name", "subdivision", "motto")

    parts = ("alternative_names", "awards", "designations")

    objects = CityQuerySet.as_manager()
    url_name = "cities:detail"
    reserved_slugs = frozenset({"suggest"})

    class Meta(Publishable.Meta):
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name_key", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_unless_trashed(
                "country",
                "name",
                name="city_name_unique_in_country",
                message=_("There is a city of this name in this country already."),
            ),
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(latitude__isnull=False, longitude__isnull=False)
                & Q(latitude__range=(-90, 90), longitude__range=(-180, 180)),
                name="city_coordinates_whole_and_on_earth",
                violation_error_message=_(
                    "Give both latitude (−90 to 90) and longitude (−180 to 180), or neither."
                ),
            ),
            models.CheckConstraint(
                # A comparison with nothing is neither true nor false, and would pass.
                condition=Q(joined_on__isnull=True)
                | Q(joined_year__isnull=False) & Q(joined_on__year=F("joined_year")),
                name="city_joined_on_in_joined_year",
                violation_error_message=_("The joining date has to be a day of the joining year."),
            ),
            models.CheckConstraint(
                condition=Q(population_year__isnull=True) | Q(population__isnull=False),
                name="city_population_year_has_population",
                violation_error_message=_("There is a year of the population, but no population."),
            ),
            models.CheckConstraint(
                condition=Q(intake__isnull=True) | Q(joined_year__isnull=False),
                name="city_of_intake_has_year",
            ),
        ]
        # One for each order of a list, whole, so that a page is read from it without sorting, and
        # with what makes a row public, so that a deep page is found without reading rows.
        indexes = [
            models.Index("name_key", "id", *PUBLIC_WHEN, name="city_by_name"),
            models.Index("country", "name_key", "id", *PUBLIC_WHEN, name="city_by_country"),
            models.Index(
                *known_first("joined_year"), "name_key", "id", *PUBLIC_WHEN, name="city_by_year"
            ),
            models.Index(
                *known_first("population"),
                "name_key",
                "id",
                *PUBLIC_WHEN,
                name="city_by_population",
            ),
            models.Index("latitude", "longitude", name="city_by_place"),
        ]

    def __str__(self) -> str:
        return self.name

    def slug_hints(self) -> list[str]:
        return [self.country.name]

    def clean(self) -> None:
        super().clean()
        if not self.intake:
            return
        if self.joined_year is None:
            self.joined_year = self.intake.year
        if self.joined_year != self.intake.year:
            raise ValidationError(
                {
                    "joined_year": _(
                        "The city is in the intake of %(intake)s, so it joined in that year. "
                        "Change the year, or choose another intake."
                    )
                    % {"intake": self.intake.year}
                }
            )

    def save(self, *args: Any, **kwargs: Any) -> None:
        # The intake's year is the truth; the column exists for cities outside any intake.
        if self.intake:
            self.joined_year = self.intake.year
        super().save(*args, **kwargs)

    @property
    def joined_label(self) -> str:
        """When it joined, as exactly as is known: "14 February 2024", "2018" or ""."""
        if self.joined_on:
            return formats.date_format(self.joined_on, "j F Y")
        return str(self.joined_year or "")

    @property
    def full_name(self) -> str:
        """The official name where there is one, for places that need it exact."""
        return self.official_name or self.name

    @property
    def place_label(self) -> str:
        """The coordinates to a hundredth of a degree, about a kilometre: "53.48° N, 2.24° W"."""
        latitude, longitude = self.latitude or 0, self.longitude or 0
        return _("%(latitude)s° %(north)s, %(longitude)s° %(east)s") % {
            "latitude": formats.number_format(round(abs(latitude), 2), 2),
            "north": _("N") if latitude >= 0 else _("S"),
            "longitude": formats.number_format(round(abs(longitude), 2), 2),
            "east": _("E") if longitude >= 0 else _("W"),
        }

    @property
    def has_place(self) -> bool:
        return self.latitude is not None and self.longitude is not None


class OfCity(models.Model):
    """A row that staff edit inside the city's form. Its key is made before it is saved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class AlternativeName(OfCity):
    """Another name of a city: in another language or script, or an older spelling."""

    city = models.ForeignKey(City, models.CASCADE, related_name="alternative_names")
    name = models.CharField(_("name"), max_length=200)
    language = models.CharField(
        _("language"),
        max_length=12,
        blank=True,
        help_text=_("The code of the language, for example “fr” or “ar”; empty if not known."),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    search_key = FoldedField("name")

    class Meta:
        verbose_name = _("alternative name")
        verbose_name_plural = _("alternative names")
        ordering = ["language", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "name", "language"],
                name="alternative_name_unique_in_city",
                violation_error_message=_("This name stands here already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Award(OfCity):
    """A UNESCO Learning City Award. It is given to members, and is not membership."""

    city = models.ForeignKey(City, models.CASCADE, related_name="awards")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2015), MaxValueValidator(2100)]
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("learning city award")
        verbose_name_plural = _("learning city awards")
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year"],
                name="award_unique_in_city_and_year",
                violation_error_message=_("The award of this year stands here already."),
            ),
        ]

    def __str__(self) -> str:
        return _("UNESCO Learning City Award %(year)s") % {"year": self.year}


class Designation(OfCity):
    """Another title that the city has from UNESCO, such as City of Literature."""

    city = models.ForeignKey(City, models.CASCADE, related_name="designations")
    name = models.CharField(
        _("title"), max_length=150, help_text=_("For example “UNESCO City of Literature”.")
    )
    year = models.PositiveSmallIntegerField(_("since"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("other UNESCO designation")
        verbose_name_plural = _("other UNESCO designations")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "name"],
                name="designation_unique_in_city",
                violation_error_message=_("This title stands here already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


def _has_other_name(term: str) -> Exists:
    return Exists(AlternativeName.objects.filter(city=OuterRef("pk"), search_key__contains=term))


def _known_by(word: str) -> Q:
    """The condition that something a city is known by has a word that begins so."""
    # By the relation, because networks know cities and not the reverse.
    relation: Any = City._meta.get_field("networks")
    networks = relation.related_model.objects.published().filter(name_key__contains=f" {word}")
    led = relation.field.remote_field.through.objects.filter(network__in=networks)
    countries = Country.objects.filter(name_key__contains=f" {word}")
    # One set of keys, which indexes find, where conditions on each row would read every row.
    in_countries = City.objects.filter(country__in=countries).order_by()
    others = in_countries.values("pk").union(led.values("city"))
    return Q(pk__in=cities_with(word, others))


def count_of(rows: models.QuerySet[Any], link: str, to: str = "pk") -> Coalesce:
    """A subquery that counts the rows whose foreign key `link` points at the outer row.

    Or, with `to`, the rows whose `link` has the same value as that field of the outer row.
    """
    grouped = (
        rows.order_by()
        .filter(**{link: OuterRef(to)})
        .values(link)
        .annotate(number=models.Count("pk"))
        .values("number")
    )
    return Coalesce(models.Subquery(grouped), 0)


def by_region(cities: Iterable[City]) -> list[tuple[Region, list[City]]]:
    """The cities grouped under UNESCO's regions, in the order of the regions' names."""
    groups: dict[str, list[City]] = {region: [] for region in Region}
    for city in cities:
        groups[city.country.region].append(city)
    return [(Region(region), members) for region, members in groups.items() if members]
