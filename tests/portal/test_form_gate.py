"""The gate before everything: places of forms, bodies that end early, and small responses."""

from io import BytesIO
from urllib.parse import urlencode

import pytest
from django.test import RequestFactory

from portal.models import Report
from portal.wsgi import application
from publishing.slow_clients import WHOLE, downloads, forms
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "a" * 32


def ask(environ):
    """Return status, headers and response of the portal to a WSGI request."""
    start = []
    response = application(environ, lambda *given: start.extend(given))
    return start[0], dict(start[1]), response


def report(arrived=None):
    """Return the request of a report, of whose body so many bytes arrive."""
    fields = {"csrfmiddlewaretoken": TOKEN, "address": "/", "message": "Wrong in many ways"}
    body = urlencode(fields).encode()
    environ = (
        RequestFactory()
        .post("/report/", body, content_type="application/x-www-form-urlencoded")
        .environ
    )
    return environ | {
        "HTTP_COOKIE": f"csrftoken={TOKEN}",
        "wsgi.input": BytesIO(body[:arrived]),
    }


def test_a_form_that_does_not_arrive_completely_is_not_saved():
    for arrived in (0, 1, 60, -1):
        status, headers, [text] = ask(report(arrived))
        assert status == "408 Request Timeout"
        assert headers["Connection"] == "close"
        assert text == b"The form did not arrive completely. Nothing was saved; send it again.\n"
    assert not Report.objects.exists()
    assert ask(report())[0] == "302 Found"
    assert Report.objects.get().message == "Wrong in many ways"
    assert forms.taken == 0


def test_forms_and_downloads_leave_a_thread_for_pages(settings):
    factories.city(name="Fez")
    held = [forms, forms, downloads]
    assert len(held) == settings.THREADS - 1
    assert all(places.enter() for places in held)
    try:
        status, headers, [text] = ask(report())
        assert status == "503 Service Unavailable"
        assert headers["Retry-After"] == "5"
        assert text.decode() == (
            "The portal is handling many forms at the moment. Go back in your browser, where your "
            "text still is, and send the form again in a few seconds.\n"
        )
        assert ask(RequestFactory().get("/cities/").environ)[0] == "200 OK"
        assert ask(RequestFactory().get("/cities/export.csv").environ)[0].startswith("503")
    finally:
        for places in held:
            places.leave()
    assert ask(report())[0] == "302 Found"


def test_a_place_is_free_again_after_a_form_that_failed():
    for _ in range(forms.most * 2):
        environ = report()
        environ["HTTP_COOKIE"] = ""
        assert ask(environ)[0] == "403 Forbidden"
    assert forms.taken == 0


def test_small_responses_are_handed_over_whole(client):
    factories.city(name="Fez")
    for address in ("/cities/fez/", "/report/", "/no-such-page/", "/robots.txt"):
        _status, headers, response = ask(RequestFactory().get(address).environ)
        assert isinstance(response, list), address
        assert len(b"".join(response)) == int(headers["Content-Length"]) < WHOLE
    _status, headers, response = ask(RequestFactory().head("/report/").environ)
    assert (response, int(headers["Content-Length"]) > 1000) == ([], True)
