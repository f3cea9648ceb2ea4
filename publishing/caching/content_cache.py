"""A cache in each process, valid until the public content changes.

It holds the few values that are the same for every visitor and need a pass over every row: the
number of cities of each facet, the menu. Keys are few and written in the code, so the memory is
bounded; values that depend on an address do not belong here.
"""

from collections.abc import Callable, Hashable
from threading import RLock
from typing import Any, TypeVar

from django.db import Error, connection
from django.utils import timezone

T = TypeVar("T")

content_version: Callable[[], Hashable] | None = None
"""Return the version of the public content. The portal sets it; without it nothing is cached."""

_cache: tuple[Hashable, dict[Hashable, Any]] = (None, {})
# Only one thread computes a value; the others wait for it.
_lock = RLock()


def cached(key: Hashable, compute: Callable[[], T]) -> T:
    """Return the cached value of `key`; compute it with `compute` after a change of the content."""
    # A transaction may see rows that are not committed, and never will be.
    if content_version is None or connection.in_atomic_block:
        return compute()
    # Read the version before computing, so that the value is at least as new.
    try:
        version = content_version()
    except Error:
        # Without the version, the page is only slower.
        return compute()
    if key in (values := _values_of(version)):
        return values[key]  # type: ignore[no-any-return]
    with _lock:
        if key not in values:
            # For visitors too, even if a page of the desk, in another time zone, is the first.
            with timezone.override(None):
                values[key] = compute()
        return values[key]  # type: ignore[no-any-return]


def _values_of(version: Hashable) -> dict[Hashable, Any]:
    global _cache
    cached_version, values = _cache
    if cached_version != version:
        values = {}
        _cache = (version, values)
    return values
