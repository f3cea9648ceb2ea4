"""Log records: lines or JSON, with the request that they belong to and no personal data.

A record has the id of its request, the route and the key of the signed-in person. Email addresses,
queries and tokens are taken out of every text, tracebacks included.
"""

import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from portal.request_ids import current

EMAIL = re.compile(r"[\w.+%-]+@[\w-]+(?:\.[\w-]+)*\.?[A-Za-z]{2,}")
QUERY = re.compile(r"(?<=[\w/])\?[\w%.~+-]+=[^\s'\"<>)]*")
# The addresses that open something by themselves: shared drafts, links to choose a password.
TOKEN = re.compile(r"(/shared/|/reset/|/password-reset/|/key=)[\w:.%=~-]+(?:/[\w:.%=~-]+)?")
FIELDS = ("request", "person", "route", "method", "path", "status", "ms", "cache")


def redact(text: str) -> str:
    """Return a text without email addresses, queries and tokens."""
    return TOKEN.sub(r"\1…", QUERY.sub("?…", EMAIL.sub("…@…", text)))


def axes_client(*args: Any) -> str:
    """Return the description of a visitor in the records of axes, which names nobody."""
    return "somebody (“Sign-in attempts” on the desk says who)"


class RequestFilter(logging.Filter):
    """Add the present request to a record."""

    def filter(self, record: logging.LogRecord) -> bool:
        # Django adds the whole request to some.
        vars(record).update({"request": ""} | current())
        return True


class LineFormatter(logging.Formatter):
    """One line for people, with the fields at its end."""

    def format(self, record: logging.LogRecord) -> str:
        text = redact(super().format(record))
        fields = " ".join(f"{name}={value}" for name, value in fields_of(record).items())
        first, *rest = text.split("\n")
        return "\n".join([f"{first} [{fields}]" if fields else first, *rest])


class JSONFormatter(logging.Formatter):
    """One JSON object for programs; it has the fields named here and no others."""

    def format(self, record: logging.LogRecord) -> str:
        moment = datetime.fromtimestamp(record.created, UTC)
        entry: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": redact(record.getMessage()),
        }
        if record.exc_info:
            entry["exception"] = redact(self.formatException(record.exc_info))
        return json.dumps(entry | fields_of(record), ensure_ascii=False, default=str)


def fields_of(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields of a record that are set."""
    found = {name: getattr(record, name, None) for name in FIELDS}
    return {
        name: redact(value) if isinstance(value, str) else value
        for name, value in found.items()
        if value not in (None, "")
    }


def configuration(kind: str, level: str, *, mails: bool = False) -> dict[str, Any]:
    """Return LOGGING for Django."""
    line = {"()": LineFormatter, "fmt": "{asctime} {levelname} {name}: {message}", "style": "{"}
    console = {"class": "logging.StreamHandler", "formatter": kind, "filters": ["request"]}
    mail = {"class": "portal.error_mail.ErrorMailHandler", "level": "ERROR", "filters": ["request"]}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"lines": line, "json": {"()": JSONFormatter}},
        "filters": {"request": {"()": RequestFilter}},
        "handlers": {"console": console} | ({"mail": mail} if mails else {}),
        "root": {"handlers": ["console", *(["mail"] if mails else [])], "level": level},
        "loggers": {
            # Django's own handler would mail requests with all that is in them.
            "django": {"handlers": [], "propagate": True},
            # Axes logs four lines for every sign-in, all of which are in its own tables too.
            "axes": {"level": "WARNING"},
            "imagefield": {"level": "WARNING"},
        },
    }
