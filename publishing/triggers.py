"""Database triggers and migrations: dropped before the first migration, made after the last.

SQLite changes most columns by copying the table, dropping it and renaming the copy. The table
loses its triggers, and the renaming fails while a trigger anywhere names a table that is missing.
PostgreSQL refuses to change a column that a trigger's condition reads, and a table whose deferred
triggers have not run yet. So no trigger exists while migrations run: an app registers how to drop
its triggers and how to make them, in `ready()`.

Apps are served in the order of registration when triggers are dropped, and in the reverse order
when they are made. Triggers come back after a migration that fails too (the command `migrate` of
this app); after a process that was killed, the next `migrate` makes them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.migrations import Migration


class TriggerSet(NamedTuple):
    """The triggers of an app. Both functions take the alias of a database.

    `drop` succeeds when there is nothing to drop; `make` makes only what is missing.
    """

    drop: Callable[[str], None]
    make: Callable[[str], None]


_registered: list[TriggerSet] = []
# Aliases of the databases whose migrations are running.
_dropped: set[str] = set()


def register(drop: Callable[[str], None], make: Callable[[str], None]) -> None:
    """Have an app's triggers dropped before migrations and made after them."""
    _registered.append(TriggerSet(drop, make))


def drop_triggers(
    using: str, plan: list[tuple[Migration, bool]] | None = None, **kwargs: Any
) -> None:
    """Drop all triggers if there is a migration to run. Receives `pre_migrate`."""
    if plan:
        _dropped.add(using)
        for triggers in _registered:
            triggers.drop(using)


def make_triggers(using: str, **kwargs: Any) -> None:
    """Make all triggers that are missing. Receives `post_migrate`, which `flush` sends too."""
    for triggers in reversed(_registered):
        triggers.make(using)
    _dropped.discard(using)


def are_dropped(using: str) -> bool:
    """Whether this process has dropped the triggers of a database and not made them again."""
    return using in _dropped
