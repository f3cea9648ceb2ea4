"""The values that a cell may have, and the one nearest to a wrong text."""

from __future__ import annotations

import re
from collections import Counter
from difflib import get_close_matches
from typing import Any, NamedTuple

from django.db import models

from publishing.content.folding import fold
from publishing.import_export.cell_text import BETWEEN_LINKS
from publishing.import_export.columns import FieldColumn, ManyToManyColumn, TableColumn
from publishing.import_export.references import ReferenceResolver, natural_key_name

# Numbers of records to list in a form, and to compare with a wrong text.
MOST_LISTED, MOST_COMPARED = 400, 5_000
# How alike two texts have to be, from 0 to 1; "Untied Kingdom" and "United Kingdom" are 0.93.
LIKENESS = 0.75


class RightValue(NamedTuple):
    """A text that a cell may have, and the name of what it means if that differs."""

    text: str
    label: str


class RightValues:
    """The right values of the columns of a table, for the user who chooses among them."""

    def __init__(self, resolver: ReferenceResolver) -> None:
        self.resolver = resolver
        self._values: dict[Any, list[RightValue]] = {}
        self._folded: dict[Any, dict[str, str]] = {}

    def listed(self, column: TableColumn | None) -> list[RightValue]:
        """Return the values to offer in a form; none if there are too many to list."""
        values = self._of(column) if isinstance(column, FieldColumn) else []
        return values if len(values) <= MOST_LISTED else []

    def nearest(self, column: TableColumn | None, text: str) -> str:
        """Return the right text that is nearest to a wrong one; "" if none is near."""
        if isinstance(column, FieldColumn):
            return self._nearest(column, text)
        if not isinstance(column, ManyToManyColumn):
            return ""
        names = [name.strip() for name in re.split(r"[;\n]", text) if name.strip()]
        right = [self._nearest(column, name) for name in names]
        return BETWEEN_LINKS.join(right) if all(right) else ""

    def _nearest(self, column: TableColumn, text: str) -> str:
        source = _source(column)
        if source not in self._folded:
            self._folded[source] = {
                fold(spelling): value.text
                for value in self._of(column)
                for spelling in (value.text, value.label)
            }
        folded = self._folded[source]
        near = get_close_matches(fold(text), folded, n=1, cutoff=LIKENESS) if text else []
        return folded[near[0]] if near else ""

    def _of(self, column: TableColumn | None) -> list[RightValue]:
        source = _source(column)
        if source is not None and source not in self._values:
            is_model = isinstance(source, type)
            self._values[source] = self._records(source) if is_model else _choices(source)
        return self._values.get(source, [])

    def _records(self, model: type[models.Model]) -> list[RightValue]:
        """Return the records of a kind by their name, or by their natural key if names repeat."""
        key, name = natural_key_name(model), getattr(model, "slug_source", None)
        if key is None:
            return []
        pairs = self.resolver.rows(model).order_by(name or key).values_list(key, name or key)
        rows = [(str(text), str(label)) for text, label in pairs[:MOST_COMPARED]]
        times = Counter(label for _text, label in rows)
        return [RightValue(label if times[label] == 1 else text, label) for text, label in rows]


def _source(column: TableColumn | None) -> Any:
    """Return the model, or the field with choices, that a column's values come from."""
    if isinstance(column, ManyToManyColumn):
        return column.target
    if isinstance(column, FieldColumn):
        value = column.value
        return value.target or (value.field if value.field.flatchoices else None)
    return None


def _choices(field: Any) -> list[RightValue]:
    return [RightValue(str(label), str(label)) for value, label in field.flatchoices if value]
