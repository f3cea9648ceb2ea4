"""A cache in each process, valid until the public content changes.

It holds the few values that are the same for every visitor and need a pass over every row: the
number of cities of each facet, the menu. Keys are few and written in the code, so the memory is
bounded; values that depend on an address do not belong here.
"""

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, TypeVar

from django.db import Error, connection

Made = TypeVar("Made")

content_version: Callable[[], Hashable] | None = None
"""Return the version of the public content. The portal sets it; without it nothing is cached."""

_kept: tuple[Hashable, dict[Hashable, Any]] = (None, {})
# Only one thread computes a value; the others wait for it.
_making = RLock()


def remembered(key: Hashable, make: Callable[[], Made]) -> Made:
    """Return the cached value of `key`; compute it with `make` after a change of the content."""
    # A transaction may see rows that are not committed, and never will be.
    if content_version is None or connection.in_atomic_block:
        return make()
    # Read the version before computing, so that the value is at least as new.
    try:
        version = content_version()
    except Error:
        # Without the version, the page is only slower.
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
