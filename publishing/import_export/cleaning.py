"""Clean a record and its rows as a form does, without a query for each of them.

Errors are sentences by the name of the field, "" for the record as a whole. Unlike those of a form
they name the column and the value.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.utils.text import capfirst

from publishing.content.slugs import FormerSlug, Slugged
from publishing.import_export.cell_text import to_text
from publishing.import_export.constraints import missing_links
from publishing.import_export.refusals import EMPTY, empty_message, refusal
from publishing.revisions import snapshots
from publishing.revisions.snapshots import Snapshot, content_fields

Problems = dict[str, str]


def clean_record(
    record: Any,
    start: Snapshot,
    content: Snapshot,
    failed: Collection[str],
    former_slugs: Collection[str],
) -> Problems:
    """Clean the record and its rows; return the errors.

    Errors about fields in `failed` are not repeated. `former_slugs` are those of all rows, loaded
    together. The cleaned values of rows are put into `content`.
    """
    links = [field for field in content_fields(type(record)) if field.remote_field]
    missing = missing_links(record, [field for field in links if field.name not in failed])
    problems = {field.name: empty_message(field) for field in missing}
    with _known_slugs(record, start, former_slugs):
        problems |= _errors(record, {*(field.name for field in links), *failed})
    return problems | _clean_parts(type(record), start, content)


@contextmanager
def _known_slugs(record: Any, start: Snapshot, former_slugs: Collection[str]) -> Iterator[None]:
    """Let the model's `clean` take slugs from here: it would query the database for each record."""
    slug = getattr(record, "slug", "").lower()
    if isinstance(record, Slugged) and slug not in former_slugs:
        record.former_slugs = FormerSlug.objects.none  # type: ignore[method-assign]
        record._saved_slug = lambda: start["fields"]["slug"]  # type: ignore[method-assign]
    yield
    for name in ("former_slugs", "_saved_slug"):
        vars(record).pop(name, None)


def _clean_parts(model: type[models.Model], start: Snapshot, content: Snapshot) -> Problems:
    """Clean the rows that belong to a record and differ from before; return the errors by part."""
    problems: Problems = {}
    for part, rows in content["rows"].items():
        sentences: list[str] = []
        for key, values in rows.items():
            if start["rows"][part].get(key) != values:
                rows[key], row_problems = _clean_row(model, part, values)
                sentences += row_problems.values()
        if sentences:
            label = snapshots.part_relation(model, part).related_model._meta
            problems[part] = f"{capfirst(str(label.verbose_name_plural))}: {' '.join(sentences)}"
    return problems


def _clean_row(
    model: type[models.Model], part: str, values: dict[str, Any]
) -> tuple[dict[str, Any], Problems]:
    """Return the cleaned values of a row that belongs to a record, and its errors."""
    relation = snapshots.part_relation(model, part)
    fields = snapshots.row_fields(relation)
    row = relation.related_model()
    for field in fields:
        value = values[field.name]
        setattr(row, field.attname, value if field.remote_field else field.to_python(value))
    links = [field for field in fields if field.remote_field]
    excluded = {relation.field.name, *(field.name for field in links)}
    problems = {field.name: empty_message(field) for field in missing_links(row, links)}
    return snapshots.values_of(row, fields), problems | _errors(row, excluded)


def _errors(record: models.Model, excluded: set[str]) -> Problems:
    try:
        record.full_clean(excluded, validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        sentences: defaultdict[str, list[str]] = defaultdict(list)
        for name, errors in error.error_dict.items():
            field = "" if name == NON_FIELD_ERRORS else name
            sentences[field] += [_sentence(record, field, one) for one in errors]
        return {name: " ".join(lines) for name, lines in sentences.items()}
    return {}


def _sentence(record: models.Model, name: str, error: ValidationError) -> str:
    """Return the sentence of an error of a record, with the label and the value of its field."""
    if not name:
        return " ".join(error.messages)
    field: Any = record._meta.get_field(name)
    if error.code in EMPTY:
        return empty_message(field)
    value = to_text(getattr(record, field.attname))
    return f"{capfirst(str(field.verbose_name))}: {refusal(field, value, error)}"
