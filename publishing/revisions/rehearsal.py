"""Rehearsal (dry run): do the real thing, look at the result, and roll it back.

    with rehearse():
        form.save()
        page = render(record)

Everything inside is rolled back at the end: rows, and the hooks that would run on commit, mail
included. Only work that lives in the database may be rehearsed: no rehearsed model has a file field
(a system check says so), and nothing in a rehearsal writes to a cache.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.db import connection, transaction

_running: ContextVar[bool] = ContextVar("rehearsal", default=False)


def is_rehearsal() -> bool:
    """Return whether this code runs inside a rehearsal."""
    return _running.get()


@contextmanager
def rehearse() -> Iterator[None]:
    """Run the block and roll it back. Raises IntegrityError where a commit would fail.

    Render lazy responses inside the block.
    """
    token = _running.set(True)
    try:
        with transaction.atomic():
            yield
            # Databases check foreign keys on commit, which never happens here.
            connection.check_constraints()
            transaction.set_rollback(True)
    finally:
        _running.reset(token)
