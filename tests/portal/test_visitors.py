"""The address of a visitor for rate limits; warnings of a wrong number of proxies."""

import logging

import pytest
from django.core import checks
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.urls import reverse

from portal import visitors
from portal.accounts.models import User
from portal.visitors import visitor_address
from tests import factories

PROXY = "127.0.0.1"
# Public addresses; the tests send nothing to them.
ANNA, BERT = "8.8.4.4", "9.9.9.9"


@pytest.fixture(autouse=True)
def nothing_warned(monkeypatch):
    monkeypatch.setattr(visitors, "warned", set())


@pytest.fixture
def behind(settings):
    """Return a function that puts the portal behind a number of proxies."""

    def behind(count):
        settings.BEHIND_PROXY = True
        settings.PROXY_COUNT = count

    return behind


def request(forwarded=None, peer=PROXY):
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory().post("/report/", headers=headers, REMOTE_ADDR=peer)


def address(forwarded=None, peer=PROXY):
    return visitor_address(request(forwarded, peer))


def test_the_forwarded_header_is_ignored_without_a_proxy(caplog):
    assert address(peer=ANNA) == ANNA
    assert address(BERT, peer=ANNA) == ANNA
    assert address("nonsense", peer=ANNA) == ANNA
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("count", "forwarded", "expected"),
    [
        (1, ANNA, ANNA),
        (1, f"1.1.1.1, {ANNA}", ANNA),
        (1, f"1.1.1.1,nonsense,,{ANNA}", ANNA),
        (1, f"  {ANNA} ", ANNA),
        (2, f"{ANNA}, 10.0.0.5", ANNA),
        (2, f"1.1.1.1, {ANNA}, 10.0.0.5", ANNA),
        (3, f"1.1.1.1, {ANNA},10.0.0.5 ,10.0.0.6", ANNA),
    ],
)
def test_the_address_of_a_visitor_is_counted_from_the_right_by_the_number_of_proxies(
    behind, caplog, count, forwarded, expected
):
    behind(count)
    assert address(forwarded) == expected
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("8.8.4.4:5678", "8.8.4.4"),
        ("[2606:4700::1]:5", "2606:4700::"),
        ("[2606:4700::1]", "2606:4700::"),
        ("2606:4700::1", "2606:4700::"),
        ("2606:4700:0:1::1", "2606:4700:0:1::"),
        ("2606:4700:0:0:ffff:ffff:ffff:ffff", "2606:4700::"),
        ("2606:4700:0:0:1::2%eth0", "2606:4700::"),
        ("::ffff:8.8.4.4", "8.8.4.4"),
        ("[::ffff:8.8.4.4]:80", "8.8.4.4"),
    ],
)
def test_the_address_of_a_visitor_has_no_port_and_an_ipv6_address_stands_for_its_network(
    behind, written, expected
):
    assert address(peer=written) == expected
    behind(1)
    assert address(f"1.1.1.1, {written}") == expected


GARBAGE = ["unknown", "8.8.4", "8.8.4.4.4", "08.8.4.4", "_hidden", "[", "[]:", ":", "1:2:3", "-1"]


@pytest.mark.parametrize("written", [*GARBAGE, "8" * 70_000, "８.8.4.4", f"{ANNA},"])
def test_an_invalid_forwarded_header_is_warned_of_and_the_connection_counts(
    behind, caplog, written
):
    behind(1)
    assert address(f"{ANNA}, {written}", peer=BERT) == BERT
    assert caplog.messages == [visitors.UNREADABLE % 1]


@pytest.mark.parametrize("forwarded", [None, "", "  ", ANNA, f"{ANNA}, {BERT}"])
def test_fewer_addresses_than_proxies_are_warned_of_once(behind, caplog, forwarded):
    behind(3)
    assert [address(forwarded) for _ in range(3)] == [PROXY] * 3
    found = len([text for text in (forwarded or "").split(",") if text.strip()])
    assert caplog.record_tuples == [
        ("portal.visitors", logging.WARNING, visitors.FEWER % (found, 3))
    ]


