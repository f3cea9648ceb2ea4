"""`manage.py erase_person`: take a person out of the portal; what they published stays."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.personal_data import CannotErase, erase, plan


class Command(BaseCommand):
    help = (
        "Erases a person: the account becomes a former colleague, and addresses, sign-ins, unsaved "
        "work and reports of mistakes go. What they published stays. Without --yes it only says "
        "what would be done."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the email address of a colleague or a visitor")
        parser.add_argument("--yes", action="store_true", help="do it; it cannot be undone")

    def handle(self, *args: Any, address: str, yes: bool, **options: Any) -> None:
        lines = plan(address)
        if not lines:
            raise CommandError(f"There is nothing about {address}.")
        for line in lines:
            self.stdout.write(line)
        if not yes:
            self.stdout.write("Nothing was changed. To erase this person, add --yes.")
            return
        try:
            erase(address)
        except CannotErase as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Erased. Backups have this person until they are deleted.")
