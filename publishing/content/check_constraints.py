"""Check constraints: validate those of a record in one query."""

from __future__ import annotations

from collections.abc import Collection
from functools import reduce
from operator import and_

from django.core.exceptions import FieldError, ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q


class JoinedChecks(models.BaseConstraint):
    """The check constraints of a model as one, for `Model.get_constraints`.

    Django validates each in a query and a savepoint of its own. If one is broken or concerns an
    excluded field, they are validated one by one, for the message and the exclusion.
    """

    def __init__(self, checks: Collection[models.CheckConstraint]) -> None:
        super().__init__(name="joined_checks")
        self.checks = checks
        self.condition = reduce(and_, (Q(check.condition) for check in checks))

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: set[str] | None = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        # An unknown condition holds, in SQL too, and does not hide one that is false.
        values = instance._get_field_expression_map(meta=model._meta, exclude=exclude)  # type: ignore[attr-defined]
        try:
            if self.condition.check(values, using=using):
                return
        except FieldError:
            pass
        errors: list[ValidationError] = []
        for check in self.checks:
            try:
                check.validate(model, instance, exclude=exclude, using=using)
            except ValidationError as error:
                errors.append(error)
        if errors:
            raise ValidationError(errors)


def joined_checks(constraints: Collection[models.BaseConstraint]) -> list[models.BaseConstraint]:
    """Return constraints with the check constraints among them as one, the first."""
    checks = [check for check in constraints if isinstance(check, models.CheckConstraint)]
    if len(checks) < 2:
        return list(constraints)
    return [JoinedChecks(checks), *(other for other in constraints if other not in checks)]
