"""`manage.py copy_to`: move a portal from SQLite to PostgreSQL, and its pictures to a bucket."""

from argparse import ArgumentParser
from typing import Any

import environ
from django.conf import settings
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from portal.storage.copying import NEW, CannotCopy, copy_files, copy_rows, first_line, run_locked


class Command(BaseCommand):
    help = (
        "Copies the portal from SQLite into an empty PostgreSQL database, and its pictures into "
        "the bucket that the S3 settings name. Everything is compared; if anything fails, "
        "nothing is left behind. Visitors can read meanwhile, and nobody can write."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("database_url", help="postgres://user:password@host:5432/name")

    def handle(self, *args: Any, database_url: str, **options: Any) -> None:
        require_current_sqlite()
        add_connection(database_url)
        copied: list[str] = []
        try:
            connections[NEW].ensure_connection()
            rows, files = run_locked(lambda: self.copy(copied))
        except BaseException as error:
            for name in copied:
                default_storage.delete(name)
            if isinstance(error, CannotCopy):
                raise CommandError(f"{error} Nothing was copied.") from error
            if isinstance(error, (DatabaseError, OSError)):
                raise CommandError(
                    f"The portal could not be copied: {first_line(error)}. Nothing was copied."
                ) from error
            raise
        finally:
            connections[NEW].close()
        self.stdout.write(
            f"Copied and compared: {rows} rows, {files} files. Now set DATABASE_URL to the new "
            "database and start the portal; the old database was left as it is."
        )

    def copy(self, copied: list[str]) -> tuple[int, int]:
        """Copy rows and files; return their numbers."""
        rows = copy_rows(self.stdout.write)
        if not settings.S3_BUCKET:
            self.stdout.write(f"The pictures stay in {settings.MEDIA_ROOT}: S3_BUCKET is not set.")
            return rows, 0
        self.stdout.write("Copying the pictures …")
        old = FileSystemStorage(settings.MEDIA_ROOT)
        return rows, copy_files(old, default_storage, copied)


def require_current_sqlite() -> None:
    """Raise a CommandError unless the portal runs on SQLite with all migrations applied."""
    if connection.vendor != "sqlite":
        raise CommandError("This portal is not on SQLite: DATABASE_URL names another database.")
    try:
        executor = MigrationExecutor(connection)
        pending = executor.migration_plan(executor.loader.graph.leaf_nodes())
    except OperationalError as error:
        raise CommandError(f"The database could not be used: {first_line(error)}") from error
    if pending:
        raise CommandError("The database is not up to date; first run: manage.py migrate")


def add_connection(database_url: str) -> None:
    """Add the new database to the connections, as `new`."""
    config = {}
    if database_url.startswith(("postgres://", "postgresql://")):
        config = environ.Env.db_url_config(database_url)
    if not config.get("NAME"):
        raise CommandError(
            "Give the address of an empty PostgreSQL database, for example "
            "postgres://user:password@localhost:5432/portal"
        )
    connections.settings[NEW] = connections.configure_settings(
        {"default": connection.settings_dict, NEW: config}
    )[NEW]
