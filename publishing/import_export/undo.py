"""Undo an import, but for the records that were edited since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable
from publishing.import_export.bulk_apply import (
    EMPTY,
    TRIES,
    ConcurrentEdit,
    RecordChange,
    assign,
    hold,
    prepare,
)
from publishing.import_export.bulk_snapshots import load_snapshots, slices, state
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.constraints import BulkConstraints
from publishing.import_export.models import Batch
from publishing.revisions.models import Action, Revision, entry, name_of
from publishing.revisions.snapshots import Snapshot, content_fields, part_relation, row_fields


class ImportUndo:
    """The undo of one import, for the person who asks for it."""

    def __init__(self, desk: Any, request: HttpRequest, batch: Batch) -> None:
        self.desk, self.request, self.batch = desk, request, batch
        self.model: type[models.Model] = desk.model
        self.left: list[list[str]] = []
        self.lines: list[Revision] = []

    def run(self) -> None:
        """Undo the import. Raises ConcurrentEdit if others keep saving, IntegrityError."""
        for _attempt in range(TRIES):
            if self._try():
                return
        raise ConcurrentEdit([])

    def unseen(self) -> bool:
        """Tell whether the import is about a record that the person may not see."""
        done = self.batch.revisions.filter(action__in=(Action.IMPORTED, Action.DRAFTED))
        found = {self._key(revision) for revision in done.only("object_pk")}
        there = {key for some in slices(found) for key in self._there(some)}
        return bool(there - self._mine(list(there)))

    def _there(self, keys: list[Any]) -> Iterable[Any]:
        return self.model._base_manager.filter(pk__in=keys).values_list("pk", flat=True)

    def _try(self) -> bool:
        self.left, self.lines = [], []
        done = self.batch.revisions.filter(action__in=(Action.IMPORTED, Action.DRAFTED))
        revisions = list(done.order_by("pk"))
        keys = [self._key(revision) for revision in revisions]
        before = state(self.model, keys)
        records, present = load_snapshots(self.model, keys)
        mine = self._mine(keys)
        fit = [r for r in revisions if self._fits(r, records, present, mine)]
        made = self._restored([r for r in fit if r.action == Action.IMPORTED and r.base], records)
        drafts = [revision for revision in fit if revision.action == Action.DRAFTED]
        for draft in drafts:
            self._log(draft, records[self._key(draft)], draft.base)
        new = [r for r in fit if r.action == Action.IMPORTED and not r.base]
        gone = self._removable(new, records)
        made.insert(Revision, self.lines)
        with transaction.atomic():
            if Batch.objects.select_for_update().get(pk=self.batch.pk).undone_at:
                return True
            hold(self.model, keys)
            if state(self.model, keys) != before:
                return False
            made.run()
            _close(drafts)
            self._remove(gone)
            self.batch.undone_at = timezone.now()
            self.batch.undone_by = name_of(self.request.user)
            self.batch.left = self.left
            self.batch.save(update_fields=["undone_at", "undone_by", "left"])
        return True

    def _mine(self, keys: list[Any]) -> set[Any]:
        """Return the keys of the records that the person may see."""
        rows = self.desk.get_queryset(self.request).order_by()
        return {
            key
            for some in slices(keys)
            for key in rows.filter(pk__in=some).values_list("pk", flat=True)
        }

    def _key(self, revision: Revision) -> Any:
        return self.model._meta.pk.to_python(revision.object_pk)

    def _leave(self, revision: Revision, reason: str) -> None:
        self.left.append([revision.object_pk, revision.label, reason])

    def _fits(
        self, revision: Revision, records: Any, present: dict[Any, Snapshot], mine: set[Any]
    ) -> bool:
        """Tell whether a record is still as the import left it; if not, keep the reason."""
        key = self._key(revision)
        record, reason = records.get(key), ""
        if record is None:
            reason = _("It was deleted since.")
        elif key not in mine:
            reason = _("You may not change it.")
        elif revision.action == Action.DRAFTED:
            reason = "" if revision.stage else _("Its draft was published or replaced since.")
        elif getattr(record, "trashed_at", None):
            reason = _("It lies in the trash.")
        elif present[key] != revision.content:
            reason = _("It was edited since.")
        elif not self._may(record):
            reason = _("You may not change it.")
        if reason:
            self._leave(revision, reason)
        return not reason

    def _may(self, record: Any) -> bool:
        allowed: bool = self.desk.has_change_permission(self.request, record)
        return allowed and self.desk.may_put_live(self.request, record)

    def _log(self, revision: Revision, record: Any, content: Snapshot | None) -> None:
        self.lines.append(
            entry(
                record,
                Action.UNDONE,
                self.request.user,
                _("From “%s”") % self.batch.file_name,
                base=revision.content,
                content=content,
                batch=self.batch,
            )
        )

    def _restored(self, revisions: list[Revision], records: dict[Any, Any]) -> DeferredSQL:
        """Return the SQL that restores the records to their content before the import."""
        changes = []
        gone = self._gone(revisions)
        for revision in revisions:
            record, base = records[self._key(revision)], revision.base or EMPTY
            if any(target in gone for target in self._targets(base)):
                self._leave(revision, _("What it pointed at was deleted since."))
                continue
            changes.append((revision, RecordChange(record, revision.content, base)))
        free = self._free(changes)
        for revision, change in free:
            self._log(revision, change.record, revision.base)
        return prepare(self.model, [change for _revision, change in free])

    def _free(
        self, changes: list[tuple[Revision, RecordChange]]
    ) -> list[tuple[Revision, RecordChange]]:
        """Return the changes whose unique values no other record has by now."""
        constraints = BulkConstraints(self.model)
        for _revision, (record, base, content) in changes:
            assign(record, base, content, content_fields(self.model))
        holders = constraints.holders([change.record for _revision, change in changes])
        mine = {change.record.pk for _revision, change in changes}
        found = []
        for revision, change in changes:
            claims = constraints.claims(change.record)
            # What belongs to a record that is restored too becomes free with it.
            taken = [said for c, said in claims.items() if c in holders and holders[c] not in mine]
            if taken:
                self._leave(revision, " ".join(taken))
            else:
                found.append((revision, change))
        return found

    def _targets(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        for field in content_fields(self.model):
            value = content["fields"].get(field.name)
            if field.related_model and value is not None:
                yield field.related_model, value
        for name, keys in content["links"].items():
            model = self.model._meta.get_field(name).related_model
            yield from ((model, key) for key in keys)
        for part, rows in content["rows"].items():
            for field in row_fields(part_relation(self.model, part)):
                if field.related_model:
                    yield from ((field.related_model, row[field.name]) for row in rows.values())

    def _gone(self, revisions: list[Revision]) -> set[tuple[Any, Any]]:
        """Return the records that the old contents point at and that were deleted since."""
        wanted = {target for r in revisions for target in self._targets(r.base or EMPTY)}
        there: set[tuple[Any, Any]] = set()
        for model in {model for model, _key in wanted}:
            for some in slices(key for kind, key in wanted if kind is model and key is not None):
                found = model._base_manager.filter(pk__in=some).values_list("pk", flat=True)
                there |= {(model, key) for key in found}
        return {(model, key) for model, key in wanted - there if key is not None}

    def _removable(self, revisions: list[Revision], records: dict[Any, Any]) -> list[Any]:
        """Return the keys of the records that the import added and that can be removed."""
        found = []
        for revision in revisions:
            record = records[self._key(revision)]
            if not issubclass(self.model, Publishable) and _in_use(record):
                self._leave(revision, _("Other records point at it."))
                continue
            self._log(revision, record, revision.content)
            found.append(record.pk)
        return found

    def _remove(self, keys: list[Any]) -> None:
        """Move the records to the trash; delete those that have none."""
        for some in slices(keys):
            rows = self.model._base_manager.filter(pk__in=some)
            if issubclass(self.model, Publishable):
                now = timezone.now()
                rows.update(trashed_at=now, updated_at=now)
            else:
                rows.delete()


def _close(drafts: list[Revision]) -> None:
    for some in slices(drafts):
        Revision.objects.filter(pk__in=[draft.pk for draft in some]).update(stage="", due_at=None)


def _in_use(record: models.Model) -> bool:
    relations: Any = record._meta.related_objects
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: record.pk}).exists()
        for relation in relations
    )
