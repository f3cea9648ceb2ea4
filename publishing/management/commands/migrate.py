"""`manage.py migrate`: Django's command, which leaves the triggers in place if it fails too."""

import logging
from typing import Any

from django.core.management.commands import migrate
from django.db import Error

from publishing import triggers

logger = logging.getLogger(__name__)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            super().handle(*args, **options)
        finally:
            # Django sends no signal when a migration fails. The portal may be started again as it
            # was before, so it must not be left without the triggers that were dropped.
            if triggers.are_dropped(using := options["database"]):
                try:
                    triggers.make_triggers(using)
                except Error:
                    logger.exception("The triggers are missing; the next migrate makes them.")
