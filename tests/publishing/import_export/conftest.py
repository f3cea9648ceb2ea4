"""Imports and exports through the pages of the desk."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from publishing.models import Batch
from tests import factories
from tests.admin_pages import admin_url
from tests.publishing.import_export.column_step import posted


class Desk:
    """A member of staff who imports and exports."""

    def __init__(self, user) -> None:
        self.user, self.client = user, Client()
        self.client.force_login(user)

    def export(self, model, ending="csv", query=""):
        answer = self.client.get(admin_url(model, "export", ending) + query)
        assert answer.status_code == 200
        return b"".join(answer.streaming_content)

    def table(self, model, query=""):
        """Return the rows of an export."""
        return rows_of(self.export(model, query=query))

    def upload(self, model, data, name="table.csv", mode="draft"):
        """Upload a file: bytes, or rows as dictionaries. Return the response."""
        if isinstance(data, list):
            data = csv_of(data)
        file = SimpleUploadedFile(name, data)
        return self.client.post(admin_url(model, "import"), {"file": file, "mode": mode})

    def look(self, model, data, date_order="", **options):
        """Upload a file and check every row. Return the batch."""
        answer = self.upload(model, data, **options)
        assert answer.status_code == 302, answer.context["form"].errors
        if date_order:
            form = self.client.get(answer["Location"]).context["form"]
            choices = posted(form, date_order=date_order, decision="continue")
            answer = self.client.post(answer["Location"], choices)
        for _step in range(50):
            done = self.client.post(
                answer["Location"], {"decision": "look"}, headers={"accept": "application/json"}
            ).json()
            if not done["left"]:
                return Batch.objects.latest("pk")
        raise AssertionError("the rows are never done")

    def bring(self, model, data, **options):
        """Upload a file, check every row and import. Return the batch."""
        batch = self.look(model, data, **options)
        answer = self.client.post(admin_url(model, "batch", batch.pk), {"decision": "import"})
        assert answer.status_code == 302
        batch.refresh_from_db()
        assert batch.imported_at
        return batch

    def undo(self, batch):
        answer = self.client.post(admin_url(batch.model_class, "batch_undo", batch.pk))
        assert answer.status_code == 302
        batch.refresh_from_db()
        assert batch.undone_at
        return batch


def rows_of(data: bytes):
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))


def csv_of(rows, **options) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(rows[0]), **options)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def results(batch):
    """Return each row of the preview as (number, result, reason)."""
    return list(batch.rows.order_by("number").values_list("number", "outcome", "reason"))


@pytest.fixture
def publisher(db):
    return Desk(factories.user("Publishers"))


@pytest.fixture
def contributor(db):
    return Desk(factories.user("Contributors"))


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
