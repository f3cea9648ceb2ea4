"""Keys of records as people send them: in addresses, forms and lists of ticked rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

NUL = "\x00"


def is_key(field: models.Field[Any, Any], value: Any) -> bool:
    """Return whether a row could have this value in the column of a key.

    A database raises an error for others: a number beyond its column, a text where it expects a
    number. PostgreSQL raises one for any text with NUL.
    """
    if NUL in str(value):
        return False
    try:
        field.run_validators(field.to_python(value))
    except ValidationError:
        return False
    return True


def only_keys(model: type[models.Model], values: Iterable[Any]) -> list[Any]:
    """Return the values that rows of the model could have as their key."""
    return [value for value in values if is_key(model._meta.pk, value)]
