"""`/health/ready/`: each check, and that asking often makes no work."""

import json
import shutil
import sqlite3

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from portal import readiness
from portal.page_cache.cache import PageCache
from portal.rate_limits import RequestCount
from tests.portal.test_faults import read_only

pytestmark = pytest.mark.django_db(transaction=True)

READY = {"database": True, "migrations": True, "disk": True}


@pytest.fixture
def ask(monkeypatch, settings, tmp_path):
    """Return a function that asks a server which has just started."""
    settings.MEDIA_ROOT = tmp_path / "media"

    def ask(address="/health/ready/"):
        monkeypatch.setattr(readiness, "readiness", readiness.Readiness())
        return ask_again(address)

    return ask


def ask_again(address="/health/ready/"):
    given = []
    application = PageCache(WSGIHandler())
    environ = {"REQUEST_METHOD": "GET", "PATH_INFO": address}
    body = b"".join(application(environ, lambda *start: given.extend(start)))
    headers = dict(given[1])
    assert headers["Cache-Control"] == "no-store"
    assert headers["Content-Length"] == str(len(body))
    return int(given[0][:3]), json.loads(body)


def outcome(answer):
    return {name: told["ok"] for name, told in answer["checks"].items()}


def test_a_server_that_can_do_everything_is_ready_and_has_left_nothing(ask, settings):
    status, answer = ask()
    assert (status, answer["ready"], outcome(answer)) == (200, True, READY)
    assert RequestCount.objects.count() == 0
    assert answer["checks"]["database"]["sentence"] == "A row can be saved."


def test_a_database_that_cannot_be_written_is_named(ask):
    with read_only():
        status, answer = ask()
    assert (status, answer["ready"]) == (503, False)
    assert outcome(answer) == READY | {"database": False}
    assert answer["checks"]["database"]["sentence"] == (
        "The disk of the portal cannot be written to, so nothing can be saved."
    )


def test_a_disk_with_too_little_space_is_named_before_it_is_full(ask, settings):
    settings.LEAST_FREE_MIB = shutil.disk_usage(settings.DATA_DIR).total // readiness.MIB + 1
    status, answer = ask()
    assert (status, outcome(answer)) == (503, READY | {"disk": False})
    assert "MiB are free, fewer than" in answer["checks"]["disk"]["sentence"]


def test_a_missing_migration_is_named(ask):
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'portal' AND name LIKE '0013%%'")
    try:
        status, answer = ask()
    finally:
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO django_migrations (app, name, applied) "
                "VALUES ('portal', '0013_menu', CURRENT_TIMESTAMP)"
            )
    assert (status, outcome(answer)) == (503, READY | {"migrations": False})
    assert answer["checks"]["migrations"]["sentence"] == (
        "Run manage.py migrate: migrations are missing (1)."
    )


def test_a_portal_counts_nothing_without_redis_but_is_ready(ask, settings):
    # Nothing listens on the port for discarding what is sent.
    address = "redis://127.0.0.1:9/0"
    settings.REDIS_URL = address
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}
    }
    status, answer = ask()
    assert (status, outcome(answer)) == (200, READY | {"redis": False})
    assert answer["checks"]["redis"]["sentence"] == (
        "The Redis server of the portal cannot be reached."
    )


def test_a_bucket_that_cannot_be_reached_is_named(ask, settings):
    settings.S3_BUCKET = "pictures"
    options = {
        "bucket_name": "pictures",
        "endpoint_url": "http://127.0.0.1:9",
        "access_key": "a",
        "secret_key": "the secret",
        "region_name": "eu-west-2",
    }
    bucket = {"BACKEND": "portal.storage.s3.Bucket", "OPTIONS": options}
    settings.STORAGES = settings.STORAGES | {"default": bucket}
    status, answer = ask()
    assert (status, outcome(answer)) == (503, READY | {"bucket": False})
    assert answer["checks"]["bucket"]["sentence"] == "The store of the pictures cannot be reached."
    assert "secret" not in json.dumps(answer)


def test_an_outcome_is_given_out_for_some_seconds(ask):
    assert ask()[0] == 200
    with read_only():
        assert ask_again()[0] == 200
        assert ask()[0] == 503


@pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of SQLite")
def test_another_program_that_writes_for_long_is_no_reason_to_wait_for_it(ask, monkeypatch):
    monkeypatch.setattr(readiness, "PATIENCE", 50)
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        status, answer = ask()
    finally:
        other.rollback()
        other.close()
    assert (status, outcome(answer)) == (503, READY | {"database": False})
    assert ask()[0] == 200
