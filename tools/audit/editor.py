"""Drafts, imports and accounts for the pages of the desk that are audited."""

import sys
from http import HTTPStatus
from typing import Any
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

CITY = "cities_city"


class Editor:
    """A signed-in client, which makes the drafts and imports that the pages show."""

    def __init__(self, person: Any) -> None:
        self.person = person
        self.client = Client(SERVER_NAME="127.0.0.1")
        self.client.force_login(person)

    @property
    def session(self) -> str:
        return str(self.client.session.session_key)

    def save(self, record: Any, button: str, **changes: str) -> None:
        """Send the record's form with these changes."""
        from tests.admin_pages import FormReader

        address = change_url(record)
        reader = FormReader(f"{record._meta.model_name}_form")
        reader.feed(self.client.get(address).content.decode())
        sent = reader.fields | {name: [value] for name, value in changes.items()}
        answer = self.client.post(address, sent | {button: ["Save"], "_because": ["The audit"]})
        if answer.status_code != HTTPStatus.FOUND:
            sys.exit(f"{address} answered {answer.status_code}.")

    def save_directly(self, record: Any, **changes: str) -> None:
        """Save fields past the open draft, as an import does."""
        from publishing.revisions import drafts, snapshots
        from publishing.revisions.models import Action

        content = snapshots.take(record)
        content["fields"] |= changes
        drafts.write(record, content, Action.CHANGED, self.person)

    def upload(self, csv: str) -> str:
        """Upload a table of cities; return the address of the page that comes next."""
        file = SimpleUploadedFile("cities.csv", csv.encode(), "text/csv")
        address = reverse(f"admin:{CITY}_import")
        return str(self.client.post(address, {"file": file, "mode": "draft"})["Location"])

    def look(self, address: str) -> str:
        """Have every row of an upload checked; return the address of the preview."""
        left = True
        while left:
            answer = self.client.post(
                address, {"decision": "look"}, headers={"accept": "application/json"}
            )
            left = answer.json()["left"]
        return address


def change_url(record: Any) -> str:
    return of("change", record)


def of(kind: str, record: Any, *more: Any) -> str:
    """Return the address of a page about one record."""
    options = record._meta
    name = f"admin:{options.app_label}_{options.model_name}_{kind}"
    return reverse(name, args=[record.pk, *more])


def somebody(email: str, name: str, **fields: Any) -> Any:
    from portal.accounts.models import User

    return User.objects.create_user(email, name=name, **fields)


def leave_unsaved(person: Any, record: Any) -> None:
    """Leave unsaved work on a record, as a closed form does."""
    from publishing.revisions.autosave import WorkingCopy

    data = [["name", record.name], ["motto", "Not saved"], ["_changed", "motto"]]
    WorkingCopy.objects.create(
        id=uuid4(),
        person=person,
        model=record._meta.label_lower,
        object_pk=str(record.pk),
        data=data,
        seen_at=None,
        label=str(record),
    )
