"""The columns of a model's table: what an export writes, and how a cell is read back.

There is a column for everything that a snapshot holds: fields, links, and the rows that belong to
a record, each row on a line of the cell. An empty cell empties; a column that is not there leaves
things as they are.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _

from publishing.import_export.cells import BETWEEN_LINKS, joined, parted, text_of, tidy
from publishing.import_export.references import NaturalKeys, ReferenceResolver, key_name
from publishing.revisions.snapshots import (
    Snapshot,
    content_fields,
    link_names,
    part_relation,
    plain,
    row_fields,
)

# The days from 1954 to 2119, as spreadsheets count them.
SERIALS = range(20_000, 80_001)
YES, NO = ("yes", "true", "1", "y"), ("no", "false", "0", "n")


def columns_of(model: type[models.Model]) -> list[Column]:
    """All columns of a model's table but its key, in the order of an export."""
    relations = [Links(model, name) for name in link_names(model)]
    parts = [Rows(model, part) for part in getattr(model, "parts", ())]
    return [*(One(model, field) for field in content_fields(model)), *relations, *parts]


class Column:
    """One column: where it stands in a snapshot, and how it reads."""

    name: str
    label: str
    kind: str  # "fields", "links" or "rows"

    @property
    def heading(self) -> str:
        return self.name

    @property
    def hint(self) -> str:
        """What may stand in a cell, for people."""
        return ""

    def targets(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        """What the column points at: (model, key)."""
        return ()

    def written(self, content: Snapshot, handles: NaturalKeys) -> Any:
        """The cell of a record: a text, a number, a day or nothing."""
        raise NotImplementedError

    def read(
        self, text: str, present: Any, targets: ReferenceResolver, handles: NaturalKeys
    ) -> Any:
        """What the snapshot has to hold for a cell. Raises ValidationError."""
        raise NotImplementedError


class One(Column):
    """A field of the record."""

    kind = "fields"

    def __init__(self, model: type[models.Model], field: models.Field[Any, Any]) -> None:
        self.name, self.label, self.field = field.name, str(field.verbose_name), field
        self.value = Value(field)

    @property
    def hint(self) -> str:
        return self.value.hint

    def targets(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        if self.value.target:
            yield self.value.target, content["fields"][self.name]

    def written(self, content: Snapshot, handles: NaturalKeys) -> Any:
        return self.value.written(content["fields"][self.name], handles)

    def read(
        self, text: str, present: Any, targets: ReferenceResolver, handles: NaturalKeys
    ) -> Any:
        return self.value.read(text, targets)


class Links(Column):
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

    def targets(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        return ((self.target, key) for key in content["links"][self.name])

    def written(self, content: Snapshot, handles: NaturalKeys) -> str:
        names = (handles.of(self.target, key) for key in content["links"][self.name])
        return BETWEEN_LINKS.join(sorted(names))

    def read(
        self, text: str, present: Any, targets: ReferenceResolver, handles: NaturalKeys
    ) -> list[Any]:
        # What is linked already may stay, also where the person could not choose it anew.
        held = {handles.of(self.target, key): key for key in present or ()}
        names = (name.strip() for name in text.replace("\n", ";").split(";"))
        keys = {held.get(n) or targets.find(self.target, n) for n in names if n}
        return sorted(keys)


class Rows(Column):
    """Rows that belong to the record: each on a line, its values with a “|” between them."""

    kind = "rows"

    def __init__(self, model: type[models.Model], part: str) -> None:
        relation = part_relation(model, part)
        self.name, self.model = part, relation.related_model
        self.label = str(self.model._meta.verbose_name_plural)
        self.values = {field.name: Value(field) for field in row_fields(relation)}
        self.order = list(self.values)
        self.known_by = self._known_by(relation.field.name)

    def _known_by(self, back: str) -> list[str]:
        """What tells a row from the others of its record: the fields of their first promise."""
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

    def targets(self, content: Snapshot) -> Iterable[tuple[Any, Any]]:
        for name, value in self.values.items():
            if value.target:
                for row in content["rows"][self.name].values():
                    yield value.target, row[name]

    def written(self, content: Snapshot, handles: NaturalKeys) -> str:
        rows = content["rows"][self.name].values()
        return "\n".join(sorted(joined(self._texts(row, handles)) for row in rows))

    def _texts(self, row: Mapping[str, Any], handles: NaturalKeys) -> list[str]:
        return [tidy(text_of(self.values[n].written(row[n], handles))) for n in self.order]

    def read(
        self, text: str, present: Any, targets: ReferenceResolver, handles: NaturalKeys
    ) -> dict[str, Any]:
        held = {self._key(row): (key, row) for key, row in (present or {}).items()}
        written = {key: self._texts(row, handles) for key, row in (present or {}).items()}
        found: dict[str, Any] = {}
        for line in filter(str.strip, text.split("\n")):
            values = self._values(line, targets, present or {}, written)
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
        targets: ReferenceResolver,
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
                values[name] = self.values[name].read(text, targets)
        return values

    def _has_default(self, name: str) -> bool:
        """Whether an empty place means what a new row begins with, because it cannot be empty."""
        field = self.values[name].field
        return field.has_default() and not field.blank


class Value:
    """A field's value as text, and the way back: the way of a form's field."""

    def __init__(self, field: models.Field[Any, Any]) -> None:
        self.field: Any = field
        self.target: Any = field.related_model
        self.is_day = isinstance(field, models.DateField) and not isinstance(
            field, models.DateTimeField
        )
        self.form: forms.Field | None = None if self.target else field.formfield(required=False)
        self.choices = {
            said.casefold(): value
            for value, label in field.flatchoices or ()
            for said in (str(label), str(value))
        }

    @property
    def hint(self) -> str:
        if self.target:
            named = _("the code, address or year of a %(kind)s, or its number as #1")
            return named % {"kind": self.target._meta.verbose_name}
        if self.field.flatchoices:
            return ", ".join(str(value) for value, _label in self.field.flatchoices)
        match self.field:
            case models.BooleanField():
                return _("yes or no")
            case models.DateTimeField():
                return _("a moment: 2024-02-14 09:00")
            case models.DateField():
                return _("a day: 2024-02-14")
            case models.IntegerField() | models.FloatField():
                return _("a number")
        return ""

    def written(self, value: Any, handles: NaturalKeys) -> Any:
        """The value as a cell holds it: numbers and days as such, everything else as text."""
        if self.target:
            return handles.of(self.target, value)
        if value is not None and self.is_day:
            return date.fromisoformat(value)
        if value is not None and isinstance(self.field, models.DateTimeField):
            return text_of(self.field.to_python(value))
        return text_of(value) if isinstance(value, bool) else value

    def read(self, text: str, targets: ReferenceResolver) -> Any:
        """What a snapshot holds for a text. Raises ValidationError."""
        if self.target:
            return targets.find(self.target, text) if text else None
        if text and self.choices:
            if text.casefold() not in self.choices:
                raise ValidationError(
                    _("“%(text)s” is none of: %(choices)s") % {"text": text, "choices": self.hint}
                )
            return self.choices[text.casefold()]
        if isinstance(self.field, models.BooleanField):
            return self._truth(text)
        assert self.form is not None  # noqa: S101 (only what points at a record has none)
        return plain(self.form.clean(self._usual(text)))

    def _truth(self, text: str) -> bool:
        if text.casefold() in (*YES, _("yes")):
            return True
        if text.casefold() in (*NO, _("no")):
            return False
        raise ValidationError(_("write yes or no"))

    def _usual(self, text: str) -> Any:
        """The text as forms take it: no ".0" after a whole number, no count of days for a day."""
        if self.is_day and text.isdecimal() and int(text) in SERIALS:
            # As late as in .files, where it is told why.
            from openpyxl.utils.datetime import from_excel

            return from_excel(int(text)).date()
        if isinstance(self.field, models.IntegerField | models.FloatField):
            text = text.replace("−", "-")
            if isinstance(self.field, models.FloatField) and "." not in text:
                text = text.replace(",", ".", 1)
        return text


class Heading(Exception):
    """A file's first row that cannot be, with the sentence for staff."""


def understood(model: type[models.Model], headings: list[str]) -> dict[int, Column | str]:
    """What stands in which place of a file's rows: a column, or the name of the key.

    Names and labels count, whatever their case. Raises Heading.
    """
    known: dict[str, Any] = {key_name(model): key_name(model)}
    columns = columns_of(model)
    known |= {column.label.casefold(): column for column in columns}
    known |= {column.name: column for column in columns}
    found: dict[int, Column | str] = {}
    unknown: list[str] = []
    for place, heading in enumerate(headings):
        name, _bracket, order = heading.partition("(")
        name = name.strip().casefold()
        if name in IGNORED or not name:
            continue
        column = known.get(name)
        if column is None:
            unknown.append(heading)
            continue
        if column in found.values():
            raise Heading(_("The column “%s” stands twice in the first row.") % heading)
        if isinstance(column, Rows) and order:
            _reorder(column, order)
        found[place] = column
    if unknown or not found:
        raise Heading(_not_known(model, unknown))
    return found


# What an export or a list of refused rows says about a row, and no import takes in.
IGNORED = ("row", "reason")


def _reorder(column: Rows, order: str) -> None:
    names = [name.strip().casefold() for name in order.rstrip(") ").split("|")]
    known = set(names) <= set(column.values) and len(set(names)) == len(names)
    if not known or not set(column.known_by) <= set(names):
        raise Heading(
            _("Write the heading so, or leave values out, but not %(needed)s: %(all)s.")
            % {
                "needed": ", ".join(column.known_by),
                "all": f"{column.name} ({' | '.join(column.values)})",
            }
        )
    column.order = names


def _not_known(model: type[models.Model], unknown: list[str]) -> str:
    names = ", ".join([key_name(model), *(column.name for column in columns_of(model))])
    if not unknown:
        return _("The first row has to hold the names of the columns: %s.") % names
    return _("These columns are not known: %(unknown)s. Known are: %(names)s.") % {
        "unknown": ", ".join(f"“{heading[:60]}”" for heading in unknown[:10]),
        "names": names,
    }
