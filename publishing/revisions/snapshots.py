"""What a record says, as plain data: taken, compared, merged, and applied again.

A snapshot holds all that staff edit in the record's form, keyed by field and relation:

    {"fields": {"name": "Wakefield", "country": "GB", …},
     "links": {"themes": [3, 17]},
     "rows": {"awards": {"3f2c…": {"year": 2024, …}}}}

It never names a model and is kept for years, so that a field that is gone is passed over and a
new one keeps its present value. Values are what JSON has; moments are ISO 8601 in UTC.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from copy import deepcopy
from datetime import UTC, date, datetime
from hashlib import sha256
from json import dumps
from typing import Any, NamedTuple
from uuid import UUID

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

Snapshot = dict[str, dict[str, Any]]
Path = tuple[str, ...]

MOMENTS = ("published_at", "expires_at", "archived_at")


# -- What a snapshot holds -----------------------------------------------------------------


def content_fields(model: type[models.Model]) -> list[models.Field[Any, Any]]:
    """The columns that staff fill in: no keys, no dates of bookkeeping, nothing derived."""
    return [
        field
        for field in model._meta.concrete_fields
        if field.editable and not field.primary_key and not getattr(field, "auto_now", False)
    ]


def link_names(model: type[models.Model]) -> list[str]:
    """The many-to-many relations that staff fill in."""
    return [field.name for field in model._meta.many_to_many if field.editable]


def part_relation(model: type[models.Model], part: str) -> Any:
    """The relation behind a part: `.related_model` has its rows, `.field` leads back."""
    return model._meta.get_field(part)


def row_fields(relation: Any) -> list[models.Field[Any, Any]]:
    """The columns of a part's rows, without the one that leads back to the record."""
    return [field for field in content_fields(relation.related_model) if field != relation.field]


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID | models.fields.files.FieldFile):
        return str(value)
    return value


def take(record: models.Model) -> Snapshot:
    """The snapshot of what the database has for this record; it must be saved."""
    model = type(record)
    saved = model._base_manager.get(pk=record.pk)
    rows: dict[str, Any] = {}
    for part in getattr(model, "parts", ()):
        relation = part_relation(model, part)
        found = relation.related_model._base_manager.filter(**{relation.field.name: saved})
        rows[part] = {
            str(row.pk): _values(row, row_fields(relation)) for row in found.order_by("pk")
        }
    links = {
        name: [plain(key) for key in sorted(getattr(saved, name).values_list("pk", flat=True))]
        for name in link_names(model)
    }
    return {"fields": _values(saved, content_fields(model)), "links": links, "rows": rows}


def _values(record: models.Model, fields: list[models.Field[Any, Any]]) -> dict[str, Any]:
    return {field.name: plain(getattr(record, field.attname)) for field in fields}


# -- Comparing and merging -----------------------------------------------------------------


class Conflict(NamedTuple):
    """A place that two people changed differently. None in a row's place: it was taken out."""

    path: Path
    base: Any
    mine: Any
    theirs: Any

    @property
    def key(self) -> str:
        return "/".join(self.path)


class MergeResult(NamedTuple):
    """A merged snapshot; where there is a conflict it has what `mine` said."""

    content: Snapshot
    conflicts: list[Conflict]


def leaves(content: Snapshot) -> dict[Path, Any]:
    """Every value by its path: ("fields", name), ("links", name) or ("rows", part, key, name).

    A row itself stands under ("rows", part, key), with the value True.
    """
    found: dict[Path, Any] = {}
    for name, value in content.get("fields", {}).items():
        found["fields", name] = value
    for name, value in content.get("links", {}).items():
        found["links", name] = value
    for part, rows in content.get("rows", {}).items():
        for key, values in rows.items():
            found["rows", part, key] = True
            for name, value in values.items():
                found["rows", part, key, name] = value
    return found


def differing(old: Snapshot, new: Snapshot) -> Iterator[Path]:
    """The paths at which two snapshots differ; a row that only one of them has is one path.

    A field, relation or part that only one of them knows came or went with the model, so it is
    no difference.
    """
    before, after = leaves(old), leaves(new)
    for path in before | after:
        if path in before and path in after:
            if before[path] != after[path]:
                yield path
        elif path[0] == "rows" and len(path) == 3 and _both_know(path[1], old, new):
            yield path


def _both_know(part: str, old: Snapshot, new: Snapshot) -> bool:
    return part in old.get("rows", {}) and part in new.get("rows", {})


def same(old: Snapshot, new: Snapshot) -> bool:
    return next(differing(old, new), None) is None


def fingerprint(content: Snapshot) -> str:
    """A short text that is another one when the content is."""
    return sha256(dumps(content, sort_keys=True).encode()).hexdigest()


