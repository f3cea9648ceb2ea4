"""Match the headings of a file with the columns of a model's table, and find their row."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.content.near_words import nearest
from publishing.import_export.cell_dates import spells_day
from publishing.import_export.columns import InlineColumn, TableColumn, columns_of
from publishing.import_export.heading_words import words_of
from publishing.import_export.models import HeadingChoice
from publishing.import_export.references import key_name
from publishing.import_export.uploaded_rows import UploadedRow, column_letter

# Columns of the list of refused rows; an import ignores them.
IGNORED = ("row", "reason")
# Headings are short; whatever is longer is a title or a text.
LONGEST_HEADING = 80
# Words shorter than this are not taken for one with a typing error.
SHORTEST_SIMILAR = 5
LEAST_SIMILARITY = 86
NAMED, WORD, SIMILAR = 3, 2, 1
_YEAR = re.compile(r"\d{4}(\.0)?")
_NUMBER = re.compile(r"[-+−]?[\d\s.,'’%:/-]*\d[\d\s.,'’%:/-]*|https?://.*|\S+@\S+", re.IGNORECASE)


class HeadingError(Exception):
    """The headings of a file cannot be used; the text is for staff."""


class Guess(NamedTuple):
    """The column that a heading means, "" to leave it out, and the certainty of that."""

    column: str
    certainty: int


class KnownHeadings:
    """The headings that a kind of record knows: names and labels of columns, and common words."""

    def __init__(self, model: type[models.Model]) -> None:
        self.model, self.columns = model, columns_of(model)
        self.key = key_name(model)
        names = (self.key, *(column.name for column in self.columns))
        self.named = {fold(column.label): column.name for column in self.columns}
        self.named |= {fold(name): name for name in names}
        self.words = words_of(model, names)
        self.similar = [w for w in (*self.named, *self.words) if len(w) >= SHORTEST_SIMILAR]

    # -- One heading -----------------------------------------------------------------------

    def guess(self, heading: str) -> Guess:
        """Return the column that a heading means most probably."""
        meant = self._meaning(heading)
        folded = fold(list(_spellings(heading))[-1])
        if meant.certainty or not SHORTEST_SIMILAR <= len(folded) <= LONGEST_HEADING:
            return meant
        close = nearest(folded, self.similar, LEAST_SIMILARITY)
        return Guess(self._column(close), SIMILAR) if close else meant

    def _meaning(self, heading: str) -> Guess:
        """Return the column of which the heading is the name, the label or a common word."""
        if not 0 < len(heading) <= LONGEST_HEADING:
            return Guess("", 0)
        if fold(heading) in IGNORED:
            return Guess("", NAMED)
        whole, *parts = map(fold, _spellings(heading))
        if whole in self.named:
            return Guess(self.named[whole], NAMED)
        found = next(filter(None, map(self._column, (whole, *parts))), "")
        return Guess(found, WORD if found else 0)

    def _column(self, folded: str) -> str:
        return self.words.get(folded) or self.named.get(folded) or ""

    # -- All headings ----------------------------------------------------------------------

    def guess_all(self, headings: Sequence[str], sample: Sequence[UploadedRow] = ()) -> list[Guess]:
        """Return a guess for each heading, also by rows below it; no column is meant twice."""
        guesses = [
            self._fitting(self.guess(heading), [c for row in sample for c in row.cells[p : p + 1]])
            for p, heading in enumerate(headings)
        ]
        order = sorted(range(len(guesses)), key=lambda p: (-guesses[p].certainty, p))
        taken: set[str] = set()
        for position in order:
            if guesses[position].column in taken:
                guesses[position] = Guess("", 0)
            taken |= {guesses[position].column} - {""}
        named = sum(guess.certainty == NAMED for guess in guesses)
        if named * 2 < len(guesses) and self.key == "id":
            # Other systems number their rows too.
            guesses = [Guess("", 0) if g.column == "id" else g for g in guesses]
        return guesses

    def _fitting(self, guess: Guess, values: Sequence[str]) -> Guess:
        """Return the guess, or the day of a year and the year of a day if the values are such.

        “Joined” and “Adhésion” stand above years in one file and above days in the next.
        """
        stem, _sign, kind = guess.column.rpartition("_")
        other = {"year": f"{stem}_on", "on": f"{stem}_year"}.get(kind, "")
        if guess.certainty == NAMED or other not in self.named.values():
            return guess
        is_other = spells_day if kind == "year" else _YEAR.fullmatch
        filled = [value for value in values if value]
        is_mostly = sum(bool(is_other(value)) for value in filled) * 2 > len(filled)
        return guess._replace(column=other) if is_mostly else guess

    def are_exact(self, headings: Sequence[str]) -> bool:
        """Return whether each heading is the name or the label of a column, and each another."""
        guesses = self.guess_all(headings)
        is_any = any(guess.column for guess in guesses)
        return is_any and all(guess.certainty == NAMED for guess in guesses)

    # -- The row of headings ---------------------------------------------------------------

    def are_in(self, rows: Sequence[UploadedRow]) -> bool:
        """Return whether one of these rows has at least two known headings."""
        return any(self._count(row) > 1 for row in rows[:MOST_TITLES])

    def find_row(self, rows: Sequence[UploadedRow]) -> int:
        """Return the number of the row with the headings; 0 if there seems to be none."""
        best = max(rows[:MOST_TITLES], key=self._count, default=None)
        if best is None:
            return 0
        if self._count(best) > 1 or (self._count(best) == 1 and _is_full(best, rows)):
            return best.number
        return _first_full_row(rows)

    def _count(self, row: UploadedRow) -> int:
        return len({self._meaning(cell).column for cell in row.cells} - {""})


# Rows above the headings that are looked at.
MOST_TITLES = 25


def _spellings(heading: str) -> Iterator[str]:
    """Yield the heading without brackets, as it is, its alternatives, and it without a year."""
    whole = re.sub(r"\s*[(\[（].*", "", heading).strip() or heading
    yield whole
    yield heading
    yield from (part for part in re.split(r"[/|\n]| [-–—] ", whole) if part.strip())
    yield re.sub(r"\b(19|20)\d\d\b", "", whole)


def _is_full(row: UploadedRow, rows: Sequence[UploadedRow]) -> bool:
    """Return whether the row has nearly as many cells as most rows have."""
    widths = Counter(sum(map(bool, row.cells)) for row in rows)
    typical = max(widths, key=lambda width: (widths[width], width))
    filled = sum(map(bool, row.cells))
    return filled * 5 >= typical * 3 and filled >= min(2, typical)


def _first_full_row(rows: Sequence[UploadedRow]) -> int:
    """Return the first row that is as wide as most are, unless it has numbers as data have."""
    for row in rows[:MOST_TITLES]:
        filled = [cell for cell in row.cells if cell]
        if _is_full(row, rows):
            is_data = any(_NUMBER.fullmatch(cell) or len(cell) > LONGEST_HEADING for cell in filled)
            return 0 if is_data or len(set(filled)) < len(filled) else row.number
    return 0


# -- The columns that are imported -------------------------------------------------------------


def match_headings(
    model: type[models.Model], headings: Sequence[str], columns: Sequence[str] | None = None
) -> dict[int, TableColumn | str]:
    """Return the column at each position of a file's rows; for the key, its name.

    `columns` are the names that were chosen, "" to leave a position out; without them, headings
    that are names or labels count. Raises HeadingError.
    """
    if columns is None:
        guesses = KnownHeadings(model).guess_all(headings)
        columns = [guess.column if guess.certainty == NAMED else "" for guess in guesses]
    known: dict[str, Any] = {column.name: column for column in columns_of(model)}
    known[key_name(model)] = key_name(model)
    matched: dict[int, TableColumn | str] = {}
    for position, name in enumerate(columns):
        if name not in known:
            continue
        column = known[name]
        if column in matched.values():
            message = _("More than one heading goes to the column “%s”. Leave one of them out.")
            raise HeadingError(message % getattr(column, "label", column))
        heading = headings[position] if position < len(headings) else ""
        if isinstance(column, InlineColumn) and "|" in heading:
            _reorder(column, heading.partition("(")[2])
        matched[position] = column
    if not matched:
        raise HeadingError(_("Choose a column for at least one heading."))
    return matched


def _reorder(column: InlineColumn, order: str) -> None:
    names = [name.strip().casefold() for name in order.rstrip(") ").split("|")]
    is_valid = set(names) <= set(column.values) and len(set(names)) == len(names)
    if not is_valid or not set(column.identifying) <= set(names):
        raise HeadingError(
            _("Write the heading as %(all)s. You can leave values out, except %(needed)s.")
            % {
                "needed": ", ".join(column.identifying),
                "all": f"{column.name} ({' | '.join(column.values)})",
            }
        )
    column.order = names


def heading_labels(headings: Sequence[str]) -> list[str]:
    """Return the headings for people; a column without one has its letter."""
    return [
        heading or _("Column %s (no heading)") % column_letter(position)
        for position, heading in enumerate(headings)
    ]


def left_out(headings: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Return the headings of a file that are not imported, for people."""
    labels = heading_labels(headings)
    return [
        label
        for position, label in enumerate(labels)
        if not columns[position : position + 1] or not columns[position]
        if fold(headings[position]) not in IGNORED
    ]


