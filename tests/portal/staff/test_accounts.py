"""Accounts: administrators manage users within their own permissions; changes are logged."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.core import mail
from django.test import Client
from django.urls import reverse

from portal.accounts.models import User
from portal.models import Tie
from publishing.revisions.models import Revision
from tests import factories
from tests.admin_pages import admin_url, open_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(db):
    return signed_in(factories.user("Administrators", name="admin"))


def group(name):
    return str(Group.objects.get(name=name).pk)


def test_an_administrator_cannot_make_a_superuser(administrator):
    for person in [factories.user("Editors"), User.objects.get(name="admin")]:
        fields = open_form(administrator, person)
        assert not {"is_superuser", "user_permissions"} & set(fields)
        right = Permission.objects.get(codename="delete_logentry").pk
        forged = {"is_superuser": "on", "user_permissions": [right], "name": "Ada"}
        assert save_form(administrator, person, **forged).status_code == 302
        person.refresh_from_db()
        assert (person.name, person.is_superuser) == ("Ada", False)
        assert not person.user_permissions.exists()


def test_an_administrator_cannot_assign_a_group_with_more_permissions(administrator):
    more = Group.objects.create(name="Mechanics")
    more.permissions.add(Permission.objects.get(codename="delete_logentry"))
    person = factories.user("Contributors")
    assert save_form(administrator, person, role=str(more.pk)).status_code == 200
    forged = {"role": group("Publishers"), "groups": [str(more.pk)]}
    assert save_form(administrator, person, **forged).status_code == 302
    assert [found.name for found in person.groups.all()] == ["Publishers"]
    # An administrator cannot give a group such a permission either.
    assert administrator.post(admin_url(Group, "change", more.pk), {"name": "M"}).status_code == 403
    guests = Group.objects.create(name="Guests")
    right = Permission.objects.get(codename="delete_logentry").pk
    assert save_form(administrator, guests, permissions=[str(right)]).status_code == 200
    assert not guests.permissions.exists()


@pytest.mark.parametrize("active", [True, False])
def test_an_administrator_cannot_change_accounts_with_more_permissions(administrator, active):
    chief = factories.superuser(is_active=active)
    skilled = factories.user("Editors", is_active=active)
    skilled.user_permissions.add(Permission.objects.get(codename="delete_logentry"))
    for person in [chief, skilled]:
        assert administrator.get(admin_url(User, "change", person.pk)).status_code == 200
        for address in [
            admin_url(User, "change", person.pk),
            admin_url(User, "delete", person.pk),
        ]:
            assert administrator.post(address, {"post": "yes"}).status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [person.pk], "post": "yes"}
        administrator.post(admin_url(User, "changelist"), chosen)
        assert User.objects.filter(pk=person.pk).exists()


def test_a_scope_assignment_is_made_in_the_form_of_a_user_and_logged(administrator):
    city = factories.city(name="Wakefield")
    person = factories.user("Contributors", name="mary")
    row = {"ties-TOTAL_FORMS": "1", "ties-0-city": str(city.pk), "ties-0-network": ""}
    assert save_form(administrator, person, **row).status_code == 302
    assert Tie.objects.get().city == city
    line = Revision.objects.get(model="accounts.user")
    assert (line.label, line.person_name, line.action) == ("mary", "admin", "changed")
    assert line.note == "Added city or network “Wakefield”."
    assert (line.base, line.content) == (None, None)
    assert "Wakefield" in administrator.get(admin_url(User, "changelist")).text


def test_a_user_with_a_scope_manages_no_accounts(administrator):
    person = factories.user("Administrators")
    Tie.objects.create(user=person, city=factories.city())
    tied = signed_in(person)
    for page, args in [("changelist", []), ("add", []), ("change", [person.pk])]:
        assert tied.get(admin_url(User, page, *args)).status_code == 403


@pytest.mark.parametrize("number", [1, 20])
def test_the_list_of_users_has_a_constant_number_of_queries(
    administrator, number, django_assert_max_num_queries
):
    for _ in range(number):
        person = factories.user("Editors")
        Tie.objects.create(user=person, city=factories.city())
    with django_assert_max_num_queries(18):
        assert administrator.get(admin_url(User, "changelist")).status_code == 200


def test_mails_for_a_new_password_are_rate_limited(client):
    factories.user("Editors", email="editor@example.org")
    address = reverse("admin_password_reset")
    for _ in range(5):
        assert client.post(address, {"email": "editor@example.org"}).status_code == 302
    refused = client.post(address, {"email": "editor@example.org"})
    assert (refused.status_code, refused["Retry-After"]) == (429, "3600")
    assert len(mail.outbox) == 5
    assert Client(REMOTE_ADDR="192.0.2.1").post(address, {"email": "a@b.org"}).status_code == 302
