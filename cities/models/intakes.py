"""Intakes: the groups of cities that joined together."""

from typing import Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from cities.models.expressions import count_of, related_rows
from publishing.content.scope import Unscoped
from publishing.content.text_index import TextIndexField
from publishing.models import (
    LARGEST_COUNT,
    DayField,
    Publishable,
    PublishableQuerySet,
    Sourced,
    unique_unless_trashed,
)


class IntakeQuerySet(Unscoped, PublishableQuerySet):
    def with_city_counts(self) -> Self:
        """Annotate `city_count`, the number of public cities."""
        # By year, as on its page and in the finder: some sources give nothing more exact.
        cities = related_rows(self.model, "cities").published()
        return self.annotate(city_count=count_of(cities, "joined_year", to="year"))

    def of_joining_year(self) -> Exists:
        """Return the condition that there is one of these of the year in which a city joined."""
        return Exists(self.filter(year=OuterRef("joined_year")))


class Intake(Publishable, Sourced):
    """A group of cities that joined the network together, as UNESCO announced it."""

    year = models.PositiveSmallIntegerField(
        _("year"),
        validators=[MinValueValidator(2013), MaxValueValidator(2100)],
        help_text=_("The year is also the address of the intake’s page."),
    )
    announced_on = DayField(
        _("announced on"),
        null=True,
        blank=True,
        help_text=_("The day on which the cities joined, for example 14 February 2024."),
    )
    cities_announced = models.PositiveSmallIntegerField(
        _("cities announced"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST_COUNT)],
        help_text=_("The official number of new cities, however many of them are listed here."),
    )
    countries_announced = models.PositiveSmallIntegerField(
        _("countries announced"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST_COUNT)],
        help_text=_("The official number."),
    )
    cities_total = models.PositiveSmallIntegerField(
        _("cities in the network afterwards"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST_COUNT)],
        help_text=_("The official number of all members after this intake."),
    )
    countries_total = models.PositiveSmallIntegerField(
        _("countries in the network afterwards"),
        null=True,
        blank=True,
        validators=[MaxValueValidator(LARGEST_COUNT)],
        help_text=_("The official number."),
    )
    counted_on = DayField(
        _("counted on"),
        null=True,
        blank=True,
        help_text=_(
            "The day of the two numbers of the whole network, if it is not the day of the "
            "announcement."
        ),
    )
    words_key = TextIndexField("year", staff=("source", "note"))

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
                message=_("There is already an intake of this year."),
            ),
            models.CheckConstraint(
                condition=Q(announced_on__isnull=True) | Q(announced_on__calendar_year=F("year")),
                name="intake_announced_in_its_year",
                violation_error_message=_("“Announced on” must be in the year of the intake."),
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

    @property
    def month_label(self) -> str:
        """The month if the day is known, or else the year: "February 2024", "2016"."""
        return (
            formats.date_format(self.announced_on, "F Y") if self.announced_on else str(self.year)
        )
