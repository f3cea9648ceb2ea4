"""Clean a record and its rows as a form does, without a query for each of them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from publishing.content.slugs import FormerSlug, Slugged
from publishing.import_export.constraints import missing_links
from publishing.revisions import snapshots
from publishing.revisions.snapshots import Snapshot, content_fields


def clean_record(
    record: Any,
    start: Snapshot,
    content: Snapshot,
    failed: Collection[str],
    former_slugs: Collection[str],
) -> list[str]:
    """Clean the record and its rows; return the errors as sentences.

    Errors about fields in `failed` are not repeated. `former_slugs` are those of all rows, loaded
    together. The cleaned values of rows are put into `content`.
    """
    links = [field for field in content_fields(type(record)) if field.remote_field]
    errors = list(missing_links(record, [field for field in links if field.name not in failed]))
    slug = getattr(record, "slug", "").lower()
    if isinstance(record, Slugged) and slug not in former_slugs:
        # Otherwise the model's `clean` would query the database for each record.
        record.former_slugs = FormerSlug.objects.none  # type: ignore[method-assign]
    errors += _errors(record, {*(field.name for field in links), *failed})
    vars(record).pop("former_slugs", None)
    for part, rows in content["rows"].items():
        for key, values in rows.items():
            if start["rows"][part].get(key) != values:
                rows[key], row_errors = _clean_row(type(record), part, values)
                errors += [f"{part}: {error}" for error in row_errors]
    return errors


def _clean_row(
    model: type[models.Model], part: str, values: dict[str, Any]
) -> tuple[dict[str, Any], list[str]]:
    """Return the cleaned values of a row that belongs to a record, and its errors."""
    relation = snapshots.part_relation(model, part)
    fields = snapshots.row_fields(relation)
    row = relation.related_model()
    for field in fields:
        value = values[field.name]
        setattr(row, field.attname, value if field.remote_field else field.to_python(value))
    links = [field for field in fields if field.remote_field]
    excluded = {relation.field.name, *(field.name for field in links)}
    errors = [*missing_links(row, links), *_errors(row, excluded)]
    return snapshots.values_of(row, fields), errors


def _errors(record: models.Model, excluded: set[str]) -> Iterator[str]:
    try:
        record.full_clean(excluded, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        for name, messages in error.message_dict.items():
            message = " ".join(messages)
            yield message if name == NON_FIELD_ERRORS else f"{name}: {message}"
