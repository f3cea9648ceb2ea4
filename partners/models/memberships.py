"""Memberships: the links between organisations and networks."""

import uuid
from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models.networks import Network
from partners.models.organisations import Organisation
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.content.websites import WebsiteField


class MembershipQuerySet(models.QuerySet["Membership"]):
    def published(self, moment: datetime | None = None) -> Self:
        """Return the memberships of which both sides are public at a moment (default: now)."""
        return self.filter(
            organisation__in=Organisation.objects.published(moment),
            network__in=Network.objects.published(moment),
        )

    def for_listing(self) -> Self:
        """Return the memberships with their organisations, by name."""
        return self.select_related("organisation").order_by("organisation__name_key", "pk")


class Membership(models.Model):
    """The role of an organisation in a network, and how certain it is."""

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
    role = LineField(
        _("role"), max_length=200, blank=True, help_text=_("For example “lead of the bid”.")
    )
    status = models.CharField(
        _("status"),
        max_length=20,
        choices=Status,
        default=Status.UNCONFIRMED,
        help_text=_("“Member” only if a source says that it belongs to the network."),
    )
    source = LineField(_("source"), max_length=300, blank=True)
    source_url = WebsiteField(_("link to the source"), max_length=500, blank=True)
    note = ParagraphsField(_("note for staff"), blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["organisation__name_key", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["network", "organisation"],
                name="membership_unique_in_network",
                violation_error_message=_("This organisation is already in this network."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(organisation)s in %(network)s") % {
            "organisation": self.organisation,
            "network": self.network,
        }
