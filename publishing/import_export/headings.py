"""Match the first row of a file with the columns of a model's table."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from publishing.import_export.columns import InlineColumn, TableColumn, columns_of
from publishing.import_export.references import key_name

# Columns of the list of refused rows; an import ignores them.
IGNORED = ("row", "reason")


class HeadingError(Exception):
    """The first row of a file does not name columns; the text is for staff."""


def match_headings(model: type[models.Model], headings: list[str]) -> dict[int, TableColumn | str]:
    """Return the column at each position of a file's rows; for the key, its name.

    Names and labels both match, in upper or lower case. Raises HeadingError.
    """
    known: dict[str, Any] = {key_name(model): key_name(model)}
    columns = columns_of(model)
    known |= {column.label.casefold(): column for column in columns}
    known |= {column.name: column for column in columns}
    matched: dict[int, TableColumn | str] = {}
    unknown: list[str] = []
    for position, heading in enumerate(headings):
        name, _bracket, order = heading.partition("(")
        name = name.strip().casefold()
        if name in IGNORED or not name:
            continue
        column = known.get(name)
        if column is None:
            unknown.append(heading)
            continue
        if column in matched.values():
            raise HeadingError(_("The column “%s” stands twice in the first row.") % heading)
        if isinstance(column, InlineColumn) and order:
            _reorder(column, order)
        matched[position] = column
    if unknown or not matched:
        raise HeadingError(_unknown_message(model, unknown))
    return matched


def _reorder(column: InlineColumn, order: str) -> None:
    names = [name.strip().casefold() for name in order.rstrip(") ").split("|")]
    is_valid = set(names) <= set(column.values) and len(set(names)) == len(names)
    if not is_valid or not set(column.identifying) <= set(names):
        raise HeadingError(
            _("Write the heading so, or leave values out, but not %(needed)s: %(all)s.")
            % {
                "needed": ", ".join(column.identifying),
                "all": f"{column.name} ({' | '.join(column.values)})",
            }
        )
    column.order = names


def _unknown_message(model: type[models.Model], unknown: list[str]) -> str:
    names = ", ".join([key_name(model), *(column.name for column in columns_of(model))])
    if not unknown:
        return _("The first row has to hold the names of the columns: %s.") % names
    return _("These columns are not known: %(unknown)s. Known are: %(names)s.") % {
        "unknown": ", ".join(f"“{heading[:60]}”" for heading in unknown[:10]),
        "names": names,
    }
