"""Cities: the members of the network. Most of the file declares the fields of one model."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from cities.models.city_queries import CityQuerySet
from cities.models.countries import Country
from cities.models.expressions import known_first
from cities.models.intakes import Intake
from cities.models.themes import Theme
from publishing.content.folding import FoldedField
from publishing.content.identity import IdentityField, unique_identity
from publishing.content.richtext import RichTextField
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.models import (
    LARGEST_NUMBER,
    LARGEST_POPULATION,
    MOMENTS,
    UNIQUE_SLUG,
    DayField,
    Picture,
    Publishable,
    Slugged,
    Sourced,
    WebsiteField,
)

# The columns that decide whether a city is public, in the order of the indexes below.
PUBLIC_WHEN = ("archived_at", *(name for name in MOMENTS if name != "archived_at"))


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

    name = LineField(
        _("name"),
        max_length=120,
        help_text=_("The name that people use, for example “Wakefield”."),
    )
    official_name = LineField(
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
    subdivision = LineField(
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
    joined_on = DayField(
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
    motto = LineField(
        _("motto"),
        max_length=150,
        blank=True,
        help_text=_("Words that the city is known by, for example “Freedom Through Learning”."),
    )
    summary = ParagraphsField(
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
        _("population"),
        null=True,
        blank=True,
        validators=[
            MaxValueValidator(
                LARGEST_POPULATION, _("No member has more than 1,000,000,000 people.")
            )
        ],
        help_text=_("Leave it empty if it is not known."),
    )
    population_year = models.PositiveSmallIntegerField(
        _("year of the population figure"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
    )
    population_source = LineField(
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
        validators=[MaxValueValidator(LARGEST_NUMBER)],
        help_text=_(
            "The number of the place at geonames.org, if its point or population is from there."
        ),
    )
    website = WebsiteField(
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
    search_key = FoldedField(
        "name", "official_name", "subdivision", "motto", with_transcriptions=True
    )
    identity_key = IdentityField("country", "name", "subdivision")

    parts = ("alternative_names", "awards", "designations")

    objects = CityQuerySet.as_manager()
    url_name = "cities:detail"
    reserved_slugs = frozenset({"suggest"})
    name_sources = ("official_name", "alternative_names__name")
    double_hint = _("Two places of one name need different parts of the country.")

    class Meta(Publishable.Meta):
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name_key", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_identity(
                "city_name_unique_in_country",
                _("There is a city of this name in this country already."),
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
                # A comparison with NULL is neither true nor false, and would pass.
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
        # An index for each order of a list: with all its columns, to read a page without sorting,
        # and those that make a row public, to skip to a deep page without reading rows.
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
            if self.joined_year is None and self.joined_on:
                self.joined_year = self.joined_on.year
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
        # The intake's year has priority; the column exists for cities outside any intake.
        if self.intake:
            self.joined_year = self.intake.year
        super().save(*args, **kwargs)

    @property
    def joined_label(self) -> str:
        """The joining date as exactly as it is known: "14 February 2024", "2018" or ""."""
        if self.joined_on:
            return formats.date_format(self.joined_on, "j F Y")
        return str(self.joined_year or "")

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
