"""Take the snapshots of many records with as many queries as for one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from itertools import chain
from typing import Any

from django.db import models

from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    row_fields,
    values_of,
)

# SQLite limits the parameters of a query, so a long list of keys is split into slices.
SLICE = 500


def slices(items: Iterable[Any], size: int = SLICE) -> Iterable[list[Any]]:
    """Yield the items in lists of at most `size`."""
    chunk: list[Any] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def existing_keys(rows: models.QuerySet[Any], keys: Iterable[Any]) -> set[Any]:
    """Return those of the keys that one of the rows has."""
    found = (rows.filter(pk__in=chunk).values_list("pk", flat=True) for chunk in slices(keys))
    return set(chain.from_iterable(found))


def load_snapshots(
    model: type[models.Model], keys: Iterable[Any]
) -> tuple[dict[Any, Any], dict[Any, Snapshot]]:
    """Return the records with these keys and their snapshots, both by key.

    A snapshot is equal to the result of `snapshots.take` for the record.
    """
    records: dict[Any, Any] = {}
    contents: dict[Any, Snapshot] = {}
    for chunk in slices(keys):
        chunk_records = model._base_manager.in_bulk(chunk)
        records |= chunk_records
        contents |= _contents(model, chunk_records)
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
        pairs = link_rows(model, name, records).values_list(*link_columns(model, name))
        for owner, target in pairs:
            contents[owner]["links"][name].append(target)
    for content in contents.values():
        for keys in content["links"].values():
            keys.sort()
    for part in parts:
        relation = part_relation(model, part)
        columns, parent = row_fields(relation), relation.field.attname
        rows = relation.related_model._base_manager.filter(**{f"{parent}__in": list(records)})
        for row in rows.order_by("pk"):
            contents[getattr(row, parent)]["rows"][part][str(row.pk)] = values_of(row, columns)
    return contents


def fingerprint(model: type[models.Model], keys: Iterable[Any]) -> int:
    """Return a number that is another one after any change of these records."""
    return hash(tuple(hash(repr(_raw_columns(model, chunk))) for chunk in slices(keys)))


def _raw_columns(model: type[models.Model], keys: list[Any]) -> list[Any]:
    """Return the raw columns of which the snapshots consist, quick to read and to compare."""
    rows = model._base_manager.filter(pk__in=keys).order_by("pk")
    values: list[Any] = list(rows.values_list(*(f.attname for f in model._meta.concrete_fields)))
    for name in link_names(model):
        columns = link_columns(model, name)
        values += link_rows(model, name, keys).order_by(*columns).values_list(*columns)
    for part in getattr(model, "parts", ()):
        relation = part_relation(model, part)
        part_rows = relation.related_model._base_manager.filter(
            **{f"{relation.field.attname}__in": keys}
        )
        values += part_rows.order_by("pk").values_list()
    return values


def link_columns(model: type[models.Model], name: str) -> tuple[str, str]:
    """Return the columns of a many-to-many table: the record's and the target's."""
    field: Any = model._meta.get_field(name)
    return f"{field.m2m_field_name()}_id", f"{field.m2m_reverse_field_name()}_id"


def link_rows(model: type[models.Model], name: str, keys: Iterable[Any]) -> models.QuerySet[Any]:
    """Return the rows of a many-to-many table that belong to records with these keys."""
    field: Any = model._meta.get_field(name)
    through = field.remote_field.through
    rows: models.QuerySet[Any] = through._base_manager.filter(
        **{f"{link_columns(model, name)[0]}__in": list(keys)}
    )
    return rows


def group_links(pairs: Iterable[tuple[Any, Any, Any]]) -> dict[Any, dict[Any, Any]]:
    """Group (key of the link, owner, target) as owner → target → key of the link."""
    links: dict[Any, dict[Any, Any]] = defaultdict(dict)
    for key, owner, target in pairs:
        links[owner][target] = key
    return links
