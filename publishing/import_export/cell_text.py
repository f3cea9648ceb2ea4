"""Format a value as the plain text of a cell, and parse it again."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from publishing.content.text import normal

TOO_LONG = "(too long for a cell: stays as it is)"

# Separators within a cell: of links, and of the values of a row that belongs to the record.
BETWEEN_LINKS, BETWEEN_VALUES = "; ", " | "
_ESCAPED = {"\\": "\\\\", "|": "\\|", "\n": "\\n"}


def to_text(value: Any) -> str:
    """Return a value of a spreadsheet or a snapshot as text: 2024.0 is "2024"."""
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


def normalise(text: str) -> str:
    """Return the normal form of a cell, which may have several lines.

    Excel writes "_x000D_" for the carriage return of a line break.
    """
    return normal(text.replace("_x000D_\n", "\n"), is_multiline=True)


def join_row(values: Iterable[str]) -> str:
    """Join the values of a row to one line, without empty values at its end."""
    escaped = [re.sub(r"[\\|\n]", lambda found: _ESCAPED[found[0]], value) for value in values]
    while escaped and not escaped[-1]:
        escaped.pop()
    return BETWEEN_VALUES.join(escaped)


def split_row(line: str) -> list[str]:
    """Split a line that `join_row` made into its values, trimmed."""
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
