"""Writing the starter content: a three-way merge of each row with what staff made of it.

For each field there are three values: the one that was loaded last time, the one in the file and
the one in the database. A correction in the file is written only where the database still has
what was loaded; what staff changed stays, and what they deleted never comes back.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction

from portal.models import StarterRow
from portal.starter.existing import Stored
from portal.starter.reading import Row
from portal.starter.schema import Table
from publishing.content.fields import RichTextField
from publishing.models import Publishable
from publishing.revisions.transitions import begin

LOCK = 0x1EA4_C171
"""The number by which loads on PostgreSQL wait for each other."""


class Refused(Exception):
    """The database does not take a row; nothing was loaded."""


@dataclass
class Report:
    """What became of the rows; `remarks` are sentences about rows that could not be corrected."""

    counts: Counter[str] = field(default_factory=Counter)
    remarks: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        counts = self.counts
        return (
            f"Loaded {counts.total():,} rows: "
            f"{counts['new']:,} new, {counts['changed']:,} changed, "
            f"{counts['left']:,} left as staff have them, {counts['deleted']:,} deleted by staff."
        )


def load(
    rows: Sequence[Row], moment: datetime, done: Callable[[], object] = lambda: None
) -> Report:
    """Write checked rows, all of them or none; what is new is public from `moment`.

    The rows come table by table, each after those that it links to. `done` is called after each.
    Raises Refused.
    """
    loading = Loading(moment, done)
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # SQLite's transactions wait for each other from the start; these would not.
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        loading.remember_all()
        for table, of_table in groupby(rows, key=lambda row: row.table):
            loading.load_table(table, list(of_table))
    return loading.report


class Loading:
    """One load on its way through the tables."""

    def __init__(self, moment: datetime, done: Callable[[], object]) -> None:
        self.moment = moment
        self.done = done
        self.report = Report()
        self.memory: dict[str, StarterRow] = {}
        # The objects of rows, unless staff deleted them.
        self.objects: dict[str, models.Model] = {}

    def remember_all(self) -> None:
        self.memory = {starter.key: starter for starter in StarterRow.objects.all()}

    def load_table(self, table: Table, rows: list[Row]) -> None:
        stored = Stored(table, self.memory.values())
        new: list[StarterRow] = []
        learnt: list[StarterRow] = []
        for row in rows:
            known = self.memory.get(row.key)
            if known is None:
                outcome = self.load_new(row, stored)
                if row.key in self.objects:
                    new.append(self.remember(row))
            elif found := stored.objects.get(known.object_pk):
                self.objects[row.key] = found
                before = dict(known.values)
                outcome = self.load_known(row, known, stored)
                if known.values != before:
                    learnt.append(known)
            else:
                outcome = "deleted"
            self.report.counts[outcome] += 1
            self.done()
        StarterRow.objects.bulk_create(new, batch_size=100)
        StarterRow.objects.bulk_update(learnt, ["values"], batch_size=100)

    def remember(self, row: Row) -> StarterRow:
        """The memory of a row that was not known before, not saved yet."""
        self.memory[row.key] = StarterRow(
            key=row.key,
            model=row.table.model._meta.label_lower,
            object_pk=str(self.objects[row.key].pk),
            values={name: remembered(value) for name, value in row.values.items()},
        )
        return self.memory[row.key]

    # -- Rows that were never loaded ---------------------------------------------------------

    def load_new(self, row: Row, stored: Stored) -> str:
        values: dict[str, Any] = {}
        for name, value in row.values.items():
            values[name] = self.objects.get(value.key) if isinstance(value, Row) else value
            required = not getattr(row.table.model._meta.get_field(name), "null", True)
            if isinstance(value, Row) and values[name] is None and required:
                # What it belongs to was deleted, and it with that.
                return "deleted"
        if found := stored.same_as(values):
            # Staff were first. Theirs stays as it is, and is remembered like one of ours.
            self.objects[row.key] = found
            return "left"
        self.objects[row.key] = self.make(row, values)
        return "new"

    def make(self, row: Row, values: dict[str, Any]) -> models.Model:
        """A new object with its links, saved. Raises Refused."""
        links = {name: values.pop(name) for name, c in row.table.fields.items() if c.many}
        made = row.table.model(**values)
        if isinstance(made, Publishable):
            begin(made, self.moment)
        try:
            made.save(force_insert=True)
        except IntegrityError as error:
            raise Refused(
                f"{row.table.file}, line {row.line}: a record that staff made stands in the way "
                f"of this row ({str(error).splitlines()[0]}). Nothing was loaded."
            ) from error
        for name, linked in links.items():
            there = [self.objects[other.key] for other in linked if other.key in self.objects]
            if there:
                getattr(made, name).add(*there)
        return made

    # -- Rows that were loaded before --------------------------------------------------------

    def load_known(self, row: Row, known: StarterRow, stored: Stored) -> str:
        """Bring what is new in the row to its object; `known` learns what is in the database."""
        merged = [self.merge(row, names, known) for names in statements(row)]
        changed, left = "changed" in merged, "left" in merged
        if changed and not self.save(row, known):
            changed, left = False, True
        for name, column in row.table.fields.items():
            if column.many:
                outcome = self.merge_links(row, name, known, stored)
                changed, left = changed or outcome == "changed", left or outcome == "left"
        return "changed" if changed else "left" if left else "same"

    def merge(self, row: Row, names: tuple[str, ...], known: StarterRow) -> str:
        """Merge fields that make one statement into the object, which is not saved yet."""
        compared = [self.compare(row, name, known.values) for name in names]
        if all(three.file_is_now for three in compared):
            outcome = "same"
        elif self.may_correct(row, names, compared):
            for name in names:
                value = row.values[name]
                value = self.objects[value.key] if isinstance(value, Row) else value
                setattr(self.objects[row.key], name, value)
            outcome = "changed"
        else:
            return "left"
        known.values |= {name: remembered(row.values[name]) for name in names}
        return outcome

    def may_correct(self, row: Row, names: tuple[str, ...], compared: "list[Compared]") -> bool:
        """Whether the file has news and staff left the fields alone."""
        news = not all(three.file_is_last for three in compared)
        untouched = all(three.now_is_last or three.file_is_now for three in compared)
        links = [row.values[name] for name in names if isinstance(row.values[name], Row)]
        return news and untouched and all(link.key in self.objects for link in links)

    def compare(self, row: Row, name: str, known: dict[str, Any]) -> "Compared":
        """How a field's value in the file, the one loaded last time and the present one differ."""
        target = self.objects[row.key]
        field = target._meta.get_field(name)
        assert isinstance(field, models.Field)  # noqa: S101 (lists of links are merged apart)
        in_file = remembered(row.values[name])
        # A column that is new in the file finds the field as it was made.
        last = known.get(name, remembered(field.get_default()))
        now = remembered(getattr(target, field.attname))
        if isinstance(field, models.ForeignKey):
            in_file, last = self.pk_of(in_file), self.pk_of(last)
            now = None if now is None else str(now)
        elif isinstance(field, RichTextField):
            in_file, last, now = bare(in_file), bare(last), bare(now)
        return Compared(in_file == now, in_file == last, now == last)

    def pk_of(self, key: str | None) -> str | None:
        """The key of the object that a row once became, even if it was deleted since."""
        if key is None:
            return None
        return self.memory[key].object_pk if key in self.memory else f"nothing for {key}"

    def save(self, row: Row, known: StarterRow) -> bool:
        """Save the corrected object, unless that contradicts what staff made of it."""
        target = self.objects[row.key]
        try:
            target.full_clean()
        except ValidationError as error:
            self.report.remarks.append(
                f"{row.table.file}, line {row.line}: the correction does not fit what staff "
                f"changed in “{target}”, so it was left out ({' '.join(error.messages)})"
            )
            target.refresh_from_db()
            known.refresh_from_db()
            return False
        target.save()
        return True

    def merge_links(self, row: Row, name: str, known: StarterRow, stored: Stored) -> str:
        """Add the links that are new in the file and remove those that are gone from it."""
        last, in_file = set(known.values.get(name, [])), {other.key for other in row.values[name]}
        now = stored.links(name, known.object_pk)
        there = {key: str(self.objects[key].pk) for key in in_file if key in self.objects}
        added = {there[key] for key in in_file - last if key in there} - now
        removed = {self.pk_of(key) for key in last - in_file} & now
        links = getattr(self.objects[row.key], name)
        if added:
            links.add(*added)
        if removed:
            links.remove(*removed)
        known.values[name] = remembered(row.values[name])
        if added or removed:
            return "changed"
        return "same" if now == set(there.values()) else "left"


