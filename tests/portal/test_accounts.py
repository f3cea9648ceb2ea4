"""The model of users: its manager, its command, and what the database promises."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from portal.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def test_an_address_is_unique_in_whatever_case_it_is_written():
    user = User.objects.create_user(" Mary@Example.ORG ")
    assert user.email == "mary@example.org"
    assert User.objects.get(email="MARY@example.org") == user
    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.create_user("mary@EXAMPLE.org")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_user SET email = 'Mary@example.org'")


def test_any_number_of_users_may_lack_an_address():
    for name in ("anna", "bert"):
        User.objects.create_user("", former_name=name).full_clean()
    found = User.objects.order_by("pk")
    assert [(user.email, str(user), user.get_username()) for user in found] == [
        (None, "anna", "anna"),
        (None, "bert", "bert"),
    ]


def test_staff_are_those_with_a_role_or_a_permission(django_assert_num_queries):
    editor, visitor, chief = factories.user("Editors"), factories.visitor(), factories.superuser()
    assert [user.is_staff for user in (editor, visitor, chief)] == [True, False, True]
    assert not User().is_staff


def test_a_superuser_is_made_on_the_command_line_with_an_address(monkeypatch, capsys):
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", factories.PASSWORD)
    values = {"interactive": False, "name": "Ada", "verbosity": 0}
    call_command("createsuperuser", email="Ada@Example.org", **values)
    ada = User.objects.get()
    assert (ada.email, ada.name, ada.is_staff) == ("ada@example.org", "Ada", True)
    assert ada.check_password(factories.PASSWORD)
    with pytest.raises(CommandError, match="email address"):
        call_command("createsuperuser", email="ADA@example.org", **values)
    with pytest.raises(CommandError):
        call_command("createsuperuser", email="", **values)


def test_a_time_zone_has_to_exist():
    with pytest.raises(ValidationError, match="Mars/Olympus is no time zone"):
        factories.user(time_zone="Mars/Olympus").full_clean()
