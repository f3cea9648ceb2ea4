"""Checking the starter content: rows are linked to each other and tried against the models.

Nothing is read from the tables of the database, so the same files always have the same faults.
"""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models
from django.db.models.functions import Coalesce

from portal.starter.reading import (
    Fault,
    Row,
    Unreadable,
    Wrong,
    day,
    read_cell,
    read_rows,
    read_text,
    unsafe_tags,
)
from portal.starter.schema import TABLES, Column, Table
from publishing.content.fields import RichTextField, strictly
from publishing.models import Slugged, Sourced

COLLECTED_ON = "collected_on.txt"
"""The file with the day on which the facts were last compared with their sources."""


class Faulty(Exception):
    """The starter content cannot be used."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  ".join([f"The starter content has {number}:", *map(str, faults)]))


def read_starter(folder: Path) -> list[Row]:
    """The rows of the starter content, each after those that it links to.

    Rows that add to the object of another row are not given: their values are in that row.
    Raises Faulty with every fault that can be found.
    """
    starter = Starter(folder)
    starter.read()
    if starter.faults:
        order = [table.file for table in TABLES]
        raise Faulty(
            sorted(
                dict.fromkeys(starter.faults),
                key=lambda fault: (
                    order.index(fault.file) if fault.file in order else len(order),
                    fault.file,
                    fault.line or 0,
                ),
            )
        )
    return [row for table in TABLES if not table.adds_to for row in starter.rows[table.file]]


class Starter:
    """The content of a folder while it is read; `faults` grows as it goes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[Fault] = []
        self.rows: dict[str, list[Row]] = defaultdict(list)
        # The rows of a file by the name that other rows call them by.
        self.named: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        # Files that broke off: a row that is not found may well be in the rest.
        self.unread: set[str] = set()
        # What each row would become: objects that are never saved.
        self.trials: dict[Row, models.Model] = {}

    def fault(self, file: str, line: int | None, column: str, sentence: str) -> None:
        self.faults.append(Fault(file, line, column, sentence))

    def read(self) -> None:
        for table in TABLES:
            self.read_table(table)
        collected_on = self.read_collected_on()
        for table in TABLES:
            self.find_doubles(table, table.key)
            for name, column in table.fields.items():
                if getattr(table.model._meta.get_field(name), "unique", False):
                    self.find_doubles(table, (column.name,))
            for row in self.rows[table.file]:
                if issubclass(table.model, Sourced) and not table.adds_to:
                    row.values["checked_on"] = collected_on
                self.fill(row)

    def read_table(self, table: Table) -> None:
        def fault(line: int | None, column: str, sentence: str) -> None:
            self.fault(table.file, line, column, sentence)

        try:
            for row in read_rows(self.folder, table, fault):
                self.rows[table.file].append(row)
                self.named[table.file][row.cells[table.key[-1]]].append(row)
        except Unreadable:
            self.unread.add(table.file)

    def read_collected_on(self) -> date | None:
        try:
            return day(read_text(self.folder / COLLECTED_ON).strip())
        except Wrong as wrong:
            self.fault(COLLECTED_ON, wrong.line, "", str(wrong))
            return None

    def find_doubles(self, table: Table, columns: tuple[str, ...]) -> None:
        """A fault for each row that has the same cells in these columns as a row before it."""
        first: dict[tuple[str, ...], Row] = {}
        for row in self.rows[table.file]:
            cells = tuple(row.cells[name] for name in columns)
            if any(cells) and first.setdefault(cells, row) is not row:
                same = " | ".join(cells)
                before = f"“{same}” stands in line {first[cells].line} already."
                self.fault(table.file, row.line, ", ".join(columns), before)

    def fill(self, row: Row) -> None:
        """Turn the cells of a row into values, and try them against the model."""
        faulty = set()
        for column in row.table.columns:
            if not row.whole:
                faulty.add(column.field)
                continue
            try:
                value = self.value(row, column)
            except Wrong as wrong:
                faulty.add(column.field)
                self.fault(row.table.file, row.line, column.name, str(wrong))
            else:
                if column.field:
                    row.values[column.field] = value
        self.try_out(row, {name for name in faulty if name})
        if row.table.adds_to and not faulty:
            column = next(c for c in row.table.columns if c.name == row.table.adds_to)
            if base := self.linked(row, column, row.cells[column.name]):
                base.values.update(row.values)

    def value(self, row: Row, column: Column) -> Any:
        """What a cell gives the field of its column. Raises Wrong."""
        cell = row.cells[column.name]
        if not cell:
            if row.table.is_required(column):
                raise Wrong("This cell has to be filled.")
            if column.to:
                return [] if column.many else None
        if column.to and column.many:
            names = [name.strip() for name in cell.split(";")]
            if "" in names or len(set(names)) < len(names):
                raise Wrong("A name in this list is empty or stands there twice.")
            rows = [self.linked(row, column, name) for name in names]
            return [linked for linked in rows if linked]
        if column.to:
            return self.linked(row, column, cell)
        field = row.table.model._meta.get_field(column.field or "")
        assert isinstance(field, models.Field)  # noqa: S101 (a column without `to` is no relation)
        if not cell:
            return None if field.null else ""
        if column.folder:
            return self.text(column.folder, cell, field)
        return read_cell(field, cell)

    def linked(self, row: Row, column: Column, name: str) -> Row | None:
        """The row of another file that a cell names. Raises Wrong."""
        found = self.named[column.to].get(name, [])
        country = row.cells[column.beside] if column.beside else ""
        if country:
            found = [other for other in found if other.cells[column.beside] == country]
        if len(found) == 1 and column.among:
            self.require_among(row, column)
        if found:
            if len({other.key for other in found}) > 1:
                raise Wrong(f"“{name}” is the name of several rows of {column.to}.")
            return found[0]
        if column.loose or column.to in self.unread:
            return None
        where = f"{column.to} with the {column.beside} “{country}”" if country else column.to
        raise Wrong(f"“{name}” is not in {where}.")

    def require_among(self, row: Row, column: Column) -> None:
        owners = next(other for other in row.table.columns if other.name == column.among)
        for owner in self.named[owners.to].get(row.cells[owners.name], []):
            listed = [name.strip() for name in owner.cells["cities"].split(";")]
            if row.cells[column.name] not in listed:
                raise Wrong(
                    f"“{row.cells[column.name]}” is not among the cities of "
                    f"“{row.cells[owners.name]}” in {owners.to}."
                )

    def text(self, folder: str, name: str, field: "models.Field[Any, Any]") -> str:
        """The text in a file, as it is stored. Raises Wrong if there is no such file."""
        path = self.folder / "texts" / folder / name
        shown = f"texts/{folder}/{name}"
        # Only a name, never a way into another folder.
        if Path(name).name != name or not path.is_file():
            raise Wrong(f"There is no file {shown}.")
        try:
            html = read_text(path)
        except Wrong as wrong:
            self.fault(shown, wrong.line, "", str(wrong))
            return ""
        if not isinstance(field, RichTextField):
            return html.strip()
        # Our own texts use the names that the portal uses.
        for line, sentence in unsafe_tags(html, strictly(html)):
            self.fault(shown, line, "", sentence)
        sanitized: str = field.sanitize(html)
        return sanitized.strip()

    def try_out(self, row: Row, faulty: set[str]) -> None:
        """Let the model say what is wrong with the values of a row."""
        values = {name: value for name, value in row.values.items() if name not in faulty}
        for name, column in row.table.fields.items():
            if column.many:
                values.pop(name, None)
            elif isinstance(values.get(name), Row):
                values[name] = self.trials[values[name]]
        trial = self.trials[row] = row.table.model(**values)
        judged = {n for n, column in row.table.fields.items() if n in values and not column.to}
        others = {field.name for field in trial._meta.get_fields()} - judged
        said = said_by(trial.clean_fields, exclude=others)
        self.say(row, said)
        faulty |= set(said)
        if isinstance(trial, Slugged) and trial.slug:
            if trial.slug in trial.reserved_slugs or trial.slug != trial.slug.lower():
                self.say(row, {"slug": ["Use small letters, and no address of the portal itself."]})
            # Whether it was another record's address before is the database's affair.
            trial.slug = ""
        if not faulty:
            self.say(row, said_by(trial.clean))
        for constraint in trial._meta.constraints:
            if isinstance(constraint, models.CheckConstraint):
                self.try_constraint(row, constraint, faulty)

    def try_constraint(
        self, row: Row, constraint: models.CheckConstraint, faulty: set[str]
    ) -> None:
        """A condition that the database puts on the fields of one row."""
        condition = constraint.condition
        assert isinstance(condition, models.Q)  # noqa: S101 (all of ours are)
        named: set[str] = condition.referenced_base_fields
        columns = {c.name: "" for name, c in row.table.fields.items() if name in named}
        if columns and not named & faulty:
            # For a database a condition holds as well if an empty field leaves it open.
            met = models.Q(Coalesce(condition, False, output_field=models.BooleanField()))
            strict = models.CheckConstraint(condition=met, name=constraint.name)
            others = {field.name for field in row.table.model._meta.get_fields()} - named
            if said_by(strict.validate, row.table.model, self.trials[row], exclude=others):
                sentence = str(constraint.get_violation_error_message())
                self.fault(row.table.file, row.line, ", ".join(columns), sentence)

    def say(self, row: Row, said: dict[str, list[str]]) -> None:
        """Make faults of what a model said about a row."""
        for name, sentences in said.items():
            column = row.table.fields[name].name if name in row.table.fields else ""
            for sentence in sentences:
                self.fault(row.table.file, row.line, column, sentence)


def said_by(check: Any, *arguments: Any, **options: Any) -> dict[str, list[str]]:
    """The sentences with which a check fails, by the name of the field."""
    try:
        check(*arguments, **options)
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            return error.message_dict
        return {NON_FIELD_ERRORS: error.messages}
    return {}
