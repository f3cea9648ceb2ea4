"""The moves of a record between its states, each written down as a revision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import MOMENTS, Publishable, full_moment
from publishing.content.states import State
from publishing.revisions import snapshots
from publishing.revisions.drafts import lock
from publishing.revisions.models import Action, log, open_draft

Move = Callable[[Publishable], Action | None]


def begin(record: Publishable, moment: datetime) -> datetime:
    """Return “public from”; set it to `moment` if the record has no such date."""
    record.published_at = record.published_at or moment
    return record.published_at


def publish(record: Publishable) -> Action | None:
    """Make it public from its “public from” on, or from now on if that is empty.

    A time ahead stays as it is, so the record is scheduled. Raises ValidationError if another of
    its dates would keep it from being seen.
    """
    before = record.state
    return None if before == State.PUBLIC else _put_out(record, before)


def publish_now(record: Publishable) -> Action | None:
    """Make it public at once: a “public from” ahead and a “public until” that has passed go."""
    before, now = record.state, timezone.now()
    if before == State.PUBLIC:
        return None
    if record.published_at and record.published_at > now:
        record.published_at = None
    if record.expires_at and record.expires_at <= now:
        record.expires_at = None
    return _put_out(record, before)


def _put_out(record: Publishable, before: State) -> Action | None:
    """Set the dates of a record that is to be seen; None if it was scheduled and still is."""
    now = timezone.now()
    start = begin(record, now)
    if record.archived_at and record.archived_at <= now:
        record.archived_at = None
    if record.expires_at and record.expires_at <= now:
        raise ValidationError(_("“Public until” has passed. Choose a later time, or empty it."))
    if record.archived_at and record.archived_at <= start:
        raise ValidationError(_("“Archived on” has to be later than “public from”."))
    if record.state == State.SCHEDULED:
        return None if before == State.SCHEDULED else Action.SCHEDULED_RECORD
    return Action.PUBLISHED


def visibility(record: Publishable) -> str:
    """Return the sentence for staff about when visitors see a record; "" if they never will."""
    match record.state:
        case State.PUBLIC:
            return _("Visitors can see it now.")
        case State.SCHEDULED:
            said = _("Scheduled for %(moment)s. Visitors cannot see it until then.")
            return said % {"moment": full_moment(record.published_at)}
    return ""


def unpublish(record: Publishable) -> Action | None:
    """Make it a draft."""
    if record.state == State.DRAFT:
        return None
    record.published_at = record.archived_at = None
    return Action.UNPUBLISHED


def archive(record: Publishable) -> Action | None:
    """Put it away."""
    if record.state == State.ARCHIVED:
        return None
    record.archived_at = timezone.now()
    return Action.ARCHIVED


def trash(record: Publishable) -> Action | None:
    """Put it into the trash, with all that belongs to it."""
    if record.state == State.TRASHED:
        return None
    record.trashed_at = timezone.now()
    return Action.TRASHED


def recover(record: Publishable) -> Action | None:
    """Take it out of the trash, in the state that it was in.

    An address that another record took meanwhile is made anew; a name that was taken is refused.
    """
    if record.state != State.TRASHED:
        return None
    record.trashed_at = None
    if hasattr(record, "slug") and not record._is_free(record.slug):  # type: ignore[attr-defined]
        record.slug = ""
    record.full_clean()
    return Action.RECOVERED


def move(record: Any, how: Move, person: Any = None, note: str = "") -> bool:
    """Move a record and write it down; False if it was there already.

    Only the moments are saved, so that what others typed meanwhile stays. Raises
    ValidationError if the record may not stand there.
    """
    with transaction.atomic():
        present = lock(record)
        if present.trashed_at and how not in (trash, recover):
            raise ValidationError(_("It is in the trash. Take it out first."))
        base = snapshots.take(present)
        action = how(present)
        if action is None:
            return False
        saved = [*MOMENTS, "updated_at"]
        present.save(update_fields=[*saved, "slug"] if action is Action.RECOVERED else saved)
        if (
            action in (Action.PUBLISHED, Action.SCHEDULED_RECORD)
            and (review := open_draft(present))
            and review.is_review_request
        ):
            # It was asked for, and has happened.
            review.close()
        log(present, action, person, note, base=base, content=snapshots.take(present))
        return True
