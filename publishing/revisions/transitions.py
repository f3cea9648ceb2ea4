"""The moves of a record between its states, each written down as a revision."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable
from publishing.content.states import State
from publishing.revisions import snapshots
from publishing.revisions.history import lock, log
from publishing.revisions.models import Action, open_draft

MOMENTS = ("published_at", "expires_at", "archived_at", "trashed_at")
Move = Callable[[Publishable], Action | None]


def publish(record: Publishable) -> Action | None:
    """Make it public from now on."""
    if record.state == State.PUBLIC:
        return None
    now = timezone.now()
    if record.published_at is None or record.published_at > now:
        record.published_at = now
    if record.expires_at and record.expires_at <= now:
        record.expires_at = None
    record.archived_at = None
    return Action.PUBLISHED


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
            action is Action.PUBLISHED
            and (review := open_draft(present))
            and review.is_review_request
        ):
            # It was asked for, and has happened.
            review.close()
        log(present, action, person, note, base=base, content=snapshots.take(present))
        return True
