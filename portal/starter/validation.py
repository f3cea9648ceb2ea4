"""Validation of the starter content: rows are linked to each other and tried on the models.

No table of the database is read, so the same files always have the same faults.
"""

from collections import defaultdict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import models

from cities.models import City
from portal.starter.reading import (
    BrokenFile,
    FileRow,
    StarterFault,
    StrictConverter,
    read_rows,
    read_text,
    unsafe_tags,
)
from portal.starter.schema import FILES, StarterColumn, StarterFile, file_of
from publishing.content.richtext import RichTextField, strictly
from publishing.import_export.constraints import BulkConstraints
from publishing.models import Slugged, Sourced

COLLECTED_ON = "collected_on.txt"
"""The file with the day on which the facts were last compared with their sources."""

converter_of = cache(StrictConverter)


class FaultyContent(Exception):
    """The starter content has faults and cannot be loaded."""

    def __init__(self, faults: list[StarterFault]) -> None:
        self.faults = faults
        number = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        super().__init__("\n  ".join([f"The starter content has {number}:", *map(str, faults)]))


def read_starter(folder: Path) -> list[FileRow]:
    """Return the rows of the starter content, each after those that it links to.

    Rows that add to the record of another row are left out: their values are in that row.
    Raises FaultyContent with every fault that can be found.
    """
    content = StarterContent(folder)
    content.read()
    if content.faults:
        order = {file.name: number for number, file in enumerate(FILES)}
        raise FaultyContent(
            sorted(
                dict.fromkeys(content.faults),
                key=lambda fault: (order.get(fault.file, len(FILES)), fault.file, fault.line or 0),
            )
        )
    return [row for file in FILES if not file.adds_to for row in content.rows[file.name]]


class StarterContent:
    """The content of a folder while it is read; `faults` grows meanwhile."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: list[StarterFault] = []
        self.rows: dict[str, list[FileRow]] = defaultdict(list)
        # The rows of each file, by the name with which other rows refer to them.
        self.by_name: dict[str, dict[str, list[FileRow]]] = defaultdict(lambda: defaultdict(list))
        # Files that were not read to the end: a row that is not found may be in the rest.
        self.broken_files: set[str] = set()
        # The record that each row would become, never saved, by the key of the row.
        self.trials: dict[str, models.Model] = {}

    def fault(self, file: str, line: int | None, column: str, sentence: str) -> None:
        self.faults.append(StarterFault(file, line, column, sentence))

    def read(self) -> None:
        for file in FILES:
            self.read_file(file)
        collected_on = self.read_collected_on()
        for file in FILES:
            self.report_duplicates(file, file.key_headings)
            for name, column in file.by_field.items():
                if getattr(file.model._meta.get_field(name), "unique", False):
                    self.report_duplicates(file, [column.heading])
            constraints = BulkConstraints(file.model)
            for row in self.rows[file.name]:
                if issubclass(file.model, Sourced) and not file.adds_to:
                    row.values["checked_on"] = collected_on
                faulty = self.convert(row)
                self.check_model(row, faulty, constraints)

    def read_file(self, file: StarterFile) -> None:
        def report(line: int | None, column: str, sentence: str) -> None:
            self.fault(file.name, line, column, sentence)

        try:
            for row in read_rows(self.folder, file, report):
                self.rows[file.name].append(row)
                self.by_name[file.name][row.cells[file.key_headings[-1]]].append(row)
        except BrokenFile as broken:
            self.broken_files.add(file.name)
            for sentence in broken.messages:
                report(broken.line, "", sentence)

    def read_collected_on(self) -> Any:
        converter = converter_of(Sourced._meta.get_field("checked_on"))
        try:
            text = read_text(self.folder / COLLECTED_ON).strip()
            return converter.from_cell(text, None)  # type: ignore[arg-type]  # names no record
        except ValidationError as error:
            line = getattr(error, "line", None)
            self.fault(COLLECTED_ON, line, "", " ".join(error.messages))
            return None

    def report_duplicates(self, file: StarterFile, columns: list[str]) -> None:
        """Report each row that has the same cells in these columns as a row before it."""
        first: dict[tuple[str, ...], FileRow] = {}
        for row in self.rows[file.name]:
            cells = tuple(row.cells[name] for name in columns)
            if any(cells) and first.setdefault(cells, row) is not row:
                same = " | ".join(cells)
                before = f"“{same}” stands in line {first[cells].line} already."
                self.fault(file.name, row.line, ", ".join(columns), before)

    # -- The values of a row -----------------------------------------------------------------

    def convert(self, row: FileRow) -> set[str]:
        """Convert the cells of a row into values; return the headings of those that have faults."""
        if not row.is_whole:
            return set(row.file.headings)
        faulty = set()
        for column in row.file.all_columns:
            try:
                value = self.value(row, column)
            except ValidationError as error:
                faulty.add(column.heading)
                for sentence in error.messages:
                    self.fault(row.file.name, row.line, column.heading, sentence)
            else:
                if field := row.file.field_of(column):
                    row.values[field.name] = value
        if row.file.adds_to and not faulty:
            self.extended_row(row).values.update(row.values)
        return faulty

    def extended_row(self, row: FileRow) -> FileRow:
        """Return the row of another file that this row adds to."""
        column = next(c for c in row.file.all_columns if c.heading == row.file.adds_to)
        key = RowFinder(self, row, column).find(column.to, row.cells[column.heading])
        return next(other for other in self.rows[file_of(column.to).name] if other.key == key)

    def value(self, row: FileRow, column: StarterColumn) -> Any:
        """Return the value of a cell. Raises ValidationError."""
        cell, field = row.cells[column.heading], row.file.field_of(column)
        if not cell and row.file.is_required(column):
            raise ValidationError("This cell has to be filled.")
        finder = RowFinder(self, row, column)
        if field is None:
            return finder.find(column.to, cell) if cell else None
        if field.many_to_many:
            names = [name.strip() for name in cell.split(";")] if cell else []
            if "" in names or len(set(names)) < len(names):
                raise ValidationError("A name in this list is empty or stands there twice.")
            return sorted(
                {key for name in names if (key := finder.find(field.related_model, name))}
            )
        if not cell:
            return None if field.null else ""
        if column.folder:
            return self.text(column.folder, cell, field)
        return converter_of(field).from_cell(cell, finder)

    def text(self, folder: str, name: str, field: "models.Field[Any, Any]") -> str:
        """Return the content of a text file, as it is stored. Raises ValidationError."""
        path = self.folder / "texts" / folder / name
        label = f"texts/{folder}/{name}"
        # Only a file name, never a path into another folder.
        if Path(name).name != name or not path.is_file():
            raise ValidationError(f"There is no file {label}.")
        try:
            html = read_text(path)
        except BrokenFile as broken:
            self.fault(label, broken.line, "", " ".join(broken.messages))
            return ""
        if not isinstance(field, RichTextField):
            return html.strip()
        # Unlike pasted text, these have to use the portal's own tags.
        for line, sentence in unsafe_tags(html, strictly(html)):
            self.fault(label, line, "", sentence)
        sanitized: str = field.sanitize(html)
        return sanitized.strip()

    # -- The model's own rules ---------------------------------------------------------------

    def check_model(self, row: FileRow, faulty: set[str], constraints: BulkConstraints) -> None:
        """Report the model's errors on a row, except for the columns with faults."""
        trial: Any = row.record(self.trials)
        self.trials[row.key] = trial
        checked = {
            name
            for name, column in row.file.by_field.items()
            if column.heading not in faulty and not row.file.field_of(column).is_relation
        }
        excluded = {field.name for field in trial._meta.get_fields()} - checked
        errors = validation_errors(trial.clean_fields, excluded)
        self.report(row, errors)
        if isinstance(trial, Slugged) and trial.slug:
            if trial.slug in trial.reserved_slugs or trial.slug != trial.slug.lower():
                sentence = "Use small letters, and no address of the portal itself."
                self.report(row, {"slug": [sentence]})
            # Only the database can tell former slugs of other records.
            trial.slug = ""
        if not faulty and not errors:
            self.report(row, validation_errors(trial.clean))
        for check in constraints.broken(trial, ()):
            columns = [c for name, c in row.file.by_field.items() if name in check.fields]
            headings = dict.fromkeys(column.heading for column in columns)
            if headings and not faulty & headings.keys() and not errors.keys() & {*check.fields}:
                self.fault(row.file.name, row.line, ", ".join(headings), check.message)

    def report(self, row: FileRow, errors: dict[str, list[str]]) -> None:
        """Report the model's errors on a row, which are listed by the names of its fields."""
        for name, sentences in errors.items():
            column = row.file.by_field.get(name)
            for sentence in sentences:
                self.fault(row.file.name, row.line, column.heading if column else "", sentence)


