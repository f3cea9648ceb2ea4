"""Data about people is deleted after a stated time, by the first request of a day."""

from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import Error
from django.utils import timezone

from portal.models import Report
from portal.page_cache.version import VersionWatcher
from portal.retention import (
    IMPORT_DAYS,
    REPORT_DAYS,
    SIGN_IN_DAYS,
    UNSAVED_DAYS,
    clear_expired,
)
from publishing.models import Batch
from publishing.revisions.autosave import WorkingCopy
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """Make an old and a young row of each kind; return the keys of the young ones."""
    now = timezone.now()
    person = factories.user("Editors")
    young = []
    for age in (1, -1):
        report = Report.objects.create(address="/", message="Wrong.")
        received = now - timedelta(days=REPORT_DAYS, hours=age)
        Report.objects.filter(pk=report.pk).update(received_at=received)
        young = [report]
        for model, fields in ((AccessAttempt, {"failures_since_start": 1}), (AccessLog, {})):
            row = model.objects.create(username="ann", **fields)
            attempt = now - timedelta(days=SIGN_IN_DAYS, hours=age)
            model.objects.filter(pk=row.pk).update(attempt_time=attempt)
            young.append(row)
        typed = now - timedelta(days=UNSAVED_DAYS, hours=age)
        young.append(WorkingCopy.objects.create(pk=uuid4(), person=person, touched_at=typed))
        expires = now - timedelta(hours=age)
        young.append(Session.objects.create(session_key=f"key{age}", expire_date=expires))
    return young


def remaining():
    return [
        row
        for model in (Report, AccessAttempt, AccessLog, WorkingCopy, Session)
        for row in model.objects.all()
    ]


def test_only_what_has_been_kept_for_its_whole_time_is_deleted(rows):
    assert clear_expired() == 5
    assert remaining() == rows
    assert clear_expired() == 0


def test_the_file_of_an_import_is_deleted_whether_or_not_there_is_another_import():
    made = timezone.now() - timedelta(days=IMPORT_DAYS, hours=1)
    undecided = Batch.objects.create(model="cities.city", content=b"table", made_at=made)
    done = Batch.objects.create(
        model="cities.city", content=b"table", made_at=made, imported_at=made
    )
    clear_expired()
    assert not Batch.objects.filter(pk=undecided.pk).exists()
    done.refresh_from_db()
    assert done.content is None


def test_a_command_deletes_it_too(rows):
    out = StringIO()
    call_command("clear_expired", stdout=out)
    assert out.getvalue() == "Rows deleted: 5\n"
    assert remaining() == rows


def test_clearing_without_anything_to_delete_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(10) as queries:
        clear_expired()
    assert {query["sql"].partition(" ")[0] for query in queries.captured_queries} == {"SELECT"}


def test_it_happens_at_the_first_request_of_each_day(monkeypatch):
    calls = []
    watcher = VersionWatcher(daily=lambda: calls.append(1))
    watcher.current()
    watcher.current()
    assert len(calls) == 1
    tomorrow = timezone.now() + timedelta(days=1)
    monkeypatch.setattr(timezone, "now", lambda: tomorrow)
    monkeypatch.setattr("time.time", tomorrow.timestamp)
    watcher.current()
    assert len(calls) == 2


def test_a_fault_of_the_clearing_stops_no_page(caplog):
    def fail():
        raise Error("The database is locked.")

    assert VersionWatcher(daily=fail).current().version
    assert "could not be deleted" in caplog.text
