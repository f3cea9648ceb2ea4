"""Log records: the fields of the request, in lines and as JSON, and no personal data."""

import json
import logging
import sys

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from portal import errors
from portal.logging import JSONFormatter, LineFormatter, RequestFilter, configuration, redact
from portal.urls import urlpatterns as portal_urls


def broken(request, token=""):
    raise ValueError("no place for jane.doe@example.org")


def fine(request, token=""):
    request._cached_user = type("User", (), {"pk": 7})
    logging.getLogger("portal.test").info("Hello, %s", "jane.doe@example.org")
    return HttpResponse("fine")


urlpatterns = [
    path("broken/", broken, name="broken"),
    path("shared/<str:token>/", fine, name="fine"),
    *portal_urls,
]
handler500 = errors.server_error


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Locked: jane.doe+x@mail.example.org, now", "Locked: …@…, now"),
        ("Not Found: /cities/?q=jane&page=2", "Not Found: /cities/?…"),
        ("Not Found: /shared/abc:def/", "Not Found: /shared/…/"),
        ("/admin/reset/MQ/set-password/", "/admin/reset/…/"),
        ("What is it? One of @names and a?b", "What is it? One of @names and a?b"),
    ],
)
def test_texts_lose_addresses_queries_and_tokens(text, expected):
    assert redact(text) == expected


@pytest.fixture
def records():
    """Keep what is logged, formatted as lines and as JSON, as the portal is set up to."""
    kept = []
    handler = logging.Handler()
    handler.addFilter(RequestFilter())
    line = LineFormatter("{levelname} {name}: {message}", style="{")
    handler.emit = lambda record: kept.append(
        (line.format(record), json.loads(JSONFormatter().format(record)))
    )
    root = logging.getLogger()
    root.addHandler(handler)
    level = root.level
    root.setLevel("INFO")
    yield kept
    root.removeHandler(handler)
    root.setLevel(level)


@pytest.mark.urls(__name__)
def test_a_record_has_the_request_the_route_and_the_person(records, settings):
    settings.ACCESS_LOG = True
    response = Client().get("/shared/secret-token/?q=jane")
    number = response.headers["X-Request-ID"]
    (line, entry), (_line, access) = records
    assert line == f"INFO portal.test: Hello, …@… [request={number} person=7 route=fine]"
    del entry["time"]
    assert entry == {
        "level": "INFO",
        "logger": "portal.test",
        "message": "Hello, …@…",
        "request": number,
        "person": 7,
        "route": "fine",
    }
    assert access.pop("ms") >= 0
    del access["time"]
    assert access == {
        "level": "INFO",
        "logger": "portal.access",
        "message": "Answered",
        "request": number,
        "person": 7,
        "route": "fine",
        "method": "GET",
        "path": "/shared/…/",
        "status": 200,
    }


@pytest.mark.urls(__name__)
def test_the_page_of_an_error_has_the_number_of_its_record(records):
    response = Client(raise_request_exception=False).get("/broken/?name=jane")
    number = response.headers["X-Request-ID"]
    assert response.status_code == 500
    assert f"If it happens again, tell us this number: {number}" in response.content.decode()
    [(line, entry)] = records
    assert line.splitlines()[0] == (
        f"ERROR django.request: Internal Server Error: /broken/ [request={number} route=broken]"
    )
    assert (entry["request"], entry["route"]) == (number, "broken")
    assert entry["exception"].endswith("ValueError: no place for …@…")
    assert "jane" not in line + json.dumps(entry)


def test_the_page_of_a_fault_of_the_database_has_the_number(rf):
    request = rf.get("/")
    request.id = "abcdef12"
    page = errors.unavailable(request).content.decode()
    assert "If it happens again, tell us this number: abcdef12" in page


@pytest.mark.parametrize("given", ["", "short", "x" * 65, "two words", "a\nb" * 5, "<script>12"])
def test_an_id_that_a_proxy_cannot_have_made_is_replaced(client, settings, given):
    settings.BEHIND_PROXY = True
    number = client.get("/robots.txt", HTTP_X_REQUEST_ID=given).headers["X-Request-ID"]
    assert len(number) == 16
    assert number != given


def test_the_id_of_a_trusted_proxy_is_kept_and_that_of_a_visitor_is_not(client, settings):
    given = "018f6b1e-4c2d-7a3b-9c1d-0123456789ab"
    headers = {"x-request-id": given}
    settings.BEHIND_PROXY = True
    assert client.get("/robots.txt", headers=headers).headers["X-Request-ID"] == given
    settings.BEHIND_PROXY = False
    assert client.get("/robots.txt", headers=headers).headers["X-Request-ID"] != given


def test_two_requests_have_different_ids(client):
    first, second = (client.get("/robots.txt").headers["X-Request-ID"] for _ in range(2))
    assert first != second


@pytest.mark.django_db
def test_a_locked_sign_in_is_logged_without_name_and_address(records, client, settings):
    settings.AXES_ENABLED = True
    for _ in range(6):
        client.post("/admin/login/", {"username": "jane@example.org", "password": "wrong"})
    lines = [line for line, _entry in records if "axes" in line]
    assert lines
    assert all("jane" not in line and "127.0.0.1" not in line for line in lines)


def test_the_setting_chooses_format_level_and_letters():
    made = configuration("json", "WARNING")
    assert made["handlers"]["console"]["formatter"] == "json"
    assert made["root"] == {"handlers": ["console"], "level": "WARNING"}
    mailing = configuration("lines", "INFO", mails=True)
    assert mailing["root"]["handlers"] == ["console", "mail"]
    assert "pythonjsonlogger" not in sys.modules
