"""The order of days such as 03/04/2024 in a file: proved by its values, or chosen by a person."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.db import models
from django.db.models.fields.json import KT

from publishing.import_export.cell_dates import ambiguous_dates
from publishing.import_export.columns import columns_of
from publishing.import_export.models import Batch


def day_positions(model: type[models.Model], columns: Sequence[str]) -> list[int]:
    """Return the positions at which a file has days; `columns` are the names at each position."""
    names = {column.name for column in columns_of(model) if column.is_date}
    return [position for position, name in enumerate(columns) if name in names]


def texts_at(batch: Batch, position: int) -> Iterable[str]:
    """Return the different texts at a position of the rows of an import."""
    cells = batch.rows.order_by().values_list(KT(f"cells__{position}"), flat=True)
    return filter(None, cells.distinct())


def open_day(batch: Batch) -> str:
    """Return a day of the rows whose order no value proves, if nobody was asked for it yet."""
    if "date_order" in batch.options:
        return ""
    positions = day_positions(batch.model_class, batch.options.get("columns", ()))
    ambiguous = (ambiguous_dates(texts_at(batch, position)) for position in positions)
    return next((days[0] for days in ambiguous if days), "")
