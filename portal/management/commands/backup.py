"""`manage.py backup`: the whole portal in one file, taken while it is in use."""

import shutil
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from tqdm import tqdm

from portal.backup.archives import BackupFault
from portal.backup.databases import current_database, reason_of
from portal.backup.taking import required_space, superfluous, take


class Command(BaseCommand):
    help = (
        "Writes database and pictures to one new archive in a folder, while the portal is in use. "
        "Only its owner can read the archive; with BACKUP_AGE_RECIPIENT it is encrypted."
    )
    # A backup has to be possible before an upgrade is finished.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, help="where the archive is written")
        for period in ("daily", "weekly", "monthly"):
            parser.add_argument(
                f"--keep-{period}",
                type=int,
                metavar="N",
                help=f"afterwards, delete archives that no --keep covers; N {period} ones stay",
            )

    def handle(self, *args: Any, folder: Path, **options: Any) -> None:
        kept = [options[f"keep_{period}"] for period in ("daily", "weekly", "monthly")]
        if any(number is not None and number < 0 for number in kept):
            raise CommandError("Give the numbers of archives to keep as 0 or more.")
        try:
            path = back_up(folder)
            self.stdout.write(f"Backed up: {path} ({path.stat().st_size / 1e6:,.1f} MB)")
            if any(number is not None for number in kept):
                for old in superfluous(folder, *(number or 0 for number in kept)):
                    old.unlink()
                    self.stdout.write(f"Deleted: {old}")
        except BackupFault as error:
            raise CommandError(str(error)) from error
        except (DatabaseError, OSError) as error:
            raise CommandError(f"The backup could not be made: {reason_of(error)}") from error


def back_up(folder: Path) -> Path:
    """Take a backup, with a bar on a terminal, and return its path. Raises BackupFault."""
    size, needed = required_space(current_database(), default_storage)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if (free := shutil.disk_usage(folder).free) < needed:
        raise BackupFault(
            f"{folder} has {free / 1e6:,.0f} MB left, and a backup needs {needed / 1e6:,.0f} MB."
        )
    with bytes_bar(size) as bar:
        return take(folder, settings.BACKUP_AGE_RECIPIENT, bar.update)


def bytes_bar(size: int | None = None) -> Any:
    """Return a bar for so many bytes; there is none unless the output is a terminal."""
    return tqdm(total=size, unit="B", unit_scale=True, file=sys.stderr, disable=None)
