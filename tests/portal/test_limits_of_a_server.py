"""Rate limits as the portal is deployed: two worker processes behind a proxy."""

import http.client
from urllib.parse import urlencode

import pytest
from django.db import connection

from portal.models import Report
from tests import factories, processes

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

TOKEN = "a" * 32
REPORT = "/report/", {"address": "/", "message": "Wrong"}
RESET = "/admin/password-reset/", {"email": "nobody@example.org"}
SIGN_IN = "/admin/login/", {"username": "anna@example.org", "password": "wrong"}


@pytest.fixture
def port(tmp_path, settings):
    database = processes.database_of(connection)
    behind_proxy = {"HTTPS": "off", "BEHIND_PROXY": "on", "PROXY_COUNT": "1", "REDIS_URL": ""}
    with processes.portal(tmp_path, database, **behind_proxy) as (port, _server):
        yield port


def send(port, door, *forwarded):
    """Send a form with a header line for each text in `forwarded`; return the status."""
    address, fields = door
    # One connection per request, so that both workers answer some.
    visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        body = urlencode(fields | {"csrfmiddlewaretoken": TOKEN}).encode()
        visit.putrequest("POST", address)
        visit.putheader("Cookie", f"csrftoken={TOKEN}")
        visit.putheader("Content-Type", "application/x-www-form-urlencoded")
        visit.putheader("Content-Length", str(len(body)))
        for text in forwarded:
            visit.putheader("X-Forwarded-For", text)
        visit.endheaders(body)
        return visit.getresponse().status
    finally:
        visit.close()


def test_two_processes_share_the_rate_limit_of_each_visitor(port):
    factories.user(email="anna@example.org")
    for door, expected in (
        (REPORT, [302] * 20 + [429] * 2),
        (RESET, [302] * 5 + [429] * 3),
        (SIGN_IN, [200] * 4 + [429] * 4),
    ):
        for visitor in ("203.0.113.5", "198.51.100.7"):
            assert [send(port, door, visitor) for _ in expected] == expected, (door, visitor)
        # The visitor's value comes before the proxy's, in the same header line or in one before.
        assert send(port, door, "192.0.2.1", "203.0.113.5") == 429
        assert send(port, door, "192.0.2.1, 203.0.113.5") == 429
    assert Report.objects.count() == 40
