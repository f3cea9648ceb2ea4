"""Cities: the members of the network. Most of the file declares the fields of one model."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
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
from publishing.content.text_index import TextIndexField
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
    subdivision_code = LineField(
        _("code of the part of the country"),
        max_length=6,
        blank=True,
        validators=[
            RegexValidator(
                r"^[A-Z]{2}-[A-Z0-9]{1,3}\Z",
                _("Enter a code of ISO 3166-2, for example “GB-MAN”."),
            )
        ],
        help_text=_(
            "The code of ISO 3166-2, which begins with that of the country, for example “GB-MAN”."
        ),
    )
    intake = models.ForeignKey(
        Intake,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cities",
        verbose_name=_("intake"),
        help_text=_(
            "The group that the city joined with. The joining year is then the year of the intake."
        ),
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
        help_text=_("Membership of the network only. Awards have a section of their own."),
    )
    confirmed = models.BooleanField(
        _("membership is confirmed"),
        default=True,
        help_text=_(
            "Untick this if the source does not say clearly that the city is a member today. The "
            "page then says so."
        ),
    )
    last_confirmed = models.PositiveSmallIntegerField(
        _("last confirmed"),
        null=True,
        blank=True,
        validators=[MinValueValidator(2013), MaxValueValidator(2100)],
        help_text=_(
            "The year in which a source last named the city as a member. If the membership is not "
            "confirmed, visitors read this year with the source."
        ),
    )
    motto = LineField(
        _("motto"),
        max_length=150,
        blank=True,
        help_text=_("The city’s slogan, for example “Freedom Through Learning”."),
    )
    summary = ParagraphsField(
        _("summary"),
        blank=True,
        max_length=600,
        help_text=_(
            "One paragraph that introduces the city to somebody who does not know it. News items "
            "about the city show it too."
        ),
    )
    profile = RichTextField(
        _("profile"),
        blank=True,
        help_text=_("What the city does for learning, with facts that have a source."),
    )
    what_sources_say = ParagraphsField(
        _("where sources differ"),
        blank=True,
        help_text=_(
            "If sources contradict each other: who says what, in whole sentences. Visitors see "
            "this under “Where sources differ”."
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
    un_population = models.PositiveIntegerField(
        _("population according to the United Nations"),
        null=True,
        blank=True,
        validators=[
            MaxValueValidator(
                LARGEST_POPULATION, _("No member has more than 1,000,000,000 people.")
            )
        ],
        help_text=_("The figure in the United Nations Demographic Yearbook, if there is one."),
    )
    un_population_year = models.PositiveSmallIntegerField(
        _("year of the United Nations figure"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
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
            "The number of the place at geonames.org, if the coordinates or the population come "
            "from there."
        ),
    )
    wikidata_id = LineField(
        _("Wikidata number"),
        max_length=15,
        blank=True,
        validators=[
            RegexValidator(
                r"^Q[1-9][0-9]*\Z",
                _("Enter the number that begins with Q, for example “Q18125”."),
            )
        ],
        help_text=_(
            "The number of the place at wikidata.org, for example “Q18125” for Manchester. The "
            "page then links to Wikidata and Wikipedia."
        ),
    )
    website = WebsiteField(
        _("website"), blank=True, help_text=_("The city’s own page on lifelong learning.")
    )
    unesco_page = WebsiteField(
        _("page at UNESCO"),
        max_length=500,
        blank=True,
        help_text=_("The page of UNESCO or its institute (UIL) about this city."),
    )
    picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="cities",
        verbose_name=_("picture"),
        help_text=_("Without one, the page shows a pattern made from the city’s facts."),
    )
    themes = models.ManyToManyField(
        Theme,
        blank=True,
        related_name="cities",
        verbose_name=_("themes"),
        help_text=_("Themes for which a source names this city."),
    )
    name_key = FoldedField("name", db_index=True)
    search_key = FoldedField(
        "name", "official_name", "subdivision", "motto", with_transcriptions=True
    )
    identity_key = IdentityField("country", "name", "subdivision")
    words_key = TextIndexField(
        "name",
        "official_name",
        "subdivision",
        "motto",
        "summary",
        "profile",
        "what_sources_say",
        staff=("population_source", "source", "note"),
    )

    parts = ("alternative_names", "awards", "designations")

    objects = CityQuerySet.as_manager()
    url_name = "cities:detail"
    reserved_slugs = frozenset({"compare", "suggest"})
    name_sources = ("official_name", "alternative_names__name")
    double_hint = _("If this is a different place, give both a different part of the country.")

    class Meta(Publishable.Meta):
        verbose_name = _("city")
        verbose_name_plural = _("cities")
        ordering = ["name_key", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_identity(
                "city_name_unique_in_country",
                _("There is already a city of this name in this country."),
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
                | Q(joined_year__isnull=False) & Q(joined_on__calendar_year=F("joined_year")),
                name="city_joined_on_in_joined_year",
                violation_error_message=_("The joining date must be in the joining year."),
            ),
            models.CheckConstraint(
                condition=Q(population_year__isnull=True) | Q(population__isnull=False),
                name="city_population_year_has_population",
                violation_error_message=_(
                    "There is a year of the population, but no population. Enter it, or clear the "
                    "year."
                ),
            ),
            models.CheckConstraint(
                condition=Q(un_population_year__isnull=True) | Q(un_population__isnull=False),
                name="city_un_population_year_has_population",
                violation_error_message=_(
                    "There is a year of the United Nations figure, but no figure. Enter it, or "
                    "clear the year."
                ),
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
        code, country = self.subdivision_code, self.country_id
        if code and country and not code.startswith(f"{country}-"):
            message = _("The code begins with that of the country: “%(country)s-”.")
            raise ValidationError({"subdivision_code": message % {"country": country}})
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
    def membership_label(self) -> str:
        """The membership in words: with its source and year, if it is not confirmed."""
        status = str(self.get_status_display())
        if self.confirmed:
            return status
        if self.status != self.Status.MEMBER or not (self.source or self.last_confirmed):
            words = _("%(status)s; not confirmed as current by the source")
        elif not self.last_confirmed:
            words = _("%(status)s according to %(source)s; not confirmed as current")
        elif not self.source:
            words = _("%(status)s, last confirmed %(year)s")
        else:
            words = _("%(status)s according to %(source)s, last confirmed %(year)s")
        return words % {"status": status, "source": self.source, "year": self.last_confirmed}

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
