"""Equality of two values of snapshots, for moments as precise as a form shows them."""

from __future__ import annotations

import re
from typing import Any

# A moment that the portal set, in UTC: to the minute, its seconds, and their fraction.
_MADE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d):(\d\d)\.\d+\+00:00", re.ASCII)


def same_value(old: Any, new: Any) -> bool:
    """Return whether two values are equal; a moment equals what a form made of it.

    The portal sets moments with fractions of a second, which no form has. A record that was only
    opened and saved keeps them, and its history lists no change of date.
    """
    if old == new:
        return True
    if not isinstance(old, str) or not isinstance(new, str):
        return False
    return old in _in_forms(new) or new in _in_forms(old)


def _in_forms(value: str) -> tuple[str, ...]:
    """Return the texts that forms make of a moment, to the second and to the minute."""
    made = _MADE.fullmatch(value)
    return (f"{made[1]}:{made[2]}+00:00", f"{made[1]}:00+00:00") if made else ()
