"""Checks of what is in the database: starter content, accounts; and of versions and the clock."""

import platform
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import django
from django.apps import apps
from django.conf import settings
from django.utils import timezone

from portal.accounts.models import User
from portal.doctor.findings import Finding
from portal.management.commands.serve import opens_account
from portal.models import StarterRow
from publishing.revisions.models import Revision

# Servers whose clocks differ by more show scheduled records at different moments.
SECONDS = 60


def check_starter_content() -> Iterator[Finding]:
    if StarterRow.objects.exists():
        yield Finding("ok", "content", "The starter content is loaded.")
    else:
        sentence = "The starter content is not loaded."
        yield Finding("warning", "content", sentence, "Run manage.py load_starter; serve does too.")


def check_accounts() -> Iterator[Finding]:
    """Report missing administrators, those with a password alone, and a password in a file."""
    superusers = User.objects.filter(is_superuser=True, is_active=True)
    number = superusers.count()
    if not number:
        mend = "Run manage.py createsuperuser."
        yield Finding("wrong", "accounts", "There is no active administrator.", mend)
        return
    if opens_account(settings.DATA_DIR / "staff-account.txt") and settings.PUBLIC_NAMES:
        sentence = "The password in staff-account.txt opens an account of this public portal."
        mend = "Change the password, then delete that file."
        yield Finding("wrong", "accounts", sentence, mend)
    if apps.is_installed("allauth.mfa"):
        model: Any = apps.get_app_config("mfa").get_model("Authenticator")
        keys = model._default_manager.values("user")
        if bare := superusers.exclude(pk__in=keys).count():
            sentence = f"{bare} of {number} administrators sign in with a password alone."
            mend = "Ask them to add a second factor under “Your account”."
            yield Finding("warning", "accounts", sentence, mend)
    yield Finding("ok", "accounts", f"Active administrators: {number}.")


def check_versions() -> Iterator[Finding]:
    sentence = f"Python {platform.python_version()}, Django {django.get_version()}."
    yield Finding("ok", "versions", sentence)


def check_clock() -> Iterator[Finding]:
    """Report a clock that is behind the newest change."""
    now = timezone.now()
    newest = Revision.objects.order_by("-made_at").values_list("made_at", flat=True).first()
    if newest and newest > now + timedelta(seconds=SECONDS):
        sentence = (
            f"It is {now:%Y-%m-%d %H:%M} UTC, but a change was made at {newest:%Y-%m-%d %H:%M}."
        )
        mend = "Set the clock, for example with NTP: scheduled records depend on it."
        yield Finding("wrong", "clock", sentence, mend)
        return
    local = timezone.localtime(now, timezone.get_default_timezone())
    yield Finding("ok", "clock", f"It is {local:%Y-%m-%d %H:%M} in {settings.TIME_ZONE}.")
