"""The refused rows of an import as a table, to correct elsewhere and upload again."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.import_export.headings import IGNORED, heading_labels
from publishing.import_export.models import Batch, BatchRow, RowOutcome


def refused_rows(batch: Batch) -> Iterator[list[str]]:
    """Yield the headings of the file with a row number and a reason, then its refused rows.

    Cells that were corrected on the page have their new text; the reason says the old one.
    """
    columns = [*batch.options.get("columns", [])]
    columns += [""] * (len(batch.headings) - len(columns))
    # A file of refused rows that was uploaded again has these columns already.
    kept = [
        position
        for position, heading in enumerate(batch.headings)
        if columns[position] or fold(heading) not in IGNORED
    ]
    # A column without a heading is known by the name of what it holds.
    yield [*IGNORED, *(batch.headings[position] or columns[position] for position in kept)]
    rows = batch.rows.filter(outcome=RowOutcome.REFUSED).order_by("number")
    for row in rows.defer("base", "content", "claims").iterator(chunk_size=500):
        cells = row.cells + [""] * (len(batch.headings) - len(row.cells))
        yield [str(row.number), _reason(row, batch), *(cells[position] for position in kept)]


def _reason(row: BatchRow, batch: Batch) -> str:
    said = [row.reason]
    for position, text in row.originals.items():
        message = _("The file said “%(text)s” in “%(heading)s”.")
        heading = heading_labels(batch.headings)[int(position)]
        said.append(message % {"text": text, "heading": heading})
    return " ".join(said)
