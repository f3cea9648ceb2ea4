"""The one rule for "public": a record's state, as a query and as a test of one object.

A state is a comparison of the record's moments (`publishable.MOMENTS`) with the present, so no job
has to run for a record to appear or to expire.
"""

from datetime import datetime
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class State(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SCHEDULED = "scheduled", _("Scheduled")
    PUBLIC = "public", _("Public")
    EXPIRED = "expired", _("Expired")
    ARCHIVED = "archived", _("Archived")
    TRASHED = "trashed", _("In the trash")


# Visitors see records in these states, or will without any further action.
LIVE_STATES = (State.PUBLIC, State.SCHEDULED)


def state_q(state: str, moment: datetime | None = None, path: str = "") -> Q:
    """Return the condition for rows in a state at a moment (default: now).

    Each row is in exactly one state. With a path, such as "themes", the condition is about the
    related object at its end.
    """

    prefix = f"{path}__" if path else ""

    def where(**conditions: Any) -> Q:
        return Q(**{f"{prefix}{name}": value for name, value in conditions.items()})

    moment = moment or timezone.now()
    not_trashed = where(trashed_at__isnull=True)
    if path:
        # Without a related object, its moments are NULL too.
        not_trashed &= where(pk__isnull=False)
    archived = not_trashed & where(archived_at__lte=moment)
    not_archived = not_trashed & (where(archived_at__isnull=True) | where(archived_at__gt=moment))
    started = where(published_at__lte=moment)
    not_expired = where(expires_at__isnull=True) | where(expires_at__gt=moment)
    return {
        State.TRASHED: where(trashed_at__isnull=False),
        State.ARCHIVED: archived,
        State.DRAFT: not_archived & where(published_at__isnull=True),
        State.SCHEDULED: not_archived & where(published_at__gt=moment),
        State.EXPIRED: not_archived & started & where(expires_at__lte=moment),
        State.PUBLIC: not_archived & started & not_expired,
    }[State(state)]


def state_of(
    published_at: datetime | None,
    expires_at: datetime | None,
    archived_at: datetime | None,
    trashed_at: datetime | None = None,
    moment: datetime | None = None,
) -> State:
    """Return the state in which `state_q` would find an object with these moments."""
    moment = moment or timezone.now()
    if trashed_at:
        return State.TRASHED
    if archived_at and archived_at <= moment:
        return State.ARCHIVED
    if published_at is None:
        return State.DRAFT
    if published_at > moment:
        return State.SCHEDULED
    if expires_at and expires_at <= moment:
        return State.EXPIRED
    return State.PUBLIC