def merge(base: Snapshot, mine: Snapshot, theirs: Snapshot) -> MergeResult:
    """What both sides changed since `base`, put together field by field.

    Links are sets: additions and removals of both sides count, so they never conflict.
    """
    content = deepcopy(theirs)
    conflicts: dict[Path, Conflict] = {}
    others = set(differing(base, theirs))
    for path in differing(base, mine):
        if path[0] == "links":
            _put(
                content,
                path,
                _merge_sets(*(_at(side, path) or [] for side in (base, mine, theirs))),
            )
            continue
        if clash := _clash(path, others):
            if _at(mine, clash) == _at(theirs, clash):
                continue
            sides = (_at(side, clash) for side in (base, mine, theirs))
            conflicts[clash] = Conflict(clash, *sides)
            path = clash
        _put(content, path, _at(mine, path))
    return MergeResult(content, list(conflicts.values()))


def _merge_sets(base: list[Any], mine: list[Any], theirs: list[Any]) -> list[Any]:
    old, wanted = set(base), set(mine)
    return sorted((set(theirs) - (old - wanted)) | (wanted - old))


def _clash(path: Path, others: set[Path]) -> Path | None:
    """The smallest place with both this change and one of the others: a value, or a whole row."""
    if path in others:
        return path
    row = path[:3]
    if len(path) == 4 and row in others:
        # They took out the row that this value is in.
        return row
    if len(path) == 3 and any(other[:3] == row for other in others):
        # This takes out a row that they changed.
        return row
    return None


def resolve(merged: MergeResult, choices: Mapping[str, str]) -> MergeResult:
    """The merge after somebody chose: conflict key → "mine", "theirs" or "both" (for texts)."""
    content, left = deepcopy(merged.content), []
    for conflict in merged.conflicts:
        match choices.get(conflict.key):
            case "mine":
                _put(content, conflict.path, conflict.mine)
            case "theirs":
                _put(content, conflict.path, conflict.theirs)
            case "both" if isinstance(conflict.mine, str) and isinstance(conflict.theirs, str):
                joint = "" if conflict.theirs.endswith(">") else "\n\n"
                _put(content, conflict.path, conflict.theirs + joint + conflict.mine)
            case _:
                left.append(conflict)
    return MergeResult(content, left)


def _at(content: Mapping[str, Any], path: Path) -> Any:
    value: Any = content
    for step in path:
        if not isinstance(value, Mapping) or step not in value:
            return None
        value = value[step]
    return value


def _put(content: dict[str, Any], path: Path, value: Any) -> None:
    inner = content
    for step in path[:-1]:
        inner = inner.setdefault(step, {})
    if value is None and path[0] == "rows" and len(path) == 3:
        inner.pop(path[-1], None)
    else:
        inner[path[-1]] = deepcopy(value)


# -- Applying ------------------------------------------------------------------------------


def apply(record: models.Model, content: Snapshot) -> list[str]:
    """Make the record and its rows say what the snapshot says, and save what differs.

    The way is that of a form: assign, `full_clean`, `save`, so that addresses, search keys and
    sanitising are done. Gives a sentence for each thing that could not be brought back because
    what it points at is gone. Raises ValidationError, keyed by field; nothing is saved then.
    """
    present = take(record)
    if same(present, content):
        return []
    problems: list[str] = []
    fresh = type(record)._base_manager.get(pk=record.pk)
    with transaction.atomic():
        _assign(fresh, content_fields(type(record)), present["fields"], content, problems)
        fresh.full_clean()
        fresh.save()
        for name in link_names(type(record)):
            if name in content.get("links", {}):
                _link(fresh, name, content["links"][name], problems)
        for part in getattr(record, "parts", ()):
            if part in content.get("rows", {}):
                _apply_rows(fresh, part, content["rows"][part], problems)
    record.refresh_from_db()
    return problems


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
        if field.name not in wanted or value == present.get(field.name):
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
    return _("%(field)s: the %(kind)s that stood here was deleted since.") % {
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
    before = {key: _values(row, fields) for key, row in present.items()}
    kept = [key for key, old in before.items() if key in wanted and _says(old, wanted[key])]
    # What changes is taken out first and put in again, so that two rows may exchange a value that
    # is unique. Nothing else points at rows (a check says so), so nothing goes with them.
    rows.exclude(pk__in=kept).delete()
    for key, values in wanted.items():
        if key in kept:
            continue
        row = present.get(key) or relation.related_model(**{link.name: record})
        row._state.adding = True
        old = before.get(key, {})
        # A key that meanwhile belongs to another record's row stays with that one.
        if not old and not manager.filter(pk=key).exists():
            row.pk = relation.related_model._meta.pk.to_python(key)
        found: list[str] = []
        _assign(row, fields, old, {"fields": values}, found)
        problems += found
        if found and not old:
            # A row about something that is gone says nothing.
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
    """Whether a row says these values already; those that it does not have are passed over."""
    return all(old.get(name, value) == value for name, value in values.items())
