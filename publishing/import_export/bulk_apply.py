"""Apply the snapshots of many records at once, in bulk SQL.

This repeats, for speed, what `snapshots.apply` and `Slugged.save` do for one record: a form takes
20 ms, and an import has ten thousand rows. A model that computes something in `save()` alone, and
not in `clean()` or in a field, needs it here too; a property test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.db import connection, models

from publishing.content.folding import FoldedField
from publishing.content.publishable import FirstPublicationField
from publishing.content.slugs import FormerSlug, Slugged
from publishing.import_export.bulk_snapshots import group_links, link_columns, link_rows, slices
from publishing.import_export.bulk_sql import DeferredSQL, reserve_keys
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    row_fields,
)

EMPTY_CONTENT: Snapshot = {"fields": {}, "links": {}, "rows": {}}
# How often a write is computed because somebody saved one of its records meanwhile.
TRIES = 3


class ConcurrentEdit(Exception):
    """Somebody saved records of these rows after their preview."""

    def __init__(self, numbers: list[int]) -> None:
        super().__init__(numbers)
        self.numbers = numbers


class RecordChange(NamedTuple):
    """A record with its content before (None: it is new) and after the change."""

    record: Any
    base: Snapshot | None
    content: Snapshot


def lock_rows(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Lock the records with SELECT … FOR UPDATE until the transaction ends."""
    if connection.features.has_select_for_update:
        for chunk in slices(keys):
            list(model._base_manager.select_for_update().filter(pk__in=chunk).values_list("pk"))


def compile_changes(
    model: type[models.Model], changes: list[RecordChange], sql: DeferredSQL
) -> None:
    """Add the SQL that saves the changes as a form would: records, slugs, links, rows."""
    for record, base, content in changes:
        assign_fields(record, base, content, content_fields(model))
    new = [change.record for change in changes if change.base is None]
    if model._meta.pk.auto_created:
        for record, key in zip(new, reserve_keys(model, len(new)), strict=True):
            record.pk = key
    sql.insert(model, new)
    # These rows exist, so the upsert updates them; `bulk_update` takes many times as long.
    old = [change.record for change in changes if change.base is not None]
    sql.insert(model, old, _changed_columns(model, changes), [model._meta.pk.name])
    if issubclass(model, Slugged):
        _save_former_slugs(sql, model, changes)
    for name in link_names(model):
        _set_links(sql, model, name, changes)
    for part in getattr(model, "parts", ()):
        _set_rows(sql, model, part, changes)


def _changed_columns(model: type[models.Model], changes: list[RecordChange]) -> list[str]:
    """Return the columns in which a record differs from its base, and those that follow from them.

    Each column less is less work for the indexes of the table, while others wait.
    """
    changed = {
        name
        for _record, base, content in changes
        if base is not None
        for name, value in content["fields"].items()
        if value != base["fields"].get(name)
    }
    columns = [f.name for f in model._meta.concrete_fields if is_derived(f)]
    return [*columns, *(f.name for f in content_fields(model) if f.name in changed)]


def is_derived(field: models.Field[Any, Any]) -> bool:
    """Return whether every save computes the field."""
    is_computed = isinstance(field, FoldedField | FirstPublicationField)
    return is_computed or getattr(field, "auto_now", False)


def assign_fields(
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


def _save_former_slugs(
    sql: DeferredSQL, model: type[models.Model], changes: list[RecordChange]
) -> None:
    """Save the former slug of each record whose slug changed, as `Slugged.save` does."""
    moved = [
        (change.record, change.base["fields"]["slug"])
        for change in changes
        if change.base and change.base["fields"]["slug"] not in ("", change.record.slug)
    ]
    former = FormerSlug.objects.filter(model=model._meta.label_lower)
    own = {(str(record.pk), record.slug) for record, _old in moved}
    for chunk in slices(moved):
        matches = former.filter(slug__in=[record.slug for record, _old in chunk])
        rows = matches.values_list("pk", "object_pk", "slug")
        sql.delete(FormerSlug, [key for key, owner, slug in rows if (owner, slug) in own])
    sql.insert(
        FormerSlug,
        [
            FormerSlug(model=model._meta.label_lower, slug=old, object_pk=str(record.pk))
            for record, old in moved
        ],
        ["object_pk"],
        ["model", "slug"],
    )


def _set_links(
    sql: DeferredSQL, model: type[models.Model], name: str, changes: list[RecordChange]
) -> None:
    """Add the SQL that sets a many-to-many relation to the links of the contents."""
    field: Any = model._meta.get_field(name)
    through, (owner, target) = field.remote_field.through, link_columns(model, name)
    touched = [
        change
        for change in changes
        if name in change.content["links"]
        and change.content["links"][name] != (change.base or EMPTY_CONTENT)["links"].get(name, [])
    ]
    added, removed = [], []
    for chunk in slices(touched):
        pairs = link_rows(model, name, [change.record.pk for change in chunk])
        links_by_owner = group_links(pairs.values_list("pk", owner, target))
        for change in chunk:
            links = links_by_owner.get(change.record.pk, {})
            wanted = set(change.content["links"][name])
            removed += [key for link, key in links.items() if link not in wanted]
            missing = sorted(wanted - links.keys())
            added += [through(**{owner: change.record.pk, target: key}) for key in missing]
    sql.delete(through, removed)
    sql.insert(through, added)


def _set_rows(
    sql: DeferredSQL, model: type[models.Model], part: str, changes: list[RecordChange]
) -> None:
    """Add the SQL that sets the rows of a part to those of the contents."""
    relation = part_relation(model, part)
    rows, parent, fields = relation.related_model, relation.field.attname, row_fields(relation)
    removed, saved = [], []
    for record, base, content in changes:
        if part not in content["rows"]:
            continue
        old, new = (base or EMPTY_CONTENT)["rows"].get(part, {}), content["rows"][part]
        removed += [key for key in old if key not in new]
        for key, values in new.items():
            if old.get(key) != values:
                row = rows(pk=rows._meta.pk.to_python(key), **{parent: record.pk})
                assign_fields(row, None, {"fields": values, "links": {}, "rows": {}}, fields)
                saved.append(row)
    sql.delete(rows, removed)
    columns = [f.name for f in rows._meta.concrete_fields if not f.primary_key]
    sql.insert(rows, saved, columns, [rows._meta.pk.name])
