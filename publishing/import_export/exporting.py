"""Export a list as a table: CSV as a stream, XLSX through a temporary file.

Memory does not grow with the number of rows.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Any

from django.db import models

from publishing.content.csv import defused, stream_csv
from publishing.import_export.bulk_snapshots import load_snapshots, slices
from publishing.import_export.cell_text import TOO_LONG, normalise, to_text
from publishing.import_export.columns import TableColumn, columns_of
from publishing.import_export.references import NaturalKeys, key_name

# Excel holds no more than 32,767 characters in a cell.
LONGEST_IN_EXCEL = 32_000


def table_rows(rows: models.QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield the headings, then the cells of each record of a list, in its order."""
    columns = columns_of(rows.model)
    yield [key_name(rows.model), *(column.heading for column in columns)]
    keys = rows.prefetch_related(None).values_list("pk", flat=True)
    for chunk in slices(keys.iterator(chunk_size=500)):
        _records, contents = load_snapshots(rows.model, chunk)
        natural_keys = NaturalKeys()
        learn(natural_keys, columns, contents.values())
        for key in chunk:
            if key in contents:
                yield [key, *(column.to_cell(contents[key], natural_keys) for column in columns)]


def learn(natural_keys: NaturalKeys, columns: list[TableColumn], contents: Iterable[Any]) -> None:
    """Load the natural keys of all records to which the contents refer, in bulk."""
    targets: dict[Any, set[Any]] = {}
    for content in contents:
        for column in columns:
            for model, key in column.references(content):
                targets.setdefault(model, set()).add(key)
    for model, keys in targets.items():
        natural_keys.learn(model, keys)


def csv_pieces(rows: Iterable[list[Any]]) -> Iterator[str]:
    """Yield a table as CSV, piece by piece."""
    return stream_csv([_csv_cell(value) for value in row] for row in rows)


def _csv_cell(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return normalise(to_text(value))


def write_workbook(rows: Iterable[list[Any]], title: str) -> IO[bytes]:
    """Return an XLSX in a temporary file, at its beginning."""
    # Imported late for the reason given in `readers`.
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    # Excel allows no more than 31 characters in a title, and none of these.
    sheet = book.create_sheet("".join(c for c in title if c not in "[]:*?/\\")[:31])
    sheet.freeze_panes = "B2"
    for row in rows:
        sheet.append([_workbook_cell(sheet, value) for value in row])
    file = tempfile.TemporaryFile()  # noqa: SIM115 (the answer closes it)
    book.save(file)
    file.seek(0)
    return file


def _workbook_cell(sheet: Any, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    text = defused(normalise(value))
    cell = WriteOnlyCell(sheet, TOO_LONG if len(text) > LONGEST_IN_EXCEL else text)
    # Mark the cell as text, whatever it looks like.
    cell.data_type = "s"
    return cell
