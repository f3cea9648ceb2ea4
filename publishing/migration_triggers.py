"""Database triggers and migrations: dropped before the first migration, created after the last.

SQLite changes most columns by copying the table, dropping it and renaming the copy. The table loses
its triggers, and the renaming fails while any trigger names a table that is missing. PostgreSQL
refuses to change a column that a trigger's condition reads, and a table whose deferred triggers
have not run yet. So no trigger exists while migrations run: an app registers how to drop and how to
create its triggers, in `ready()`.

Triggers are dropped in the order in which the apps registered, and created in the reverse order.
They are created after a failed migration too (by this app's command `migrate`); after a process was
killed, the next `migrate` creates them.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db.migrations import Migration


class TriggerSet(NamedTuple):
    """The triggers of an app, as two functions that take a database alias.

    `drop` succeeds when there is nothing to drop; `make` creates only missing triggers.
    """

    drop: Callable[[str], None]
    make: Callable[[str], None]


_registered: list[TriggerSet] = []
# Aliases of the databases whose migrations are running.
_dropped: set[str] = set()


def register(drop: Callable[[str], None], make: Callable[[str], None]) -> None:
    """Register an app's triggers to be dropped before migrations and created after them."""
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
    """Create all missing triggers. Receives `post_migrate`, which `flush` sends too."""
    for triggers in reversed(_registered):
        triggers.make(using)
    _dropped.discard(using)


def are_dropped(using: str) -> bool:
    """Return whether this process dropped the triggers and has not created them again."""
    return using in _dropped
