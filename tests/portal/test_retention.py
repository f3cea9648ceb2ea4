"""Data about people is deleted after a stated time, by the first request of a day."""

from datetime import timedelta
from io import StringIO

import pytest
from axes.models import AccessAttempt, AccessLog
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import Error
from django.utils import timezone

from portal.models import Report
from portal.page_cache.version import VersionWatcher
from portal.retention import REPORT_DAYS, SIGN_IN_DAYS, clear_expired

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows():
    """Make an old and a young row of each kind; return the keys of the young ones."""
    now = timezone.now()
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
        expires = now - timedelta(hours=age)
        young.append(Session.objects.create(session_key=f"key{age}", expire_date=expires))
    return young


def remaining():
    return [
        row for model in (Report, AccessAttempt, AccessLog, Session) for row in model.objects.all()
    ]


def test_only_what_has_been_kept_for_its_whole_time_is_deleted(rows):
    assert clear_expired() == 4
    assert remaining() == rows
    assert clear_expired() == 0


def test_a_command_deletes_it_too(rows):
    out = StringIO()
    call_command("clear_expired", stdout=out)
    assert out.getvalue() == "Rows deleted: 4\n"
    assert remaining() == rows


def test_clearing_without_anything_to_delete_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(6):
        clear_expired()


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
