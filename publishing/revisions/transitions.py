"""State transitions of a record (publish, archive, trash …), each logged as a revision."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.moments import format_full_moment
from publishing.content.publishable import MOMENTS, Publishable
from publishing.content.states import State
from publishing.revisions import snapshots
from publishing.revisions.drafts import lock
from publishing.revisions.models import Action, log, open_draft

Transition = Callable[[Publishable], Action | None]


def ensure_published_at(record: Publishable, moment: datetime) -> datetime:
    """Return “publish at”; without one, set it to the date of first publication, or `moment`."""
    record.published_at = record.published_at or record.first_published_at or moment
    return record.published_at


def publish(record: Publishable) -> Action | None:
    """Publish the record from its “publish at” on; if that is empty, from its first date or now.

    A future date stays as it is, so the record is scheduled. Raises ValidationError if another of
    its dates would keep it hidden.
    """
    previous = record.state
    return None if previous == State.PUBLIC else _schedule_or_publish(record, previous)


def publish_now(record: Publishable) -> Action | None:
    """Publish the record at once: clear a future “publish at” and a past “expires at”."""
    previous, now = record.state, timezone.now()
    if previous == State.PUBLIC:
        return None
    if record.published_at and record.published_at > now:
        record.published_at = record.first_published_at = None
    if record.expires_at and record.expires_at <= now:
        record.expires_at = None
    return _schedule_or_publish(record, previous)


def _schedule_or_publish(record: Publishable, previous: State) -> Action | None:
    """Set the dates of a record to publish; return None if it was scheduled and still is."""
    now = timezone.now()
    published_at = ensure_published_at(record, now)
    if record.archived_at and record.archived_at <= now:
        record.archived_at = None
    if record.expires_at and record.expires_at <= now:
        raise ValidationError(_("“Expires at” has passed. Choose a later time, or clear it."))
    if record.archived_at and record.archived_at <= published_at:
        raise ValidationError(
            _("“Archived on” must be later than “Publish at”. Change one of them.")
        )
    if record.state == State.SCHEDULED:
        return None if previous == State.SCHEDULED else Action.SCHEDULED_RECORD
    return Action.PUBLISHED


def visibility_message(record: Publishable) -> str:
    """Return the sentence for staff about when visitors see a record; "" if they never will."""
    match record.state:
        case State.PUBLIC:
            return _("Visitors can see it now.")
        case State.SCHEDULED:
            message = _("Scheduled for %(moment)s. Visitors cannot see it until then.")
            return message % {"moment": format_full_moment(record.published_at)}
    return ""


def unpublish(record: Publishable) -> Action | None:
    """Turn the record back into a draft."""
    if record.state == State.DRAFT:
        return None
    record.published_at = record.archived_at = None
    return Action.UNPUBLISHED


def archive(record: Publishable) -> Action | None:
    """Archive the record from now on."""
    if record.state == State.ARCHIVED:
        return None
    record.archived_at = timezone.now()
    return Action.ARCHIVED


def trash(record: Publishable) -> Action | None:
    """Move the record to the trash, with all that belongs to it."""
    if record.state == State.TRASHED:
        return None
    record.trashed_at = timezone.now()
    return Action.TRASHED


def recover(record: Publishable) -> Action | None:
    """Recover the record from the trash, in the state that it had before.

    Generates a new slug if another record took the old one meanwhile. Raises ValidationError if
    another unique value was taken.
    """
    if record.state != State.TRASHED:
        return None
    record.trashed_at = None
    if hasattr(record, "slug") and not record._is_free(record.slug):  # type: ignore[attr-defined]
        record.slug = ""
    record.full_clean()
    return Action.RECOVERED


def run(
    record: Any,
    transition: Transition,
    person: Any = None,
    note: str = "",
    moment: datetime | None = None,
) -> bool:
    """Run a transition on a record and log it; return False if the record is in that state already.

    `moment` is the date of its entry in the history (default: now): a bulk action has one for all
    of its records, by which they are found to undo it. Saves only the moments (and a new slug), so
    that fields which others saved meanwhile keep their values. Raises ValidationError if the record
    cannot be in that state.
    """
    moment = moment or timezone.now()
    with transaction.atomic():
        locked = lock(record)
        if locked.trashed_at and transition not in (trash, recover):
            raise ValidationError(_("It is in the trash. Take it out first."))
        base = snapshots.take(locked)
        action = transition(locked)
        if action is None:
            return False
        fields = [*MOMENTS, "first_published_at", "updated_at"]
        locked.save(update_fields=[*fields, "slug"] if action is Action.RECOVERED else fields)
        if (
            action in (Action.PUBLISHED, Action.SCHEDULED_RECORD)
            and (review := open_draft(locked))
            and review.is_review_request
        ):
            # The requested review is answered by the publication.
            review.close()
        content = snapshots.take(locked)
        log(locked, action, person, note, base=base, content=content, made_at=moment)
        return True
