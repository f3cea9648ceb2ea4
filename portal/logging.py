"""Log records: lines or JSON, with the request that they belong to and no personal data."""

from typing import Any


def configuration(kind: str, level: str) -> dict[str, Any]:
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["console"], "level": "INFO"},
        # Axes logs four lines for every sign-in, all of which are in its own tables too.
        "loggers": {"axes": {"level": "WARNING"}, "imagefield": {"level": "WARNING"}},
    }
