"""Take the snapshots of many records in as many queries as of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models

from publishing.revisions import snapshots
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    row_fields,
)

# SQLite takes no more than this many values of a query; a list of keys is asked in slices.
SLICE = 500


def slices(items: Iterable[Any], size: int = SLICE) -> Iterable[list[Any]]:
    """Give the items in lists of at most `size`."""
    found: list[Any] = []
    for item in items:
        found.append(item)
        if len(found) == size:
            yield found
            found = []
    if found:
        yield found


def values_of(record: models.Model, fields: Iterable[models.Field[Any, Any]]) -> dict[str, Any]:
    return {field.name: snapshots.plain(getattr(record, field.attname)) for field in fields}


def load_snapshots(
    model: type[models.Model], keys: Iterable[Any]
) -> tuple[dict[Any, Any], dict[Any, Snapshot]]:
    """Return the records with these keys and their snapshots, both by key.

    A snapshot is equal to what `snapshots.take` gives for the record.
    """
    records: dict[Any, Any] = {}
    contents: dict[Any, Snapshot] = {}
    for some in slices(keys):
        found = model._base_manager.in_bulk(some)
        records |= found
        contents |= _contents(model, found)
    return records, contents


def _contents(model: type[models.Model], records: dict[Any, Any]) -> dict[Any, Snapshot]:
    fields, links = content_fields(model), link_names(model)
    parts = getattr(model, "parts", ())
    contents: dict[Any, Snapshot] = {
        key: {
            "fields": values_of(record, fields),
            "links": {name: [] for name in links},
            "rows": {part: {} for part in parts},
        }
        for key, record in records.items()
    }
    for name in links:
        for owner, target in linked(model, name, records).values_list(*ends(model, name)):
            contents[owner]["links"][name].append(target)
    for content in contents.values():
        for keys in content["links"].values():
            keys.sort()
    for part in parts:
        relation = part_relation(model, part)
        inner, back = row_fields(relation), relation.field.attname
        rows = relation.related_model._base_manager.filter(**{f"{back}__in": list(records)})
        for row in rows.order_by("pk"):
            contents[getattr(row, back)]["rows"][part][str(row.pk)] = values_of(row, inner)
    return contents


def state(model: type[models.Model], keys: Iterable[Any]) -> list[Any]:
    """Return the raw columns that the snapshots are made of, quick to read and to compare."""
    found: list[Any] = []
    for some in slices(keys):
        rows = model._base_manager.filter(pk__in=some).order_by("pk")
        found += rows.values_list(*(f.attname for f in model._meta.concrete_fields))
        for name in link_names(model):
            pairs = linked(model, name, some)
            found += pairs.order_by(*ends(model, name)).values_list(*ends(model, name))
        for part in getattr(model, "parts", ()):
            relation = part_relation(model, part)
            rows = relation.related_model._base_manager.filter(
                **{f"{relation.field.attname}__in": some}
            )
            found += rows.order_by("pk").values_list()
    return found


def ends(model: type[models.Model], name: str) -> tuple[str, str]:
    """Return the columns of a many-to-many table: the record's and the target's."""
    field: Any = model._meta.get_field(name)
    return f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"


def linked(model: type[models.Model], name: str, keys: Iterable[Any]) -> models.QuerySet[Any]:
    """Return the rows of a many-to-many table that belong to records with these keys."""
    field: Any = model._meta.get_field(name)
    through = field.remote_field.through
    found: models.QuerySet[Any] = through._base_manager.filter(
        **{f"{ends(model, name)[0]}__in": list(keys)}
    )
    return found


def group_links(pairs: Iterable[tuple[Any, Any, Any]]) -> dict[Any, dict[Any, Any]]:
    """(key of the link, owner, target) → owner → target → key of the link."""
    found: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for key, owner, target in pairs:
        found[owner][target] = key
    return found
