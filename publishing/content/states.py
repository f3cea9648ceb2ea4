"""What "public" means: the one rule, as a query and as a test of one object.

A record's state is a comparison of its moments (`publishable.MOMENTS`) with the present, so nothing
has to run for a record to appear or to go.
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


# Visitors see these, or will without anything further being done.
LIVE_STATES = (State.PUBLIC, State.SCHEDULED)


def state_q(state: str, moment: datetime | None = None, path: str = "") -> Q:
    """The rows that are in a state at a moment (default: now). Each row is in exactly one.

    With a path, the rows of which the object at its end is, for example "themes".
    """

    def where(**conditions: Any) -> Q:
        return Q(**{f"{path}__{name}" if path else name: to for name, to in conditions.items()})

    moment = moment or timezone.now()
    there = where(trashed_at__isnull=True)
    if path:
        # Where there is no such object, its moments are empty too.
        there &= where(pk__isnull=False)
    archived = there & where(archived_at__lte=moment)
    kept = there & (where(archived_at__isnull=True) | where(archived_at__gt=moment))
    started = where(published_at__lte=moment)
    lasting = where(expires_at__isnull=True) | where(expires_at__gt=moment)
    return {
        State.TRASHED: where(trashed_at__isnull=False),
        State.ARCHIVED: archived,
        State.DRAFT: kept & where(published_at__isnull=True),
        State.SCHEDULED: kept & where(published_at__gt=moment),
        State.EXPIRED: kept & started & where(expires_at__lte=moment),
        State.PUBLIC: kept & started & lasting,
    }[State(state)]


def state_of(
    published_at: datetime | None,
    expires_at: datetime | None,
    archived_at: datetime | None,
    trashed_at: datetime | None = None,
    moment: datetime | None = None,
) -> State:
    """The state that `state_q` would find an object with these moments in."""
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
