"""What is worked out once for each version of the public content, in each process.

A few things are the same for every visitor and cost a walk over every row: how many cities each
facet has, what the menu says. They are kept until the content changes, and no longer. Keys are
few and written in the code, so the memory is bounded; what depends on an address is no such thing.
"""

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, TypeVar

from django.db import Error, connection

Made = TypeVar("Made")

content_version: Callable[[], Hashable] | None = None
"""Tells the present version of the public content; the portal sets it. Without, nothing is kept."""

_kept: tuple[Hashable, dict[Hashable, Any]] = (None, {})
# One thread makes, the others wait for what it made.
_making = RLock()


def remembered(key: Hashable, make: Callable[[], Made]) -> Made:
    """What `make` gives, from memory while the public content is as it was when it was made."""
    # Inside a transaction there may be rows that nobody else sees, and that never will be.
    if content_version is None or connection.in_atomic_block:
        return make()
    # Read before making: what is made is at least as new as its version says.
    try:
        version = content_version()
    except Error:
        # A page that can be made without it is made.
        return make()
    if key in (values := _values_of(version)):
        return values[key]  # type: ignore[no-any-return]
    with _making:
        if key not in values:
            values[key] = make()
        return values[key]  # type: ignore[no-any-return]


def _values_of(version: Hashable) -> dict[Hashable, Any]:
    global _kept
    kept, values = _kept
    if kept != version:
        values = {}
        _kept = (version, values)
    return values
