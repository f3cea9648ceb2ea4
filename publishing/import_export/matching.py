"""RowMatch each row of a file with its record: by key, by natural key, or by name.

The user may choose one way for the file. Otherwise the file decides: the key if it has a column of
it, else the natural key, else the name with what tells records of one name apart, such as the
country of a city.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.content.publishable import not_trashed
from publishing.content.slugs import Slugged
from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.columns import TableColumn
from publishing.import_export.models import Batch, BatchRow
from publishing.import_export.record_index import RecordIndex, distinguishing_fields
from publishing.import_export.references import ReferenceResolver, key_name, natural_key_name

Keys = dict[str, Any]
# The ways to match, as the options of a batch have them.
BY_KEY, BY_NATURAL_KEY, BY_NAME = "id", "slug", "name"


class RowRefused(Exception):
    """A row is not imported; the text says why. `column` names the cell to change, if it is one."""

    def __init__(self, message: str, column: str = "") -> None:
        super().__init__(message)
        self.column = column


class RowMatch(NamedTuple):
    """The key of a row's record, None for a new one; and whether only its name says so."""

    key: Any
    is_by_name: bool = False


class RecordMatcher:
    """Matcher of the rows of a file with the records that the user may view."""

    def __init__(
        self,
        model_admin: Any,
        request: HttpRequest,
        headings: Mapping[int, TableColumn | str],
        resolver: ReferenceResolver,
        batch: Batch,
    ) -> None:
        self.model_admin, self.request, self.resolver = model_admin, request, resolver
        self.model: type[models.Model] = model_admin.model
        # The positions of the key, and of the columns by name.
        self.key = next((p for p, column in headings.items() if isinstance(column, str)), None)
        self.positions = {c.name: p for p, c in headings.items() if not isinstance(c, str)}
        self.ways = self._ways(batch.options.get("match_by", ""))
        name = natural_key_name(self.model) or ""
        self.natural_key = self.positions.get(name)

    def _ways(self, chosen: str) -> list[str]:
        """Return the ways to match a row, in their order."""
        possible = match_ways(self.model, self.positions, self.key is not None)
        # A list of one country may leave it out, if the user says so.
        has_name = getattr(self.model, "slug_source", "") in self.positions
        if chosen in possible or (chosen == BY_NAME and has_name):
            return [chosen]
        # Who has a column of keys says with an empty one that a record is new.
        return [way for way in possible if way != BY_NAME or BY_KEY not in possible]

    def slugs_of(self, rows: list[BatchRow]) -> set[str]:
        """Return the natural keys in the rows, in lower case."""
        position = self.natural_key
        return set() if position is None else {row.cells[position].lower() for row in rows}

    def keys_of(self, rows: list[BatchRow]) -> Keys:
        """Return the keys of the records that the user may view, by the row's text."""
        visible = self.model_admin.get_queryset(self.request).prefetch_related(None).order_by()
        keys: Keys = {}
        if self.key is not None and BY_KEY in self.ways:
            keys |= self._find_keys(visible, "pk", {row.cells[self.key] for row in rows})
        name = natural_key_name(self.model)
        if self.natural_key is not None and name and BY_NATURAL_KEY in self.ways:
            by_natural_key = self._find_keys(not_trashed(visible), name, self.slugs_of(rows))
            keys |= {f"={text}": key for text, key in by_natural_key.items()}
        return keys

    def _find_keys(self, rows: models.QuerySet[Any], name: str, texts: set[str]) -> Keys:
        field: Any = self.model._meta.pk if name == "pk" else self.model._meta.get_field(name)
        is_code = field.primary_key and key_name(self.model) != "id"
        values: dict[Any, str] = {}
        for text in texts - {""}:
            code = text.upper() if is_code else text
            try:
                values[field.to_python(code.removesuffix(".0"))] = text
            except ValidationError:
                continue
        keys: Keys = {}
        for chunk in slices(values):
            try:
                pairs = list(rows.filter(**{f"{name}__in": chunk}).values_list(name, "pk"))
            except (OverflowError, models.ProtectedError):
                continue
            keys |= {values[value]: key for value, key in pairs}
        return keys

    def match(self, row: BatchRow, keys: Keys) -> RowMatch:
        """Return the record of a row. Raises RowRefused."""
        text = row.cells[self.key] if self.key is not None and BY_KEY in self.ways else ""
        if text and text in keys:
            return RowMatch(keys[text])
        if text and key_name(self.model) == "id":
            message = _(
                "There is no %(kind)s with the id “%(key)s” that you may change. "
                "Leave the id empty to add a new one."
            )
            kind = self.model._meta.verbose_name
            raise RowRefused(message % {"kind": kind, "key": text}, "id")
        if self.natural_key is not None and BY_NATURAL_KEY in self.ways:
            text = row.cells[self.natural_key]
            if text:
                return RowMatch(keys.get(f"={text.lower()}"))
        if BY_NAME in self.ways:
            return RowMatch(self._named(row), is_by_name=True)
        return RowMatch(None)

    # -- By name ---------------------------------------------------------------------------

    @property
    def index(self) -> RecordIndex:
        return self.resolver.index(self.model)

    def _named(self, row: BatchRow) -> Any:
        """Return the key of the record with the name of a row. Raises RowRefused."""
        name_field = self.index.name_field or ""
        name = row.cells[self.positions[name_field]]
        found = [key for key in self.index.named(name) if self._fits(row, key)]
        if len(found) < 2:
            return found[0] if found else None
        message = _("“%(name)s” may be %(labels)s. Give the address of the one that you mean.")
        labels = _(" or ").join(self.index.labels(found, with_natural_keys=True))
        raise RowRefused(message % {"name": name, "labels": labels}, name_field)

    def _fits(self, row: BatchRow, key: Any) -> bool:
        """Return whether nothing in a row tells its record apart from this one."""
        values = zip(self.index.fields, self.index.entries[key].told_apart_by, strict=True)
        for field, value in values:
            text = self._cell(row, field.name)
            if field.remote_field:
                if text and value not in self.resolver.keys_of(field.related_model, text):
                    return False
            # A record about which this is not known yet may be the same.
            elif text and value and not self._is_same_value(field, text, value):
                return False
        return True

    def _is_same_value(self, field: Any, text: str, value: Any) -> bool:
        labels = [str(label) for choice, label in field.flatchoices or () if choice == value]
        return fold(text) in map(fold, [str(value), *labels])

    def _cell(self, row: BatchRow, name: str) -> str:
        return row.cells[self.positions[name]] if name in self.positions else ""


def match_ways(model: type[models.Model], columns: Mapping[str, Any], has_key: bool) -> list[str]:
    """Return the ways to match that the columns of a file allow, the surest first."""
    ways = [BY_KEY] if has_key else []
    if natural_key_name(model) in columns:
        ways.append(BY_NATURAL_KEY)
    if issubclass(model, Slugged) and model.slug_source in columns:
        fields = distinguishing_fields(model)
        if all(field.name in columns for field in fields if not field.blank):
            ways.append(BY_NAME)
    return ways
