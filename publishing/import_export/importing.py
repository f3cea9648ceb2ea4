"""Import the rows of a preview: many records in one transaction.

Everything is computed before the transaction; inside it the records are only compared once more and
saved in bulk, so that locks are held as briefly as possible.
"""

from __future__ import annotations

from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.scope import OutOfScope, choose, narrowed, scope_of
from publishing.import_export import bulk_apply
from publishing.import_export.bulk_apply import TRIES, ConcurrentEdit, RecordChange
from publishing.import_export.bulk_snapshots import load_snapshots, raw_columns
from publishing.import_export.bulk_sql import set_column
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.revisions.models import Action, Revision, Stage, entry
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import Snapshot


def import_batch(model: type[models.Model], batch: Batch, person: Any, note: str) -> None:
    """Import the rows of the preview, all of them or none.

    Raises ConcurrentEdit, IntegrityError, and OutOfScope for rows outside the user's scope.
    """
    for _attempt in range(TRIES):
        if _try(model, batch, person, note):
            return
    raise ConcurrentEdit(list(batch.rows.exclude(base=None).values_list("number", flat=True)))


def _try(model: type[models.Model], batch: Batch, person: Any, note: str) -> bool:
    """Return False, and save nothing, if a record or a row was changed meanwhile."""
    corrections = Batch.objects.values_list("corrections", flat=True).get(pk=batch.pk)
    rows = list(batch.rows.filter(outcome__in=(RowOutcome.NEW, RowOutcome.CHANGED)).defer("cells"))
    key = model._meta.pk
    keys = {row.number: key.to_python(row.object_pk) for row in rows if row.base}
    before = raw_columns(model, keys.values())
    records, present = load_snapshots(model, keys.values())
    _require_same(rows, keys, records, present)
    changes = {r.number: _record_change(model, r, records.get(keys.get(r.number))) for r in rows}
    for change in changes.values():
        if change.base is not None:
            check_change(model, change.base, change.content, person)
    drafts = {row.number for row in rows if row.as_draft}
    live = [change for number, change in changes.items() if number not in drafts]
    sql = bulk_apply.compile_changes(model, live)
    sql.insert(
        Revision,
        [
            entry(
                change.record,
                Action.DRAFTED if number in drafts else Action.IMPORTED,
                person,
                note or _("From “%s”") % batch.file_name,
                base=change.base,
                content=change.content,
                stage=Stage.DRAFT if number in drafts else "",
                batch=batch,
            )
            for number, change in changes.items()
        ],
    )
    counts = batch.count_outcomes()
    if counts[RowOutcome.PENDING]:
        raise ConcurrentEdit([])
    with transaction.atomic():
        locked = Batch.objects.select_for_update().defer("content").get(pk=batch.pk)
        if locked.imported_at:
            return True
        if locked.corrections != corrections:
            return False
        bulk_apply.lock_rows(model, keys.values())
        if raw_columns(model, keys.values()) != before:
            return False
        sql.run()
        _require_within(model, [change.record for change in live], person)
        batch.imported_at, batch.counts, batch.content = timezone.now(), counts, None
        batch.save(update_fields=["imported_at", "counts", "content"])
    _save_new_keys(rows, changes)
    return True


def _save_new_keys(rows: list[BatchRow], changes: dict[int, RecordChange]) -> None:
    """Save the keys of the new records with their rows, for the links of the page."""
    keys = [(str(changes[row.number].record.pk), row.pk) for row in rows if not row.base]
    set_column(BatchRow, "object_pk", keys)


def _require_within(model: type[models.Model], records: list[Any], person: Any) -> None:
    """Raise OutOfScope if a saved record is outside the scope of the user."""
    scope = scope_of(person)
    if scope is None:
        return
    keys = [record.pk for record in records]
    rows = model._default_manager.filter(pk__in=keys).order_by()
    within = set(narrowed(rows, scope).values_list("pk", flat=True))
    if foreign := [str(record) for record in records if record.pk not in within]:
        raise OutOfScope(f"{', '.join(foreign[:10])}: {choose(scope)}")


def _record_change(model: type[models.Model], row: BatchRow, record: Any) -> RecordChange:
    content: Any = row.content
    if record is None:
        # Before the import a new record has a key only if staff typed one.
        record = model(pk=row.object_pk or None)
    return RecordChange(record, row.base, content)


def _require_same(
    rows: list[BatchRow],
    keys: dict[int, Any],
    records: dict[Any, Any],
    present: dict[Any, Snapshot],
) -> None:
    """Raise ConcurrentEdit if a record differs from the preview of its row."""
    stale = [
        row.number
        for row in rows
        if row.base
        and (
            present.get(keys[row.number]) != row.base
            or getattr(records[keys[row.number]], "trashed_at", None)
        )
    ]
    if stale:
        raise ConcurrentEdit(stale)
