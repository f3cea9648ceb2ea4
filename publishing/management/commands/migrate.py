"""`manage.py migrate`: Django's command, which restores the triggers after a failure too."""

import logging
from typing import Any

from django.core.management.commands import migrate
from django.db import Error

from publishing import migration_triggers

logger = logging.getLogger(__name__)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        finally:
            # Django sends no signal when a migration fails. The previous version of the portal may
            # be started again, so it must not be left without its triggers.
            if migration_triggers.are_dropped(using := options["database"]):
                try:
                    migration_triggers.make_triggers(using)
                except Error:
                    logger.exception("The triggers are missing; the next migrate makes them.")
