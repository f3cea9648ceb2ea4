"""Import the rows of a preview: many records in one transaction.

Everything is computed before the transaction; inside it the records are only compared once more and
saved in bulk, so that locks are held as briefly as possible.
"""

from __future__ import annotations

from itertools import chain
from typing import Any

from django.db import models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.scope import OutOfScope, choose, narrowed, scope_of
from publishing.import_export import bulk_apply
from publishing.import_export.bulk_apply import TRIES, ConcurrentEdit, RecordChange
from publishing.import_export.bulk_snapshots import (
    existing_keys,
    fingerprint,
    load_snapshots,
    slices,
)
from publishing.import_export.bulk_sql import DeferredSQL, data_version
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
    """Return False if somebody saved one of the records meanwhile; nothing is saved then."""
    version = data_version()
    write = BatchWrite(model, batch, person, note)
    counts = batch.count_outcomes()
    with transaction.atomic():
        if Batch.objects.select_for_update().defer("content").get(pk=batch.pk).imported_at:
            return True
        bulk_apply.lock_rows(model, chain(*write.changed))
        # In SQLite everybody waits for the comparison, which is needed only if somebody wrote.
        if (version is None or version != data_version()) and not write.is_current():
            return False
        write.sql.run()
        _require_within(model, write.live, person)
        batch.imported_at, batch.counts, batch.content = timezone.now(), counts, None
        batch.save(update_fields=["imported_at", "counts", "content"])
    return True


class BatchWrite:
    """The SQL that imports the rows of a preview, with what has to be true when it runs.

    The rows are read and compiled in slices, so that the memory holds the SQL only.
    """

    def __init__(self, model: type[models.Model], batch: Batch, person: Any, note: str) -> None:
        """Compile the SQL. Raises ConcurrentEdit and OutOfScope."""
        self.model, self.batch, self.person = model, batch, person
        self.note = note or _("From “%s”") % batch.file_name
        self.sql = DeferredSQL()
        # The keys of the records that change, in slices with their fingerprints; and those of all
        # records that are saved, and not only drafted.
        self.changed: list[list[Any]] = []
        self.before: list[int] = []
        self.live: list[Any] = []
        stale: list[int] = []
        rows = batch.rows.filter(outcome__in=(RowOutcome.NEW, RowOutcome.CHANGED))
        for numbers in slices(rows.order_by("number").values_list("number", flat=True)):
            stale += self._add(list(batch.rows.filter(number__in=numbers).defer("cells")))
        if stale:
            raise ConcurrentEdit(stale)

    def is_current(self) -> bool:
        """Return whether the records are as they were when the SQL was compiled."""
        return [fingerprint(self.model, keys) for keys in self.changed] == self.before

    def _add(self, rows: list[BatchRow]) -> list[int]:
        """Add the SQL of a slice of rows; return the numbers of those with other content now."""
        key = self.model._meta.pk
        keys = {row.number: key.to_python(row.object_pk) for row in rows if row.base}
        self.changed.append(list(keys.values()))
        self.before.append(fingerprint(self.model, keys.values()))
        records, present = load_snapshots(self.model, keys.values())
        if stale := _stale(rows, keys, records, present):
            return stale
        changes = {
            r.number: _record_change(self.model, r, records.get(keys.get(r.number))) for r in rows
        }
        for change in changes.values():
            if change.base is not None:
                check_change(self.model, change.base, change.content, self.person)
        drafts = {row.number for row in rows if row.as_draft}
        live = [change for number, change in changes.items() if number not in drafts]
        bulk_apply.compile_changes(self.model, live, self.sql)
        self.live += [change.record.pk for change in live]
        self.sql.insert(Revision, [self._entry(c, n in drafts) for n, c in changes.items()])
        return []

    def _entry(self, change: RecordChange, is_draft: bool) -> Revision:
        return entry(
            change.record,
            Action.DRAFTED if is_draft else Action.IMPORTED,
            self.person,
            self.note,
            base=change.base,
            content=change.content,
            stage=Stage.DRAFT if is_draft else "",
            batch=self.batch,
        )


def _require_within(model: type[models.Model], keys: list[Any], person: Any) -> None:
    """Raise OutOfScope if a saved record is outside the scope of the user."""
    scope = scope_of(person)
    if scope is None:
        return
    within = existing_keys(narrowed(model._default_manager.order_by(), scope), keys)
    if foreign := [key for key in keys if key not in within][:10]:
        names = map(str, model._base_manager.in_bulk(foreign).values())
        raise OutOfScope(f"{', '.join(names)}: {choose(scope)}")


def _record_change(model: type[models.Model], row: BatchRow, record: Any) -> RecordChange:
    content: Any = row.content
    if record is None:
        # Before the import a new record has a key only if staff typed one.
        record = model(pk=row.object_pk or None)
    return RecordChange(record, row.base, content)


def _stale(
    rows: list[BatchRow],
    keys: dict[int, Any],
    records: dict[Any, Any],
    present: dict[Any, Snapshot],
) -> list[int]:
    """Return the numbers of the rows whose record differs from their preview."""
    return [
        row.number
        for row in rows
        if row.base
        and (
            present.get(keys[row.number]) != row.base
            or getattr(records[keys[row.number]], "trashed_at", None)
        )
    ]
