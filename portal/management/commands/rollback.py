"""`manage.py rollback`: from the database of this version to that of the version before."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from portal.backup.archives import BackupFault, read_identity
from portal.backup.databases import current_database, reason_of
from portal.backup.restoring import restore
from portal.backup.upgrading import (
    Upgrade,
    is_reversible,
    read_record,
    record_path,
    revert,
    sentence,
    since,
)
from portal.management.commands.backup import bytes_bar
from portal.management.commands.upgrade import confirmed


class Command(BaseCommand):
    help = (
        "Shows how the last `upgrade` is undone, asks, and does it with the portal stopped: by "
        "reverting its migrations, which keeps what was written since, or where that is not "
        "possible by restoring its backup. Run it with the new version, then install the old one."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--plan", action="store_true", help="only show what would be done")
        parser.add_argument("--yes", action="store_true", help="do not ask")
        parser.add_argument("--restore", action="store_true", help="restore the backup in any case")
        parser.add_argument("--key", type=Path, help="file with the secret key of age")

    def handle(self, *args: Any, plan: bool, yes: bool, **options: Any) -> None:
        try:
            upgrade = read_record()
            migrations = since(upgrade)
            if not migrations:
                self.stdout.write("No migration has run since: install the version before.")
                return
            by_restore = options["restore"] or not all(map(is_reversible, migrations))
            self.show(upgrade, migrations, by_restore)
            if plan or not confirmed(yes):
                return
            current_database().require_unused()
            if by_restore:
                with bytes_bar() as bar:
                    key = read_identity(options["key"])
                    restore(Path(upgrade.archive), key, replace=True, progress=bar.update)
            else:
                revert(migrations)
        except BackupFault as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The rollback was not finished: {reason_of(error)}") from error
        record_path().unlink()
        self.stdout.write("Rolled back. Now install the version before, and start it.")

    def show(self, upgrade: Upgrade, migrations: list[Any], by_restore: bool) -> None:
        """Print the plan. Raises BackupFault if there is no way back."""
        moment = f"{upgrade.made_at[:16].replace('T', ' ')} UTC"
        if not by_restore:
            self.stdout.write(f"Revert these migrations; what was written since {moment} stays:")
            for migration in migrations:
                self.stdout.write(f"   {sentence(migration)}")
        elif upgrade.archive:
            self.stdout.write(f"Restore {upgrade.archive}; what was written since {moment} is lost")
            self.stdout.write("from the portal, and kept aside.")
        else:
            raise BackupFault(
                "These migrations cannot be reverted, and the upgrade took no backup."
            )
        for migration in filter(lambda one: not is_reversible(one), migrations):
            self.stdout.write(f"   Cannot be reverted: {sentence(migration)}")
