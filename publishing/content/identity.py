"""Identity: no two records of a kind have names that people take for the same.

A column holds what identifies a record, with its names folded, and is unique. So "Alcobaça" and
"ALCOBACA" of one country are one city, and two places of one name have different parts of the
country. The database keeps that promise; the constraint's `validate` names the other record.
"""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DEFAULT_DB_ALIAS, models
from django.db.models import Q
from django.utils.translation import gettext as _

from publishing.content.folding import FoldedField, fold
from publishing.content.text import normal

# A B-tree of PostgreSQL takes 2,700 bytes; names fold to many more at worst.
LONGEST = 250


class IdentityField(FoldedField):
    """Store what identifies the record: keys, choices and folded names."""

    def folded(self, *texts: str) -> str:
        # A name of signs alone has no fold.
        folds = [fold(text) or normal(text).casefold() for text in texts]
        key = "|".join(folds)
        return key if len(key) <= LONGEST else f"{key[:150]}|{sha256(key.encode()).hexdigest()}"

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Set the value. A record that was a double before this field existed stays one."""
        held, key = getattr(model_instance, self.attname), self.value_for(model_instance)
        if held != tolerated(key, model_instance.pk):
            setattr(model_instance, self.attname, key)
        return str(getattr(model_instance, self.attname))


def tolerated(key: str, pk: Any) -> str:
    """Return the value for a record that had the same identity as another before this field."""
    return f"{key}||{pk}"


class DoubleError(ValidationError):
    """A record with the same identity as another one, `double`."""

    def __init__(self, double: models.Model, message: str) -> None:
        super().__init__(message, code="double")
        self.double = double


class UniqueIdentity(models.UniqueConstraint):
    """The constraint of an IdentityField, whose error is about the name and has the other record.

    Migrations see Django's own constraint.
    """

    def validate(
        self,
        model: type[models.Model],
        instance: models.Model,
        exclude: Any = None,
        using: str = DEFAULT_DB_ALIAS,
    ) -> None:
        field: Any = model._meta.get_field(self.fields[0])
        name = name_of(model)
        if getattr(instance, "trashed_at", None) or name in (exclude or ()):
            return
        key = field.value_for(instance)
        if getattr(instance, field.attname) == tolerated(key, instance.pk):
            return
        same = model._base_manager.using(using).filter(self.condition or Q(), **{field.name: key})
        if double := same.exclude(pk=instance.pk).first():
            raise ValidationError({name: DoubleError(double, already(label_of(double), double))})

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        return "django.db.models.UniqueConstraint", args, kwargs


def unique_identity(name: str, message: Any, *, has_trash: bool = True) -> UniqueIdentity:
    """Return the constraint of the field `identity_key`; records in the trash are ignored.

    The message is for people who may not know which record the other one is.
    """
    return UniqueIdentity(
        fields=["identity_key"],
        condition=Q(trashed_at__isnull=True) if has_trash else None,
        name=name,
        violation_error_message=message,
    )


def constraint_of(model: type[models.Model]) -> UniqueIdentity:
    """Return the constraint of the identity of a model that has one."""
    return next(c for c in model._meta.constraints if isinstance(c, UniqueIdentity))


def name_of(model: Any) -> str:
    """Return the name of the field with the record's name."""
    return str(model.slug_source)


def label_of(record: Any) -> str:
    """Return the name of a record, and what tells it from others: "Alcobaça (Portugal)"."""
    hints = ", ".join(record.slug_hints())
    return f"{record} ({hints})" if hints else str(record)


def already(label: str, record: Any) -> str:
    """Return the sentence that refuses a double of a record, which its label names."""
    sentence = _("There is already %(record)s.") % {"record": label}
    return f"{sentence} {hint}" if (hint := record.double_hint) else sentence
