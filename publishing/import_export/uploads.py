"""Keep an uploaded file with its import, and save its rows.

The file stays until the import is carried out, so that a person may still read it in another way.
"""

from __future__ import annotations

import io
import zlib
from collections.abc import Iterable, Sequence
from typing import IO, Any

from django.db import models
from django.utils.translation import gettext as _

from publishing.import_export.bulk_snapshots import slices
from publishing.import_export.bulk_sql import DeferredSQL
from publishing.import_export.columns import columns_of
from publishing.import_export.encodings import WIDE
from publishing.import_export.headings import KnownHeadings, left_out
from publishing.import_export.models import Batch, BatchRow, RowOutcome
from publishing.import_export.readers import UploadedTable, read_table
from publishing.import_export.references import key_name
from publishing.import_export.text_tables import TextSource
from publishing.import_export.uploaded_rows import UnreadableFile, UploadedRow

CHUNK = 64 * 1024


def keep_file(batch: Batch, file: IO[bytes]) -> None:
    """Store the file with its import; a text takes a fifth when it is compressed."""
    file.seek(0)
    packer, pieces = zlib.compressobj(1), []
    while chunk := file.read(CHUNK):
        pieces.append(packer.compress(chunk))
    batch.content = b"".join([*pieces, packer.flush()])
    batch.save(update_fields=["content"])


def kept_table(batch: Batch, options: dict[str, Any], known: KnownHeadings) -> UploadedTable:
    """Return the table in the file of an import, read with these options. Raises UnreadableFile."""
    if batch.content is None:
        raise UnreadableFile(_("The file is no longer kept. Upload it again."))
    data = zlib.decompress(batch.content)
    return read_table(io.BytesIO(data), len(data), options, known)


def reading_of(table: UploadedTable) -> dict[str, Any]:
    """Return the options with which a table was read, detected ones too."""
    reading: dict[str, Any] = {"sheet": table.sheet, "header_row": table.header_row}
    if isinstance(table.source, TextSource):
        reading |= {"encoding": table.source.encoding, "separator": table.source.separator}
    return reading


def is_read_so(batch: Batch, table: UploadedTable) -> bool:
    """Return whether the rows of an import were read with the same options as this table."""
    return all(batch.options.get(name) == value for name, value in reading_of(table).items())


# -- Rows --------------------------------------------------------------------------------------


def save_rows(batch: Batch, table: UploadedTable, columns: Sequence[str]) -> None:
    """Replace the rows of an import by those of the table. Raises UnreadableFile."""
    batch.rows.all().delete()
    chosen = {position for position, name in enumerate(columns) if name}
    width = len(table.headings)
    for chunk in slices(table):
        rows = [_batch_row(batch, row, chosen) for row in chunk]
        width = max([width, *(len(row.cells) for row in chunk)])
        sql = DeferredSQL()
        sql.insert(BatchRow, rows)
        sql.run()
    if not batch.rows.exists():
        raise UnreadableFile(_("The file has headings but no rows."))
    # Cells may stand to the right of all headings anywhere in a file.
    batch.headings = table.headings + [""] * (width - len(table.headings))
    columns = [*columns, *[""] * (width - len(columns))]
    # The order of days in other rows says nothing about these.
    batch.options.pop("date_orders", None)
    batch.options |= reading_of(table) | {"columns": columns, "width": len(table.headings)}
    batch.notes = notes_of(batch, table, columns)
    batch.save(update_fields=["headings", "options", "notes"])


def _batch_row(batch: Batch, row: UploadedRow, chosen: set[int]) -> BatchRow:
    problems = [text for position, text in row.problems.items() if position in chosen]
    # A row that cannot be read has a reason instead of cells.
    cells = [] if problems else row.cells
    return BatchRow(batch=batch, number=row.number, cells=cells, reason="; ".join(problems))


def keep_rows(batch: Batch, table: UploadedTable, columns: Sequence[str]) -> bool:
    """Use the rows that were saved with other columns; return False if they have to be read again.

    Rows that were corrected in the preview stay so.
    """
    needed = max((p for p, name in enumerate(columns) if name), default=0)
    if not is_read_so(batch, table) or needed >= batch.options.get("width", 0):
        return False
    if not batch.rows.exists() or batch.rows.filter(cells=[]).exists():
        return False
    batch.rows.exclude(outcome=RowOutcome.LEFT_OUT).update(
        outcome=RowOutcome.PENDING, reason="", remark="", claims=[], base=None, content=None
    )
    batch.options["columns"] = [*columns, *[""] * (len(batch.headings) - len(columns))]
    batch.notes = notes_of(batch, table, batch.options["columns"])
    batch.save(update_fields=["options", "notes"])
    return True


# -- Notes -------------------------------------------------------------------------------------


def notes_of(batch: Batch, table: UploadedTable, columns: Sequence[str]) -> list[str]:
    """Return the sentences about how the file was read."""
    notes = [*_source_notes(table)]
    if table.above:
        message = _("The headings are in row %(row)s; the rows above it are left out.")
        notes.append(message % {"row": table.header_row})
    if omitted := left_out(batch.headings, columns):
        notes.append(_("Left out: %s.") % ", ".join(label[:60] for label in omitted))
    if missing := missing_columns(batch.model_class, columns):
        notes.append(missing_message(batch.model_class, missing))
    return notes


def _source_notes(table: UploadedTable) -> Iterable[str]:
    source = table.source
    if isinstance(source, TextSource) and source.encoding not in ("utf-8", *WIDE):
        message = _(
            "The file is not in UTF-8. It was read as %(encoding)s: check that accents are right."
        )
        yield message % {"encoding": source.label}
    if message := longer_row_message(table):
        yield message
    if len(source.sheets) > 1:
        message = _("Only the sheet “%(name)s” is imported.")
        if table.sheet == source.sheets[0]:
            message = _("Only the first sheet, “%(name)s”, is imported.")
        yield message % {"name": table.sheet}
    if source.has_formulas:
        yield _("Formulas are imported as the values that they show.")


def longer_row_message(table: UploadedTable) -> str:
    """Return a warning about values that a separator within them has divided; "" without any."""
    if not isinstance(table.source, TextSource) or not table.longer_row:
        return ""
    message = _(
        "Row %s has more values than there are headings. If a value contains the separator, such "
        "as 1,234 in a list with commas, put it in quotation marks in the file."
    )
    return message % table.longer_row


def missing_columns(model: type[models.Model], columns: Sequence[str]) -> list[str]:
    """Return the labels of the columns that a new record needs and that are not chosen."""
    missing = [
        column.label
        for column in columns_of(model)
        if (field := getattr(column, "field", None)) is not None
        if not field.blank and not field.has_default() and column.name not in columns
    ]
    key = key_name(model)
    return ([key] if key != "id" and key not in columns else []) + missing


def missing_message(model: type[models.Model], missing: Sequence[str]) -> str:
    message = _("New %(kinds)s cannot be added without: %(columns)s. Existing ones can be changed.")
    kinds = model._meta.verbose_name_plural
    return message % {"kinds": kinds, "columns": ", ".join(missing)}
