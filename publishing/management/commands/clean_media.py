"""`manage.py clean_media`: compare the files of the pictures with the library."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from publishing.pictures import media_files, renditions
from publishing.pictures.media_files import Inventory


class Command(BaseCommand):
    help = (
        "Lists files of pictures that no record of the library names, and pictures whose file or "
        "renditions are lost. Nothing is changed without --remove or --make."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--remove", action="store_true", help="delete the files that no picture names"
        )
        parser.add_argument(
            "--make", action="store_true", help="make the renditions that are missing"
        )
        parser.add_argument(
            "--hours",
            type=float,
            default=1,
            help="only list files that are at least so old (default: 1), for uploads in progress",
        )

    def handle(self, *args: Any, remove: bool, make: bool, hours: float, **options: Any) -> None:
        if not 0 <= hours <= 24 * 365 * 100:
            raise CommandError("Give --hours as a number from 0 on.")
        inventory = media_files.compare(timezone.now() - timedelta(hours=hours))
        self.report_orphans(inventory, remove)
        for picture in inventory.lost:
            self.stdout.write(
                f"The file of “{picture}” is lost ({picture.file.name}). Upload it again."
            )
        self.report_incomplete(inventory, make)
        if not any(inventory):
            self.stdout.write("Every file belongs to a picture, and no rendition is missing.")

    def report_orphans(self, inventory: Inventory, remove: bool) -> None:
        for name in inventory.orphans:
            if remove:
                media_files.storage().delete(name)
            self.stdout.write(f"{'Deleted' if remove else 'Not in use'}: {name}")
        if inventory.orphans and not remove:
            self.stdout.write("To delete the files that are not in use, add --remove.")

    def report_incomplete(self, inventory: Inventory, make: bool) -> None:
        for picture, number in inventory.incomplete:
            if make:
                number = len(list(renditions.make_missing(picture.file)))
            outcome = "made" if make else "missing"
            self.stdout.write(f"Renditions of “{picture}” {outcome}: {number}")
        if inventory.incomplete and not make:
            self.stdout.write("To make the renditions that are missing, add --make.")
