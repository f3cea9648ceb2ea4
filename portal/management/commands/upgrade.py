"""`manage.py upgrade`: from the database of the version before to that of this one."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.backup.archives import BackupFault
from portal.backup.databases import reason_of
from portal.backup.upgrading import pending, sentence, write_record
from portal.management.commands import serve
from portal.management.commands.backup import back_up


class Command(BaseCommand):
    help = (
        "Shows what the upgrade to this version does, asks, and then takes a backup, migrates the "
        "database and collects the static files. `rollback` leads back."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", action="store_true", help="only show what would be done")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument(
            "--backups",
            type=Path,
            default=None,
            metavar="FOLDER",
            help="where the backup is written (default: DATA_DIR/backups)",
        )
        parser.add_argument(
            "--without-backup", action="store_true", help="for databases with a backup of their own"
        )

    def handle(self, *args: Any, plan: bool, yes: bool, **options: Any) -> None:
        folder = None if options["without_backup"] else options["backups"]
        if folder is None and not options["without_backup"]:
            folder = settings.DATA_DIR / "backups"
        try:
            migrations = pending()
            self.show(migrations, folder)
            if plan or not confirmed(yes):
                return
            if migrations:
                archive = back_up(folder) if folder else None
                if archive:
                    self.stdout.write(f"Backed up: {archive}")
                write_record(archive)
                call_command("migrate", interactive=False, verbosity=0, stdout=self.stdout)
            serve.Command().prepare_static_files()
        except BackupFault as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The upgrade was not finished: {reason_of(error)}") from error
        self.stdout.write("The upgrade is done: start the portal, or restart each server.")

    def show(self, migrations: list[Any], folder: Path | None) -> None:
        """Print the plan."""
        steps = []
        if migrations and folder:
            steps.append(f"Back up to {folder}")
        if migrations:
            said = [f"   {sentence(migration)}" for migration in migrations]
            steps.append("\n".join([f"Migrate the database (migrations: {len(said)})", *said]))
        steps.append("Collect the static files, if they have changed")
        for number, step in enumerate(steps, 1):
            self.stdout.write(f"{number}. {step}")


def confirmed(yes: bool) -> bool:
    """Ask on a terminal. Raises CommandError where nobody can answer."""
    if yes:
        return True
    if not sys.stdin.isatty():
        raise CommandError("Nothing was changed. Add --yes to go on without a question.")
    return input("Go on? [y/N] ").strip().lower() in {"y", "yes"}
