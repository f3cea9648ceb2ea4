"""What stands in one cell: plain text that people read, and the way back."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from publishing.content.csv import printable

TOO_LONG = "(too long for a cell: stays as it is)"

# Between the things of one cell: links, and the values of a row that belongs to the record.
BETWEEN_LINKS, BETWEEN_VALUES = "; ", " | "
_ESCAPED = {"\\": "\\\\", "|": "\\|", "\n": "\\n"}


def text_of(value: Any) -> str:
    """A value, as a spreadsheet or a snapshot gives it, as text: 2024.0 is "2024"."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float() if value.is_integer():
            return str(int(value))
        case datetime() if value.tzinfo is None and value.time() == time():
            return value.date().isoformat()
        case datetime() if value.tzinfo is None:
            return value.isoformat(" ")
        case datetime():
            return timezone.localtime(value).isoformat(" ")
        case date() | time():
            return value.isoformat()
    return str(value)


def tidy(text: str) -> str:
    """The text as any file brings it: one kind of line break, nothing unprintable, trimmed."""
    text = text.replace("_x000D_\n", "\n").replace("\r\n", "\n").replace("\r", "\n")
    return printable(text).strip()


def joined(values: Iterable[str]) -> str:
    """The values of a row as one line; empty ones at its end are left out."""
    escaped = [re.sub(r"[\\|\n]", lambda found: _ESCAPED[found[0]], value) for value in values]
    while escaped and not escaped[-1]:
        escaped.pop()
    return BETWEEN_VALUES.join(escaped)


def parted(line: str) -> list[str]:
    """The values that `joined` made a line of, trimmed."""
    values, escaped = [""], False
    for character in line:
        if escaped:
            values[-1] += "\n" if character == "n" else character
            escaped = False
        elif character == "\\":
            escaped = True
        elif character == "|":
            values.append("")
        else:
            values[-1] += character
    return [value.strip() for value in values]
