"""Take a snapshot of a record, and apply one: save the record with its content, as a form would."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from publishing.content.richtext import RichTextField, clean_html
from publishing.revisions.snapshots.equality import same_value
from publishing.revisions.snapshots.merging import Snapshot, same


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


def row_models() -> set[type[models.Model]]:
    """Return the models of the rows that are part of a record, whatever its model."""
    return {
        part_relation(model, part).related_model
        for model in apps.get_models()
        for part in getattr(model, "parts", ())
    }


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
    return _taken(_saved(record))


def _saved(record: models.Model) -> models.Model:
    return type(record)._base_manager.get(pk=record.pk)


def _taken(saved: models.Model) -> Snapshot:
    model = type(saved)
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


def renewed(model: type[models.Model], content: Snapshot, known: Any = None) -> Snapshot:
    """Return a snapshot with its rich texts in the normal form of today.

    Those that an earlier release took would look rewritten. The texts of the record `known` are in
    that form.
    """
    fields = dict(content.get("fields", {}))
    for field in content_fields(model):
        text = fields.get(field.name)
        if (
            isinstance(field, RichTextField)
            and text
            and text != getattr(known, field.attname, None)
        ):
            fields[field.name] = clean_html(text)
    return content | {"fields": fields}


# -- Applying ------------------------------------------------------------------------------


def apply(record: models.Model, content: Snapshot) -> list[str]:
    """Save the record and its rows with the content of the snapshot.

    As in a form: assign, `full_clean`, `save`, so that slugs, search keys and sanitising are done.
    Returns a sentence for each reference whose target is gone. Raises ValidationError, keyed by
    field; nothing is saved then.
    """
    fresh = _saved(record)
    present = _taken(fresh)
    if same(present, content):
        return []
    problems: list[str] = []
    with transaction.atomic():
        _assign(fresh, content_fields(type(record)), present["fields"], content, problems)
        fresh.full_clean()
        fresh.save()
        for name in link_names(type(record)):
            if _differs(content, present, "links", name):
                _link(fresh, name, content["links"][name], problems)
        for part in getattr(record, "parts", ()):
            if _differs(content, present, "rows", part):
                _apply_rows(fresh, part, content["rows"][part], problems)
    record.refresh_from_db()
    return problems


def _differs(content: Snapshot, present: Snapshot, kind: str, name: str) -> bool:
    """Return whether a snapshot has other links or rows of a name than the present one."""
    wanted = content.get(kind, {})
    return name in wanted and wanted[name] != present[kind][name]


def with_fields(record: models.Model, content: Snapshot) -> Any:
    """Return an unsaved copy of a record with the fields of the snapshot, but not its rows.

    For code that reads the fields alone; `apply` in a rehearsal has everything and costs a save.
    """
    fields = content_fields(type(record))
    changed = copy(record)
    _assign(changed, fields, values_of(record, fields), content, [])
    return changed


def _assign(
    record: models.Model,
    fields: list[models.Field[Any, Any]],
    present: Mapping[str, Any],
    content: Mapping[str, Any],
    problems: list[str],
) -> None:
    """Set the fields that differ; one whose target is gone keeps its present value."""
    wanted = content.get("fields", {})
    for field in fields:
        value = wanted.get(field.name, present.get(field.name))
        if field.name not in wanted or same_value(value, present.get(field.name)):
            continue
        target: Any = field.remote_field.model if field.remote_field else None
        if target and value is not None and not target._base_manager.filter(pk=value).exists():
            problems.append(_gone(field.verbose_name, target))
            continue
        key = target._meta.pk if target else field
        setattr(record, field.attname, None if value is None else key.to_python(value))


def _link(record: models.Model, name: str, keys: list[Any], problems: list[str]) -> None:
    field: Any = record._meta.get_field(name)
    target = field.remote_field.model
    there = target._base_manager.filter(pk__in=keys)
    found = {plain(row.pk) for row in there}
    problems.extend(_gone(field.verbose_name, target) for key in keys if key not in found)
    getattr(record, name).set(there)


def _gone(label: Any, target: type[models.Model]) -> str:
    return _("%(field)s: the %(kind)s that was here has since been deleted.") % {
        "field": label,
        "kind": target._meta.verbose_name,
    }


def _apply_rows(
    record: models.Model, part: str, wanted: Mapping[str, Any], problems: list[str]
) -> None:
    relation = part_relation(type(record), part)
    link, manager = relation.field, relation.related_model._base_manager
    fields = row_fields(relation)
    rows = manager.filter(**{link.name: record})
    present = {str(row.pk): row for row in rows}
    before = {key: values_of(row, fields) for key, row in present.items()}
    kept = [key for key, old in before.items() if key in wanted and _says(old, wanted[key])]
    # Changed rows are deleted first and inserted again, so that two rows may swap a unique value.
    # Nothing else refers to rows (a system check says so), so nothing is deleted with them.
    rows.exclude(pk__in=kept).delete()
    for key, values in wanted.items():
        if key in kept:
            continue
        row = present.get(key) or relation.related_model(**{link.name: record})
        row._state.adding = True
        old = before.get(key, {})
        # A key that now belongs to another record's row stays with that row.
        if not old and not manager.filter(pk=key).exists():
            row.pk = relation.related_model._meta.pk.to_python(key)
        found: list[str] = []
        _assign(row, fields, old, {"fields": values}, found)
        problems += found
        if found and not old:
            # A row about a deleted record is meaningless.
            continue
        try:
            row.full_clean()
        except ValidationError as error:
            said = " ".join(error.messages)
            kind = relation.related_model._meta.verbose_name
            raise ValidationError(
                {NON_FIELD_ERRORS: f"{str(kind).capitalize()}: {said}"}
            ) from error
        row.save(force_insert=True)


def _says(old: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Return whether a row has these values already; fields that it lacks are ignored."""
    return all(same_value(old.get(name, value), value) for name, value in values.items())
