"""What an import writes, and how it is taken back: many records in one transaction.

Everything was worked out before; here it is only compared once more and written in bulk, so that
others wait no longer than they have to.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection, models, transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.fields import FoldedField
from publishing.content.publishable import Publishable
from publishing.content.scope import OutOfScope, choose, narrowed, scope_of
from publishing.content.slugs import FormerSlug, Slugged
from publishing.import_export.bulk_snapshots import ends, group_links, linked, load, slices, state
from publishing.import_export.bulk_sql import DeferredSQL, reserve
from publishing.import_export.constraints import BulkConstraints
from publishing.import_export.models import Batch, BatchRow, Outcome
from publishing.revisions.history import entry
from publishing.revisions.models import Action, Revision, Stage, name_of
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    row_fields,
)

# How often a write is worked out anew because somebody saved one of its records meanwhile.
TRIES = 3


class Stale(Exception):
    """Somebody changed what these rows are about after they were looked at."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class Change(NamedTuple):
    """A record, what it says (None: it is new), and what it is to say."""

    record: Any
    base: Snapshot | None
    content: Snapshot


def derived(field: models.Field[Any, Any]) -> bool:
    """Whether a column is worked out whenever the record is saved."""
    return isinstance(field, FoldedField) or getattr(field, "auto_now", False)


