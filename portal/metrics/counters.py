"""The counters of one process, and the sum of all processes of this machine.

The library keeps them in a file for each process, in a folder that `serve` empties at its start.
"""

import logging
import os
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db.models.signals import post_save

FOLDER = settings.DATA_DIR / "tmp" / "metrics"
FOLDER.mkdir(parents=True, exist_ok=True)
# Read by the library when it is imported.
os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(FOLDER))

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest  # noqa: E402
from prometheus_client.core import GaugeMetricFamily  # noqa: E402
from prometheus_client.multiprocess import MultiProcessCollector  # noqa: E402

from portal.models import Report  # noqa: E402
from publishing.models import Picture, Revision  # noqa: E402
from publishing.revisions.models import Stage  # noqa: E402
from publishing.revisions.scheduling import due_drafts  # noqa: E402

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
requests = Counter(
    "portal_requests", "Requests answered by Django, by route and class", ["route", "status"]
)
seconds = Histogram(
    "portal_request_seconds", "Duration of requests answered by Django", ["part"], buckets=BUCKETS
)
pages = Counter("portal_page_cache", "Requests of visitors, by outcome", ["outcome"])
records = Counter(
    "portal_log_records", "Log records from WARNING on, by logger", ["logger", "level"]
)
sign_in_failures = Counter("portal_sign_in_failures", "Wrong passwords and locked sign-ins")
uploads = Counter("portal_uploads", "Pictures added to the library")
# Looked up once: a cached page is served in some 50 microseconds.
hit, miss = pages.labels("hit").inc, pages.labels("miss").inc


def count_request(route: str, status: int, duration: float) -> None:
    """Count a request that Django answered; the desk is apart, for its pages take longer."""
    requests.labels(route or "none", f"{status // 100}xx").inc()
    seconds.labels("desk" if route.startswith("admin:") else "public").observe(duration)


class RecordCounter(logging.Handler):
    """Count records: faults of the database and of mail are logged where they are met."""

    def emit(self, record: logging.LogRecord) -> None:
        records.labels(record.name, record.levelname).inc()


class Queues:
    """Work that waits, counted when somebody asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        for name, about, rows in (
            ("reports_open", "Reported mistakes to deal with", Report.objects.filter(done_at=None)),
            ("drafts_waiting", "Drafts that wait for a review", waiting_drafts()),
            ("drafts_overdue", "Scheduled drafts whose moment has passed", due_drafts()),
        ):
            yield GaugeMetricFamily(f"portal_{name}", about, value=rows.count())


def waiting_drafts() -> Any:
    return Revision.objects.filter(stage=Stage.REVIEW)


def exposition() -> bytes:
    """Return the counters of all processes and the queues, in the text format of Prometheus."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Queues())
    return generate_latest(registry)


def count_failure(**kwargs: Any) -> None:
    sign_in_failures.inc()


def count_upload(created: bool, **kwargs: Any) -> None:
    if created:
        uploads.inc()


logging.getLogger().addHandler(RecordCounter(logging.WARNING))
user_login_failed.connect(count_failure)
post_save.connect(count_upload, sender=Picture)
