"""A temporary portal to measure: served as in production, with the starter content."""

import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Browser, sync_playwright

from tools.run_tests import Missing, find_chromium

ROOT = Path(__file__).resolve().parents[2]
# Without these Chromium asks for updates while it is measured.
CHROMIUM_ARGUMENTS = (
    "--no-sandbox --disable-gpu --disable-background-networking --disable-component-update "
    "--disable-sync --no-first-run"
).split()
# The most seconds of the first start: migrations, starter content, static files.
PATIENCE = 300


class Answer(NamedTuple):
    """The response of the portal to an address, after any redirects."""

    status: int
    content_type: str
    body: bytes


class Portal(NamedTuple):
    """The address of a portal, and the environment that a process needs to read its data."""

    address: str
    environment: dict[str, str]

    def get(self, path: str, session: str = "") -> Answer:
        """Fetch a page without a browser; return responses with an error status too."""
        cookies = {"Cookie": f"sessionid={session}"} if session else {}
        request = urllib.request.Request(self.address + path, headers=cookies)  # noqa: S310
        try:
            with urllib.request.urlopen(request) as answer:  # noqa: S310 (our own)
                return Answer(answer.status, answer.headers["Content-Type"], answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, error.headers["Content-Type"], error.read())


def free_port() -> int:
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        port: int = trial.getsockname()[1]
        return port


def wait_for(process: "subprocess.Popen[bytes]", portal: Portal, log: Path) -> None:
    """Return once the portal answers; exit with its output if it does not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            portal.get("/robots.txt")
            return
        except urllib.error.URLError:
            time.sleep(0.2)
    sys.exit(f"The portal did not start. It printed:\n{log.read_text()}")


@contextmanager
def temporary_portal() -> Iterator[Portal]:
    """Serve a fresh portal with the starter content from a folder that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="learning-cities-audit-") as folder:
        port = free_port()
        settings = {
            "DJANGO_SETTINGS_MODULE": "portal.settings",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "HTTPS": "off",
            "DEBUG": "off",
            "BEHIND_PROXY": "off",
            "DATA_DIR": folder,
            "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        }
        portal = Portal(f"http://127.0.0.1:{port}", settings)
        log = Path(folder) / "server.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, "manage.py", "serve", "--port", str(port)],
                cwd=ROOT,
                env=os.environ | settings,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        try:
            wait_for(process, portal, log)
            yield portal
        finally:
            process.terminate()
            process.wait()


def chromium_path() -> str:
    """Return the path of a Chromium; raises Missing if this machine has none."""
    path = find_chromium()
    if not path:
        raise Missing(
            "Chromium was not found. Install it (on Debian: apt install chromium) "
            "or set CHROMIUM to the path of a Chromium or Chrome."
        )
    return path


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a headless Chromium for as long as the block lasts."""
    path = chromium_path()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()
