"""Readers of the environment and of `.env`, each of which checks the value that it returns.

A wrong value is noted and its default returned, so that one start lists every mistake; then
`stop_if_wrong` raises them together.
"""

import os
import re
from collections.abc import Callable
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

import environ
from django.core.exceptions import ImproperlyConfigured

from portal import setting_values as values

T = TypeVar("T")
NAME_IN_FILE = re.compile(r"^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=", re.MULTILINE)
DATABASES = ("sqlite", "postgres", "postgresql")
MAIL_SERVERS = ("smtp", "smtps", "smtp+tls", "smtp+ssl", "consolemail", "filemail", "dummymail")
REDIS = ("redis", "rediss", "unix")


class Environment:
    """The settings of this machine, with the mistakes in them."""

    def __init__(self, file: Path) -> None:
        environ.Env.read_env(file)
        self.in_file = NAME_IN_FILE.findall(file.read_text()) if file.exists() else []
        self.known: set[str] = set()
        self.mistakes: list[str] = []

    def read(self, name: str, convert: Callable[[str], T], default: T) -> T:
        """Return the converted value; note a mistake, or that nothing is set, with the default."""
        self.known.add(name)
        value = os.environ.get(name, "").strip()
        try:
            return convert(value) if value else default
        except ImproperlyConfigured as error:
            self.mistakes.append(f"{name} {error}")
            return default

    def need(self, name: str, advice: str) -> None:
        """Note that a setting is missing, without which the portal must not start."""
        if not os.environ.get(name, "").strip():
            self.mistakes.append(f"{name} is not set. {advice}")

    def stop_if_wrong(self) -> None:
        """Raise ImproperlyConfigured with all that is wrong, one sentence or a list of them."""
        if not self.mistakes:
            return
        wrong = [*self.mistakes, *self.unknown()]
        if len(wrong) > 1:
            wrong = ["The settings have mistakes:", *(f"- {sentence}" for sentence in wrong)]
        raise ImproperlyConfigured("\n".join(wrong))

    def unknown(self) -> list[str]:
        """Return a sentence for each name in `.env` that is no setting, or a misspelt variable."""
        found = [
            (name, get_close_matches(name.upper(), self.known, 1, 0.6)) for name in self.in_file
        ]
        found += [(name, near) for name in os.environ if (near := self.misspelt(name))]
        return [
            f"{name} is not a setting of the portal"
            + (f": did you mean {near[0]}?" if near else " and has no effect.")
            for name, near in dict(found).items()
            if name not in self.known
        ]

    def misspelt(self, name: str) -> list[str]:
        """Return the setting that a variable of the environment nearly names, if there is one."""
        return get_close_matches(name.upper(), self.known, 1, 0.9) if name.isupper() else []

    # -- Readers ---------------------------------------------------------------------------

    def text(self, name: str, default: str = "") -> str:
        return self.read(name, str, default)

    def token(self, name: str) -> str:
        return self.read(name, values.token, "")

    def on_off(self, name: str, *, default: bool) -> bool:
        return self.read(name, values.on_off, default)

    def whole_number(self, name: str, *, default: int, least: int, most: int) -> int:
        return self.read(name, lambda value: values.whole_number(value, least, most), default)

    def one_of(self, name: str, *choices: str) -> str:
        """Return one of the choices; the first is the default."""
        return self.read(name, lambda value: values.one_of(value, choices), choices[0])

    def folder(self, name: str, default: Path) -> Path:
        return self.read(name, values.folder, default)

    def zone(self, name: str, default: str) -> str:
        return self.read(name, values.zone, default)

    def hosts(self, name: str) -> list[str]:
        return self.read(
            name, lambda value: [values.host(item) for item in values.items(value)], []
        )

    def origins(self, name: str) -> list[str]:
        return self.read(
            name, lambda value: [values.origin(item) for item in values.items(value)], []
        )

    def web_address(self, name: str) -> str:
        return self.read(name, values.web_address, "")

    def media_address(self, name: str, default: str) -> str:
        return self.read(name, values.media_address, default)

    def sender(self, name: str, default: str) -> str:
        return self.read(name, values.sender, default)

    def mail_addresses(self, name: str) -> list[str]:
        return self.read(
            name, lambda value: [values.mail_address(item) for item in values.items(value)], []
        )

    def contact(self, name: str) -> str:
        """Return an email address or the address of a page."""
        return self.read(
            name, lambda v: values.web_address(v) if "://" in v else values.mail_address(v), ""
        )

    def issuer(self, name: str) -> str:
        return self.read(name, values.issuer, "")

    def roles_of_groups(self, name: str) -> dict[str, str]:
        """Return the role for each group of a sign-in provider."""
        return self.read(
            name, lambda value: dict(values.role_of_group(item) for item in values.items(value)), {}
        )

    def secret_address(self, name: str, schemes: tuple[str, ...], example: str) -> str:
        return self.read(name, lambda value: values.secret_address(value, schemes, example), "")

    def database(self, name: str, default: str) -> dict[str, Any]:
        example = "postgres://user:password@localhost:5432/portal"
        address = self.secret_address(name, DATABASES, example) or default
        return dict(environ.Env.db_url_config(address))

    def mail_server(self, name: str) -> dict[str, Any]:
        example = "smtp+tls://user:password@mail.example.org:587"
        address = self.secret_address(name, MAIL_SERVERS, example) or "consolemail://"
        return dict(environ.Env.email_url_config(address))
