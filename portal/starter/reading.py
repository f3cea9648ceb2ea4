"""Strict reading of the starter content's files, which are written for this portal alone."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from portal.starter.schema import StarterFile
from publishing.content.csv import InvalidCSV, read_csv
from publishing.content.text import holdable
from publishing.import_export.cell_values import CellConverter
from publishing.import_export.references import RecordFinder

# The largest numbers in PostgreSQL's columns; SQLite accepts larger ones.
LARGEST = {"PositiveSmallIntegerField": 32_767, "PositiveIntegerField": 2_147_483_647}
# The one format of each type; an import by staff accepts several.
FORMATS: list[tuple[Any, str, str]] = [
    (models.BooleanField, "yes|no", "“%s” is not one of: yes, no."),
    (models.IntegerField, "0|[1-9][0-9]{0,14}", "“%s” is not a whole number, such as 2024."),
    (
        models.FloatField,
        r"-?[0-9]{1,12}(\.[0-9]{1,15})?",
        "“%s” is not a number, such as -12.345.",
    ),
    (
        models.DateTimeField,
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:.]+(Z|[+-][0-9]{2}:[0-9]{2})",
        "“%s” is not a moment with its zone, such as 2024-02-14T12:00:00Z.",
    ),
    (
        models.DateField,
        "[0-9]{4}-[0-9]{2}-[0-9]{2}",
        "“%s” is not a date, such as 2024-02-14.",
    ),
]


@dataclass(frozen=True)
class StarterFault:
    """A fault of the starter content: a sentence and its place."""

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
class FileRow:
    """A row of a file: its cells, and the values of the record's fields.

    The values are those of a snapshot, but a record is named by the key of its row.
    """

    file: StarterFile
    line: int
    cells: dict[str, str]
    # False if the row has more or fewer cells than there are headings.
    is_whole: bool = True
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Return the identifier of the row in every load: its file and its key cells."""
        return (
            f"{self.file.name}: {' | '.join(self.cells[name] for name in self.file.key_headings)}"
        )

    def record(self, related: Mapping[str, models.Model]) -> models.Model | None:
        """Return the record that the row becomes, not saved, linked to those of other rows.

        None if a record that it has to link to does not exist.
        """
        record = self.file.model()
        for name, value in self.values.items():
            column: Any = self.file.model._meta.get_field(name)
            if column.is_relation and not column.many_to_many:
                target = related.get(value)
                if value is not None and target is None and not column.null:
                    return None
                setattr(record, name, target)
            elif not column.is_relation:
                setattr(record, name, column.to_python(value))
        return record


class BrokenFile(ValidationError):
    """A file cannot be read from this line on; the message is empty if that is reported already."""

    def __init__(self, message: str | list[str], line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


def read_text(path: Path) -> str:
    """Return the text of a UTF-8 file. Raises BrokenFile."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        raise BrokenFile("The file is missing.") from None
    except OSError as error:
        raise BrokenFile(f"The file cannot be read ({error.strerror}).") from error
    try:
        # Spreadsheets write a byte order mark, which is no part of the first heading.
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise BrokenFile("This is not UTF-8. Save the file as UTF-8.", line) from error


def read_rows(
    folder: Path, file: StarterFile, report: Callable[[int | None, str, str], None]
) -> Iterator[FileRow]:
    """Yield the rows of a file; report each fault by line, column and sentence.

    A row with too few or too many cells is filled up or cut. Raises BrokenFile.
    """
    headings: list[str] = []
    try:
        for _number, line, texts in read_csv(read_text(folder / file.name)):
            cells = [text.strip() for text in texts]
            if cells and not headings:
                headings = cells
                check_headings(file, headings, report, line)
            elif cells:
                is_whole = len(cells) == len(headings)
                if not is_whole:
                    report(line, "", f"This row has {len(cells)} cells instead of {len(headings)}.")
                cells += [""] * (len(headings) - len(cells))
                yield FileRow(file, line, dict(zip(headings, cells, strict=False)), is_whole)
    except InvalidCSV as error:
        sentence = f"This row and what follows cannot be read as CSV ({error})."
        raise BrokenFile(sentence, error.line) from error
    if not headings:
        raise BrokenFile("The file is empty; not even the headings are there.", 1)


def check_headings(
    file: StarterFile,
    headings: list[str],
    report: Callable[[int | None, str, str], None],
    line: int,
) -> None:
    """Raise BrokenFile, after reporting every fault, unless the headings are those of the file."""
    known = file.headings
    not_known = f"No column of this name is known; there are: {', '.join(known)}."
    twice = [name for name in dict.fromkeys(headings) if headings.count(name) > 1]
    faults = [
        *((name, "This column is missing.") for name in known if name not in headings),
        *((name, not_known) for name in headings if name not in known),
        *((name, "This column stands here more than once.") for name in twice),
    ]
    for name, sentence in faults:
        report(line, name, sentence)
    if faults:
        raise BrokenFile([])


class StrictConverter(CellConverter):
    """Cell converter that accepts only the one format of each field, unlike an import."""

    def from_cell(self, text: str, resolver: RecordFinder) -> Any:
        """Return the snapshot's value for a text. Raises ValidationError."""
        if holdable(text) != text:
            raise ValidationError("There is a control character in this cell.")
        if self.target:
            return resolver.find(self.target, text) if text else None
        if self.choices:
            values = [str(value) for value, _label in self.field.flatchoices]
            if text not in values:
                raise ValidationError(f"“{text}” is not one of: {', '.join(values)}.")
        most, largest = self.field.max_length, LARGEST.get(self.field.get_internal_type())
        if most and len(text) > most:
            raise ValidationError(f"This has {len(text)} characters; at most {most} are allowed.")
        value = self._formatted(text, resolver)
        if largest and value > largest:
            raise ValidationError(f"{text} is too large; at most {largest} can be stored.")
        return value

    def _formatted(self, text: str, resolver: RecordFinder) -> Any:
        formats = [entry[1:] for entry in FORMATS if isinstance(self.field, entry[0])]
        if isinstance(self.field, models.URLField):
            # A form would complete the address; here the model validates it as it is.
            return text
        if not formats or self.choices:
            return super().from_cell(text, resolver)
        pattern, sentence = formats[0]
        try:
            if re.fullmatch(pattern, text):
                return super().from_cell(text, resolver)
        except ValidationError:
            pass
        raise ValidationError(sentence.replace("%s", text))


class TagLines(HTMLParser):
    """Parser that lists the tags of a text with their lines."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[int, str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((self.getpos()[0], f"<{tag}>", dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.tags.append((self.getpos()[0], f"</{tag}>", {}))

    def handle_comment(self, data: str) -> None:
        self.tags.append((self.getpos()[0], "<!-- comment -->", {}))

    def handle_decl(self, decl: str) -> None:
        self.tags.append((self.getpos()[0], f"<!{decl}>", {}))


def unsafe_tags(html: str, sanitized: str) -> Iterator[tuple[int, str]]:
    """Yield line and fault of each tag that sanitising removes or alters."""
    remaining = [(tag, attributes) for _line, tag, attributes in TagLines(sanitized).tags]
    for line, tag, attributes in TagLines(html).tags:
        if remaining and remaining[0] == (tag, attributes):
            remaining.pop(0)
        elif remaining and remaining[0][0] == tag:
            lost = ", ".join(
                name for name, value in attributes.items() if remaining[0][1].get(name) != value
            )
            yield line, f"{tag} may not have this here: {lost or 'its attributes'}."
            remaining.pop(0)
        else:
            yield line, f"{tag} is not allowed here, or it is not closed as it should be."
