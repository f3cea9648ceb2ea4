"""`manage.py export_person`: a copy of all data about one person, as JSON."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from portal.personal_data import collect


class Command(BaseCommand):
    help = (
        "Writes all that names a person, as JSON: the account, what belongs to it, what they did, "
        "sign-ins, and reports of mistakes with this address. Secrets are left out."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("address", help="the email address of a colleague or a visitor")

    def handle(self, *args: Any, address: str, **options: Any) -> None:
        data = collect(address)
        if not (data["account"] or data["tables"]):
            raise CommandError(f"There is nothing about {address}.")
        self.stdout.write(json.dumps(data, cls=DjangoJSONEncoder, indent=2, ensure_ascii=False))
