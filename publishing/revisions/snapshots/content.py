"""Take a snapshot, and name the fields and relations that it holds."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import models

Snapshot = dict[str, dict[str, Any]]
Path = tuple[str, ...]


def content_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """Return the columns that staff edit: no keys, no timestamps, nothing derived."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and not getattr(field, "auto_now", False)
    ]


def link_names(model: type[models.Model]) -> list[str]:
    """Return the names of the many-to-many relations that staff edit."""
    return [field.name for field in model._meta.many_to_many if field.editable]


def part_relation(model: type[models.Model], part: str) -> Any:
    """Return the reverse relation of a part: `.related_model` has its rows, `.field` leads back."""
    return model._meta.get_field(part)


def row_fields(relation: Any) -> list[models.Field[Any, Any]]:
    """Return the columns of a part's rows, without the foreign key to the record."""
    return [field for field in content_fields(relation.related_model) if field != relation.field]


def plain(value: Any) -> Any:
    """Return the value as JSON can hold it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | models.fields.files.FieldFile):
        return str(value)
    return value


def take(record: models.Model) -> Snapshot:
    """Return the snapshot of a saved record, read from the database."""
    model = type(record)
    saved = model._base_manager.get(pk=record.pk)
    rows: dict[str, Any] = {}
    for part in getattr(model, "parts", ()):
        relation = part_relation(model, part)
        found = relation.related_model._base_manager.filter(**{relation.field.name: saved})
        rows[part] = {
            str(row.pk): values_of(row, row_fields(relation)) for row in found.order_by("pk")
        }
    links = {
        name: [plain(key) for key in sorted(getattr(saved, name).values_list("pk", flat=True))]
        for name in link_names(model)
    }
    return {"fields": values_of(saved, content_fields(model)), "links": links, "rows": rows}


def values_of(record: models.Model, fields: list[models.Field[Any, Any]]) -> dict[str, Any]:
    return {field.name: plain(getattr(record, field.attname)) for field in fields}
