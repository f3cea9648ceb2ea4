"""`manage.py publish_due`: publish due drafts without waiting for a visitor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from publishing.revisions.scheduling import publish_scheduled


class Command(BaseCommand):
    help = (
        "Publishes the drafts that are due. The first request after that time does the same, so "
        "this is needed only where a page must change before anybody visits it."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        done, failed = publish_scheduled()
        for draft in done:
            self.stdout.write(f"Published: {draft.label}")
        if failed:
            told = "\n".join(f"- {draft.label}: {draft.reason}" for draft in failed)  # type: ignore[attr-defined]
            raise CommandError(f"These drafts could not be published and stay drafts:\n{told}")
        if not done:
            self.stdout.write("Nothing was due.")
