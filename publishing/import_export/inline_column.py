"""The column of the rows that belong to a record: each on a line of the cell."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.import_export.cell_text import (
    BETWEEN_VALUES,
    join_row,
    normalise,
    split_row,
    to_text,
)
from publishing.import_export.cell_values import CellConverter
from publishing.import_export.references import (
    NAMES_LABEL,
    NaturalKeys,
    RecordFinder,
    ReferenceResolver,
)
from publishing.import_export.table_column import TableColumn, joined_readings
from publishing.revisions.snapshots import Snapshot, part_relation, plain, row_fields


class InlineColumn(TableColumn):
    """Rows that belong to the record: each on a line, its values with a “|” between them."""

    kind = "rows"

    def __init__(self, model: type[models.Model], part: str) -> None:
        relation = part_relation(model, part)
        self.name, self.model = part, relation.related_model
        self.label = str(self.model._meta.verbose_name_plural)
        self.values = {field.name: CellConverter(field) for field in row_fields(relation)}
        self.order = list(self.values)
        self.identifying = self._identifying_fields(relation.field.name)

    def _identifying_fields(self, parent: str) -> list[str]:
        """Return the fields that tell rows of a record apart; all fields if no constraint does."""
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and parent in constraint.fields:
                return [name for name in constraint.fields if name != parent]
        return list(self.values)

    @property
    def heading(self) -> str:
        return f"{self.name} ({' | '.join(self.order)})"

    @property
    def hint(self) -> str:
        return _("a line for each: %(values)s") % {"values": " | ".join(self.order)}

    def references(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        for name, value in self.values.items():
            if value.target:
                for row in content["rows"][self.name].values():
                    yield value.target, row[name]

    def to_cell(self, content: Snapshot, natural_keys: NaturalKeys) -> str:
        rows = content["rows"][self.name].values()
        return "\n".join(sorted(join_row(self._texts(row, natural_keys)) for row in rows))

    def _texts(self, row: Mapping[str, Any], natural_keys: NaturalKeys) -> list[str]:
        return [
            normalise(to_text(self.values[n].to_cell(row[n], natural_keys))) for n in self.order
        ]

    def from_cell(
        self, text: str, present: Any, resolver: RecordFinder, natural_keys: NaturalKeys
    ) -> dict[str, Any]:
        present = present or {}
        present_rows = {self._key(row): (key, row) for key, row in present.items()}
        present_texts = {key: self._texts(row, natural_keys) for key, row in present.items()}
        rows: dict[str, Any] = {}
        for line in filter(str.strip, text.split("\n")):
            values = self._values(line, resolver, present, present_texts)
            key, present_row = present_rows.get(self._key(values), (str(uuid.uuid4()), None))
            if key in rows:
                raise ValidationError(_("“%s” is listed twice.") % line)
            rows[key] = (present_row or self._defaults()) | values
        return rows

    def reading(self, text: str, value: Any, resolver: ReferenceResolver) -> str:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return joined_readings(lines, [self._line_reading(n, resolver) for n in lines], "\n")

    def _line_reading(self, line: str, resolver: ReferenceResolver) -> str:
        texts, readings = split_row(line), []
        for name, text in zip(self.order, texts, strict=False):
            converter = self.values[name]
            try:
                value = converter.from_cell(text, resolver)
                readings.append(converter.reading(text, value, resolver))
            except ValidationError:
                # It is unchanged, and may be more than the user could choose now.
                readings.append("")
        return joined_readings(texts, readings, BETWEEN_VALUES)

    @property
    def converters(self) -> list[CellConverter]:
        return list(self.values.values())

    def _key(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in self.identifying)

    def _defaults(self) -> dict[str, Any]:
        defaults = self.model()
        return {n: plain(getattr(defaults, v.field.attname)) for n, v in self.values.items()}

    def _values(
        self,
        line: str,
        resolver: RecordFinder,
        present: Mapping[str, Any],
        present_texts: Mapping[str, list[str]],
    ) -> dict[str, Any]:
        texts = split_row(line)
        if len(texts) > len(self.order):
            message = _("“%(line)s” has more values than %(values)s.")
            raise ValidationError(message % {"line": line, "values": " | ".join(self.order)})
        texts += [""] * (len(self.order) - len(texts))
        for key, row_texts in present_texts.items():
            if row_texts == texts:
                # The line is unchanged.
                return {name: present[key][name] for name in self.order}
        values = {}
        for name, text in zip(self.order, texts, strict=True):
            if text or not self._has_default(name):
                values[name] = self._value(name, text, resolver)
        return values

    def _value(self, name: str, text: str, resolver: RecordFinder) -> Any:
        try:
            return self.values[name].valid_from_cell(text, resolver)
        except ValidationError as error:
            if error.code == NAMES_LABEL:
                raise
            label = capfirst(str(self.values[name].field.verbose_name))
            raise ValidationError(f"{label}: {' '.join(error.messages)}") from error

    def _has_default(self, name: str) -> bool:
        """Return whether an empty text means the default, because the field cannot be empty."""
        field = self.values[name].field
        return field.has_default() and not field.blank
