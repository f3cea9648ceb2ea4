"""The refused rows of an import as a table, to correct elsewhere and upload again."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from publishing.import_export.headings import IGNORED
from publishing.import_export.models import Batch, BatchRow, RowOutcome


def refused_rows(batch: Batch) -> Iterator[list[str]]:
    """Yield the headings of the file with a row number and a reason, then its refused rows.

    Cells that were corrected on the page have their new text; the reason says the old one.
    """
    # A file of refused rows that was uploaded again has these columns already.
    kept = [n for n, heading in enumerate(batch.headings) if _name(heading) not in IGNORED]
    # A sheet is read with empty columns at its end.
    while kept and not batch.headings[kept[-1]]:
        kept.pop()
    yield [*IGNORED, *(batch.headings[position] for position in kept)]
    rows = batch.rows.filter(outcome=RowOutcome.REFUSED).order_by("number")
    for row in rows.defer("base", "content", "claims").iterator(chunk_size=500):
        cells = row.cells or [""] * len(batch.headings)
        yield [str(row.number), _reason(row, batch), *(cells[position] for position in kept)]


def _name(heading: str) -> str:
    return heading.strip().casefold()


def _reason(row: BatchRow, batch: Batch) -> str:
    said = [row.reason]
    for position, text in row.originals.items():
        message = _("The file said “%(text)s” in “%(heading)s”.")
        said.append(message % {"text": text, "heading": batch.headings[int(position)]})
    return " ".join(said)
