"""Checks of the values of settings.

Each returns the value in the form that the settings need, or raises ImproperlyConfigured with what
is wrong, which follows the name of the setting. No sentence contains a password, or an address that
may have one.
"""

import re
from difflib import get_close_matches
from email.utils import parseaddr
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from django.core.exceptions import ImproperlyConfigured

ON, OFF = ("on", "true", "yes", "1"), ("off", "false", "no", "0")
MAIL_ADDRESS = re.compile(r"[^@\s,<>]+@[^@\s,<>.]+(\.[^@\s,<>.]+)*")
HOST = re.compile(r"\.?[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
ROLES = ("Contributors", "Editors", "Publishers", "Administrators")
# A key that can be guessed signs sessions for everybody.
KEY_LENGTH, KEY_LETTERS = 32, 8
TOKEN_LENGTH = 16


def wrong(value: str, advice: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"is “{value}”: {advice}")


def items(value: str) -> list[str]:
    return [item for part in value.split(",") if (item := part.strip())]


def on_off(value: str) -> bool:
    if value.lower() in ON + OFF:
        return value.lower() in ON
    raise wrong(value, f"set it to on or off.{' A comment needs its own line.' * ('#' in value)}")


def token(value: str) -> str:
    if len(value) >= TOKEN_LENGTH and value.isascii() and value.isprintable():
        return value
    raise ImproperlyConfigured(f"is no token: it needs {TOKEN_LENGTH} characters or more.")


def whole_number(value: str, least: int, most: int) -> int:
    if value.isascii() and value.isdecimal() and len(value) < 10 and least <= int(value) <= most:
        return int(value)
    raise wrong(value, f"set it to a whole number from {least} to {most}.")


def one_of(value: str, choices: tuple[str, ...]) -> str:
    if value.lower() in {choice.lower() for choice in choices}:
        return next(choice for choice in choices if choice.lower() == value.lower())
    raise wrong(value, f"set it to {', '.join(choices[:-1])} or {choices[-1]}.")


def folder(value: str) -> Path:
    if Path(value).is_absolute():
        return Path(value)
    raise wrong(value, "give the whole path of the folder, from / on.")


def zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(value, available_timezones(), 1)
        advice = f"did you mean {near[0]}?" if near else "give a time zone such as Europe/London."
        raise wrong(value, advice) from None
    return value


def host(value: str) -> str:
    if value == "*" or HOST.fullmatch(value):
        return value
    if value.startswith("*."):
        raise wrong(value, f"write {value[1:]} for all names that end so.")
    raise wrong(value, "give host names alone, without https:// and paths, separated by commas.")


def port_of(value: str) -> int | None:
    """Return the port in an address; raise ValueError if it is none."""
    parts = urlsplit(value)
    if parts.netloc.endswith(":"):
        raise ValueError
    return parts.port


def web_address(value: str) -> str:
    try:
        parts, _port = urlsplit(value), port_of(value)
    except ValueError:
        raise wrong(value, "its host or port cannot be read.") from None
    if parts.username or parts.password:
        raise ImproperlyConfigured("contains a user name: give the address without it.")
    if parts.scheme in {"http", "https"} and HOST.fullmatch(parts.netloc) and " " not in value:
        return value
    raise wrong(value, "give an address that begins with https:// or http://.")


def origin(value: str) -> str:
    if value.count("/") > 2 or "?" in value or "#" in value:
        raise wrong(value, "give the scheme and the host alone, such as https://example.org.")
    # Django takes `https://*.example.org` for all names that end so.
    web_address(value.replace("://*.", "://"))
    return value


def media_address(value: str) -> str:
    if not value.endswith("/"):
        raise wrong(value, "the address has to end with a slash.")
    return web_address(value) if "://" in value else value


def mail_address(value: str) -> str:
    if MAIL_ADDRESS.fullmatch(value):
        return value
    raise wrong(value, "give an email address, such as editors@example.org.")


def sender(value: str) -> str:
    if not MAIL_ADDRESS.fullmatch(parseaddr(value)[1]):
        raise wrong(value, "give an address as Name <portal@example.org>.")
    return value


def issuer(value: str) -> str:
    """Return the address of a sign-in provider, without a slash at its end."""
    if re.match(r"https://|http://(localhost|127\.0\.0\.1)(:|/|$)", web_address(value)):
        return value.rstrip("/")
    raise wrong(value, "it has to begin with https://.")


def role_of_group(value: str) -> tuple[str, str]:
    group, _equals, role = (part.strip() for part in value.rpartition("="))
    if group and role in ROLES:
        return group, role
    raise wrong(
        value, f"write the name of a group at the provider, = and one of {', '.join(ROLES)}."
    )


def secret_address(value: str, schemes: tuple[str, ...], example: str) -> str:
    """Return an address that may have a password, which no sentence repeats."""
    scheme, separator, _rest = value.partition("://")
    if not separator or scheme not in schemes:
        found = f"begins with {scheme}://" if separator and scheme.isalnum() else "has no scheme"
        starts = ", ".join(f"{name}://" for name in schemes)
        raise ImproperlyConfigured(f"{found}: it has to begin with {starts}; example: {example}.")
    try:
        port_of(value)
    except ValueError:
        advice = "write special characters in the password as %xx"
        raise ImproperlyConfigured(
            f"has a host or a port that cannot be read: {advice}; example: {example}."
        ) from None
    return value


# -- Settings that depend on each other ----------------------------------------------------


def is_public_name(name: str) -> bool:
    """Return whether a host of ALLOWED_HOSTS can be reached from the internet, by its form."""
    name = name.strip("[]").lower()
    private = ("localhost", ".localhost", ".local", ".internal", ".test", ".home.arpa", ".lan")
    if name.endswith(private) or name.startswith("."):
        return name.startswith(".") and not name.endswith(private)
    try:
        return ip_address(name).is_global
    except ValueError:
        # A name without a dot belongs to a network of one's own.
        return name == "*" or "." in name


def key_mistakes(key: str, public: list[str], https: bool) -> list[str]:
    """Return what is wrong with the secret key of a portal that others can reach."""
    if not key or not (public or https):
        return []
    if len(key) >= KEY_LENGTH and len(set(key)) >= KEY_LETTERS:
        return []
    return [
        (
            f"SECRET_KEY is too easy to guess: it needs {KEY_LENGTH} characters or more, "
            f"{KEY_LETTERS} of them different. Make one with: "
            'python -c "import secrets; print(secrets.token_urlsafe(50))"'
        )
    ]


def plain_http_mistakes(public: list[str], https: bool, is_allowed: bool) -> list[str]:
    """Return a sentence if passwords would cross the internet unencrypted."""
    if https or is_allowed or not public:
        return []
    return [
        (
            f"HTTPS is off, but ALLOWED_HOSTS has {public[0]}: everybody on the way could read "
            "passwords. Set HTTPS=on, or ALLOW_PLAIN_HTTP=on if that is meant."
        )
    ]
