"""Rows that the files no longer have: they have another key now, or were withdrawn.

A portal in use learns it from `former_rows.csv`. The record of a renamed row is corrected instead
of being made a second time. The record of a withdrawn row is archived, or deleted if its model has
no archive; what staff changed stays as they have it.
"""

import csv
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import models

from portal.models import StarterRow
from portal.starter.reading import read_text
from publishing.models import Publishable
from publishing.revisions.snapshots import Snapshot
from publishing.revisions.transitions import archive, run

FORMER_ROWS = "former_rows.csv"


@dataclass(frozen=True)
class FormerRow:
    """A key that rows had in an earlier version, and the key that they have `now`, if any."""

    row: str
    now: str
    reason: str

    def is_in(self, file: str) -> bool:
        return self.row.startswith(f"{file}: ")


def read_former_rows(folder: Path) -> list[FormerRow]:
    """Return the former rows of a folder; none without the file. Raises BrokenFile."""
    path = folder / FORMER_ROWS
    if not path.exists():
        return []
    rows = csv.DictReader(read_text(path).splitlines())
    return [FormerRow(row["row"], row["now"], row["reason"]) for row in rows]


def rename(former: Iterable[FormerRow], stored: dict[str, StarterRow]) -> None:
    """Give stored rows the keys that they have now; `stored` are all of them, by key."""
    for row in former:
        if row.now and row.row in stored and row.now not in stored:
            renamed = stored[row.now] = stored.pop(row.row)
            renamed.key = row.now
            renamed.save(update_fields=["key"])


def to_withdraw(
    former: Iterable[FormerRow], file: str, stored: dict[str, StarterRow], keys: set[str]
) -> Iterator[tuple[FormerRow, StarterRow]]:
    """Yield the rows of a file that were loaded and are withdrawn, with what was stored."""
    for row in former:
        if row.is_in(file) and not row.now and row.row in stored and row.row not in keys:
            yield row, stored[row.row]


def is_unchanged(base: Snapshot, theirs: Snapshot) -> bool:
    """Return whether a record still has every value and link that was loaded."""
    return all(theirs["fields"][name] == value for name, value in base["fields"].items()) and all(
        sorted(theirs["links"][name]) == sorted(keys) for name, keys in base["links"].items()
    )


def withdraw(record: models.Model, reason: str) -> None:
    """Archive a record, with the reason in its history; delete one that cannot be archived."""
    published: Any = record
    if isinstance(record, Publishable):
        run(published, archive, note=reason)
    else:
        record.delete()