def hold(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Keep others from changing these records until the transaction ends."""
    if connection.features.has_select_for_update:
        for some in slices(keys):
            list(model._base_manager.select_for_update().filter(pk__in=some).values_list("pk"))


# -- Writing -----------------------------------------------------------------------------------


def prepare(model: type[models.Model], changes: list[Change]) -> DeferredSQL:
    """What saves the changes as a form would: records, former addresses, links and rows."""
    made = DeferredSQL()
    for record, base, content in changes:
        assign(record, base, content, content_fields(model))
    new = [change.record for change in changes if change.base is None]
    if model._meta.pk.auto_created:
        for record, key in zip(new, reserve(model, len(new)), strict=True):
            record.pk = key
    made.insert(model, new)
    columns = [f.name for f in model._meta.concrete_fields if derived(f)]
    columns += [field.name for field in content_fields(model)]
    # The rows are there, so this updates each of them; `bulk_update` takes many times as long.
    old = [change.record for change in changes if change.base is not None]
    made.insert(model, old, columns, [model._meta.pk.name])
    if issubclass(model, Slugged):
        _keep_addresses(made, model, changes)
    for name in link_names(model):
        _link(made, model, name, changes)
    for part in getattr(model, "parts", ()):
        _write_rows(made, model, part, changes)
    return made


def assign(
    record: Any, base: Snapshot | None, content: Snapshot, fields: list[models.Field[Any, Any]]
) -> None:
    """Set the fields that differ; all of them if there is no base."""
    old = base["fields"] if base else {}
    for field in fields:
        value = content["fields"].get(field.name, old.get(field.name))
        if base is None or value != old.get(field.name):
            target: Any = field.related_model
            key = target._meta.pk if target else field
            setattr(record, field.attname, None if value is None else key.to_python(value))


def _keep_addresses(made: DeferredSQL, model: type[models.Model], changes: list[Change]) -> None:
    """What `Slugged.save` does for an address that changed."""
    moved = [
        (change.record, change.base["fields"]["slug"])
        for change in changes
        if change.base and change.base["fields"]["slug"] not in ("", change.record.slug)
    ]
    former = FormerSlug.objects.filter(model=model._meta.label_lower)
    own = {(str(record.pk), record.slug) for record, _old in moved}
    for some in slices(moved):
        found = former.filter(slug__in=[record.slug for record, _old in some])
        rows = found.values_list("pk", "object_pk", "slug")
        made.delete(FormerSlug, [key for key, owner, slug in rows if (owner, slug) in own])
    made.insert(
        FormerSlug,
        [
            FormerSlug(model=model._meta.label_lower, slug=old, object_pk=str(record.pk))
            for record, old in moved
        ],
        ["object_pk"],
        ["model", "slug"],
    )


def _link(made: DeferredSQL, model: type[models.Model], name: str, changes: list[Change]) -> None:
    """Make a many-to-many relation what the contents say."""
    field: Any = model._meta.get_field(name)
    through, (owner, target) = field.remote_field.through, ends(model, name)
    touched = [
        change
        for change in changes
        if name in change.content["links"]
        and change.content["links"][name] != (change.base or _NONE)["links"].get(name, [])
    ]
    came, gone = [], []
    for some in slices(touched):
        found = linked(model, name, [change.record.pk for change in some])
        held = group_links(found.values_list("pk", owner, target))
        for change in some:
            has, wanted = held.get(change.record.pk, {}), set(change.content["links"][name])
            gone += [key for link, key in has.items() if link not in wanted]
            new = sorted(wanted - has.keys())
            came += [through(**{owner: change.record.pk, target: key}) for key in new]
    made.delete(through, gone)
    made.insert(through, came)


_NONE: Snapshot = {"fields": {}, "links": {}, "rows": {}}


def _write_rows(
    made: DeferredSQL, model: type[models.Model], part: str, changes: list[Change]
) -> None:
    """Make the rows of a part what the contents say."""
    relation = part_relation(model, part)
    rows, back, fields = relation.related_model, relation.field.attname, row_fields(relation)
    gone, kept = [], []
    for record, base, content in changes:
        if part not in content["rows"]:
            continue
        old, new = (base or _NONE)["rows"].get(part, {}), content["rows"][part]
        gone += [key for key in old if key not in new]
        for key, values in new.items():
            if old.get(key) != values:
                row = rows(pk=rows._meta.pk.to_python(key), **{back: record.pk})
                assign(row, None, {"fields": values, "links": {}, "rows": {}}, fields)
                kept.append(row)
    made.delete(rows, gone)
    columns = [f.name for f in rows._meta.concrete_fields if not f.primary_key]
    made.insert(rows, kept, columns, [rows._meta.pk.name])


# -- An import ---------------------------------------------------------------------------------


def carry_out(model: type[models.Model], batch: Batch, person: Any, note: str) -> None:
    """Write what the preview showed, all of it or nothing.

    Raises Stale, IntegrityError, and OutOfScope for rows that are not the person's.
    """
    for _attempt in range(TRIES):
        if _try(model, batch, person, note):
            return
    raise Stale(list(batch.rows.exclude(base=None).values_list("number", flat=True)))


def _try(model: type[models.Model], batch: Batch, person: Any, note: str) -> bool:
    """False if somebody saved one of the records while this was worked out."""
    wanted = list(batch.rows.filter(outcome__in=(Outcome.NEW, Outcome.CHANGED)).defer("cells"))
    key = model._meta.pk
    keys = {row.number: key.to_python(row.object_pk) for row in wanted if row.base}
    before = state(model, keys.values())
    records, present = load(model, keys.values())
    _require_same(wanted, keys, records, present)
    changes = {row.number: _change(model, row, records.get(keys.get(row.number))) for row in wanted}
    for change in changes.values():
        if change.base is not None:
            check_change(model, change.base, change.content, person)
    drafts = {row.number for row in wanted if row.as_draft}
    made = prepare(model, [change for number, change in changes.items() if number not in drafts])
    made.insert(
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
    counts = batch.tally()
    with transaction.atomic():
        if Batch.objects.select_for_update().get(pk=batch.pk).imported_at:
            return True
        hold(model, keys.values())
        if state(model, keys.values()) != before:
            return False
        made.run()
        written = [change.record for number, change in changes.items() if number not in drafts]
        _require_within(model, written, person)
        batch.imported_at, batch.counts = timezone.now(), counts
        batch.save(update_fields=["imported_at", "counts"])
    return True


def _require_within(model: type[models.Model], records: list[Any], person: Any) -> None:
    """Raises OutOfScope if some of what was written is not the person's to look after."""
    scope = scope_of(person)
    if scope is None:
        return
    keys = [record.pk for record in records]
    rows = model._default_manager.filter(pk__in=keys).order_by()
    own = set(narrowed(rows, scope).values_list("pk", flat=True))
    if foreign := [str(record) for record in records if record.pk not in own]:
        raise OutOfScope(f"{', '.join(foreign[:10])}: {choose(scope)}")


def _change(model: type[models.Model], row: BatchRow, record: Any) -> Change:
    content: Any = row.content
    if record is None:
        # Only a key that staff type is known before.
        record = model(pk=row.object_pk or None)
    return Change(record, row.base, content)


def _require_same(
    rows: list[BatchRow],
    keys: dict[int, Any],
    records: dict[Any, Any],
    present: dict[Any, Snapshot],
) -> None:
    """Raises Stale if a record says something else than when its row was looked at."""
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
        raise Stale(stale)


# -- Taking it back ----------------------------------------------------------------------------


class Undo:
    """Takes an import back, but for what was edited since."""

    def __init__(self, desk: Any, request: HttpRequest, batch: Batch) -> None:
        self.desk, self.request, self.batch = desk, request, batch
        self.model: type[models.Model] = desk.model
        self.left: list[list[str]] = []
        self.lines: list[Revision] = []

    def run(self) -> None:
        """Raises Stale if somebody saves these records all the time, IntegrityError."""
        for _attempt in range(TRIES):
            if self._try():
                return
        raise Stale([])

    def unseen(self) -> bool:
        """Whether the import is about a record that the person does not see."""
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
        records, present = load(self.model, keys)
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
        """Those of these records that the person sees."""
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
        """Whether a record still is as the import left it; if not, the reason is kept."""
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
        """What makes the records say again what they said before."""
        changes = []
        gone = self._gone(revisions)
        for revision in revisions:
            record, base = records[self._key(revision)], revision.base or _NONE
            if any(target in gone for target in self._targets(base)):
                self._leave(revision, _("What it pointed at was deleted since."))
                continue
            changes.append((revision, Change(record, revision.content, base)))
        free = self._free(changes)
        for revision, change in free:
            self._log(revision, change.record, revision.base)
        return prepare(self.model, [change for _revision, change in free])

    def _free(self, changes: list[tuple[Revision, Change]]) -> list[tuple[Revision, Change]]:
        """The changes that take nothing which another record has by now."""
        promises = BulkConstraints(self.model)
        for _revision, (record, base, content) in changes:
            assign(record, base, content, content_fields(self.model))
        holders = promises.holders([change.record for _revision, change in changes])
        mine = {change.record.pk for _revision, change in changes}
        found = []
        for revision, change in changes:
            claims = promises.claims(change.record)
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
        """What the contents before the import point at and is not there any more."""
        wanted = {target for r in revisions for target in self._targets(r.base or _NONE)}
        there: set[tuple[Any, Any]] = set()
        for model in {model for model, _key in wanted}:
            for some in slices(key for kind, key in wanted if kind is model and key is not None):
                found = model._base_manager.filter(pk__in=some).values_list("pk", flat=True)
                there |= {(model, key) for key in found}
        return {(model, key) for model, key in wanted - there if key is not None}

    def _removable(self, revisions: list[Revision], records: dict[Any, Any]) -> list[Any]:
        """The keys of those records that the import added and that can go again."""
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
        """Into the trash; what has no trash is deleted."""
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
