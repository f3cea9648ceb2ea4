"""Networks, and their members grouped by sector."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple, Self

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from cities.models import City, Country
from cities.models.expressions import related_rows
from partners.models.organisations import Organisation
from publishing.content.english import deciding_words
from publishing.content.folding import FoldedField
from publishing.content.identity import IdentityField, unique_identity
from publishing.content.richtext import RichTextField
from publishing.content.scope import Scope
from publishing.content.search_words import has_word
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.text_index import TextIndexField, has_text
from publishing.models import (
    UNIQUE_SLUG,
    Picture,
    Publishable,
    PublishableQuerySet,
    Slugged,
    Sourced,
    WebsiteField,
)

if TYPE_CHECKING:
    from partners.models.memberships import Membership


class Sector(NamedTuple):
    """The members of a network that belong to one sector."""

    label: str
    memberships: list[Membership]


class NetworkQuerySet(PublishableQuerySet):
    def within(self, scope: Scope) -> Self:
        """Return the networks of the scope, and those that serve a city of it."""
        serves = Network.cities.through._default_manager.filter(
            network=OuterRef("pk"), city__in=scope.of("cities.city")
        )
        return self.filter(Q(pk__in=scope.of("partners.network")) | Exists(serves))

    def of_scope(self, *scopes: str) -> Self:
        return self.filter(scope__in=scopes)

    def in_country(self, *codes: str) -> Self:
        """Return the networks that serve a public city of these countries, or a whole one."""
        upper = [code.upper() for code in codes]
        served = City.objects.published().in_country(*upper).filter(networks=OuterRef("pk"))
        return self.filter(Q(country__in=upper) | Exists(served))

    def search(self, text: str) -> Self:
        """Return the networks whose name, cities or texts have every word of `text`."""
        networks = self
        for word in deciding_words(text):
            served = City.objects.published().named(word).filter(networks=OuterRef("pk"))
            named = has_word("name_key", word) | Exists(served)
            networks = networks.filter(named | has_text("words_key", word))
        return networks

    def for_listing(self) -> Self:
        return (
            self.select_related("country")
            .prefetch_related(
                models.Prefetch("cities", City.objects.published().for_listing(), "public_cities")
            )
            .order_by("name_key", "pk")
        )

    def with_members(self) -> Self:
        """Prefetch `public_memberships`, which `sectors` groups."""
        members = related_rows(self.model, "memberships").published().for_listing()
        return self.prefetch_related(
            models.Prefetch("memberships", members, to_attr="public_memberships")
        )


class Network(Slugged, Publishable, Sourced):
    """A partnership that leads lifelong learning in one city, in several, or in a country."""

    class Scope(models.TextChoices):
        CITY = "city", _("Within a city")
        NATIONAL = "national", _("National")
        CROSS_BORDER = "cross-border", _("Across borders")

    name = LineField(_("name"), max_length=200, help_text=_("As the network itself writes it."))
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
    summary = ParagraphsField(
        _("summary"),
        blank=True,
        max_length=600,
        help_text=_("One sentence on who takes part and why. Pages of its cities show it."),
    )
    profile = RichTextField(_("profile"), blank=True)
    website = WebsiteField(_("website"), blank=True)
    picture = models.ForeignKey(
        Picture,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="networks",
        verbose_name=_("picture"),
    )
    name_key = FoldedField("name", db_index=True, with_transcriptions=True)
    identity_key = IdentityField("name")
    words_key = TextIndexField("name", "summary", "profile", staff=("source", "note"))

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
            unique_identity("network_name_unique", _("There is already a network of this name.")),
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
    public_memberships: list[Membership]

    @property
    def sectors(self) -> list[Sector]:
        """The public memberships grouped by sector, in the order of `Organisation.Sector`."""
        order = Organisation.Sector.values
        members = sorted(
            self.public_memberships, key=lambda member: order.index(member.organisation.sector)
        )
        return [
            Sector(str(Organisation.Sector(sector).label), list(group))
            for sector, group in groupby(members, key=lambda member: member.organisation.sector)
        ]

    @property
    def unconfirmed(self) -> list[Membership]:
        return [
            member
            for member in self.public_memberships
            if member.status == member.Status.UNCONFIRMED
        ]
