"""The history of a record: log what was done to it, and write its content with a log entry."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import models, transaction

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
    """Write down what somebody did. An open draft takes the place of the one before it.

    A draft is its `author`'s, who is the person unless somebody else is named.
    """
    earlier = open_draft(record) if stage else None
    if earlier:
        earlier.close()
    values = {"base": base, "content": content, "stage": stage, "due_at": due_at, "author": author}
    made = entry(record, action, person, note, **values)
    made.save()
    if earlier:
        # Who was shown the draft by a link sees it as it goes on.
        earlier.shared.update(draft=made)
    return made


def entry(
    record: models.Model, action: Action, person: Any = None, note: str = "", **values: Any
) -> Revision:
    """A line of the history that is not saved yet; `values` are further columns."""
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
    """The record as it is in the database, kept from others until the transaction ends."""
    return type(record)._base_manager.select_for_update().get(pk=record.pk)


def write(
    record: Any,
    content: Snapshot,
    action: Action,
    person: Any = None,
    note: str = "",
) -> list[str]:
    """Apply a content for good and write it down; nothing at all if it changes nothing.

    Gives the sentences of `snapshots.apply`, raises what it raises.
    """
    with transaction.atomic():
        base = snapshots.take(lock(record))
        problems = snapshots.apply(record, content)
        after = snapshots.take(record)
        if not snapshots.same(base, after):
            log(record, action, person, note, base=base, content=after)
    return problems
