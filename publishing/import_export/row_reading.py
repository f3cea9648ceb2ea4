"""Read the cells of rows as the content that their records would have."""

from __future__ import annotations

from copy import deepcopy
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import models

from publishing.import_export.cell_dates import date_order_of
from publishing.import_export.cell_text import TOO_LONG, normalise, to_text
from publishing.import_export.columns import TableColumn
from publishing.import_export.date_orders import texts_at
from publishing.import_export.models import Batch, BatchRow
from publishing.import_export.references import NaturalKeys, ReferenceResolver
from publishing.revisions.snapshots import Snapshot, content_fields, values_of


class RowContent(NamedTuple):
    """A row with its record, and the contents of the record before and after the import."""

    row: BatchRow
    record: Any
    present: Snapshot | None
    """The content of the record; None for a new one."""
    base: Snapshot
    """The content from which the cells start: the present one, or that of an empty form."""
    content: Snapshot
    problems: dict[str, str]
    """Name of the column → what is wrong with its cell."""


class RowReader:
    """Reader of the cells of an import."""

    def __init__(
        self,
        model: type[models.Model],
        batch: Batch,
        columns: dict[int, TableColumn],
        resolver: ReferenceResolver,
    ) -> None:
        self.columns, self.resolver = columns, resolver
        self.natural_keys = NaturalKeys()
        self._empty = empty_content(model)
        self._set_date_orders(batch)

    def _set_date_orders(self, batch: Batch) -> None:
        """Set the order of days in each column: of its own values, or of the user's choice.

        The order that its values prove is kept in the options, so that it is found once only.
        """
        orders = dict(batch.options.get("date_orders", {}))
        for position, column in self.columns.items():
            if not column.is_date:
                continue
            if str(position) not in orders:
                orders[str(position)] = date_order_of(texts_at(batch, position)) or ""
            for converter in column.converters:
                order = orders[str(position)] or batch.options.get("date_order")
                converter.date_order = order or None
        if orders != batch.options.get("date_orders", {}):
            batch.options["date_orders"] = orders
            Batch.objects.filter(pk=batch.pk).update(options=batch.options)

    def read(
        self, row: BatchRow, record: Any, present: Snapshot | None, is_by_name: bool
    ) -> RowContent:
        """Return the content of a row's record after the import; set the row's readings."""
        base = present or self._empty
        read = RowContent(row, record, present, base, deepcopy(base), {})
        for position, column in self.columns.items():
            text = row.cells[position]
            if text == TOO_LONG or self._is_unchanged(column, text, present):
                continue
            if is_by_name and present and column.name == record.slug_source:
                # The row is about the record of this name, however it spells it.
                row.readings[column.name] = present["fields"][column.name]
            else:
                self._read_cell(read, column, text)
        return read

    def _read_cell(self, read: RowContent, column: TableColumn, text: str) -> None:
        try:
            before = read.base[column.kind][column.name]
            value = column.from_cell(text, before, self.resolver, self.natural_keys)
        except ValidationError as error:
            read.problems[column.name] = column.sentence(error)
            return
        read.content[column.kind][column.name] = value
        if reading := column.reading(text, value, self.resolver):
            read.row.readings[column.name] = reading

    def _is_unchanged(self, column: TableColumn, text: str, present: Snapshot | None) -> bool:
        if present is None:
            # A new record has the initial values of its form.
            return text == ""
        return normalise(to_text(column.to_cell(present, self.natural_keys))) == text


def empty_content(model: type[models.Model]) -> Snapshot:
    """Return the content of a record that nobody has filled in."""
    empty: Any = model()
    return {
        "fields": values_of(empty, content_fields(model)),
        "links": {field.name: [] for field in model._meta.many_to_many if field.editable},
        "rows": {part: {} for part in getattr(model, "parts", ())},
    }
