"""Undo an import, except for records that were edited since."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable
from publishing.import_export.bulk_apply import (
    EMPTY_CONTENT,
    TRIES,
    ConcurrentEdit,
    RecordChange,
    assign_fields,
    compile_changes,
    lock_rows,
)
from publishing.import_export.bulk_snapshots import (
    existing_keys,
    fingerprint,
    load_snapshots,
    slices,
)
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.constraints import BulkConstraints
from publishing.import_export.models import Batch
from publishing.revisions.comments import forget_all
from publishing.revisions.models import Action, Revision, entry, name_of
from publishing.revisions.snapshots import Snapshot, content_fields, part_relation, row_fields


class ImportUndo:
    """The undo of one import, for the user who requests it."""

    def __init__(self, model_admin: Any, request: HttpRequest, batch: Batch) -> None:
        self.model_admin, self.request, self.batch = model_admin, request, batch
        self.model: type[models.Model] = model_admin.model
        self.left: list[list[str]] = []
        self.entries: list[Revision] = []

    def run(self) -> None:
        """Undo the import. Raises ConcurrentEdit if others keep saving, or IntegrityError."""
        for _attempt in range(TRIES):
            if self._try():
                return
        raise ConcurrentEdit([])

    def has_hidden_records(self) -> bool:
        """Return whether the import is about a record that the user may not see."""
        keys = {self._key(revision) for revision in self._revisions().only("object_pk")}
        existing = existing_keys(self.model._base_manager.all(), keys)
        return bool(existing - self._visible_keys(existing))

    def _revisions(self) -> models.QuerySet[Revision]:
        return self.batch.revisions.filter(action__in=(Action.IMPORTED, Action.DRAFTED))

    def _try(self) -> bool:
        self.left, self.entries = [], []
        revisions = list(self._revisions().order_by("pk"))
        keys = [self._key(revision) for revision in revisions]
        before = fingerprint(self.model, keys)
        records, present = load_snapshots(self.model, keys)
        visible = self._visible_keys(keys)
        undoable = [r for r in revisions if self._is_unchanged(r, records, present, visible)]
        changed = [r for r in undoable if r.action == Action.IMPORTED and r.base]
        sql = self._restore(changed, records)
        drafts = [revision for revision in undoable if revision.action == Action.DRAFTED]
        for draft in drafts:
            self._log(draft, records[self._key(draft)], draft.base)
        new = [r for r in undoable if r.action == Action.IMPORTED and not r.base]
        removed = self._removable(new, records)
        sql.insert(Revision, self.entries)
        with transaction.atomic():
            if Batch.objects.select_for_update().get(pk=self.batch.pk).undone_at:
                return True
            lock_rows(self.model, keys)
            if fingerprint(self.model, keys) != before:
                return False
            sql.run()
            _close(drafts)
            self._remove(removed)
            self.batch.undone_at = timezone.now()
            self.batch.undone_by = name_of(self.request.user)
            self.batch.left = self.left
            self.batch.save(update_fields=["undone_at", "undone_by", "left"])
        return True

    def _visible_keys(self, keys: Iterable[Any]) -> set[Any]:
        """Return the keys of the records that the user may see."""
        return existing_keys(self.model_admin.get_queryset(self.request).order_by(), keys)

    def _key(self, revision: Revision) -> Any:
        return self.model._meta.pk.to_python(revision.object_pk)

    def _skip(self, revision: Revision, reason: str) -> None:
        self.left.append([revision.object_pk, revision.label, reason])

    def _is_unchanged(
        self, revision: Revision, records: Any, present: dict[Any, Snapshot], visible: set[Any]
    ) -> bool:
        """Return whether a record is still as the import left it; if not, save the reason."""
        key = self._key(revision)
        record, reason = records.get(key), ""
        if record is None:
            reason = _("It has been deleted since then.")
        elif key not in visible:
            reason = _("You cannot change it.")
        elif revision.action == Action.DRAFTED:
            reason = (
                "" if revision.stage else _("Its draft has been published or replaced since then.")
            )
        elif getattr(record, "trashed_at", None):
            reason = _("It is in the trash.")
        elif present[key] != revision.content:
            reason = _("It has been edited since then.")
        elif not self._may_change(record):
            reason = _("You cannot change it.")
        if reason:
            self._skip(revision, reason)
        return not reason

    def _may_change(self, record: Any) -> bool:
        allowed: bool = self.model_admin.has_change_permission(self.request, record)
        return allowed and self.model_admin.may_put_live(self.request, record)

    def _log(self, revision: Revision, record: Any, content: Snapshot | None) -> None:
        self.entries.append(
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

    def _restore(self, revisions: list[Revision], records: dict[Any, Any]) -> DeferredSQL:
        """Return the SQL that restores the records to their content before the import."""
        changes = []
        missing = self._missing_targets(revisions)
        for revision in revisions:
            record, base = records[self._key(revision)], revision.base or EMPTY_CONTENT
            if any(target in missing for target in self._targets(base)):
                self._skip(revision, _("A record that it refers to has been deleted since then."))
                continue
            changes.append((revision, RecordChange(record, revision.content, base)))
        accepted = self._without_collisions(changes)
        for revision, change in accepted:
            self._log(revision, change.record, revision.base)
        sql = DeferredSQL()
        compile_changes(self.model, [change for _revision, change in accepted], sql)
        return sql

    def _without_collisions(
        self, changes: list[tuple[Revision, RecordChange]]
    ) -> list[tuple[Revision, RecordChange]]:
        """Return the changes whose unique values no other record has by now."""
        constraints = BulkConstraints(self.model)
        for _revision, (record, base, content) in changes:
            assign_fields(record, base, content, content_fields(self.model))
        holders = constraints.holders([change.record for _revision, change in changes])
        restored = {change.record.pk for _revision, change in changes}
        # A value of a record that is restored too becomes free with it.
        taken = {claim for claim, key in holders.items() if key not in restored}
        accepted = []
        for revision, change in changes:
            claims = constraints.claims(change.record)
            messages = [rule.message for claim, rule in claims.items() if claim in taken]
            if messages:
                self._skip(revision, " ".join(messages))
            else:
                accepted.append((revision, change))
        return accepted

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
                    keys = {row[field.name] for row in rows.values()} - {None}
                    yield from ((field.related_model, key) for key in keys)

    def _missing_targets(self, revisions: list[Revision]) -> set[tuple[Any, Any]]:
        """Return the records to which the old contents refer and that were deleted since."""
        targets = {target for r in revisions for target in self._targets(r.base or EMPTY_CONTENT)}
        missing: set[tuple[Any, Any]] = set()
        for model in {model for model, _key in targets}:
            keys = {key for kind, key in targets if kind is model}
            gone = keys - existing_keys(model._base_manager.all(), keys)
            missing |= {(model, key) for key in gone}
        return missing

    def _removable(self, revisions: list[Revision], records: dict[Any, Any]) -> list[Any]:
        """Return the keys of the records that the import added and that can be removed."""
        keys = []
        for revision in revisions:
            record = records[self._key(revision)]
            if not issubclass(self.model, Publishable) and _in_use(record):
                self._skip(revision, _("Other records refer to it."))
                continue
            self._log(revision, record, revision.content)
            keys.append(record.pk)
        return keys

    def _remove(self, keys: list[Any]) -> None:
        """Move the records to the trash; delete those of a model without one."""
        for chunk in slices(keys):
            rows = self.model._base_manager.filter(pk__in=chunk)
            if issubclass(self.model, Publishable):
                now = timezone.now()
                rows.update(trashed_at=now, updated_at=now)
            else:
                rows.delete()
                forget_all(self.model, chunk)


def _close(drafts: list[Revision]) -> None:
    for chunk in slices(drafts):
        Revision.objects.filter(pk__in=[draft.pk for draft in chunk]).update(stage="", due_at=None)


def _in_use(record: models.Model) -> bool:
    relations: Any = record._meta.related_objects
    return any(
        relation.related_model._base_manager.filter(**{relation.field.name: record.pk}).exists()
        for relation in relations
    )
