"""Checks of the database: reachable, migrated, sound, with room to grow."""

import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor

from portal.doctor.findings import Finding

MIB = 1024 * 1024
TOO_LITTLE, LITTLE = 200 * MIB, 1024 * MIB
# The oldest of each that Django 5.2 supports.
POSTGRESQL = 140000


def check_database() -> Iterator[Finding]:
    """Report whether the database answers and has the tables of this version."""
    connection.ensure_connection()
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    newer = set(executor.loader.applied_migrations) - set(executor.loader.disk_migrations)
    ours = {app for app, _name in executor.loader.disk_migrations}
    if plan:
        sentence = f"The database lacks {len(plan)} migrations."
        mend = "Back up, then run manage.py migrate; serve does it too."
        yield Finding("wrong", "database", sentence, mend)
    elif unknown := [key for key in newer if key[0] in ours]:
        sentence = f"The database has migrations of another version: {'.'.join(min(unknown))}."
        mend = "Start the newest version of the code that has run here."
        yield Finding("warning", "database", sentence, mend)
    else:
        yield Finding("ok", "database", "The database answers and is migrated.")
    yield from (check_sqlite() if connection.vendor == "sqlite" else check_postgresql())


def check_sqlite() -> Iterator[Finding]:
    """Report the journal, the lock and the soundness of an SQLite file."""
    # Takes the lock for writing, and leaves it again.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode")
        mode = cursor.fetchone()[0]
        cursor.execute("PRAGMA quick_check(1)")
        sound = cursor.fetchone()[0]
        cursor.execute("PRAGMA foreign_key_check")
        dangling = len(cursor.fetchmany(1000))
    if mode != "wal":
        sentence = f"The journal of SQLite is “{mode}”, so readers wait for writers."
        mend = "Keep the database on a local disk: network folders have no write-ahead log."
        yield Finding("wrong", "database", sentence, mend)
    if sound != "ok" or dangling:
        sentence = f"The database is damaged: {sound if sound != 'ok' else dangling} (quick check)."
        mend = "Stop the portal, keep a copy of the files, and restore the last sound backup."
        yield Finding("wrong", "database", sentence, mend)
    if mode == "wal" and sound == "ok" and not dangling:
        version = sqlite3.sqlite_version
        yield Finding("ok", "database", f"SQLite {version} can write, and the file is sound.")


def check_postgresql() -> Iterator[Finding]:
    """Report the version of PostgreSQL, and whether its connections suffice."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('server_version_num')::int, "
            "current_setting('max_connections')::int, (SELECT count(*) FROM pg_stat_activity)"
        )
        version, most, used = cursor.fetchone()
    if version < POSTGRESQL:
        sentence = f"PostgreSQL {version // 10000} is older than Django supports."
        yield Finding("wrong", "database", sentence, "Upgrade it to version 14 or newer.")
    if used > most * 0.8:
        sentence = f"{used} of {most} connections to PostgreSQL are in use."
        mend = "Raise max_connections, or run fewer servers."
        yield Finding("warning", "database", sentence, mend)
    if version >= POSTGRESQL and used <= most * 0.8:
        sentence = f"PostgreSQL {version // 10000}: {used} of {most} connections in use."
        yield Finding("ok", "database", sentence)


def check_space() -> Iterator[Finding]:
    """Report the free space of the disk with DATA_DIR; a copy of the database has to fit."""
    free = shutil.disk_usage(settings.DATA_DIR).free
    name = Path(settings.DATABASES["default"]["NAME"])
    size = name.stat().st_size if connection.vendor == "sqlite" and name.exists() else 0
    sentence = f"The disk of DATA_DIR has {free // MIB} MiB left."
    if free < TOO_LITTLE + size:
        mend = "Free some space: a full disk refuses every change."
        yield Finding("wrong", "disk", sentence, mend)
    elif free < LITTLE + 2 * size:
        yield Finding("warning", "disk", sentence, "Free some space, or enlarge the disk.")
    else:
        yield Finding("ok", "disk", sentence)
