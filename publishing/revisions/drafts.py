"""Write a snapshot to a record: for good, or as its draft, which is published or discarded."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from publishing.content.states import State
from publishing.revisions import snapshots
from publishing.revisions.models import Action, Revision, Stage, log
from publishing.revisions.rehearsal import rehearse
from publishing.revisions.snapshots import Conflict, Snapshot


class MergeConflict(Exception):
    """The draft cannot be published: it and the record were changed in the same places."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__(conflicts)
        self.conflicts = conflicts


def lock(record: models.Model) -> Any:
    """Lock the row with SELECT … FOR UPDATE and return it as it is in the database."""
    return type(record)._base_manager.select_for_update().get(pk=record.pk)


def write(
    record: Any,
    content: Snapshot,
    action: Action,
    person: Any = None,
    note: str = "",
) -> list[str]:
    """Apply a snapshot for good and log it; do nothing if it changes nothing.

    Returns the sentences of `snapshots.apply` and raises what it raises.
    """
    with transaction.atomic():
        base = snapshots.take(lock(record))
        problems = snapshots.apply(record, content)
        after = snapshots.take(record)
        if not snapshots.same(base, after):
            done = logged_action(record, action, base, after)
            log(record, done, person, note, base=base, content=after)
    return problems


def logged_action(record: Any, action: Action, base: Snapshot, content: Snapshot) -> Action:
    """Return the action for the history: a record that waits for its date is scheduled."""
    if getattr(record, "state", None) != State.SCHEDULED:
        return action
    is_moved = base["fields"]["published_at"] != content["fields"]["published_at"]
    if action is Action.PUBLISHED or (action is Action.CHANGED and is_moved):
        return Action.SCHEDULED_RECORD
    return action


def keep_draft(
    record: Any,
    content: Snapshot,
    action: Action = Action.DRAFTED,
    person: Any = None,
    note: str = "",
    *,
    stage: Stage = Stage.DRAFT,
    due_at: datetime | None = None,
    live: Snapshot | None = None,
) -> Revision:
    """Keep a snapshot as the draft of a record. Raises ValidationError if it is not valid.

    With `live`, the snapshot of the locked record, the content was saved in a rehearsal a moment
    ago, so it is not checked again.
    """
    if live is None:
        with rehearse():
            snapshots.apply(record, content)
        record.refresh_from_db()
        live = snapshots.take(record)
    return log(record, action, person, note, base=live, content=content, stage=stage, due_at=due_at)


def discard(record: Any, draft: Revision, person: Any = None, note: str = "") -> None:
    """Discard a draft. Its content stays in the history, and its base too."""
    live = snapshots.take(record)
    draft.close()
    log(record, Action.DISCARDED, person, note, base=draft.merged(live).content, content=live)


def publish_draft(
    draft: Revision, person: Any = None, note: str = "", choices: dict[str, str] | None = None
) -> list[str]:
    """Publish a draft, merged with what others changed since it began.

    Raises MergeConflict if both changed the same value and no choice decides, and ValidationError
    if the result is not valid, the record is gone or the draft is no longer the open one. Nothing
    is changed then.
    """
    with transaction.atomic():
        record = lock_record_of(draft)
        if not Revision.objects.open().filter(pk=draft.pk).exists():
            raise ValidationError(_("Somebody changed this draft in the meantime. Check it again."))
        merged = snapshots.resolve(draft.merged(snapshots.take(record)), choices or {})
        if merged.conflicts:
            raise MergeConflict(merged.conflicts)
        draft.close()
        return write(record, merged.content, Action.PUBLISHED, person, note)


def lock_record_of(draft: Revision) -> Any:
    """Lock the record of a draft and return it. Raises ValidationError if it is gone.

    Always lock the record first and its draft afterwards, to avoid deadlocks.
    """
    if (record := draft.record) is None:
        raise ValidationError(_("The record has been deleted."))
    return lock(record)
