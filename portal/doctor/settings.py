"""Checks of the settings, beyond those that a start makes."""

from collections.abc import Iterator

from django.conf import settings
from django.core import checks

from portal.doctor.findings import Finding

ENV = "Change .env, then restart."
PLAIN = ("HTTPS is off: passwords can be read on the way.", f"Set HTTPS=on. {ENV}")
# Django's security checks that a setting of ours answers, in the words of .env.example.
OURS = {
    "security.W004": PLAIN,
    "security.W008": PLAIN,
    "security.W012": PLAIN,
    "security.W016": PLAIN,
    "security.W018": ("DEBUG shows the inside of every error.", f"Set DEBUG=off. {ENV}"),
}
# HSTS for other names of a domain is a choice (the setting HSTS); a start checks SECRET_KEY.
ELSEWHERE = {"security.W005", "security.W021", "security.W009"}


def check_settings() -> Iterator[Finding]:
    """Report Django's deployment checks, and names in `.env` that are no settings."""
    found = [*deployment_checks()]
    found += [
        Finding("warning", "settings", sentence, "Correct the name, or remove the line.")
        for sentence in settings.UNKNOWN_SETTINGS
    ]
    if "*" in settings.ALLOWED_HOSTS:
        sentence = "ALLOWED_HOSTS accepts every host name, so links in mails can be forged."
        found.append(Finding("wrong", "settings", sentence, f"Name the portal's hosts. {ENV}"))
    # Several checks of Django's have one cause.
    yield from dict.fromkeys(found)
    if not found:
        yield Finding("ok", "settings", "The settings are complete and safe.")


def deployment_checks() -> Iterator[Finding]:
    is_public = bool(settings.PUBLIC_NAMES) or settings.HTTPS
    for message in checks.run_checks(include_deployment_checks=True):
        if message.id in ELSEWHERE or message.is_silenced():
            continue
        sentence, mend = OURS.get(message.id or "", (message.msg, message.hint or ""))
        is_wrong = message.level >= checks.ERROR or (is_public and message.id in OURS)
        yield Finding("wrong" if is_wrong else "warning", "settings", sentence, mend)
