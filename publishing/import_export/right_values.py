"""The values that a cell may have, and those that a wrong text may mean."""

from __future__ import annotations

from itertools import product
from typing import Any, NamedTuple

from django.db import models

from publishing.content.folding import fold
from publishing.content.near_words import nearest
from publishing.import_export.cell_text import BETWEEN_LINKS
from publishing.import_export.columns import FieldColumn, ManyToManyColumn, TableColumn
from publishing.import_export.references import ReferenceResolver

# The numbers of values to offer for a wrong text, and to list in a form.
MOST_OFFERED, MOST_LISTED = 4, 400


class RightValue(NamedTuple):
    """A text that a cell may have, and the name of what it means if that differs."""

    text: str
    label: str


class RightValues:
    """The right values of the columns of a table, for the user who chooses among them."""

    def __init__(self, resolver: ReferenceResolver) -> None:
        self.resolver = resolver

    def listed(self, column: TableColumn | None) -> list[RightValue]:
        """Return the values to offer in a form; none if there are too many to list."""
        if not isinstance(column, FieldColumn):
            return []
        if column.value.target is None:
            choices = column.value.field.flatchoices or ()
            return [RightValue(str(label), str(label)) for value, label in choices if value]
        index = self.resolver.index(column.value.target)
        if len(index.entries) > MOST_LISTED:
            return []
        values = [self._value(column.value.target, key) for key in index.entries]
        return sorted(values, key=lambda value: fold(value.label))

    def suggested(self, column: TableColumn | None, text: str) -> list[str]:
        """Return the right texts that a wrong one may mean; none if nothing is similar."""
        if isinstance(column, FieldColumn) and text:
            target = column.value.target
            return self._records(target, text) if target else _choices(column.value.field, text)
        if not isinstance(column, ManyToManyColumn):
            return []
        names = column.names(text, self.resolver)
        meant = [self._records(column.target, name) for name in names]
        return [BETWEEN_LINKS.join(texts) for texts in product(*meant)][:MOST_OFFERED]

    def _records(self, model: type[models.Model], text: str) -> list[str]:
        keys = self.resolver.keys_of(model, text)
        if not keys and (key := self.resolver.index(model).nearest(text)) is not None:
            keys = [key]
        return [self._value(model, key).text for key in keys[:MOST_OFFERED]]

    def _value(self, model: type[models.Model], key: Any) -> RightValue:
        """Return the name of a record, or its natural key if others have that name too."""
        index = self.resolver.index(model)
        entry, label = index.entries[key], index.label(key)
        for text in (entry.name, label, entry.natural_key):
            if text and self.resolver.keys_of(model, text) == [key]:
                return RightValue(text, label)
        return RightValue(f"#{key}", label)


def _choices(field: Any, text: str) -> list[str]:
    labels = {fold(str(label)): str(label) for value, label in field.flatchoices or () if value}
    near = nearest(fold(text), list(labels))
    return [labels[near]] if near else []
