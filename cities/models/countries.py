"""Countries, which are public when one of their cities is."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cities.models.expressions import count_of, related_rows
from cities.models.regions import Region
from publishing.content.folding import FoldedField
from publishing.content.scope import Unscoped
from publishing.content.text_fields import LineField
from publishing.models import Slugged


class CountryQuerySet(Unscoped, models.QuerySet["Country"]):
    def published(self) -> Self:
        """Return the countries with at least one public city."""
        return self.filter(
            Exists(related_rows(self.model, "cities").published().filter(country=OuterRef("pk")))
        )

    def with_city_counts(self) -> Self:
        """Annotate `city_count`, the number of public cities."""
        return self.annotate(
            city_count=count_of(related_rows(self.model, "cities").published(), "country")
        )


class Country(Slugged):
    code = LineField(
        _("code"),
        max_length=2,
        primary_key=True,
        help_text=_("The two capital letters of ISO 3166-1, for example “GB”."),
    )
    name = LineField(_("name"), max_length=100, unique=True)
    name_in_text = LineField(
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
                # With this code Django shows the message at the field.
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
