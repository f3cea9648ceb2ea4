"""Freshness of public pages: the content version, and the next moment that changes them.

The version is one row of the database, a random text that is replaced inside the transaction of
every change. Triggers on the tables do that, so it covers the admin, imports, bulk updates, a shell
and other programs alike. See docs/adr/0004.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django.apps import apps
from django.db import Error, OperationalError, connection
from django.db.models import Min, Q
from django.utils import timezone

from portal.page_cache.triggers import TABLE, UNWATCHED
from portal.storage.sqlite_file import FileConnection
from publishing.models import MOMENTS, Publishable, Revision
from publishing.revisions.models import Stage
from publishing.revisions.scheduling import due_drafts, publish_scheduled

logger = logging.getLogger(__name__)

READ = f"SELECT version FROM {TABLE} WHERE id = 1"  # noqa: S608 (a constant)


RETRY_AFTER = timedelta(seconds=5)


class Freshness(NamedTuple):
    """The state of the public content; anything made from it is valid until this changes."""

    version: str
    until: float
    """The next moment that changes what is public, in seconds since 1970."""


class VersionWatcher:
    """Reader of the present freshness. One for each process; threads share it."""

    def __init__(self, daily: Callable[[], object] | None = None) -> None:
        """`daily` is called at the first reading after each midnight."""
        self.last = Freshness("", 0)
        self.daily, self.day = daily, date.min

    def current(self) -> Freshness:
        """Return the present freshness: one read of one row, and a few queries after a change.

        Read it before rendering, never after: a change in between would go unnoticed. Due drafts
        are published first, so that no cached page delays them.
        """
        version = read_version()
        last = self.last
        if last.version != version or last.until <= time.time():
            if due_drafts().exists():
                publish_scheduled()
                version = read_version()
            self.run_daily()
            if version == UNWATCHED:
                # A migration runs, or one was killed: nothing made now may be cached.
                return Freshness(secrets.token_hex(8), 0)
            last = self.last = Freshness(version, next_moment(timezone.now()).timestamp())
        return last

    def run_daily(self) -> None:
        """Call `daily` unless this process has done so today; a fault there stops no page."""
        today = timezone.localdate()
        if self.daily and self.day != today:
            self.day = today
            try:
                self.daily()
            except Error:
                logger.exception("Expired data could not be deleted; the next day will.")


def read_version() -> str:
    """Return the version of the content, as the last committed change left it.

    Uses the driver directly, because every cached response waits for this and for little else.
    """
    driver: Any = connection.connection
    if (
        isinstance(driver, FileConnection)
        and driver.is_replaced()
        and not connection.in_atomic_block
    ):
        # Restored from a backup, or moved away: from here on the new file is read, if there is one.
        connection.close()
    connection.ensure_connection()
    driver = connection.connection
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            row = driver.execute(READ).fetchone()
            return str(row[0]) if row else UNWATCHED
        result = driver.pgconn.exec_(READ.encode())
        if result.ntuples == 1:
            return str(result.get_value(0, 0), "ascii")
    # The connection was lost, or the portal is not migrated: retry, or let Django raise.
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute(READ)
        if row := cursor.fetchone():
            return str(row[0])
    raise OperationalError(f"{TABLE} is empty: run manage.py migrate")


# -- The next moment -----------------------------------------------------------------------


def next_moment(now: datetime) -> datetime:
    """Return the first moment after `now` at which pages change without an edit.

    At midnight "today" moves, which events and the wording of dates depend on.
    """
    # Of the portal, also if a page of the desk, in another zone, is the first to ask.
    today = timezone.localtime(now, timezone.get_default_timezone())
    midnight = today.replace(hour=0, minute=0, second=0, microsecond=0)
    return min([midnight + timedelta(days=1), *scheduled(now)])


def scheduled(now: datetime) -> Iterator[datetime]:
    """Yield the earliest coming moment of scheduled drafts and of each kind of record."""
    drafts = Revision.objects.filter(stage=Stage.SCHEDULED)
    if (due := drafts.aggregate(first=Min("due_at"))["first"]) is not None:
        # A draft that is still due had to wait for the database, and is retried soon.
        yield due if due > now else now + RETRY_AFTER
    for model in apps.get_models():
        if issubclass(model, Publishable):
            moments = {f"_{name}": Min(name, filter=Q(**{f"{name}__gt": now})) for name in MOMENTS}
            yield from filter(None, model._base_manager.aggregate(**moments).values())
