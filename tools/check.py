"""`make check`: every check of the code that needs no test, one after the other.

All of them run; the last lines name those that failed. A check whose tool this machine cannot run
is named too, and fails where REQUIRE_ALL=1.

    make check ARGS="ruff mypy"
"""

import os
import secrets
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from tools import biome
from tools.run_tests import Missing

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
# The settings of a public server, for which `check --deploy` has no warnings.
PRODUCTION = {
    "DJANGO_SETTINGS_MODULE": "portal.settings",
    "SECRET_KEY": secrets.token_urlsafe(50),
    "ALLOWED_HOSTS": "learning.example.org",
    "HTTPS": "on",
    "DEBUG": "off",
}


class Check(NamedTuple):
    """A command, and its environment in addition to that of this process.

    `command` raises Missing if this machine cannot run it.
    """

    command: Callable[[], list[str]]
    environment: dict[str, str] = {}


def tool(name: str, *arguments: str) -> Callable[[], list[str]]:
    """Return the command of a tool in the environment of this Python."""
    return lambda: [str(BIN / name), *arguments]


def manage(*arguments: str) -> Callable[[], list[str]]:
    """Return a command of manage.py."""
    return lambda: [sys.executable, "manage.py", *arguments]


def templates() -> list[str]:
    """Return the paths of all templates."""
    paths = [*ROOT.glob("templates/**/*.html"), *ROOT.glob("*/templates/**/*.html")]
    return sorted(str(path.relative_to(ROOT)) for path in paths)


CHECKS = {
    "ruff": Check(tool("ruff", "check")),
    "ruff-format": Check(tool("ruff", "format", "--check")),
    "mypy": Check(tool("mypy")),
    "imports": Check(tool("lint-imports")),
    "migrations": Check(
        manage("makemigrations", "--check", "--dry-run"),
        {"DJANGO_SETTINGS_MODULE": "tests.settings"},
    ),
    "upgrades": Check(
        lambda: [sys.executable, "-m", "tools.migration_safety"],
        {"DJANGO_SETTINGS_MODULE": "tests.settings"},
    ),
    "deployment": Check(manage("check", "--deploy", "--fail-level", "WARNING"), PRODUCTION),
    "djade": Check(lambda: [str(BIN / "djade"), "--check", *templates()]),
    "djlint": Check(tool("djlint", "--lint", "--quiet", "templates")),
    "browsers": Check(lambda: [sys.executable, "-m", "tools.browser_floor"]),
    "biome": Check(lambda: [*biome.command(), "check"]),
}


def run(check: Check) -> tuple[str, bool]:
    """Run one check, printing as it goes; return its summary and whether it failed."""
    try:
        command = check.command()
    except Missing as missing:
        return f"NOT RUN: {missing}", os.environ.get("REQUIRE_ALL") == "1"
    done = subprocess.run(command, cwd=ROOT, env=os.environ | check.environment, check=False)
    return ("FAILED", True) if done.returncode else ("ok", False)


def main(arguments: list[str]) -> int:
    """Run the checks, print a summary, and return the exit code of the whole."""
    parser = ArgumentParser(prog="make check", description="Check the code without running it.")
    parser.add_argument("names", nargs="*", metavar="check", help=", ".join(CHECKS))
    names = parser.parse_args(arguments).names or list(CHECKS)
    if unknown := [name for name in names if name not in CHECKS]:
        parser.error(f"there is no check {', '.join(unknown)}; there are {', '.join(CHECKS)}")
    results = {}
    for name in names:
        print(f"\n== {name} ==", flush=True)
        results[name] = run(CHECKS[name])
    print("\n== Summary ==")
    for name, (outcome, _failed) in results.items():
        print(f"{name:<13}{outcome}")
    return int(any(failed for _outcome, failed in results.values()))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
