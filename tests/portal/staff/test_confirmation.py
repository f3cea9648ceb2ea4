"""Confirmation of who it is, before people, roles and second factors are changed."""

import re
from html import unescape

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from portal.accounts.models import User
from portal.accounts.sessions import CONFIRMED
from tests import factories
from tests.portal.staff.test_second_factor import SECRET, code, with_app
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db
PEOPLE = reverse("admin:accounts_user_changelist")


def stale(user):
    """Return a client of a user who signed in 16 minutes ago."""
    client = signed_in(user)
    session = client.session
    session[CONFIRMED] -= 16 * 60
    session.save()
    return client


def fields(page):
    """Return the fields of the page that asks, with all that waits in it."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page.text)
    values: dict[str, list[str]] = {}
    for name, value in found:
        if name != "csrfmiddlewaretoken":
            values.setdefault(name, []).append(unescape(value))
    return values


def invitation():
    return {
        "name": 'Mary "Molly" & Co',
        "email": "mary@example.org",
        "role": Group.objects.get(name="Editors").pk,
        "ties-TOTAL_FORMS": "0",
        "ties-INITIAL_FORMS": "0",
    }


def test_a_form_about_people_waits_for_the_password_and_then_goes_on():
    client = stale(factories.superuser())
    address = reverse("admin:accounts_user_add")
    # Looking needs none.
    assert "Invite a colleague" in client.get(address).text
    page = client.post(address, invitation())
    assert "Confirm that it is you" in page.text
    assert not User.objects.filter(email="mary@example.org").exists()
    waiting = fields(page)
    assert waiting["name"] == ['Mary "Molly" & Co']
    wrong = client.post(address, waiting | {"_confirm_password": "wrong"})
    assert "This password does not match." in wrong.text
    assert fields(wrong) == waiting
    right = client.post(address, waiting | {"_confirm_password": factories.PASSWORD})
    assert right["Location"] == PEOPLE
    assert User.objects.get(email="mary@example.org").name == 'Mary "Molly" & Co'
    # And for the next minutes.
    person = User.objects.get(email="mary@example.org")
    act = reverse("admin:accounts_user_account", args=[person.pk])
    assert client.post(act, {"act": "deactivate"}).status_code == 302
    person.refresh_from_db()
    assert not person.is_active


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("admin:accounts_user_change", {"name": "Other"}),
        ("admin:accounts_user_delete", {"post": "yes"}),
        ("admin:accounts_user_account", {"act": "deactivate"}),
    ],
)
def test_every_change_of_a_person_asks(name, values):
    person = factories.user("Editors")
    page = stale(factories.superuser()).post(reverse(name, args=[person.pk]), values)
    assert "Confirm that it is you" in page.text
    assert User.objects.get(pk=person.pk).is_active


def test_changes_of_roles_and_of_ones_own_factors_ask_too():
    client = stale(factories.superuser())
    assert "Confirm that it is you" in client.post(reverse("admin:auth_group_add")).text
    assert "Confirm that it is you" in client.post(reverse("set-up-second-factor")).text
    assert "Confirm that it is you" in client.post(reverse("change-factors")).text
    # Writing needs none.
    page = client.post(reverse("admin:cities_city_add"), {"name": "Fez"})
    assert "Confirm that it is you" not in page.text


def test_a_code_confirms_as_a_password_does_and_wrong_ones_lock():
    user = with_app("Administrators")
    client = stale(user)
    form = {"renew": "1"}
    address = reverse("change-factors")
    assert "Or a code from your authenticator app" in client.post(address, form).text
    answer = client.post(address, form | {"_confirm_code": code(SECRET)})
    assert answer["Location"] == reverse("recovery-codes")
    other = stale(user)
    for _ in range(4):
        assert other.post(address, form | {"_confirm_code": "000000"}).status_code == 200
    assert other.post(address, form | {"_confirm_code": "000000"}).status_code == 429
    locked = stale(user)
    assert locked.post(address, form | {"_confirm_password": factories.PASSWORD}).status_code == 429