class Compared(NamedTuple):
    """How the three values of a field compare."""

    file_is_now: bool
    file_is_last: bool
    now_is_last: bool


def statements(row: Row) -> list[tuple[str, ...]]:
    """The plain fields of a row's object, those that make one statement together."""
    single = [
        name
        for name in row.values
        if name not in row.table.fields or not row.table.fields[name].many
    ]
    together = [tuple(name for name in names if name in single) for names in row.table.together]
    joined = {name for names in together for name in names}
    return [names for names in together if names] + [(n,) for n in single if n not in joined]


def remembered(value: Any) -> Any:
    """A value as JSON keeps it; for a row its key."""
    match value:
        case Row():
            return value.key
        case list():
            return sorted(remembered(item) for item in value)
        case datetime():
            return value.astimezone(UTC).isoformat()
        case date():
            return value.isoformat()
    return value


def bare(html: str) -> str:
    """A rich text without what the editor alone adds or takes away: white space between blocks,
    and the paragraph inside each point of a list."""
    html = re.sub(r"\s+", " ", html)
    html = re.sub(
        r" ?(</?(?:p|h[2-4]|ul|ol|li|blockquote|hr|table|tr|th|td)\b[^>]*>) ?", r"\1", html
    )
    return html.replace("<li><p>", "<li>").replace("</p></li>", "</li>").strip()
