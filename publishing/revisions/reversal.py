"""Undo a transition: give a record back the state and the dates that it had before.

Only a record that still is as the transition left it is changed, so that nothing which others did
meanwhile is lost. Transitions that ran together have one date in the history, and are found by it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from publishing.content.publishable import EDITABLE_MOMENTS, Publishable
from publishing.revisions import snapshots, transitions
from publishing.revisions.drafts import lock_record_of
from publishing.revisions.models import Action, Revision
from publishing.revisions.snapshots import Snapshot

# The actions that can be undone, each by another transition or by restoring the dates.
REVERSIBLE = (
    Action.PUBLISHED,
    Action.SCHEDULED_RECORD,
    Action.UNPUBLISHED,
    Action.ARCHIVED,
    Action.TRASHED,
    Action.RECOVERED,
)


def entries_of(
    model: type[models.Model], person: Any, moment: datetime
) -> models.QuerySet[Revision]:
    """Return the transitions of records of a model that a person ran together at a moment."""
    return Revision.objects.filter(
        model=model._meta.label_lower, person=person, made_at=moment, action__in=REVERSIBLE
    ).order_by("pk")


def undo_transition(entry: Revision, person: Any) -> None:
    """Undo a transition and log that. Raises ValidationError with a sentence for staff.

    Refused if the record was changed since, or is gone.
    """
    with transaction.atomic():
        record = lock_record_of(entry)
        is_trashed = entry.action == Action.TRASHED
        is_same = snapshots.same(snapshots.take(record), entry.content or {})
        if bool(record.trashed_at) != is_trashed or not is_same:
            raise ValidationError(_("It has been changed since then, so it was left as it is."))
        transitions.run(record, transition_back(entry), person, note_of(entry))


def transition_back(entry: Revision) -> transitions.Transition:
    """Return the transition that undoes an entry of the history."""
    if entry.action == Action.TRASHED:
        return transitions.recover
    if entry.action == Action.RECOVERED:
        return transitions.trash

    def restore_dates(record: Publishable) -> Action:
        set_dates(record, entry.base or {})
        published = moment_of(entry.content or {}, "published_at")
        if record.published_at is None and published and published >= entry.made_at:
            # The publication that is undone was the first one.
            record.first_published_at = None
        return Action.REVERTED

    return restore_dates


def set_dates(record: Publishable, content: Snapshot) -> None:
    """Set the dates of a record to those of a snapshot."""
    for name in EDITABLE_MOMENTS:
        if name in content.get("fields", {}):
            setattr(record, name, moment_of(content, name))


def moment_of(content: Snapshot, name: str) -> datetime | None:
    """Return a moment of a snapshot."""
    text = content.get("fields", {}).get(name)
    return parse_datetime(text) if text else None


def note_of(entry: Revision) -> str:
    """Return the note of the entry that undoes this one: "Undid: Unpublished"."""
    return _("Undid: %(action)s") % {"action": entry.get_action_display()}
