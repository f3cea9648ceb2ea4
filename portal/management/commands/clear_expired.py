"""`manage.py clear_expired`: delete what is about people and has been kept long enough."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.retention import IMPORT_DAYS, REPORT_DAYS, SIGN_IN_DAYS, UNSAVED_DAYS, clear_expired


class Command(BaseCommand):
    help = (
        f"Deletes reports of mistakes older than {REPORT_DAYS} days, sign-ins older than "
        f"{SIGN_IN_DAYS} days, unsaved work older than {UNSAVED_DAYS}, files of imports older than "
        f"{IMPORT_DAYS}, expired sessions and counts. The portal does the same once a day."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"Rows deleted: {clear_expired()}")
