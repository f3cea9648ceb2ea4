"""Write measured tables into docs/reliability.md, between the comments that name them."""

import os
import platform
import re
from collections.abc import Iterable
from datetime import date
from pathlib import Path

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reliability.md"


def machine() -> str:
    """Return the date and the machine of a measurement, as a sentence."""
    return (
        f"Measured on {date.today():%-d %B %Y} with {os.cpu_count()} shared cores, "  # noqa: DTZ011
        f"Python {platform.python_version()}, SQLite, clients on the same machine."
    )


def write_part(
    name: str, before: Iterable[str], headings: Iterable[str], rows: Iterable[Iterable[str]]
) -> None:
    """Replace the part of the page between `<!-- name -->` and `<!-- /name -->` by a table."""
    heads = list(headings)
    lines = [*before, table_line(heads), table_line("---" for _ in heads), *map(table_line, rows)]
    part = "\n".join(["", *lines, ""])
    text = PAGE.read_text()
    pattern = rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)"
    written, count = re.subn(pattern, lambda m: f"{m[1]}{part}\n{m[2]}", text, flags=re.DOTALL)
    if not count:
        raise LookupError(f"{PAGE.name} has no part {name}.")
    PAGE.write_text(written)


def table_line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
