"""What stands in one cell: plain text that people read, and the way back."""

import re
from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

# A spreadsheet runs a cell that begins so as a formula (OWASP, "CSV injection").
FORMULA = re.compile(r"'*[=+\-@\t\r\n＝＋－＠]")
# What XML cannot hold at all.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Excel holds no more than 32,767 characters in a cell.
CELL_MOST = 32_000
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
    return UNPRINTABLE.sub("", text).strip()


def defused(text: str) -> str:
    """The text with an apostrophe before what a spreadsheet would run.

    >>> defused("=1+1"), defused("'=1+1"), defused("'tis")
    ("'=1+1", "''=1+1", "'tis")
    """
    return f"'{text}" if FORMULA.match(text) else text


def undefused(text: str) -> str:
    """The way back.

    >>> undefused("'=1+1"), undefused("''=1+1"), undefused("'tis")
    ('=1+1', "'=1+1", "'tis")
    """
    return text[1:] if text.startswith("'") and FORMULA.match(text) else text


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
