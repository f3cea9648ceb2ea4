"""`manage.py load_starter`: load the starter content into the database."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError
from django.utils import timezone
from tqdm import tqdm

from portal.starter.former_rows import read_former_rows
from portal.starter.loading import RowRejected, load_starter
from portal.starter.sources import source_faults
from portal.starter.validation import FaultyContent, read_starter

STARTER = settings.BASE_DIR / "portal" / "starter"


class Command(BaseCommand):
    help = (
        "Loads the starter content. It may be run again at any time: corrections of the files "
        "reach what staff left alone; what staff changed or deleted stays so."
    )
    # The first `make run` need not wait for them; `make check` and `migrate` run the checks.
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--folder", type=Path, default=STARTER, help="another folder of the same files"
        )
        parser.add_argument(
            "--check",
            action="store_true",
            help="only look for faults in the files, unfit sources included",
        )

    def handle(self, *args: Any, folder: Path, check: bool, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is not a folder.")
        try:
            rows = read_starter(folder)
            if check:
                if unfit := list(source_faults(rows)):
                    raise FaultyContent(unfit)
                self.stdout.write(f"No faults in {len(rows):,} rows.")
                return
            # `disable=None` shows no bar unless the output is a terminal.
            with tqdm(total=len(rows), unit=" rows", file=sys.stderr, disable=None) as bar:
                report = load_starter(rows, timezone.now(), bar.update, read_former_rows(folder))
        except FaultyContent as error:
            raise CommandError(f"{error}\nNothing was loaded.") from error
        except RowRejected as error:
            raise CommandError(str(error)) from error
        except DatabaseError as error:
            sentence = f"The database could not be used, and nothing was loaded: {error}"
            raise CommandError(sentence.strip()) from error
        for remark in report.remarks:
            self.stderr.write(remark)
        self.stdout.write(str(report))
