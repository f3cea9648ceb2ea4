"""The database of a backup, written and read with the tools of SQLite and PostgreSQL themselves."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from django.apps import apps
from django.db import DatabaseError, connection, models, transaction

from portal.backup.archives import BackupFault

Fetch = Callable[[str], list[tuple[Any, ...]]]


class Contents(NamedTuple):
    """A database at one moment: its migrations, rows by table, and the files that rows name."""

    migrations: list[list[str]]
    rows: dict[str, int]
    files: list[str]


def read_contents(fetch: Fetch, tables: list[str]) -> Contents:
    """Return the contents of a database, which can be of an earlier version of the portal."""
    rows = {name: fetch(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}  # noqa: S608
    migrations = "SELECT app, name FROM django_migrations ORDER BY id"
    found = [list(row) for row in fetch(migrations)] if "django_migrations" in rows else []
    return Contents(found, rows, sorted(set(named_files(fetch, rows))))


def named_files(fetch: Fetch, tables: Any) -> Iterator[str]:
    """Yield the names of the files that rows name, of every model with a field for files."""
    for model in apps.get_models():
        table = model._meta.db_table
        for field in model._meta.local_fields:
            if isinstance(field, models.FileField) and table in tables:
                query = f'SELECT "{field.column}" FROM "{table}"'  # noqa: S608
                yield from (name for (name,) in fetch(query) if name)


class Database(Protocol):
    """The kind of database that a backup is made of; `member` is its name in the archive."""

    member: str

    def size(self) -> int:
        """Return its size in bytes; the file of the backup is not larger."""

    def dump(self, path: Path) -> Contents:
        """Write it to a file, as it is at one moment, while others write."""

    def check(self, path: Path, rows: dict[str, int]) -> None:
        """Check such a file with standard means. Raises BackupFault."""

    def require_unused(self) -> None:
        """Raise BackupFault if another program uses it."""

    def is_empty(self) -> bool:
        """Return whether it has no tables."""

    def replaced(self, stamp: str) -> Any:
        """Set it aside under a name with `stamp`; bring it back if the context fails."""

    def load(self, path: Path) -> Contents:
        """Fill the empty database from the file."""


def current_database() -> Database:
    return Sqlite() if connection.vendor == "sqlite" else Postgresql()


# -- SQLite --------------------------------------------------------------------------------


class Sqlite:
    member = "database.sqlite3"

    @property
    def path(self) -> Path:
        return Path(connection.settings_dict["NAME"])

    def size(self) -> int:
        return sum(path.stat().st_size for path in self.paths() if path.exists())

    def paths(self) -> list[Path]:
        """Return the paths of the file, of its write-ahead log and of the log's index."""
        return [self.path.with_name(self.path.name + end) for end in ("", "-wal", "-shm")]

    def dump(self, path: Path) -> Contents:
        connection.ensure_connection()
        with closing(sqlite3.connect(path)) as target:
            connection.connection.backup(target)
            # One file, which can be read from a disk that is read-only.
            target.execute("PRAGMA journal_mode = DELETE")
            return self.contents(target)

    def contents(self, file: sqlite3.Connection) -> Contents:
        def fetch(statement: str) -> list[Any]:
            return file.execute(statement).fetchall()

        # Not the tables inside the full-text indexes.
        tables = fetch(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        )
        return read_contents(fetch, sorted(name for (name,) in tables if name[:7] != "sqlite_"))

    def check(self, path: Path, rows: dict[str, int]) -> None:
        with closing(sqlite3.connect(path)) as file:
            try:
                found = self.faults(file)
                if not found and self.contents(file).rows != rows:
                    found = ["other numbers of rows than the manifest"]
            except sqlite3.Error as error:
                found = [str(error)]
        if found:
            raise BackupFault(f"The database in the archive is damaged: {found[0]}.")

    def faults(self, file: sqlite3.Connection) -> list[str]:
        """Return what SQLite finds wrong."""
        try:
            found = [text for (text,) in file.execute("PRAGMA integrity_check") if text != "ok"]
        except sqlite3.OperationalError as error:
            if "function" not in str(error):
                raise
            # Before version 1.0.0 some constraints called functions of Django.
            import_module("django.db.backends.sqlite3._functions").register(file)
            found = [text for (text,) in file.execute("PRAGMA integrity_check") if text != "ok"]
        broken = file.execute("PRAGMA foreign_key_check").fetchall()
        return found + [f"a row of {row[0]} points to one that is not there" for row in broken]

    def require_unused(self) -> None:
        connection.close()
        if not self.path.exists():
            return
        try:
            with closing(sqlite3.connect(self.path, timeout=1)) as file:
                # Leaving write-ahead mode needs a file that nobody else has open.
                file.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.OperationalError as error:
            if "locked" in str(error):
                raise BackupFault("The portal is running: stop it first.") from error
        except sqlite3.DatabaseError:
            pass  # The file is damaged, and a restore is what it needs.

    def is_empty(self) -> bool:
        return not self.path.exists() or not self.path.stat().st_size

    @contextmanager
    def replaced(self, stamp: str) -> Iterator[None]:
        moved = {path: aside(path, stamp) for path in self.paths() if path.exists()}
        for path, kept in moved.items():
            path.rename(kept)
        try:
            yield
        except BaseException:
            connection.close()
            for path in self.paths():
                path.unlink(missing_ok=True)
            for path, kept in moved.items():
                kept.rename(path)
            raise

    def load(self, path: Path) -> Contents:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        path.chmod(0o600)
        path.replace(self.path)
        with closing(sqlite3.connect(self.path)) as file:
            return self.contents(file)


