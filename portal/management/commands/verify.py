"""`manage.py verify`: whether a backup is whole and its database sound."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.backup.archives import BackupFault, read_identity
from portal.backup.checking import verify
from portal.backup.databases import reason_of
from portal.management.commands.backup import bytes_bar


class Command(BaseCommand):
    help = (
        "Reads an archive of `backup`: compares every file with its hash, checks the database with "
        "its own tools, and looks for the file of every picture. Changes nothing."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("archive", type=Path)
        parser.add_argument("--key", type=Path, help="file with the secret key of age")

    def handle(self, *args: Any, archive: Path, key: Path | None, **options: Any) -> None:
        try:
            with bytes_bar() as bar:
                manifest = verify(archive, read_identity(key), bar.update)
        except BackupFault as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"The archive was not checked: {reason_of(error)}") from error
        for name in manifest.lost:
            self.stdout.write(f"The file of a picture was lost before the backup: {name}")
        self.stdout.write(
            f"The archive is whole: version {manifest.version}, {sum(manifest.rows.values())} rows,"
            f" {len(manifest.members) - 1} files, made {manifest.made_at[:19]} UTC."
        )
