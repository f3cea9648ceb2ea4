"""`manage.py restore`: bring a portal back from a backup."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from portal.backup.archives import BackupFault, read_identity
from portal.backup.databases import reason_of
from portal.backup.restoring import restore
from portal.management.commands.backup import bytes_bar


class Command(BaseCommand):
    help = (
        "Verifies an archive of `backup` and restores it to an empty database and an empty folder "
        "or bucket, while the portal is stopped. Everything is compared with the archive; if "
        "anything fails, the present state remains."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--key", type=Path, help="file with the secret key of age")
        parser.add_argument(
            "--replace", action="store_true", help="keep the present portal aside, in its place"
        )

    def handle(
        self, *args: Any, archive: Path, key: Path | None, replace: bool, **options: Any
    ) -> None:
        try:
            with bytes_bar() as bar:
                manifest = restore(archive, read_identity(key), replace, bar.update)
        except BackupFault as error:
            raise CommandError(f"{error} Nothing was restored.") from error
        except (DatabaseError, OSError) as error:
            sentence = f"Nothing was restored: {reason_of(error)}"
            raise CommandError(sentence) from error
        self.stdout.write(
            f"Restored and compared: {sum(manifest.rows.values())} rows, "
            f"{len(manifest.members) - 1} files, as of {manifest.made_at[:19]} UTC."
        )
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            self.stdout.write(f"Bringing it from version {manifest.version} to this one …")
            call_command("migrate", interactive=False, verbosity=0)
        self.stdout.write("Now start the portal.")
