"""Rows that staff edit inside a city's form: alternative names, awards, other designations."""

import uuid

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from cities.models.cities import City
from publishing.content.folding import FoldedField
from publishing.content.text_fields import LineField
from publishing.content.websites import WebsiteField


class OfCity(models.Model):
    """A row that staff edit inside a city's form. Its key is made before it is saved."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        abstract = True


class AlternativeName(OfCity):
    """Another name of a city: in another language or script, or an older spelling."""

    city = models.ForeignKey(City, models.CASCADE, related_name="alternative_names")
    name = LineField(_("name"), max_length=200)
    language = LineField(
        _("language"),
        max_length=12,
        blank=True,
        help_text=_("The code of the language, for example “fr” or “ar”; empty if not known."),
    )
    source = LineField(_("source"), max_length=200, blank=True)
    search_key = FoldedField("name", with_transcriptions=True)

    class Meta:
        verbose_name = _("alternative name")
        verbose_name_plural = _("alternative names")
        ordering = ["language", "name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "name", "language"],
                name="alternative_name_unique_in_city",
                violation_error_message=_("This name is already in the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Award(OfCity):
    """A UNESCO Learning City Award. Awards are given to members, and are not membership."""

    city = models.ForeignKey(City, models.CASCADE, related_name="awards")
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(2015), MaxValueValidator(2100)]
    )
    source = LineField(_("source"), max_length=300, blank=True)
    source_url = WebsiteField(_("link to the source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("learning city award")
        verbose_name_plural = _("learning city awards")
        ordering = ["year", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "year"],
                name="award_unique_in_city_and_year",
                violation_error_message=_("The award of this year is already in the list."),
            ),
        ]

    def __str__(self) -> str:
        return _("UNESCO Learning City Award %(year)s") % {"year": self.year}


class Designation(OfCity):
    """Another title that the city has from UNESCO, such as City of Literature."""

    city = models.ForeignKey(City, models.CASCADE, related_name="designations")
    name = LineField(
        _("title"), max_length=150, help_text=_("For example “UNESCO City of Literature”.")
    )
    year = models.PositiveSmallIntegerField(
        _("since"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1900), MaxValueValidator(2100)],
    )
    source = LineField(_("source"), max_length=300, blank=True)
    source_url = WebsiteField(_("link to the source"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("other UNESCO designation")
        verbose_name_plural = _("other UNESCO designations")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["city", "name"],
                name="designation_unique_in_city",
                violation_error_message=_("This title is already in the list."),
            ),
        ]

    def __str__(self) -> str:
        return self.name
