"""Reading the starter content: tables and texts, and the place of every fault in them."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.db import models

from portal.starter.schema import Table

# The largest numbers that PostgreSQL keeps; SQLite would take more.
LARGEST = {"PositiveSmallIntegerField": 32_767, "PositiveIntegerField": 2_147_483_647}


@dataclass(frozen=True)
class Fault:
    """What is wrong, in a sentence, and where."""

    file: str
    line: int | None
    column: str
    sentence: str

    def __str__(self) -> str:
        place = [self.file]
        place += [f"line {self.line}"] if self.line else []
        place += [f"column {self.column}"] if self.column else []
        return f"{', '.join(place)}: {self.sentence}"


@dataclass(eq=False)
class Row:
    """A row of a table: its cells as they stand there, and the values of the object's fields.

    A value is a plain one, or for a link the row that the cell names (or a list of rows).
    """

    table: Table
    line: int
    cells: dict[str, str]
    # Whether the row has a cell for each heading.
    whole: bool = True
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What the row is remembered by: its file and the cells that tell it from the others."""
        return f"{self.table.file}: {' | '.join(self.cells[name] for name in self.table.key)}"


class Wrong(Exception):
    """What is wrong with a cell or a file, in a sentence, and in which line of the file."""

    def __init__(self, sentence: str, line: int | None = None) -> None:
        super().__init__(sentence)
        self.line = line


class Unreadable(Exception):
    """The rest of a file cannot be read; why has been told."""


def read_text(path: Path) -> str:
    """The text of a UTF-8 file. Raises Wrong."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise Wrong("The file is missing.") from None
    except OSError as error:
        raise Wrong(f"The file cannot be read ({error.strerror}).") from error
    try:
        # Spreadsheets put a mark at the beginning, which is no part of the first heading.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise Wrong("This is not UTF-8. Save the file as UTF-8.", line) from error


def read_lines(path: Path) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV file as they stand there, with their lines. Raises Wrong."""
    reader = csv.reader(io.StringIO(read_text(path), newline=""), strict=True)
    start = 1
    try:
        for cells in reader:
            if cells:
                yield start, [cell.strip() for cell in cells]
            # The reader counts lines, of which a row with long cells has several.
            start = reader.line_num + 1
    except csv.Error as error:
        sentence = f"This row and what follows cannot be read as CSV ({error})."
        raise Wrong(sentence, start) from error


def read_rows(
    folder: Path, table: Table, fault: Callable[[int | None, str, str], None]
) -> Iterator[Row]:
    """The rows of a table's file; tells `fault` the line, the column and what is wrong.

    A row with too few or too many cells is given as far as it goes. Raises Unreadable when the
    rest of the file cannot be read.
    """
    headings: list[str] = []
    try:
        for line, cells in read_lines(folder / table.file):
            if not headings:
                headings = cells
                check_headings(table, headings, lambda *what, line=line: fault(line, *what))
                continue
            whole = len(cells) == len(headings)
            if not whole:
                fault(line, "", f"This row has {len(cells)} cells instead of {len(headings)}.")
            cells += [""] * (len(headings) - len(cells))
            yield Row(table, line, dict(zip(headings, cells, strict=False)), whole)
    except Wrong as wrong:
        fault(wrong.line, "", str(wrong))
        raise Unreadable from wrong
    if not headings:
        fault(1, "", "The file is empty; not even the headings are there.")
        raise Unreadable


def check_headings(table: Table, headings: list[str], fault: Callable[[str, str], None]) -> None:
    """Raise Unreadable, after telling every fault, unless the headings are those of the table."""
    faults = [(name, "This column is missing.") for name in table.headings if name not in headings]
    faults += [
        (name, f"No column of this name is known; there are: {', '.join(table.headings)}.")
        for name in headings
        if name not in table.headings
    ]
    faults += [
        (name, "This column stands here more than once.")
        for name in dict.fromkeys(headings)
        if headings.count(name) > 1
    ]
    for name, sentence in faults:
        fault(name, sentence)
    if faults:
        raise Unreadable


def read_cell(field: "models.Field[Any, Any]", cell: str) -> Any:
    """The value that a cell gives a field. Raises Wrong."""
    if any(character < " " and character not in "\t\n\r" for character in cell):
        raise Wrong("There is a control character in this cell.")
    if field.choices:
        return one_of([str(value) for value, _label in field.flatchoices], cell)
    match field:
        case models.BooleanField():
            return one_of(["yes", "no"], cell) == "yes"
        case models.IntegerField():
            return whole_number(cell, LARGEST.get(field.get_internal_type()))
        case models.FloatField():
            if not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,15})?", cell):
                raise Wrong(f"“{cell}” is not a number, such as -12.345.")
            return float(cell)
        case models.DateTimeField():
            return moment(cell)
        case models.DateField():
            return day(cell)
    most = getattr(field, "max_length", None)
    if most and len(cell) > most:
        raise Wrong(f"This has {len(cell)} characters; at most {most} are allowed.")
    return cell


def one_of(values: list[str], cell: str) -> str:
    if cell not in values:
        raise Wrong(f"“{cell}” is not one of: {', '.join(values)}.")
    return cell


def whole_number(cell: str, largest: int | None) -> int:
    if not re.fullmatch(r"0|[1-9][0-9]{0,14}", cell):
        raise Wrong(f"“{cell}” is not a whole number, such as 2024.")
    if largest and int(cell) > largest:
        raise Wrong(f"{cell} is too large; at most {largest} can be stored.")
    return int(cell)


def day(cell: str) -> date:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", cell):
            raise ValueError
        return date.fromisoformat(cell)
    except ValueError:
        raise Wrong(f"“{cell}” is not a date, such as 2024-02-14.") from None


def moment(cell: str) -> datetime:
    try:
        value = datetime.fromisoformat(cell)
        if value.tzinfo is None:
            raise ValueError
    except ValueError:
        raise Wrong(
            f"“{cell}” is not a moment with its zone, such as 2024-02-14T12:00:00Z."
        ) from None
    return value


class Tags(HTMLParser):
    """The tags of a text with the lines on which they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[int, str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((self.getpos()[0], f"<{tag}>", dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.found.append((self.getpos()[0], f"</{tag}>", {}))

    def handle_comment(self, data: str) -> None:
        self.found.append((self.getpos()[0], "<!-- comment -->", {}))

    def handle_decl(self, decl: str) -> None:
        self.found.append((self.getpos()[0], f"<!{decl}>", {}))


def unsafe_tags(html: str, sanitized: str) -> Iterator[tuple[int, str]]:
    """The line of each tag that sanitising takes away or alters, and what is wrong with it."""
    kept = [(tag, attributes) for _line, tag, attributes in Tags(sanitized).found]
    for line, tag, attributes in Tags(html).found:
        if kept and kept[0] == (tag, attributes):
            kept.pop(0)
        elif kept and kept[0][0] == tag:
            lost = ", ".join(
                name for name, value in attributes.items() if kept[0][1].get(name) != value
            )
            yield line, f"{tag} may not have this here: {lost or 'its attributes'}."
            kept.pop(0)
        else:
            yield line, f"{tag} is not allowed here, or it is not closed as it should be."
