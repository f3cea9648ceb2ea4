"""Signing in: the limit of an address, and the hashes of passwords."""

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import reverse

from portal.accounts.models import User
from tests import factories

pytestmark = pytest.mark.django_db

HASHERS = [
    "portal.accounts.hashers.SmallArgon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]


def sign_in(client, name, password, address="203.0.113.5"):
    fields = {"username": name, "password": password, "next": reverse("admin:index")}
    return client.post(reverse("admin:login"), fields, REMOTE_ADDR=address).status_code


def test_an_address_has_twenty_failures_whatever_the_names(client):
    user = factories.user("Editors")
    tried = [sign_in(client, f"somebody-{n}@example.org", "Summer2026") for n in range(22)]
    assert tried == [200] * 20 + [429] * 2
    assert sign_in(client, user.email, factories.PASSWORD) == 429
    assert sign_in(client, user.email, factories.PASSWORD, "198.51.100.7") == 302


def test_nobody_locks_a_member_of_staff_out_from_another_address(client):
    user = factories.user("Editors")
    for number in range(30):
        sign_in(client, user.email, "wrong", f"203.0.113.{number // 5}")
    assert sign_in(client, user.email, factories.PASSWORD, "203.0.113.0") == 429
    assert sign_in(client, user.email, factories.PASSWORD, "198.51.100.7") == 302


def test_signing_in_rightly_does_not_count(client):
    user = factories.user("Editors")
    assert [sign_in(client, user.email, factories.PASSWORD) for _ in range(25)] == [302] * 25


def test_a_password_hashed_with_more_memory_is_hashed_anew_at_the_sign_in(client, settings):
    settings.PASSWORD_HASHERS = HASHERS
    user = factories.user("Editors")
    before = Argon2PasswordHasher().encode("correct horse", "salt" * 6)
    assert "m=102400,t=2,p=8" in before
    User.objects.filter(pk=user.pk).update(password=before)
    assert sign_in(client, user.email, "correct horse") == 302
    assert "m=19456,t=2,p=1" in User.objects.get(pk=user.pk).password
    assert sign_in(client, user.email, "correct horse") == 302