def aside(path: Path, stamp: str) -> Path:
    """Return the path under which the former content is kept."""
    return path.with_name(f"{path.name}.before-{stamp}")


# -- PostgreSQL ----------------------------------------------------------------------------


class Postgresql:
    member = "database.pgdump"

    def size(self) -> int:
        return int(fetch_here("SELECT pg_database_size(current_database())")[0][0])

    def dump(self, path: Path) -> Contents:
        with transaction.atomic(), connection.cursor() as cursor:
            # pg_dump, and the counting of rows, read the database as of the same moment.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            (snapshot,) = fetch_here("SELECT pg_export_snapshot()")[0]
            (schema,) = fetch_here("SELECT current_schema()")[0]
            options = ["--format=custom", f"--snapshot={snapshot}", f"--schema={schema}"]
            run("pg_dump", *options, "--no-owner", "--no-privileges", f"--file={path}", server=True)
            return self.contents()

    def contents(self) -> Contents:
        with connection.cursor() as cursor:
            tables = connection.introspection.table_names(cursor)
        return read_contents(fetch_here, sorted(tables))

    def check(self, path: Path, rows: dict[str, int]) -> None:
        # It reads all of the file, and turns it into SQL.
        run("pg_restore", f"--file={os.devnull}", str(path))

    def require_unused(self) -> None:
        others = fetch_here(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        if others[0][0]:
            raise BackupFault(
                f"The database has {others[0][0]} other connections: stop the portal first, on "
                "every server."
            )

    def is_empty(self) -> bool:
        return not connection.introspection.table_names()

    @contextmanager
    def replaced(self, stamp: str) -> Iterator[None]:
        (schema,) = fetch_here("SELECT current_schema()")[0]
        kept = f"{schema}_before_{stamp.replace('-', '_')}"
        with connection.cursor() as cursor:
            cursor.execute(f'ALTER SCHEMA "{schema}" RENAME TO "{kept}"; CREATE SCHEMA "{schema}"')
            try:
                yield
            except BaseException:
                cursor.execute(f'DROP SCHEMA "{schema}" CASCADE')
                cursor.execute(f'ALTER SCHEMA "{kept}" RENAME TO "{schema}"')
                raise

    def load(self, path: Path) -> Contents:
        (schema,) = fetch_here("SELECT current_schema()")[0]
        # Only what is in the schema, which is there already.
        options = ["--single-transaction", "--exit-on-error", f"--schema={schema}"]
        run("pg_restore", *options, "--no-owner", "--no-privileges", str(path), server=True)
        return self.contents()


def fetch_here(statement: str) -> list[tuple[Any, ...]]:
    """Return the rows of a query of the present database."""
    with connection.cursor() as cursor:
        cursor.execute(statement)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows


def run(program: str, *arguments: str, server: bool = False) -> None:
    """Run a program of PostgreSQL, with the present database if it needs the server."""
    environment = dict(os.environ)
    command = [program, *arguments]
    if server:
        connection.ensure_connection()
        info = connection.connection.info
        command.append(f"--dbname={info.dsn}")
        environment["PGPASSWORD"] = info.password
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise BackupFault(
            f"{program} is not installed. It comes with PostgreSQL's programs for clients, in "
            "Debian postgresql-client; its version has to be that of the server, or a later one."
        ) from error
    if done.returncode:
        reason = done.stderr.strip().replace(f"{program}: ", "").replace("\n", "; ")
        raise BackupFault(f"{program} failed: {reason}")


def reason_of(error: DatabaseError | OSError) -> str:
    """Return the first line of an error of the database or of the disk."""
    return str(error).partition("\n")[0]
