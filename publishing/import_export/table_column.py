"""The base of the columns of a table."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.text import capfirst

from publishing.import_export.cell_values import CellConverter
from publishing.import_export.references import (
    NAMES_LABEL,
    NaturalKeys,
    RecordFinder,
    ReferenceResolver,
)
from publishing.revisions.snapshots import Snapshot


class TableColumn:
    """A column of a table: its place in a snapshot, and the conversion of its cells."""

    name: str
    label: str
    kind: str  # "fields", "links" or "rows"

    @property
    def heading(self) -> str:
        return self.name

    @property
    def hint(self) -> str:
        """The values that a cell may have, for people."""
        return ""

    def references(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        """Yield the records that the column refers to: (model, key)."""
        return ()

    def to_cell(self, content: Snapshot, natural_keys: NaturalKeys) -> Any:
        """Return the cell of a record: a text, a number, a day or nothing."""
        raise NotImplementedError

    def from_cell(
        self, text: str, present: Any, resolver: RecordFinder, natural_keys: NaturalKeys
    ) -> Any:
        """Return the value of a cell for the snapshot. Raises ValidationError."""
        raise NotImplementedError

    def reading(self, text: str, value: Any, resolver: ReferenceResolver) -> str:
        """Return the value of a cell in words; "" if the cell stands for itself."""
        raise NotImplementedError

    def sentence(self, error: ValidationError) -> str:
        """Return what is wrong with a cell, with the label of the column."""
        message = " ".join(error.messages)
        if getattr(error, "code", None) == NAMES_LABEL:
            return message
        return f"{capfirst(self.label)}: {message}"

    @property
    def converters(self) -> list[CellConverter]:
        return []

    @property
    def is_date(self) -> bool:
        """True if the order of days in numbers matters to the column."""
        return any(value.is_day or value.is_moment for value in self.converters)


def joined_readings(texts: list[str], readings: list[str], separator: str) -> str:
    """Return the texts as they were understood; "" if each stands for itself."""
    if not any(readings):
        return ""
    return separator.join(r or text for text, r in zip(texts, readings, strict=False))
