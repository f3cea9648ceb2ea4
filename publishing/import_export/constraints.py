"""Check a model's constraints for many records in a few queries.

Django's `full_clean` queries the database for every constraint of every record, which takes minutes
for ten thousand rows. The results are the same: the database still evaluates the conditions.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
from contextlib import nullcontext
from typing import Any, NamedTuple

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection, models, transaction
from django.db.models import NOT_PROVIDED, Q
from django.db.models.functions import Coalesce
from django.db.models.sql import Query

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
        values = [plain(_value(field, record)) for field in self.fields]
        return None if None in values else self.text(values)

    def text(self, values: Iterable[Any]) -> str:
        return json.dumps([self.number, *values])


def _value(field: models.Field[Any, Any], record: models.Model) -> Any:
    """Return the value that a field would have in the database."""
    # A folded field gets it only when the record is saved.
    if isinstance(field, FoldedField):
        return field.pre_save(record, add=False)
    return getattr(record, field.attname)


class _Parameter(models.Expression):
    """The value of a field, which is put into the SQL for each record."""

    def __init__(self, name: str, output_field: Any) -> None:
        super().__init__(output_field=output_field)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        return "%s", [self]

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        # PostgreSQL cannot tell of which type a NULL is. A cast to varchar(9) would cut a text.
        is_text = isinstance(self.output_field, models.CharField | models.TextField)
        return f"%s::{'text' if is_text else self.output_field.db_type(connection)}", [self]


class CompiledCheck:
    """A check constraint as SQL, compiled once: that takes longer than to run it."""

    def __init__(self, model: type[models.Model], constraint: models.CheckConstraint) -> None:
        condition = Q(constraint.condition)
        self.names = sorted(condition.referenced_base_fields)
        self.message = str(constraint.get_violation_error_message())
        # As in `Q.check`, and so in Django's own validation.
        query = Query(None)  # a query without a table
        for name in self.names:
            field: Any = model._meta.get_field(name)
            query.add_annotation(_Parameter(field.attname, field), name, select=False)
        query.add_annotation(models.Value(1), "_check")
        if connection.features.supports_comparing_boolean_expr:
            condition = Q(Coalesce(condition, True, output_field=models.BooleanField()))
        query.add_q(condition)
        self._sql, self._parameters = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()

    def holds(self, record: models.Model) -> bool:
        """Return whether the record meets the condition, as the database evaluates it."""
        parameters = [
            p.output_field.get_db_prep_value(getattr(record, p.name), connection)
            if isinstance(p, _Parameter)
            else p
            for p in self._parameters
        ]
        try:
            with (
                transaction.atomic() if connection.in_atomic_block else nullcontext(),
                connection.cursor() as cursor,
            ):
                cursor.execute(self._sql, parameters)
                return cursor.fetchone() is not None
        except DatabaseError:
            # As in `Q.check`: what the database cannot compare, it cannot store either.
            return True


class BrokenCheck(NamedTuple):
    """A check constraint that a record fails: its fields, and the message for people."""

    fields: list[str]
    message: str


class BulkConstraints:
    """The unique and check constraints of a model, evaluated for many of its records."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model = model
        self.unique = list(self._unique())
        self.checks = [
            CompiledCheck(model, constraint)
            for constraint in model._meta.constraints
            if isinstance(constraint, models.CheckConstraint)
        ]
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

    def claims(self, record: models.Model) -> dict[str, UniqueRule]:
        """Return the unique values of a record, each with the rule that it follows."""
        return {claim: rule for rule in self.unique if (claim := rule.claim(record))}

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
            last_values = {_value(rule.fields[-1], record) for record in records} - {None}
            for chunk in slices(last_values):
                rows = self.model._base_manager.filter(rule.condition)
                rows = rows.filter(**{f"{names[-1]}__in": chunk})
                for key, *values in rows.values_list("pk", *names):
                    holders[rule.text(plain(value) for value in values)] = key
        return holders

    def broken(self, record: models.Model, changed: Collection[str]) -> Iterator[BrokenCheck]:
        """Yield the checks that a record fails; with changed fields, only those about them."""
        for number, check in enumerate(self.checks):
            if changed and not set(check.names).intersection(changed):
                continue
            fields: list[Any] = [self.model._meta.get_field(name) for name in check.names]
            key = (number, *(getattr(record, field.attname) for field in fields))
            if key not in self._answers:
                self._answers[key] = check.holds(record)
            if not self._answers[key]:
                yield BrokenCheck(check.names, check.message)


def missing_links(
    record: models.Model, fields: Iterable[models.Field[Any, Any]]
) -> Iterator[models.Field[Any, Any]]:
    """Yield each relation of a record that is empty although it is required."""
    for field in fields:
        if (
            not field.null
            and field.default is NOT_PROVIDED
            and getattr(record, field.attname) is None
        ):
            yield field
