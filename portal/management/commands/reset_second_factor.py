"""manage.py reset_second_factor: let somebody sign in who lost every second factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.translation import gettext

from portal.accounts.models import User
from portal.accounts.second_factor import reset_sign_in
from publishing.revisions.models import Action, log


class Command(BaseCommand):
    help = (
        "Removes the authenticator app, the passkeys and the recovery codes of a person, and signs "
        "them out. On the desk, an administrator does the same on the person's page."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="the email address of the person")

    def handle(self, *, email: str, **options: Any) -> None:
        user = User.objects.named(email).first()
        if user is None:
            raise CommandError(f"Nobody has the address {email}.")
        reset_sign_in(user)
        log(user, Action.CHANGED, None, gettext("Removed the second factors by a command."))
        name = user.get_username()
        self.stdout.write(f"{name} signs in with the password, and sets up a new second factor.")
