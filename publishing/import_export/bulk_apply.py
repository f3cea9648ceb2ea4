"""Apply the snapshots of many records at once, in bulk SQL.

This says again, for speed, what `snapshots.apply` and `Slugged.save` do for one record: a form
takes 20 ms, and an import has ten thousand rows. A model that computes something in `save()`
alone, and not in `clean()` or in a field, needs it here too; a property test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection, models

from publishing.content.fields import FoldedField
from publishing.content.slugs import FormerSlug, Slugged
from publishing.import_export.bulk_snapshots import ends, group_links, linked, slices
from publishing.import_export.bulk_sql import DeferredSQL, reserve
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    row_fields,
)

EMPTY: Snapshot = {"fields": {}, "links": {}, "rows": {}}
# How often a write is computed again because somebody saved one of its records meanwhile.
TRIES = 3


class ConcurrentEdit(Exception):
    """Somebody saved records of these rows after their preview."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class RecordChange(NamedTuple):
    """A record with its content now (None: it is new) and its content to be."""

    record: Any
    base: Snapshot | None
    content: Snapshot


def hold(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Lock the records with SELECT … FOR UPDATE until the transaction ends."""
    if connection.features.has_select_for_update:
        for some in slices(keys):
            list(model._base_manager.select_for_update().filter(pk__in=some).values_list("pk"))


def prepare(model: type[models.Model], changes: list[RecordChange]) -> DeferredSQL:
    """Return the SQL that saves the changes as a form would: records, addresses, links, rows."""
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


def derived(field: models.Field[Any, Any]) -> bool:
    """Tell a column that every save computes."""
    return isinstance(field, FoldedField) or getattr(field, "auto_now", False)


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


def _keep_addresses(
    made: DeferredSQL, model: type[models.Model], changes: list[RecordChange]
) -> None:
    """Do what `Slugged.save` does for an address that changed."""
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


def _link(
    made: DeferredSQL, model: type[models.Model], name: str, changes: list[RecordChange]
) -> None:
    """Set a many-to-many relation as the contents say."""
    field: Any = model._meta.get_field(name)
    through, (owner, target) = field.remote_field.through, ends(model, name)
    touched = [
        change
        for change in changes
        if name in change.content["links"]
        and change.content["links"][name] != (change.base or EMPTY)["links"].get(name, [])
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


def _write_rows(
    made: DeferredSQL, model: type[models.Model], part: str, changes: list[RecordChange]
) -> None:
    """Set the rows of a part as the contents say."""
    relation = part_relation(model, part)
    rows, back, fields = relation.related_model, relation.field.attname, row_fields(relation)
    gone, kept = [], []
    for record, base, content in changes:
        if part not in content["rows"]:
            continue
        old, new = (base or EMPTY)["rows"].get(part, {}), content["rows"][part]
        gone += [key for key in old if key not in new]
        for key, values in new.items():
            if old.get(key) != values:
                row = rows(pk=rows._meta.pk.to_python(key), **{back: record.pk})
                assign(row, None, {"fields": values, "links": {}, "rows": {}}, fields)
                kept.append(row)
    made.delete(rows, gone)
    columns = [f.name for f in rows._meta.concrete_fields if not f.primary_key]
    made.insert(rows, kept, columns, [rows._meta.pk.name])
