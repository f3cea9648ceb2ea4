"""Check a model's constraints for many records in a few queries.

Django's `full_clean` queries the database for every constraint of every record, which takes minutes
for ten thousand rows. The results are the same: the database still evaluates the conditions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple

from django.db import models
from django.db.models import NOT_PROVIDED, Q
from django.utils.translation import gettext as _

from publishing.content.folding import FoldedField
from publishing.import_export.bulk_snapshots import slices
from publishing.revisions.snapshots import plain


class UniqueRule(NamedTuple):
    """A uniqueness rule: the fields, and the condition for records to which it applies."""

    number: int
    fields: list[models.Field[Any, Any]]
    condition: Q
    message: str

    def claim(self, record: models.Model) -> str | None:
        """Return the record's values as a text; None if one is empty and so cannot collide."""
        values = [plain(value_of(record, field)) for field in self.fields]
        return None if None in values else self.text(values)

    def text(self, values: Iterable[Any]) -> str:
        return json.dumps([self.number, *values])


class BrokenCheck(NamedTuple):
    """A check constraint that a record fails: its fields, and the message for people."""

    fields: list[str]
    message: str


class BulkConstraints:
    """The unique and check constraints of a model, evaluated for many of its records."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.unique = list(self._unique())
        self.checks = [c for c in model._meta.constraints if isinstance(c, models.CheckConstraint)]
        self._answers: dict[Any, bool] = {}

    def _unique(self) -> Iterator[UniqueRule]:
        meta: Any = self.model._meta
        number = 0
        for field in meta.concrete_fields:
            if field.unique and not field.auto_created:
                error = self.model().unique_error_message(self.model, (field.name,))
                yield UniqueRule(number, [field], Q(), error.messages[0])
                number += 1
        for constraint in meta.constraints:
            if isinstance(constraint, models.UniqueConstraint):
                fields = [meta.get_field(name) for name in constraint.fields]
                message = str(constraint.get_violation_error_message())
                yield UniqueRule(number, fields, constraint.condition or Q(), message)
                number += 1

    def claims(self, record: models.Model) -> dict[str, str]:
        """Return the unique values of a record, each with the message for a collision."""
        claims = {}
        for rule in self.unique:
            if claim := rule.claim(record):
                is_column = not (rule.fields[1:] or isinstance(rule.fields[0], FoldedField))
                claims[claim] = (
                    f"{rule.fields[0].name}: {rule.message}" if is_column else rule.message
                )
        return claims

    def slug_claim(self, slug: str) -> str:
        """Return the claim of a record with this slug."""
        rule = next(r for r in self.unique if [field.name for field in r.fields] == ["slug"])
        return rule.text([slug])

    def holders(self, records: Collection[models.Model]) -> dict[str, Any]:
        """Return the key of the record that holds a claim in the database, by claim."""
        holders: dict[str, Any] = {}
        for rule in self.unique:
            names = [field.attname for field in rule.fields]
            # The last field is the most selective one.
            last_values = {value_of(record, rule.fields[-1]) for record in records} - {None}
            for chunk in slices(last_values):
                rows = self.model._base_manager.filter(rule.condition)
                rows = rows.filter(**{f"{names[-1]}__in": chunk})
                for key, *values in rows.values_list("pk", *names):
                    holders[rule.text(plain(value) for value in values)] = key
        return holders

    def broken(self, record: models.Model, changed: Collection[str]) -> Iterator[BrokenCheck]:
        """Yield the checks that a record fails; with changed fields, only those about them."""
        for number, constraint in enumerate(self.checks):
            names = sorted(Q(constraint.condition).referenced_base_fields)
            if changed and not set(names).intersection(changed):
                continue
            fields: list[Any] = [self.model._meta.get_field(name) for name in names]
            values = {f.name: models.Value(getattr(record, f.attname), f) for f in fields}
            key = (number, *(value.value for value in values.values()))
            if key not in self._answers:
                self._answers[key] = Q(constraint.condition).check(values)
            if not self._answers[key]:
                yield BrokenCheck(names, str(constraint.get_violation_error_message()))


def value_of(record: models.Model, field: models.Field[Any, Any]) -> Any:
    """Return the value of a field, which is computed if the record would compute it on a save."""
    if isinstance(field, FoldedField):
        return field.value_for(record)
    return getattr(record, field.attname)


def missing_links(record: models.Model, fields: Iterable[models.Field[Any, Any]]) -> Iterator[str]:
    """Yield a message for each relation of a record that is empty although it is required."""
    for field in fields:
        if (
            not field.null
            and field.default is NOT_PROVIDED
            and getattr(record, field.attname) is None
        ):
            yield f"{field.name}: {_('this cannot be empty')}"
