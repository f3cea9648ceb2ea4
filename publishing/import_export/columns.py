"""The columns of a model's table: the cells of an export, and the way back.

There is a column for everything that a snapshot holds: fields, links, and the rows that belong to
a record, each row on a line of the cell. An empty cell empties; a column that is not there leaves
things as they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from publishing.import_export.cells import BETWEEN_LINKS, joined, normalised, parted, text_of
from publishing.import_export.converters import CellConverter
from publishing.import_export.references import NaturalKeys, RecordFinder
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    plain,
    row_fields,
)


def columns_of(model: type[models.Model]) -> list[TableColumn]:
    """Return the columns of a model's table but its key, in the order of an export."""
    relations = [ManyToManyColumn(model, name) for name in link_names(model)]
    parts = [InlineColumn(model, part) for part in getattr(model, "parts", ())]
    return [*(FieldColumn(model, field) for field in content_fields(model)), *relations, *parts]


class TableColumn:
    """A column of a table: its place in a snapshot, and its cells."""

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
        """Give the records that the column points at: (model, key)."""
        return ()

    def to_cell(self, content: Snapshot, natural_keys: NaturalKeys) -> Any:
        """Return the cell of a record: a text, a number, a day or nothing."""
        raise NotImplementedError

    def from_cell(
        self, text: str, present: Any, resolver: RecordFinder, natural_keys: NaturalKeys
    ) -> Any:
        """Return the value of a cell for the snapshot. Raises ValidationError."""
        raise NotImplementedError


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
        return self.value.from_cell(text, resolver)


class ManyToManyColumn(TableColumn):
    """A many-to-many relation: names with a semicolon between them."""

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
        # What is linked already may stay, also where the person could not choose it now.
        held = {natural_keys.of(self.target, key): key for key in present or ()}
        names = (name.strip() for name in text.replace("\n", ";").split(";"))
        keys = {held.get(n) or resolver.find(self.target, n) for n in names if n}
        return sorted(keys)


class InlineColumn(TableColumn):
    """Rows that belong to the record: each on a line, its values with a “|” between them."""

    kind = "rows"

    def __init__(self, model: type[models.Model], part: str) -> None:
        relation = part_relation(model, part)
        self.name, self.model = part, relation.related_model
        self.label = str(self.model._meta.verbose_name_plural)
        self.values = {field.name: CellConverter(field) for field in row_fields(relation)}
        self.order = list(self.values)
        self.known_by = self._known_by(relation.field.name)

    def _known_by(self, back: str) -> list[str]:
        """Return the fields that are unique within a record, or all of them."""
        for constraint in self.model._meta.constraints:
            if isinstance(constraint, models.UniqueConstraint) and back in constraint.fields:
                return [name for name in constraint.fields if name != back]
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
        return "\n".join(sorted(joined(self._texts(row, natural_keys)) for row in rows))

    def _texts(self, row: Mapping[str, Any], natural_keys: NaturalKeys) -> list[str]:
        return [
            normalised(text_of(self.values[n].to_cell(row[n], natural_keys))) for n in self.order
        ]

    def from_cell(
        self, text: str, present: Any, resolver: RecordFinder, natural_keys: NaturalKeys
    ) -> dict[str, Any]:
        held = {self._key(row): (key, row) for key, row in (present or {}).items()}
        written = {key: self._texts(row, natural_keys) for key, row in (present or {}).items()}
        found: dict[str, Any] = {}
        for line in filter(str.strip, text.split("\n")):
            values = self._values(line, resolver, present or {}, written)
            key, old = held.get(self._key(values), (str(uuid.uuid4()), None))
            if key in found:
                raise ValidationError(_("“%s” stands here twice") % line)
            found[key] = (old or self._defaults()) | values
        return found

    def _key(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(row.get(name) for name in self.known_by)

    def _defaults(self) -> dict[str, Any]:
        fresh = self.model()
        return {n: plain(getattr(fresh, v.field.attname)) for n, v in self.values.items()}

    def _values(
        self,
        line: str,
        resolver: RecordFinder,
        present: Mapping[str, Any],
        written: Mapping[str, list[str]],
    ) -> dict[str, Any]:
        texts = parted(line)
        if len(texts) > len(self.order):
            said = _("“%(line)s” has more than %(values)s")
            raise ValidationError(said % {"line": line, "values": " | ".join(self.order)})
        texts += [""] * (len(self.order) - len(texts))
        for key, same in written.items():
            if same == texts:
                # As it stands, to the last letter.
                return {name: present[key][name] for name in self.order}
        values = {}
        for name, text in zip(self.order, texts, strict=True):
            if text or not self._has_default(name):
                values[name] = self.values[name].from_cell(text, resolver)
        return values

    def _has_default(self, name: str) -> bool:
        """Tell a field for which an empty text means the default, because it cannot be empty."""
        field = self.values[name].field
        return field.has_default() and not field.blank
