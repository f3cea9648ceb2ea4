"""Records with a state: draft, scheduled, public, expired, archived or in the trash."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.content.check_constraints import joined_checks
from publishing.content.moments import MomentField, format_moment
from publishing.content.states import LIVE_STATES, State, state_of, state_q


class PublishableQuerySet(models.QuerySet[Any]):
    """Queries by state."""

    def in_state(self, state: str, moment: datetime | None = None) -> Self:
        return self.filter(state_q(state, moment))

    def published(self, moment: datetime | None = None) -> Self:
        """Return what visitors see at a moment (default: now). Every public read starts here."""
        return self.in_state(State.PUBLIC, moment)


class FirstPublicationField(models.DateTimeField):
    """Date of first publication: follows `published_at`, and keeps its date when that is emptied.

    So a record that is unpublished and published again gets its date back, with its place in lists
    and feeds. A date that had not come when it was emptied is forgotten: nobody saw the record.
    In migrations it is Django's own field.
    """

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.DateTimeField", args, kwargs

    def pre_save(self, record: Any, add: bool) -> datetime | None:
        kept: datetime | None = record.published_at or getattr(record, self.attname)
        if record.published_at is None and kept and kept > timezone.now():
            kept = None
        setattr(record, self.attname, kept)
        return kept


class Publishable(models.Model):
    """Base of every record that staff prepare and visitors see during some period."""

    published_at = MomentField(
        _("publish at"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_(
            "When visitors can first see this. Leave it empty to keep a draft; "
            "choose a future time to schedule it."
        ),
    )
    first_published_at = FirstPublicationField(
        _("first published"), null=True, blank=True, editable=False
    )
    expires_at = MomentField(
        _("expires at"),
        null=True,
        blank=True,
        help_text=_("When visitors can no longer see this. Leave it empty to keep it public."),
    )
    archived_at = MomentField(
        _("archived on"),
        null=True,
        blank=True,
        help_text=_(
            "When visitors stop seeing this. Nothing is deleted: clear this field to bring the "
            "record back."
        ),
    )
    trashed_at = models.DateTimeField(
        _("in the trash since"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    # Relations whose rows are edited in the record's own form and belong to it. A snapshot holds
    # them besides the fields and the many-to-many relations. Their keys are UUIDs.
    parts: tuple[str, ...] = ()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish", "purge")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("published_at")),
                name="%(app_label)s_%(class)s_expires_after_published",
                violation_error_message=_(
                    "“Expires at” must be later than “Publish at”. Change one of them."
                ),
            ),
        ]

    def get_constraints(self) -> list[tuple[type[models.Model], Sequence[models.BaseConstraint]]]:
        """Return the constraints to validate, the checks of each model in one query."""
        return [(model, joined_checks(found)) for model, found in super().get_constraints()]

    @property
    def state(self) -> State:
        return state_of(self.published_at, self.expires_at, self.archived_at, self.trashed_at)

    @property
    def is_published(self) -> bool:
        """True if a visitor sees the record now: the same rule as `published()` of the queryset."""
        return self.state == State.PUBLIC

    @property
    def was_public(self) -> bool:
        """True if visitors could see the record once, whether or not they can now."""
        return self.first_published_at is not None and self.first_published_at <= timezone.now()

    @property
    def state_label(self) -> str:
        """The state in words, with its moment: "Scheduled for 3 Dec 09:00 UTC"."""
        match self.state:
            case State.SCHEDULED:
                return _("Scheduled for %(moment)s") % {"moment": format_moment(self.published_at)}
            case State.EXPIRED:
                return _("Expired on %(moment)s") % {"moment": format_moment(self.expires_at)}
            case State.PUBLIC if self.expires_at:
                return _("Public until %(moment)s") % {"moment": format_moment(self.expires_at)}
        return str(self.state.label)


def is_live(record: Any) -> bool:
    """Return whether visitors see the record, or will without any further action."""
    return isinstance(record, Publishable) and record.state in LIVE_STATES


def not_trashed(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Return the rows that are not in the trash; all rows of a model without one."""
    return rows.filter(trashed_at__isnull=True) if issubclass(rows.model, Publishable) else rows


# The dates that decide the state of a record, in the order of the model; saving fills in others.
MOMENTS = tuple(
    field.name
    for field in Publishable._meta.local_fields
    if isinstance(field, models.DateTimeField)
    and not (field.auto_now or field.auto_now_add or isinstance(field, FirstPublicationField))
)
# Those that staff fill in, which are part of a snapshot; the trash is a transition of its own.
EDITABLE_MOMENTS = tuple(name for name in MOMENTS if Publishable._meta.get_field(name).editable)


def unique_unless_trashed(*fields: str, name: str, message: Any) -> models.UniqueConstraint:
    """Return a UniqueConstraint that ignores records in the trash."""
    return models.UniqueConstraint(
        fields=fields,
        condition=Q(trashed_at__isnull=True),
        name=name,
        # With this code Django shows the message at the field.
        violation_error_code="unique",
        violation_error_message=message,
    )
