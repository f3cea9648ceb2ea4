"""The columns of a model's table: convert a record's values to cells and back.

There is a column for every value of a snapshot: fields, links, and the rows that belong to a
record, each on a line of the cell. An empty cell clears the value; a missing column leaves it
unchanged.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from publishing.import_export.cell_numbers import is_nothing, names_nothing
from publishing.import_export.cell_text import (
    BETWEEN_LINKS,
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
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    plain,
    row_fields,
)


def columns_of(model: type[models.Model]) -> list[TableColumn]:
    """Return the columns of a model's table except its key, in the order of an export."""
    relations = [ManyToManyColumn(model, name) for name in link_names(model)]
    parts = [InlineColumn(model, part) for part in getattr(model, "parts", ())]
    return [*(FieldColumn(model, field) for field in content_fields(model)), *relations, *parts]


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
        """Whether the order of days in numbers matters to the column."""
        return any(value.is_day or value.is_moment for value in self.converters)


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
        return _joined_readings(self.names(text, resolver), readings, BETWEEN_LINKS)


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
                raise ValidationError(_("“%s” is here twice.") % line)
            rows[key] = (present_row or self._defaults()) | values
        return rows

    def reading(self, text: str, value: Any, resolver: ReferenceResolver) -> str:
        lines = [line.strip() for line in text.split("\n") if line.strip()]
        return _joined_readings(lines, [self._line_reading(n, resolver) for n in lines], "\n")

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
        return _joined_readings(texts, readings, BETWEEN_VALUES)

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


def _joined_readings(texts: list[str], readings: list[str], separator: str) -> str:
    """Return the texts as they were understood; "" if each stands for itself."""
    if not any(readings):
        return ""
    return separator.join(r or text for text, r in zip(texts, readings, strict=False))