@pytest.mark.parametrize("inner", ["10.0.0.5", "192.168.1.1", "100.64.0.1", "127.0.0.1", "fd00::5"])
def test_an_uncounted_proxy_is_warned_of_once(behind, caplog, inner):
    behind(1)
    for _ in range(3):
        address(f"{ANNA}, {inner}")
    assert caplog.messages == [visitors.PRIVATE % (inner, 1)]


def test_a_request_without_any_address_gets_a_reserved_one(behind):
    assert visitor_address(HttpRequest()) == "0.0.0.0"  # noqa: S104 (compared, not bound)
    behind(1)
    assert address(peer="") == "0.0.0.0"  # noqa: S104


@pytest.mark.parametrize(
    ("is_behind", "count", "expected"),
    [(False, 1, []), (True, 1, []), (True, 2, []), (False, 2, ["portal.W001"])],
)
def test_the_system_check_finds_proxies_that_are_counted_but_not_trusted(
    settings, is_behind, count, expected
):
    settings.BEHIND_PROXY, settings.PROXY_COUNT = is_behind, count
    found = checks.run_checks(tags=[checks.Tags.security])
    assert [message.id for message in found if message.id.startswith("portal")] == expected


# -- The three doors -----------------------------------------------------------------------


def report(**source):
    fields = {"address": "/cities/", "message": "The year is wrong."}
    return Client().post("/report/", fields, **source).status_code


def reset_password(**source):
    fields = {"email": "nobody@example.org"}
    return Client().post(reverse("admin_password_reset"), fields, **source).status_code


def sign_in_wrongly(**source):
    if not User.objects.filter(email="anna@example.org").exists():
        factories.user(email="anna@example.org")
    fields = {"username": "anna@example.org", "password": "wrong"}
    return Client().post(reverse("admin:login"), fields, **source).status_code


# The status codes of the requests of one visitor.
DOORS = [
    (report, [302] * 20 + [429]),
    (reset_password, [302] * 5 + [429]),
    (sign_in_wrongly, [200] * 4 + [429] * 2),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("door", "expected"), DOORS)
def test_behind_a_proxy_each_visitor_has_a_limit_of_their_own(behind, door, expected):
    behind(1)
    for visitor in (ANNA, BERT, "[2606:4700::1]:5"):
        assert [door(HTTP_X_FORWARDED_FOR=visitor) for _ in expected] == expected
    # The header line of the visitor comes before that of the proxy.
    assert door(HTTP_X_FORWARDED_FOR=f"1.1.1.1, {ANNA}") == 429
    assert door(HTTP_X_FORWARDED_FOR="2606:4700::ffff:1") == 429
    assert door(HTTP_X_FORWARDED_FOR="2606:4700:0:1::1") == expected[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("door", "expected"), DOORS)
def test_the_forwarded_header_gives_nobody_another_limit_without_a_proxy(door, expected):
    statuses = [door(HTTP_X_FORWARDED_FOR=f"9.9.9.{number}") for number in range(len(expected))]
    assert statuses == expected
    assert door(REMOTE_ADDR=BERT, HTTP_X_FORWARDED_FOR="9.9.9.0") == expected[0]


@pytest.mark.django_db
@pytest.mark.parametrize(("door", "expected"), DOORS)
def test_a_short_forwarded_header_gives_nobody_another_limit(behind, door, expected):
    behind(2)
    statuses = [door(HTTP_X_FORWARDED_FOR=f"9.9.9.{number}") for number in range(len(expected))]
    assert statuses == expected


@pytest.mark.django_db
def test_a_locked_user_name_is_open_from_another_address(behind):
    behind(1)
    for _ in range(5):
        sign_in_wrongly(HTTP_X_FORWARDED_FOR=ANNA)
    right = {"username": "anna@example.org", "password": factories.PASSWORD}
    for source, expected in ((ANNA, 429), (BERT, 302)):
        response = Client().post(reverse("admin:login"), right, HTTP_X_FORWARDED_FOR=source)
        assert response.status_code == expected
