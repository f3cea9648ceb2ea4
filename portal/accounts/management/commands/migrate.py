"""`manage.py migrate` for a portal whose users were made by Django's own model.

Migrations of other apps that name users depend on the first one of this app. In a database that
was made before this app, they were applied without it, and Django refuses such a history. The
tables are there all the same: `accounts.0001` describes exactly those of Django's model. So it is
recorded as applied before Django looks (Django's documentation, "Changing to a custom user model
mid-project", and ticket 25313).
"""

from typing import Any

from django.core.management.base import CommandError
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from publishing.management.commands import migrate

FIRST = ("accounts", "0001_initial")
LAST_OF_DJANGO = ("auth", "0012_alter_user_first_name_max_length")


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        using = options["database"]
        if not (options["plan"] or options["check_unapplied"]):
            adopt_users(using)
            super().handle(*args, **options)
            return
        # Nothing is to be written; --check leaves with SystemExit, which rolls back too.
        with transaction.atomic(using):
            adopt_users(using)
            super().handle(*args, **options)
            transaction.set_rollback(True, using)


def adopt_users(using: str) -> None:
    """Record the first migration of users as applied if Django's own tables of users exist."""
    database = connections[using]
    recorder = MigrationRecorder(database)
    applied = recorder.applied_migrations()
    if FIRST in applied or "auth_user" not in database.introspection.table_names():
        return
    if LAST_OF_DJANGO not in applied:
        raise CommandError(
            "The earlier version of the portal has not finished its own migrations. "
            "Start it once more, or run its `manage.py migrate`, before this one."
        )
    recorder.record_applied(*FIRST)
