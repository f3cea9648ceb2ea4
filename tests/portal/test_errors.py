"""Error pages: in the portal's own words, without technical details."""

import logging

import pytest
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import InterfaceError, OperationalError, connection
from django.http import Http404
from django.test import Client, override_settings
from django.urls import path

from tests import factories
from tests.parsed_page import parse

SECRET = "the secret of the kitchen"


def failing(error):
    def view(request):
        secret = SECRET  # noqa: F841 (a debug page would show it)
        raise error

    return view


urlpatterns = [
    path("400/", failing(SuspiciousOperation(SECRET))),
    path("403/", failing(PermissionDenied(SECRET))),
    path("404/", failing(Http404(SECRET))),
    path("500/", failing(RuntimeError(SECRET))),
    path("503/", failing(OperationalError(SECRET))),
    path("503-interface/", failing(InterfaceError(SECRET))),
]


@pytest.fixture
def quiet(caplog):
    """Silence the log, because these errors are on purpose."""
    caplog.set_level(logging.CRITICAL, "django.request")
    caplog.set_level(logging.CRITICAL, "django.security")


@pytest.fixture
def broken(quiet, db):
    """Return a client of a portal with additional views that fail, each in its own way."""
    from portal import urls

    class Both:
        urlpatterns = [*globals()["urlpatterns"], *urls.urlpatterns]

    with override_settings(ROOT_URLCONF=Both):
        yield Client(raise_request_exception=False)


HEADINGS = {
    "400": "We could not read this request",
    "403": "You may not see this page",
    "404": "Page not found",
    "500": "Something went wrong here",
    "503": "The portal is busy for a moment",
}


@pytest.mark.parametrize("status", HEADINGS)
def test_each_error_has_a_page_that_says_what_to_do(status, broken):
    response = broken.get(f"/{status}/")
    assert response.status_code == int(status)
    page = parse(response)
    assert page.outline == [f"1 {HEADINGS[status]}"]
    assert "/" in page.addresses
    html = response.content.decode()
    for given_away in (SECRET, "Traceback", "RuntimeError", "test_errors", "DEBUG", "urlpatterns"):
        assert given_away not in html
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert response.cookies == {}


@pytest.mark.parametrize("address", ["/503/", "/503-interface/"])
def test_an_unavailable_database_gives_a_503(address, broken):
    response = broken.get(address)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/", "/cities/", "/news/", "/about/", "/news/feed/"])
def test_the_page_for_an_unavailable_database_needs_no_database(address, quiet):
    def away(execute, sql, params, many, context):
        raise OperationalError("server closed the connection unexpectedly")

    with connection.execute_wrapper(away):
        response = Client().get(address)
    assert (response.status_code, response.headers["Retry-After"]) == (503, "60")
    assert "unexpectedly" not in response.content.decode()


@pytest.mark.django_db
def test_the_page_for_missing_pages_offers_links(client, quiet):
    assert {"/", "/cities/"} <= parse(client.get("/nothing/here/")).addresses


@pytest.mark.django_db
def test_an_error_page_does_not_repeat_the_request(client, quiet):
    assert "zzsecret" not in client.get("/zzsecret/").content.decode()


@pytest.mark.django_db
def test_an_expired_form_says_so(quiet):
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/admin/login/", {"username": "a", "password": "b"})
    assert response.status_code == 403
    assert parse(response).outline == ["1 This form has expired"]


@pytest.mark.django_db
def test_too_many_wrong_passwords_lock_the_sign_in_for_a_while(client, quiet, caplog):
    caplog.set_level(logging.CRITICAL, "axes")
    person = factories.superuser()
    wrong = {"username": person.email, "password": "wrong"}
    statuses = [client.post("/admin/login/", wrong).status_code for _ in range(5)]
    right = {"username": person.email, "password": factories.PASSWORD}
    response = client.post("/admin/login/", right)
    assert statuses == [200, 200, 200, 200, 429]
    assert (response.status_code, response.headers["Retry-After"]) == (429, "900")
    assert parse(response).outline == ["1 Too many attempts"]


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_public_pages_answer_only_get_and_head(method, client, quiet):
    factories.city(name="York")
    for address in ("/", "/cities/", "/cities/york/", "/news/feed/"):
        assert getattr(client, method)(address).status_code == 405


@pytest.mark.django_db
def test_an_unknown_host_is_refused(client, quiet):
    response = client.get("/", headers={"host": "evil.example.org"})
    assert response.status_code == 400
    assert "evil.example.org" not in response.content.decode()
