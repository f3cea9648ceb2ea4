"""The history of a record: log what was done to it, and write its content with a log entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

from publishing.content.states import State
from publishing.revisions import snapshots
from publishing.revisions.models import Action, Revision, name_of, open_draft
from publishing.revisions.snapshots import Snapshot


def log(
    record: models.Model,
    action: Action,
    person: Any = None,
    note: str = "",
    *,
    base: Snapshot | None = None,
    content: Snapshot | None = None,
    stage: str = "",
    due_at: datetime | None = None,
    author: Any = None,
) -> Revision:
    """Add an entry to the history. With a stage it is the open draft, in place of the earlier one.

    A draft belongs to its `author`: the person, unless somebody else is named.
    """
    earlier = open_draft(record) if stage else None
    if earlier:
        earlier.close()
    values = {"base": base, "content": content, "stage": stage, "due_at": due_at, "author": author}
    made = entry(record, action, person, note, **values)
    made.save()
    if earlier:
        # A share link follows its draft to the new revision.
        earlier.shared.update(draft=made)
    return made


def entry(
    record: models.Model, action: Action, person: Any = None, note: str = "", **values: Any
) -> Revision:
    """Return an unsaved revision; `values` are further columns."""
    if values.get("stage"):
        values["author"] = values.get("author") or person
    return Revision(
        model=record._meta.label_lower,
        object_pk=str(record.pk),
        label=str(record)[:200],
        action=action,
        person=person,
        person_name=name_of(person)[:150],
        note=note,
        **values,
    )


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
