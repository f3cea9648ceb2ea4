"""Rate limits: counted by all processes together, for a while, without blocking others."""

import subprocess
import sys
from datetime import timedelta

import pytest
from django.db import connection
from django.test import RequestFactory
from django.utils import timezone

from portal.rate_limits import Limit, RequestCount, is_over_limit
from tests import processes

HOUR = 3600


def count(address="8.8.4.4", most=5, what="letters"):
    request = RequestFactory().post("/", REMOTE_ADDR=address)
    return is_over_limit(request, Limit(what, most, HOUR))


@pytest.fixture
def later(monkeypatch):
    """Return a function that moves the clock forward by some seconds."""

    def later(seconds):
        moment = timezone.now() + timedelta(seconds=seconds)
        monkeypatch.setattr(timezone, "now", lambda: moment)

    return later


@pytest.mark.django_db
def test_the_sixth_request_in_an_hour_is_too_many(later):
    assert [count() for _ in range(7)] == [False] * 5 + [True] * 2
    later(HOUR - 60)
    assert count()
    later(120)
    assert [count() for _ in range(6)] == [False] * 5 + [True]


@pytest.mark.django_db
def test_each_visitor_and_each_kind_of_request_has_its_own_count():
    assert [count() for _ in range(6)][-1]
    assert not count(address="9.9.9.9")
    assert not count(what="reports")


@pytest.mark.django_db
def test_old_counts_are_deleted_with_the_next_request(later):
    count("8.8.4.4")
    count("9.9.9.9")
    later(HOUR + 1)
    count("1.1.1.1")
    assert RequestCount.objects.count() == 1


@pytest.mark.django_db
def test_no_ip_address_is_stored():
    count()
    [row] = RequestCount.objects.values()
    assert len(row["key"]) == 64
    assert "8.8.4.4" not in str(row)


@pytest.mark.django_db
def test_a_page_view_and_a_refused_request_write_no_count(client, django_assert_num_queries):
    for _ in range(6):
        count()
    with django_assert_num_queries(1):
        assert count()
    client.get("/report/")
    client.get("/admin/password-reset/")
    assert RequestCount.objects.count() == 1


PROGRAM = """
import django
django.setup()
from concurrent.futures import ThreadPoolExecutor
from django.db import connection
from django.test import RequestFactory
from portal.rate_limits import Limit, is_over_limit

def count(_number):
    request = RequestFactory().post("/", REMOTE_ADDR="8.8.4.4")
    try:
        return is_over_limit(request, Limit("letters", 20, 3600))
    finally:
        connection.close()

print("ready", flush=True)
input()
with ThreadPoolExecutor(4) as threads:
    print(sum(threads.map(count, range(20))))
"""


@pytest.mark.processes
@pytest.mark.django_db(transaction=True)
def test_processes_and_threads_share_one_count(tmp_path):
    environment = {
        "PATH": "",
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": processes.database_of(connection),
        "SECRET_KEY": "shared by all processes, and long enough",
        "ALLOWED_HOSTS": "127.0.0.1",
        "REDIS_URL": "",
    }
    running = [
        subprocess.Popen(
            [sys.executable, "-c", PROGRAM],
            cwd=processes.ROOT,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    for process in running:
        assert process.stdout.readline() == "ready\n"
    for process in running:
        process.stdin.write("\n")
        process.stdin.flush()
    refused = [int(process.communicate(timeout=120)[0]) for process in running]
    # Forty requests of one visitor, twenty of which are allowed.
    assert sum(refused) == 20
    assert RequestCount.objects.count() == 1


@pytest.mark.django_db
def test_forms_work_without_redis_and_the_log_says_that_nothing_was_counted(
    client, settings, caplog
):
    settings.REDIS_URL = f"redis://127.0.0.1:{processes.free_port()}/0"
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": settings.REDIS_URL,
        }
    }
    for address, fields in (
        ("/report/", {"address": "/", "message": "Wrong"}),
        ("/admin/password-reset/", {"email": "nobody@example.org"}),
    ):
        caplog.clear()
        assert [client.post(address, fields).status_code for _ in range(7)] == [302] * 7
        [message] = {message.partition(":")[0] for message in caplog.messages}
        assert message == "A request was not counted, because Redis did not answer"
        assert len(caplog.messages) == 7
