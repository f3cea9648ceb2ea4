"""Loading of the starter content: a three-way merge of each row with its record.

The base is the row as it was loaded last time, one side is the row in the file, the other the
record in the database. A correction in the file is written only where the database still has what
was loaded; what staff changed stays, and what they deleted never comes back.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from portal.models import StarterRow
from portal.starter.first_entries import log_loaded
from portal.starter.former_rows import FormerRow, is_unchanged, rename, to_withdraw, withdraw
from portal.starter.matching import ExistingRecords
from portal.starter.reading import FileRow
from portal.starter.schema import FILES, StarterFile
from publishing.content.richtext import RichTextField
from publishing.models import Publishable
from publishing.revisions.snapshots import (
    Snapshot,
    apply,
    content_fields,
    differing,
    merge,
    plain,
    same,
)
from publishing.revisions.transitions import ensure_published_at

LOCK = 0x1EA4_C171
"""The advisory lock on PostgreSQL, so that loads wait for each other."""

DELETED = "(deleted)"
"""The key in a snapshot of a record that staff deleted; no record has this key."""


class RowRejected(Exception):
    """The database rejected a row; nothing was loaded."""


@dataclass
class LoadReport:
    """The number of rows by outcome, and sentences about rows that could not be corrected."""

    counts: Counter[str] = field(default_factory=Counter)
    withdrawn: int = 0
    remarks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"Loaded {counts.total():,} rows: "
            f"{counts['new']:,} new, {counts['changed']:,} changed, "
            f"{counts['left']:,} left as staff have them, {counts['deleted']:,} deleted by staff."
            + (f" Withdrew {self.withdrawn:,} former rows." if self.withdrawn else "")
        )


def load_starter(
    rows: Sequence[FileRow],
    moment: datetime,
    done: Callable[[], object] = lambda: None,
    former: Sequence[FormerRow] = (),
) -> LoadReport:
    """Write checked rows, all of them or none; new records are public from `moment`.

    The rows come file by file, each after those that it links to. `done` is called after each row.
    `former` are rows of earlier versions. Raises RowRejected.
    """
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # On SQLite transactions wait for each other from the start; here they would not.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        loader = StarterLoader(moment, done, former)
        by_file = {name: list(own) for name, own in groupby(rows, key=lambda row: row.file.name)}
        for file in FILES:
            if not file.adds_to:
                loader.load_file(file, by_file.get(file.name, []))
        loader.forget_withdrawn()
        log_loaded(loader.starter_rows.values())
    return loader.report


class StarterLoader:
    """One load of all files, in their order."""

    def __init__(
        self, moment: datetime, done: Callable[[], object], former: Sequence[FormerRow]
    ) -> None:
        self.moment, self.done, self.former = moment, done, former
        self.report = LoadReport()
        self.starter_rows = {starter.key: starter for starter in StarterRow.objects.all()}
        rename(former, self.starter_rows)
        # Rows withdrawn in this load; rows of later files may still name them.
        self.gone: list[StarterRow] = []
        self.key_now = {row.row: row.now for row in former if row.now}
        # The record of each row, by the key of the row, unless staff deleted it.
        self.records: dict[str, models.Model] = {}

    def load_file(self, file: StarterFile, rows: list[FileRow]) -> None:
        label, key = file.model._meta.label_lower, file.model._meta.pk
        loaded_keys = {row.object_pk for row in self.starter_rows.values() if row.model == label}
        existing = ExistingRecords(file, loaded_keys)
        new: list[StarterRow] = []
        changed: list[StarterRow] = []
        for row in rows:
            stored = self.starter_rows.get(row.key)
            if stored is None:
                outcome = self.add(row, existing)
                if row.key in self.records:
                    new.append(self.make_starter_row(row))
            elif record := existing.records.get(key.to_python(stored.object_pk)):
                self.records[row.key] = record
                before = dict(stored.values)
                outcome = self.update(row, stored, existing)
                changed += [stored] if stored.values != before else []
            else:
                outcome = "deleted"
            self.report.counts[outcome] += 1
            self.done()
        StarterRow.objects.bulk_create(new, batch_size=100)
        StarterRow.objects.bulk_update(changed, ["values"], batch_size=100)
        self.withdraw(file, existing, {row.key for row in rows})

    def make_starter_row(self, row: FileRow) -> StarterRow:
        """Return the StarterRow of a new row, not saved yet."""
        self.starter_rows[row.key] = StarterRow(
            key=row.key,
            model=row.file.model._meta.label_lower,
            object_pk=str(self.records[row.key].pk),
            values=row.values,
        )
        return self.starter_rows[row.key]

    # -- Rows that were never loaded ---------------------------------------------------------

    def add(self, row: FileRow, existing: ExistingRecords) -> str:
        """Save the record of a new row, unless staff made it already; theirs is not changed."""
        record = row.record(self.records)
        if record is None:
            return "deleted"
        if match := existing.find_same(record):
            self.records[row.key] = match
            return "left"
        if isinstance(record, Publishable):
            ensure_published_at(record, self.moment)
        try:
            record.save(force_insert=True)
        except IntegrityError as error:
            raise RowRejected(
                f"{row.file.name}, line {row.line}: a record that staff made stands in the way "
                f"of this row ({str(error).splitlines()[0]}). Nothing was loaded."
            ) from error
        for name, keys in self.snapshot(row.file, row.values, self.current_key)["links"].items():
            if keys:
                getattr(record, name).add(*keys)
        self.records[row.key] = record
        return "new"

    # -- Rows that the file no longer has ----------------------------------------------------

    def withdraw(self, file: StarterFile, existing: ExistingRecords, keys: set[str]) -> None:
        """Withdraw the records of rows that left the file, unless staff changed or deleted them."""
        to_python = file.model._meta.pk.to_python
        for row, stored in to_withdraw(self.former, file.name, self.starter_rows, keys):
            if record := existing.records.get(to_python(stored.object_pk)):
                values = {name: stored.values.get(name, []) for name in file.link_names}
                base = self.snapshot(file, stored.values | values, self.former_key)
                theirs = existing.snapshots[record.pk]
                for side in (base, theirs):
                    normalise_texts(file, side)
                if is_unchanged(base, theirs):
                    withdraw(record, row.reason)
                    self.report.withdrawn += 1
                else:
                    self.report.remarks.append(
                        f"“{record}” is no longer in {file.name}, but staff changed it, so it was "
                        f"left as it is. {row.reason}"
                    )
            self.gone.append(stored)

    def forget_withdrawn(self) -> None:
        """Delete the stored rows that were withdrawn: staff may restore their records for good."""
        for stored in self.gone:
            del self.starter_rows[stored.key]
            stored.delete()

    # -- Rows that were loaded before --------------------------------------------------------

    def update(self, row: FileRow, stored: StarterRow, existing: ExistingRecords) -> str:
        """Apply the corrections of a row to its record, and store them in its StarterRow."""
        record = self.records[row.key]
        # Rows that belong to a record have a file of their own.
        theirs = existing.snapshots[record.pk] | {"rows": {}}
        last = {name: stored.values.get(name, default_value(row, name)) for name in row.values}
        base = self.snapshot(row.file, last, self.former_key)
        mine = self.snapshot(row.file, row.values, self.current_key)
        for side in (base, theirs):
            normalise_texts(row.file, side)
        skipped = skipped_fields(row.file, base, mine, theirs)
        wanted = mine | {"fields": mine["fields"] | {n: base["fields"][n] for n in skipped}}
        merged = merge(base, wanted, theirs).content
        if not same(theirs, merged) and not self.apply(row, record, merged):
            skipped |= mine["fields"].keys()
            merged = theirs | {"links": merged["links"]}
        self.link(row, record, theirs, merged)
        # Another row may be about the same record.
        existing.snapshots[record.pk] = merged
        stored.values |= {name: value for name, value in row.values.items() if name not in skipped}
        if not same(theirs, merged):
            return "changed"
        return "same" if same(mine, merged) else "left"

    def snapshot(
        self, file: StarterFile, values: dict[str, Any], key_of: Callable[[str], Any]
    ) -> Snapshot:
        """Return the values of a row as a snapshot: with keys of records, not of rows."""
        fields = {
            f.name: key_of(value) if f.is_relation and value is not None else value
            for f in content_fields(file.model)
            if f.name in values
            for value in [values[f.name]]
        }
        links = {
            name: sorted({key_of(key) for key in values[name]} - {DELETED})
            for name in file.link_names
        }
        return {"fields": fields, "links": links, "rows": {}}

    def current_key(self, row_key: str) -> Any:
        """Return the key of a row's record, or DELETED."""
        return self.records[row_key].pk if row_key in self.records else DELETED

    def former_key(self, row_key: str) -> Any:
        """Return the key of the record that a row became, even if the record was deleted since."""
        row_key = self.key_now.get(row_key, row_key)
        if row_key not in self.starter_rows:
            return DELETED
        stored = self.starter_rows[row_key]
        return apps.get_model(stored.model)._meta.pk.to_python(stored.object_pk)

    def apply(self, row: FileRow, record: models.Model, content: Snapshot) -> bool:
        """Save the corrected record, unless that contradicts the changes of staff."""
        try:
            apply(record, content)
        except ValidationError as error:
            self.report.remarks.append(
                f"{row.file.name}, line {row.line}: the correction does not fit what staff "
                f"changed in “{row.record(self.records)}”, so it was left out "
                f"({' '.join(error.messages)})"
            )
            return False
        return True

    def link(self, row: FileRow, record: models.Model, old: Snapshot, new: Snapshot) -> None:
        """Set the links that differ; `apply` does not set those from the other model's side."""
        for name in row.file.link_names:
            if new["links"][name] != old["links"][name]:
                getattr(record, name).set(new["links"][name])


def default_value(row: FileRow, name: str) -> Any:
    """Return the value that a new record has in a field: the file may have a new column."""
    column: Any = row.file.model._meta.get_field(name)
    return [] if column.many_to_many else plain(column.get_default())


def skipped_fields(file: StarterFile, base: Snapshot, mine: Snapshot, theirs: Snapshot) -> set[str]:
    """Return the fields that are not corrected, each with all fields of its statement.

    Staff gave them another value than the file, or deleted the record that they would point to.
    """
    skipped = {name for name, value in mine["fields"].items() if value == DELETED}
    changed = {*differing(base, theirs)} & {*differing(mine, theirs)}
    skipped |= {name for kind, name, *_rest in changed if kind == "fields"}
    for names in file.statements:
        if skipped.intersection(names):
            skipped |= mine["fields"].keys() & set(names)
    return skipped


def normalise_texts(file: StarterFile, side: Snapshot) -> None:
    """Bring the rich texts of a snapshot into their normal form: it may be older than that form."""
    for column in content_fields(file.model):
        if isinstance(column, RichTextField) and side["fields"].get(column.name):
            side["fields"][column.name] = column.sanitize(side["fields"][column.name])
