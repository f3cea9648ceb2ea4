"""The columns of a model's table: convert a record's values to cells and back.

There is a column for every value of a snapshot: fields, links, and the rows that belong to a
record, each on a line of the cell. An empty cell clears the value; a missing column leaves it
unchanged.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from publishing.import_export.cell_numbers import is_nothing, names_nothing
from publishing.import_export.cell_text import BETWEEN_LINKS
from publishing.import_export.cell_values import CellConverter
from publishing.import_export.inline_column import InlineColumn
from publishing.import_export.references import NaturalKeys, RecordFinder, ReferenceResolver
from publishing.import_export.table_column import TableColumn, joined_readings
from publishing.revisions.snapshots import Snapshot, content_fields, link_names

__all__ = ["FieldColumn", "InlineColumn", "ManyToManyColumn", "TableColumn", "columns_of"]


def columns_of(model: type[models.Model]) -> list[TableColumn]:
    """Return the columns of a model's table except its key, in the order of an export."""
    relations = [ManyToManyColumn(model, name) for name in link_names(model)]
    parts = [InlineColumn(model, part) for part in getattr(model, "parts", ())]
    return [*(FieldColumn(model, field) for field in content_fields(model)), *relations, *parts]


class FieldColumn(TableColumn):
    """A field of the record."""

    kind = "fields"

    def __init__(self, model: type[models.Model], field: models.Field[Any, Any]) -> None:
        self.name, self.label, self.field = field.name, str(field.verbose_name), field
        self.value = CellConverter(field)

    @property
    def hint(self) -> str:
        return self.value.hint

    def references(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        if self.value.target:
            yield self.value.target, content["fields"][self.name]

    def to_cell(self, content: Snapshot, natural_keys: NaturalKeys) -> Any:
        return self.value.to_cell(content["fields"][self.name], natural_keys)

    def from_cell(
        self, text: str, present: Any, resolver: RecordFinder, natural_keys: NaturalKeys
    ) -> Any:
        return self.value.valid_from_cell(text, resolver)

    def reading(self, text: str, value: Any, resolver: ReferenceResolver) -> str:
        return self.value.reading(text, value, resolver)

    @property
    def converters(self) -> list[CellConverter]:
        return [self.value]


class ManyToManyColumn(TableColumn):
    """A many-to-many relation: natural keys with a semicolon between them."""

    kind = "links"

    def __init__(self, model: type[models.Model], name: str) -> None:
        field: Any = model._meta.get_field(name)
        self.name, self.label, self.target = name, str(field.verbose_name), field.related_model

    @property
    def hint(self) -> str:
        return _("addresses of %(kind)s, with “;” between them") % {
            "kind": self.target._meta.verbose_name_plural
        }

    def references(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        return ((self.target, key) for key in content["links"][self.name])

    def to_cell(self, content: Snapshot, natural_keys: NaturalKeys) -> str:
        names = (natural_keys.of(self.target, key) for key in content["links"][self.name])
        return BETWEEN_LINKS.join(sorted(names))

    def from_cell(
        self, text: str, present: Any, resolver: RecordFinder, natural_keys: NaturalKeys
    ) -> list[Any]:
        # Existing links may stay, even if the person could not choose them now.
        present_keys = {natural_keys.of(self.target, key): key for key in present or ()}
        names = self.names(text, resolver)
        return sorted({present_keys.get(n) or resolver.find(self.target, n) for n in names})

    def _is_found(self, names: list[str], resolver: RecordFinder) -> bool:
        try:
            return bool([resolver.find(self.target, name) for name in names])
        except ValidationError:
            return False

    def names(self, text: str, resolver: RecordFinder) -> list[str]:
        """Return the names in a cell: with commas between them only if there is no other sign."""
        names = [name.strip() for name in re.split(r"[;\n|]", text) if name.strip()]
        parts = [name.strip() for name in text.split(",") if name.strip()]
        if len(names) == 1 and (names_nothing(text) or not self._is_found(names, resolver)):
            if is_nothing(text):
                return []
            return parts if self._is_found(parts, resolver) else names
        return names

    def reading(self, text: str, value: Any, resolver: ReferenceResolver) -> str:
        if not value:
            return _("empty") if text else ""
        readings = []
        for name in self.names(text, resolver):
            keys = resolver.keys_of(self.target, name)
            is_spelt = len(keys) != 1 or resolver.is_spelt(self.target, keys[0], name)
            readings.append("" if is_spelt else resolver.label(self.target, keys[0]))
        return joined_readings(self.names(text, resolver), readings, BETWEEN_LINKS)
