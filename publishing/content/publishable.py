"""Records with a state: draft, scheduled, public, expired, archived or in the trash."""

from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import F, Q
from django.utils import formats, timezone
from django.utils.translation import gettext_lazy as _

from publishing.content.states import LIVE_STATES, State, state_of, state_q


class PublishableQuerySet(models.QuerySet[Any]):
    """Queries that know what the public may see."""

    def in_state(self, state: str, moment: datetime | None = None) -> Self:
        return self.filter(state_q(state, moment))

    def published(self, moment: datetime | None = None) -> Self:
        """What a visitor sees at a moment (default: now). Every public read starts here."""
        return self.in_state(State.PUBLIC, moment)


class Publishable(models.Model):
    """Something that staff prepare and visitors see from one moment to another."""

    published_at = models.DateTimeField(
        _("public from"),
        null=True,
        blank=True,
        db_index=True,
        help_text=_(
            "When visitors can first see this. Leave it empty to keep a draft; "
            "choose a time to come to schedule it."
        ),
    )
    expires_at = models.DateTimeField(
        _("public until"),
        null=True,
        blank=True,
        help_text=_("When visitors can no longer see this. Leave it empty to keep it public."),
    )
    archived_at = models.DateTimeField(
        _("archived on"),
        null=True,
        blank=True,
        help_text=_(
            "From this moment the record is put away: visitors cannot see it, "
            "and nothing is deleted. Empty it to bring the record back."
        ),
    )
    trashed_at = models.DateTimeField(
        _("in the trash since"), null=True, blank=True, editable=False
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("last changed"), auto_now=True)

    # Relations whose rows are edited in the record's own form and belong to it: what a snapshot
    # holds besides the fields and the many-to-many relations. Their keys are UUIDs.
    parts: tuple[str, ...] = ()

    class Meta:
        abstract = True
        default_permissions = ("add", "change", "delete", "view", "publish", "purge")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__isnull=True) | Q(expires_at__gt=F("published_at")),
                name="%(app_label)s_%(class)s_expires_after_published",
                violation_error_message=_("“Public until” has to be later than “public from”."),
            ),
        ]

    @property
    def state(self) -> State:
        return state_of(self.published_at, self.expires_at, self.archived_at, self.trashed_at)

    @property
    def is_published(self) -> bool:
        """Whether a visitor sees it now: the same rule as `PublishableQuerySet.published()`."""
        return self.state == State.PUBLIC

    @property
    def state_label(self) -> str:
        """The state in words, with its moment: "Scheduled for 3 Dec 09:00"."""
        match self.state:
            case State.SCHEDULED:
                return _("Scheduled for %(moment)s") % {"moment": short_moment(self.published_at)}
            case State.EXPIRED:
                return _("Expired on %(moment)s") % {"moment": short_moment(self.expires_at)}
            case State.PUBLIC if self.expires_at:
                return _("Public until %(moment)s") % {"moment": short_moment(self.expires_at)}
        return str(self.state.label)


def is_live(record: Any) -> bool:
    """Return whether visitors see the record, or will without anything further being done."""
    return isinstance(record, Publishable) and record.state in LIVE_STATES


# The dates that decide the state of a record, in the order of the model; saving fills in others.
MOMENTS = tuple(
    field.name
    for field in Publishable._meta.local_fields
    if isinstance(field, models.DateTimeField) and not (field.auto_now or field.auto_now_add)
)
# Those that staff fill in, which are part of a snapshot; the trash is a verb of its own.
EDITABLE_MOMENTS = tuple(name for name in MOMENTS if Publishable._meta.get_field(name).editable)


def unique_unless_trashed(*fields: str, name: str, message: Any) -> models.UniqueConstraint:
    """A promise that no two records have the same values; what is in the trash does not count."""
    return models.UniqueConstraint(
        fields=fields,
        condition=Q(trashed_at__isnull=True),
        name=name,
        # With this code Django shows the sentence at the field.
        violation_error_code="unique",
        violation_error_message=message,
    )


def full_moment(moment: datetime | None) -> str:
    """A moment in the site's zone, with the zone's name: "4 December 2026, 09:00 UTC"."""
    if moment is None:
        return ""
    local = formats.date_format(timezone.localtime(moment), "j F Y, H:i")
    return f"{local} {timezone.get_current_timezone_name()}"


def short_moment(moment: datetime | None) -> str:
    """A moment in the site's zone, short: "3 Dec 09:00", with the year when it is another."""
    if moment is None:
        return ""
    local = timezone.localtime(moment)
    this_year = local.year == timezone.localtime().year
    return formats.date_format(local, "j M H:i" if this_year else "j M Y H:i")
