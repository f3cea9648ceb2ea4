"""Sessions: their list and ends, the limit without a request, and the limit in any case."""

import re
from datetime import timedelta

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from portal.accounts.sessions import BEGAN, SEEN, device_name
from tests import factories
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db
DESK = reverse("admin:index")
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 "
    "(KHTML, like Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


def by_form(user, agent):
    client = Client(headers={"User-Agent": agent})
    form = {"username": user.email, "password": factories.PASSWORD}
    assert client.post(reverse("admin:login"), form).status_code == 302
    return client


def is_in(client):
    return client.get(DESK).status_code == 200


def security(client):
    return client.get(reverse("own-security")).text


def age(client, **moments):
    session = client.session
    for key, seconds in moments.items():
        session[key] -= seconds
    session.save()


def test_ones_sessions_are_listed_by_device_and_ended_one_by_one_or_all():
    user = factories.user("Editors")
    here, there = by_form(user, FIREFOX), by_form(user, SAFARI)
    stranger = by_form(factories.user("Editors"), SAFARI)
    assert re.findall(r"<li><span><strong>(.+)</strong>", security(here)) == [
        "Firefox on Windows",
        "Safari on iPhone",
    ]
    assert there.session.session_key not in security(here)
    end = reverse("end-own-sessions")
    [mark] = re.findall(r'name="session" value="(\w+)"', security(here))
    # The mark of somebody else's session ends nothing.
    stranger.post(end, {"session": mark})
    assert is_in(there)
    assert "You have been signed out there." in here.post(end, {"session": mark}, follow=True).text
    assert not is_in(there)
    by_form(user, SAFARI)
    by_form(user, SAFARI)
    page = here.post(end, {"everywhere": "1"}, follow=True)
    assert "You have been signed out at 2 other places." in page.text
    assert is_in(here)
    assert is_in(stranger)


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Linux"),
        ("curl/8", "Unknown device"),
        ("", "Unknown device"),
    ],
)
def test_a_device_has_a_name_in_words(agent, name):
    assert device_name(agent) == name


def test_a_session_ends_after_the_hours_without_a_request(settings):
    settings.SESSION_COOKIE_AGE = 3600
    client = signed_in(factories.user("Editors"))
    left = Session.objects.get().expire_date - timezone.now()
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    Session.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert not is_in(client)


def test_a_request_extends_the_session_with_one_write_in_five_minutes(
    django_assert_num_queries, settings
):
    client = signed_in(factories.user("Editors"))
    address = reverse("own-account")
    before = Session.objects.get().expire_date
    client.get(address)
    assert Session.objects.get().expire_date == before
    age(client, **{SEEN: 301})
    soon = timezone.now() + timedelta(minutes=1)
    Session.objects.update(expire_date=soon)
    # The sign of life of a form in view does not count, nor does a request that fails.
    client.post(address, {"_look": "1"})
    client.get(reverse("admin:index") + "nowhere/")
    assert Session.objects.get().expire_date == soon
    client.get(address)
    assert Session.objects.get().expire_date > before


def test_a_session_ends_after_the_days_in_any_case(settings):
    client = signed_in(factories.user("Editors"))
    age(client, **{BEGAN: 13 * 24 * 3600})
    assert is_in(client)
    age(client, **{BEGAN: 24 * 3600 + 1})
    assert not is_in(client)
    assert Session.objects.count() == 0


def test_a_session_of_an_earlier_version_goes_on():
    client = signed_in(factories.user("Editors"))
    session = client.session
    for key in (BEGAN, SEEN, "device", "confirmed", "second_factor"):
        del session[key]
    session.save()
    assert is_in(client)
    assert "Unknown device" in security(client)
    assert BEGAN in client.session
