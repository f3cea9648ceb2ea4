"""Readiness: whether this server can do all of its work, and if not, what it lacks.

`/health/` says that the portal answers, `/health/ready/` that it can save, too. Each check is a
function that returns a `Check`; its sentence has no path, address or password.
"""

import json
import logging
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import cache as keep
from importlib.util import find_spec
from pathlib import Path
from pkgutil import iter_modules
from typing import NamedTuple

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.faults import fault_of
from portal.page_cache.version import read_version
from portal.rate_limits import RequestCount

logger = logging.getLogger(__name__)

# How long an outcome is given out again: so nobody can make the portal write by asking often.
SECONDS = 5
# How long the trial of a write may wait for other writers, in milliseconds.
PATIENCE = 2000
MIB = 1024 * 1024


class Check(NamedTuple):
    """The outcome of one check. A server may be ready without what is not `required`."""

    name: str
    ok: bool
    sentence: str
    required: bool = True


def checks() -> list[Check]:
    """Return the outcome of every check that concerns this portal."""
    names = {"database": save_in_database, "migrations": find_migrations, "disk": write_file}
    if settings.S3_BUCKET:
        names["bucket"] = ask_bucket
    if settings.REDIS_URL:
        names["redis"] = ask_redis
    return [check(name, tried) for name, tried in names.items()]


def check(name: str, tried: Callable[[], str]) -> Check:
    """Return the outcome of a function that returns a sentence or raises."""
    # Without Redis the portal works; it counts no reports.
    required = name != "redis"
    try:
        return Check(name, True, tried(), required)
    except Failed as failed:
        return Check(name, False, str(failed), required)
    except Exception as error:
        logger.warning("The check “%s” failed: %s", name, error)
        fault = fault_of(error)
        return Check(name, False, str(fault.value if fault else _("It does not work.")), required)


class Failed(Exception):
    """A check failed; the message is a sentence for the operator."""


def save_in_database() -> str:
    """Save a row and roll back."""
    # The same path as for each request: it notices when the file was replaced.
    read_version()
    with short_waits(), transaction.atomic():
        RequestCount.objects.create(key=secrets.token_hex(16), expires_at=timezone.now())
        transaction.set_rollback(True)
    return _("A row can be saved.")


@contextmanager
def short_waits() -> Iterator[None]:
    """Wait for other writers for `PATIENCE` at most."""
    if connection.vendor != "sqlite":
        # A new row waits for nobody on PostgreSQL.
        yield
        return
    with connection.cursor() as cursor:
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {PATIENCE}")
    try:
        yield
    finally:
        with suppress(DatabaseError), connection.cursor() as cursor:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")


def find_migrations() -> str:
    """Compare the migrations of the program with those that were applied."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT app, name FROM django_migrations")
        applied = set(cursor.fetchall())
    if missing := len(migrations() - applied):
        raise Failed(_("Run manage.py migrate: migrations are missing (%d).") % missing)
    return _("All migrations are applied.")


@keep
def migrations() -> frozenset[tuple[str, str]]:
    """Return (app, name) of every migration; importing them would take memory for ever."""
    found = set()
    for app in apps.get_app_configs():
        spec = find_spec(f"{app.name}.migrations")
        for place in (spec and spec.submodule_search_locations) or ():
            found |= {(app.label, module.name) for module in iter_modules([place])}
    return frozenset((label, name) for label, name in found if name[0] not in "_~")


def write_file() -> str:
    """Write a file into each folder that the portal writes to, and compare the free space."""
    least = settings.LEAST_FREE_MIB
    for folder in folders():
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0" * 65536)
            file.flush()
        free = shutil.disk_usage(folder).free // MIB
        if free < least:
            raise Failed(
                _("%(free)d MiB are free, fewer than %(least)d.") % {"free": free, "least": least}
            )
    return _("Files can be written, and enough space is free.")


def folders() -> list[Path]:
    """Return the folders of the database and of the pictures, as far as they are on this disk."""
    found = [] if settings.S3_BUCKET else [Path(settings.MEDIA_ROOT)]
    if connection.vendor == "sqlite":
        found.append(Path(connection.settings_dict["NAME"]).parent)
    # The folder of the pictures is made by the first upload.
    return [folder if folder.exists() else folder.parent for folder in found]


def ask_bucket() -> str:
    storage = default_storage
    storage.connection.meta.client.head_bucket(Bucket=settings.S3_BUCKET)  # type: ignore[attr-defined]
    return _("The bucket answers.")


def ask_redis() -> str:
    cache.get("readiness")
    return _("Redis answers.")


# -- The answer ----------------------------------------------------------------------------


class Readiness:
    """The latest outcome, and the one thread that may find the next."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.until = 0.0
        self.outcome = [Check("start", False, "The portal has just started.")]

    def current(self) -> list[Check]:
        """Return the outcome of the last seconds; while one thread asks, others get the last."""
        if time.monotonic() >= self.until and self.lock.acquire(blocking=not self.until):
            try:
                if time.monotonic() >= self.until:
                    self.outcome = checks()
                    self.until = time.monotonic() + SECONDS
            finally:
                self.lock.release()
        return self.outcome


readiness = Readiness()


def answer(start_response: Callable[..., object]) -> Iterable[bytes]:
    """Answer 200 if everything required works, otherwise 503; the body names each check."""
    outcome = readiness.current()
    is_ready = all(one.ok for one in outcome if one.required)
    told = {one.name: {"ok": one.ok, "sentence": one.sentence} for one in outcome}
    text = json.dumps({"ready": is_ready, "checks": told}, indent=1).encode() + b"\n"
    start_response(
        "200 OK" if is_ready else "503 Service Unavailable",
        [
            ("Content-Type", "application/json"),
            ("Content-Length", str(len(text))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [text]
