"""Retention of data about people: the number of days, and the daily deletion of older rows.

The privacy page names these periods, and a test compares the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from portal.models import Report
from portal.rate_limits import RequestCount
from publishing.import_export.models import RETENTION, delete_expired
from publishing.revisions.autosave import KEPT, WorkingCopy

REPORT_DAYS = 365
"""The days that a report is kept, whether or not it has been dealt with."""
SIGN_IN_DAYS = 90
"""The days that a sign-in, successful or not, is kept with its network address."""
UNSAVED_DAYS = KEPT.days
"""The days that what staff typed and did not save is kept."""
IMPORT_DAYS = RETENTION.days
"""The days that the file of an import is kept."""


def expired() -> Iterator[QuerySet]:
    """Yield the rows of each table that have been kept for their whole period."""
    now = timezone.now()
    yield Report.objects.filter(received_at__lt=now - timedelta(days=REPORT_DAYS))
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        yield model.objects.filter(attempt_time__lt=now - timedelta(days=SIGN_IN_DAYS))
    yield WorkingCopy.objects.filter(touched_at__lt=now - KEPT)
    yield Session.objects.filter(expire_date__lt=now)
    yield RequestCount.objects.filter(expires_at__lt=now)


def clear_expired() -> int:
    """Delete the expired rows and return their number, without those of imports.

    A table without any is only read, so that nobody waits for SQLite's only writer.
    """
    delete_expired()
    return sum(rows.delete()[0] for rows in expired() if rows.exists())
