"""Correct the cells of a preview, leave rows out and take them in again.

A corrected row is checked like a row of the file. Nothing is written to its record.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager

from django.db import models, transaction

from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.cell_text import normalise
from publishing.import_export.models import Batch, BatchRow, RowOutcome

CORRECTED_COLUMNS = ["cells", "originals", "outcome", "claims"]


class AlreadyImported(Exception):
    """The rows of a preview were imported, so they cannot be corrected any more."""


def rows_with_text(
    rows: models.QuerySet[BatchRow], position: int, text: str
) -> models.QuerySet[BatchRow]:
    """Return the refused rows with this text at a position."""
    return rows.filter(text_condition(position, text), outcome=RowOutcome.REFUSED)


def text_condition(position: int, text: str) -> models.Q:
    return models.Q(**{f"cells__{position}": text})


def correct_row(
    batch: Batch, number: int, texts: Mapping[int, str], everywhere: Collection[int] = ()
) -> int:
    """Set cells of a row, by position; return the number of rows that have to be checked again.

    At the positions in `everywhere`, all refused rows with the same text get the new one too.
    Raises AlreadyImported.
    """
    with corrected(batch):
        row = batch.rows.get(number=number)
        row.cells = row.cells or [""] * len(batch.headings)
        rows = {row.pk: row}
        for position, typed in texts.items():
            old, new = row.cells[position], normalise(typed)
            if position in everywhere and new != old:
                for twin in rows_with_text(batch.rows.exclude(pk=row.pk), position, old):
                    twin = rows.setdefault(twin.pk, twin)
                    _set_cell(twin, position, new)
            _set_cell(row, position, new)
        _release(batch, row)
        for changed in rows.values():
            changed.outcome, changed.claims = RowOutcome.PENDING, []
        sql = DeferredSQL()
        sql.insert(BatchRow, list(rows.values()), CORRECTED_COLUMNS, ["id"])
        sql.run()
    return len(rows)


def leave_out(batch: Batch, number: int) -> None:
    """Leave a row out of the import. Raises AlreadyImported."""
    with corrected(batch):
        row = batch.rows.get(number=number)
        _release(batch, row)
        batch.rows.filter(pk=row.pk).update(
            outcome=RowOutcome.LEFT_OUT, claims=[], base=None, content=None
        )


def take_in(batch: Batch, number: int) -> None:
    """Let a row that was left out be checked and imported after all. Raises AlreadyImported."""
    with corrected(batch):
        rows = batch.rows.filter(number=number, outcome=RowOutcome.LEFT_OUT)
        rows.update(outcome=RowOutcome.PENDING)


def check_again(batch: Batch) -> None:
    """Have the refused rows checked again, after records were added. Raises AlreadyImported."""
    with corrected(batch):
        refused = batch.rows.filter(outcome=RowOutcome.REFUSED)
        refused.update(outcome=RowOutcome.PENDING, claims=[])


@contextmanager
def corrected(batch: Batch) -> Iterator[None]:
    """Lock an import while its rows are changed, so that no step that began before is saved.

    Raises AlreadyImported.
    """
    with transaction.atomic():
        if Batch.objects.select_for_update().only("imported_at").get(pk=batch.pk).imported_at:
            raise AlreadyImported
        yield
        Batch.objects.filter(pk=batch.pk).update(corrections=models.F("corrections") + 1)
    batch.refresh_from_db(fields=["corrections"])


def _set_cell(row: BatchRow, position: int, text: str) -> None:
    original = row.originals.setdefault(str(position), row.cells[position])
    if text == original:
        del row.originals[str(position)]
    row.cells[position] = text


def _release(batch: Batch, row: BatchRow) -> None:
    """Have the rows checked again that were refused because of this row's unique values."""
    if row.claims and row.outcome != RowOutcome.REFUSED:
        refused = batch.rows.filter(outcome=RowOutcome.REFUSED).exclude(claims=[])
        pairs = refused.order_by().values_list("pk", "claims")
        keys = [key for key, claims in pairs if not set(row.claims).isdisjoint(claims)]
        for chunk in slices(keys):
            batch.rows.filter(pk__in=chunk).update(outcome=RowOutcome.PENDING, claims=[])


def refused_as_batch(batch: Batch) -> Batch:
    """Return a new preview of the refused rows of an import, to correct and import them too."""
    with transaction.atomic():
        copied = (
            "model",
            "person_id",
            "person_name",
            "file_name",
            "headings",
            "options",
            "is_live",
        )
        copy = Batch.objects.create(**{name: getattr(batch, name) for name in copied})
        rows = batch.rows.filter(outcome=RowOutcome.REFUSED)
        for chunk in slices(rows.only("number", "cells", "originals", "reason").iterator()):
            sql = DeferredSQL()
            sql.insert(BatchRow, [_unchecked_copy(row, copy) for row in chunk])
            sql.run()
    return copy


def _unchecked_copy(row: BatchRow, batch: Batch) -> BatchRow:
    # A row that cannot be read has a reason instead of cells.
    reason = "" if row.cells else row.reason
    return BatchRow(
        batch=batch, number=row.number, cells=row.cells, originals=row.originals, reason=reason
    )