class RowFinder(NamedTuple):
    """Finder of the row that a cell names in another file; an import finds a record instead."""

    content: StarterContent
    row: FileRow
    column: StarterColumn

    def find(self, model: Any, text: str) -> Any:
        """Return the key of the row; None for a missing row if that is allowed. Raises
        ValidationError.

        The error has no message if the row may be in a part of its file that cannot be read.
        """
        file = file_of(model)
        shared = self.column.shared
        rows = self.content.by_name[file.name].get(text, [])
        country = self.row.cells[shared] if shared else ""
        name, comma, code = text.rpartition(", ")
        if comma and not rows and model is City:
            # Of two cities of one name, a list names the country too: “La Paz, MX”.
            rows = self.content.by_name[file.name].get(name, [])
            shared, country = "country", code
        if country:
            rows = [other for other in rows if other.cells[shared] == country]
        if len(rows) == 1 and self.column.listed_by:
            self._require_listed(text)
        if len({other.key for other in rows}) > 1:
            raise ValidationError(f"“{text}” is the name of several rows of {file.name}.")
        if rows or self.column.may_be_missing:
            return rows[0].key if rows else None
        if file.name in self.content.broken_files:
            raise ValidationError([])
        where = f"{file.name} with the {shared} “{country}”" if country else file.name
        raise ValidationError(f"“{text}” is not in {where}.")

    def _require_listed(self, text: str) -> None:
        listed_by = self.column.listed_by
        owners = file_of(self.row.file.model._meta.get_field(listed_by).related_model)
        for owner in self.content.by_name[owners.name].get(self.row.cells[listed_by], []):
            if text not in [name.strip() for name in owner.cells["cities"].split(";")]:
                raise ValidationError(
                    f"“{text}” is not among the cities of “{self.row.cells[listed_by]}” "
                    f"in {owners.name}."
                )


def validation_errors(check: Callable[..., None], *arguments: Any) -> dict[str, list[str]]:
    """Return the messages with which a check fails, by the name of the field."""
    try:
        check(*arguments)
    except ValidationError as error:
        if hasattr(error, "error_dict"):
            return error.message_dict
        return {NON_FIELD_ERRORS: error.messages}
    return {}
