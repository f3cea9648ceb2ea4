"""Who leads lifelong learning: networks, organisations, and who belongs to what."""

import uuid
from datetime import datetime
from itertools import groupby
from typing import NamedTuple, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cities.models import City, Country
from publishing.content.fields import FoldedField, RichTextField, fold
from publishing.content.scope import Scope
from publishing.models import (
    UNIQUE_SLUG,
    Picture,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
    unique_unless_trashed,
)


class NetworkQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Networks that somebody is tied to, or that serve a city of theirs."""
        serves = Network.cities.through._default_manager.filter(
            network=OuterRef("pk"), city__in=scope.of("cities.city")
        )
        return self.filter(Q(pk__in=scope.of("partners.network")) | Exists(serves))

    def serving(self, city: City) -> Self:
        return self.filter(cities=city)

    def of_scope(self, *scopes: str) -> Self:
        return self.filter(scope__in=scopes)

    def in_country(self, *codes: str) -> Self:
        """Networks that serve a city of these countries that visitors see, or a whole country."""
        upper = [code.upper() for code in codes]
        served = City.objects.published().in_country(*upper).filter(networks=OuterRef("pk"))
        return self.filter(Q(country__in=upper) | Exists(served))

    def search(self, text: str) -> Self:
        """Networks of which every word of the text begins a word of the name or of a city."""
        found = self
        for word in fold(text).split():
            served = City.objects.published().named(word).filter(networks=OuterRef("pk"))
            found = found.filter(Q(name_key__contains=f" {word}") | Exists(served))
        return found

    def for_listing(self) -> Self:
        return (
            self.select_related("country")
            .prefetch_related(
                models.Prefetch("cities", City.objects.published().for_listing(), "public_cities")
            )
            .order_by("name_key", "pk")
        )

    def with_members(self) -> Self:
        """With `public_memberships`, from which `sectors` is made."""
        members = Membership.objects.published().for_listing()
        return self.prefetch_related(
            models.Prefetch("memberships", members, to_attr="public_memberships")
        )


class Network(Slugged, Publishable, Sourced):
    """A partnership that leads lifelong learning in one city, in several, or in a country."""

    class Scope(models.TextChoices):
        CITY = "city", _("Within a city")
        NATIONAL = "national", _("National")
        CROSS_BORDER = "cross-border", _("Across borders")

    name = models.CharField(
        _("name"), max_length=200, help_text=_("As the network itself writes it.")
    )
    scope = models.CharField(
        _("reach"),
        max_length=20,
        choices=Scope,
        default=Scope.CITY,
        help_text=_("Whether it works in one city, in one country, or across borders."),
    )
    cities = models.ManyToManyField(
        City,
        blank=True,
        related_name="networks",
        verbose_name=_("cities"),
        help_text=_("The learning cities that it serves."),
    )
    country = models.ForeignKey(
        Country,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="networks",
        verbose_name=_("country"),
        help_text=_("The country that a national network serves."),
    )
    summary = models.TextField(
        _("summary"),
        blank=True,
        max_length=600,
        help_text=_("One sentence on who takes part and what for. Pages of its cities show it."),
    )
    profile = RichTextField(_("profile"), blank=True)
    website = models.URLField(_("website"), blank=True)
    picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="networks",
        verbose_name=_("picture"),
    )
    name_key = FoldedField("name", db_index=True)

    parts = ("memberships",)

    objects = NetworkQuerySet.as_manager()
    url_name = "networks:detail"

    class Meta(Publishable.Meta):
        verbose_name = _("network")
        verbose_name_plural = _("networks")
        ordering = ["name_key", "pk"]
        constraints = [
            *Publishable.Meta.constraints,
            UNIQUE_SLUG,
            unique_unless_trashed(
                "name",
                name="network_name_unique",
                message=_("There is a network of this name already."),
            ),
            models.CheckConstraint(
                condition=~Q(scope="national") | Q(country__isnull=False),
                name="network_national_has_country",
                violation_error_message=_("Choose the country that this national network serves."),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    # Set by the queries `for_listing` and `with_members`.
    public_cities: list[City]
    public_memberships: "list[Membership]"

    @property
    def sectors(self) -> "list[Sector]":
        """Its members grouped by sector, in the order of the list of sectors."""
        order = Organisation.Sector.values
        members = sorted(
            self.public_memberships, key=lambda member: order.index(member.organisation.sector)
        )
        return [
            Sector(str(Organisation.Sector(sector).label), list(group))
            for sector, group in groupby(members, key=lambda member: member.organisation.sector)
        ]

    @property
    def unconfirmed(self) -> "list[Membership]":
        status = Membership.Status.UNCONFIRMED
        return [member for member in self.public_memberships if member.status == status]


class OrganisationQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Organisations that work in a city of somebody's, or belong to their network."""
        works = Organisation.cities.through._default_manager.filter(
            organisation=OuterRef("pk"), city__in=scope.of("cities.city")
        )
        belongs = Membership.objects.filter(
            organisation=OuterRef("pk"), network__in=scope.of("partners.network")
        )
        return self.filter(Exists(works) | Exists(belongs))

    def for_listing(self) -> Self:
        return self.order_by("name_key", "pk")


class Organisation(Slugged, Publishable, Sourced):
    """A body that takes part in learning: a council, a university, a library, an employer."""

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

    name = models.CharField(_("name"), max_length=200)
    sector = models.CharField(_("sector"), max_length=30, choices=Sector)
    cities = models.ManyToManyField(
        City,
        blank=True,
        related_name="organisations",
        verbose_name=_("cities"),
        help_text=_("The learning cities where it works."),
    )
    summary = models.TextField(
        _("summary"), blank=True, max_length=600, help_text=_("What it does, in a sentence or two.")
    )
    website = models.URLField(_("website"), blank=True)
    name_key = FoldedField("name", db_index=True)

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
            unique_unless_trashed(
                "name",
                name="organisation_name_unique",
                message=_("There is an organisation of this name already."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def published(self, moment: datetime | None = None) -> Self:
        """Memberships of which visitors see both sides at a moment (default: now)."""
        return self.filter(
            organisation__in=Organisation.objects.published(moment),
            network__in=Network.objects.published(moment),
        )

    def for_listing(self) -> Self:
        """With their organisations, by name."""
        return self.select_related("organisation").order_by("organisation__name_key", "pk")


class Membership(models.Model):
    """The part that an organisation has in a network, and how sure that is."""

    class Status(models.TextChoices):
        MEMBER = "member", _("Member")
        ENGAGED = "engaged", _("Works with the network")
        PLANNED = "planned", _("Plans to join")
        UNCONFIRMED = "unconfirmed", _("Unconfirmed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    network = models.ForeignKey(
        Network, models.CASCADE, related_name="memberships", verbose_name=_("network")
    )
    organisation = models.ForeignKey(
        Organisation, models.CASCADE, related_name="memberships", verbose_name=_("organisation")
    )
    role = models.CharField(
        _("role"), max_length=200, blank=True, help_text=_("For example “lead of the bid”.")
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=Status,
        default=Status.UNCONFIRMED,
        help_text=_("“Member” only if a source says that it belongs to the network."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    source_url = models.URLField(_("link to the source"), max_length=500, blank=True)
    note = models.TextField(_("note for staff"), blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation__name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "organisation"],
                name="membership_unique_in_network",
                violation_error_message=_("This organisation stands in this network already."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(organisation)s in %(network)s") % {
            "organisation": self.organisation,
            "network": self.network,
        }


class Sector(NamedTuple):
    """The members of a network that belong to one sector."""

    label: str
    memberships: list[Membership]
