"""Checks of other servers: Redis and mail."""

import secrets
from collections.abc import Iterator

from django.conf import settings
from django.core.cache import cache
from django.core.mail import EmailMessage, get_connection

from portal.doctor.findings import Finding


def check_redis() -> Iterator[Finding]:
    """Write, read and delete a value in Redis, if there is one."""
    if not settings.REDIS_URL:
        return
    key, value = f"doctor-{secrets.token_hex(8)}", secrets.token_hex(8)
    cache.set(key, value, 10)
    same = cache.get(key) == value
    cache.delete(key)
    if same:
        yield Finding("ok", "Redis", "Redis answers.")
    else:
        sentence = "Redis did not return what was written."
        yield Finding("wrong", "Redis", sentence, "Look at its memory limit and its log.")


def check_mail(recipient: str = "") -> Iterator[Finding]:
    """Connect to the mail server and sign in; send a letter only if there is a recipient."""
    if settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        sentence = "Mail is not sent, but printed where the portal runs."
        yield Finding("warning", "mail", sentence, "Set EMAIL_URL, then restart.")
        return
    if settings.PUBLIC_NAMES and settings.DEFAULT_FROM_EMAIL.strip("<> ").endswith("@localhost"):
        sentence = "Mail comes from an address at localhost, which other servers refuse."
        yield Finding("warning", "mail", sentence, "Set DEFAULT_FROM_EMAIL.")
    server = get_connection()
    try:
        server.open()
        if recipient:
            text = "This letter was sent by manage.py doctor. Mail from the portal arrives.\n"
            EmailMessage("A test of the portal", text, to=[recipient], connection=server).send()
    except OSError as error:
        sentence = f"The mail server {settings.EMAIL_HOST} refused: {error}."
        yield Finding(
            "wrong", "mail", sentence, "Check EMAIL_URL, and whether a firewall is between."
        )
        return
    finally:
        server.close()
    outcome = "took a letter" if recipient else "answers"
    yield Finding("ok", "mail", f"The mail server {settings.EMAIL_HOST} {outcome}.")