# -- Choices that are remembered ---------------------------------------------------------------


def _remembered(headings: Sequence[str]) -> list[int]:
    """Return the positions that count for the shape of a file."""
    return [p for p, heading in enumerate(headings) if fold(heading) not in IGNORED]


def _fingerprint(headings: Sequence[str]) -> str:
    texts = "\n".join(fold(headings[position]) for position in _remembered(headings))
    return hashlib.sha256(texts.encode()).hexdigest()


def remember(model: type[models.Model], headings: Sequence[str], columns: Sequence[str]) -> None:
    """Keep the chosen columns for the next file with these headings."""
    HeadingChoice.objects.update_or_create(
        model=model._meta.label_lower,
        fingerprint=_fingerprint(headings),
        defaults={"columns": [columns[position] for position in _remembered(headings)]},
    )


def recall(model: type[models.Model], headings: Sequence[str]) -> list[str] | None:
    """Return the columns that were chosen for these headings before; None if none were."""
    choice = HeadingChoice.objects.filter(
        model=model._meta.label_lower, fingerprint=_fingerprint(headings)
    ).first()
    if choice is None or len(choice.columns) != len(_remembered(headings)):
        return None
    known = {key_name(model), *(column.name for column in columns_of(model))}
    columns = [""] * len(headings)
    for position, name in zip(_remembered(headings), choice.columns, strict=True):
        columns[position] = name if name in known else ""
    return columns
