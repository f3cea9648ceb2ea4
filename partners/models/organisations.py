"""Organisations: the members of networks."""

from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef
from django.utils.translation import gettext_lazy as _

from cities.models import City
from cities.models.expressions import related_rows
from publishing.content.english import deciding_words
from publishing.content.folding import FoldedField
from publishing.content.identity import IdentityField, unique_identity
from publishing.content.scope import Scope
from publishing.content.search_words import has_word
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.text_index import TextIndexField, has_text
from publishing.models import (
    UNIQUE_SLUG,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
    WebsiteField,
)


class OrganisationQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Return the organisations that work in a city of the scope, or belong to its networks."""
        works = self.model.cities.through._default_manager.filter(
            organisation=OuterRef("pk"), city__in=scope.of("cities.city")
        )
        belongs = related_rows(self.model, "memberships").filter(
            organisation=OuterRef("pk"), network__in=scope.of("partners.network")
        )
        return self.filter(Exists(works) | Exists(belongs))

    def of_sector(self, *sectors: str) -> Self:
        return self.filter(sector__in=sectors)

    def in_country(self, *codes: str) -> Self:
        """Return the organisations that work in a public city of these countries."""
        cities = City.objects.published().in_country(*codes).filter(organisations=OuterRef("pk"))
        return self.filter(Exists(cities))

    def search(self, text: str) -> Self:
        """Return the organisations whose name, cities or summary have every word of `text`."""
        found = self
        for word in deciding_words(text):
            cities = City.objects.published().named(word).filter(organisations=OuterRef("pk"))
            named = has_word("name_key", word) | Exists(cities)
            found = found.filter(named | has_text("words_key", word))
        return found

    def for_listing(self) -> Self:
        return self.order_by("name_key", "pk")

    def with_cities(self) -> Self:
        """Prefetch `public_cities`, with their countries."""
        cities = City.objects.published().for_listing()
        return self.prefetch_related(models.Prefetch("cities", cities, "public_cities"))


class Organisation(Slugged, Publishable, Sourced):
    """An institution that takes part in learning: a council, university, library, employer."""

    class Sector(models.TextChoices):
        LOCAL_GOVERNMENT = "local-government", _("Local government")
        REGIONAL_GOVERNMENT = "regional-government", _("Regional government")
        PUBLIC_SERVICE = "public-service", _("Public and civil service")
        EDUCATION_AUTHORITY = "education-authority", _("Education authorities")
        UNIVERSITY = "university", _("Universities")
        COLLEGE = "college", _("Colleges")
        SCHOOL = "school", _("Schools")
        ADULT_EDUCATION = "adult-education", _("Adult education")
        TRAINING_PROVIDER = "training-provider", _("Training providers")
        LIBRARY = "library", _("Libraries")
        CULTURE = "culture", _("Museums and culture")
        HOUSING = "housing", _("Housing")
        HEALTH = "health", _("Health")
        EMPLOYER = "employer", _("Employers and business")
        CIVIL_SOCIETY = "civil-society", _("Civil society")
        PARTNERSHIP = "partnership", _("Partnerships")

    name = LineField(_("name"), max_length=200)
    sector = models.CharField(_("sector"), max_length=30, choices=Sector)
    cities = models.ManyToManyField(
        City,
        blank=True,
        related_name="organisations",
        verbose_name=_("cities"),
        help_text=_("The learning cities where it works."),
    )
    summary = ParagraphsField(
        _("summary"), blank=True, max_length=600, help_text=_("What it does, in a sentence or two.")
    )
    website = WebsiteField(_("website"), blank=True)
    name_key = FoldedField("name", db_index=True, with_transcriptions=True)
    identity_key = IdentityField("name")
    words_key = TextIndexField("name", "summary", staff=("source", "note"))

    parts = ("memberships",)

    objects = OrganisationQuerySet.as_manager()
    url_name = "organisations:detail"

    class Meta(Publishable.Meta):
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name_key", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_identity(
                "organisation_name_unique", _("There is already an organisation of this name.")
            ),
        ]

    def __str__(self) -> str:
        return self.name
