"""Faults under a portal as it is deployed: its disk fills, and its database is moved away."""

import http.client
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.db import connection

from portal.faults import Fault
from tests import factories, processes
from tests.admin_pages import FormReader, admin_url
from tests.sent_form import sent_again
from tests.staff_fixtures import signed_in

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.processes]

TOKEN = "a" * 32
LONG = "Typed at length. " * 60_000


class Person:
    """A member of staff with a browser."""

    def __init__(self, port, user):
        self.port = port
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME].value
        self.cookie = f"csrftoken={TOKEN}; {settings.SESSION_COOKIE_NAME}={session}"

    def form(self, address):
        status, _headers, page = processes.get(self.port, address, Cookie=self.cookie)
        assert status == 200
        reader = FormReader("page_form")
        reader.feed(page)
        return reader.fields | {"csrfmiddlewaretoken": TOKEN}

    def send(self, address, fields):
        """Send a form; return the status and the page."""
        visit = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        kind = "application/x-www-form-urlencoded"
        try:
            body = urlencode(fields, doseq=True)
            visit.request("POST", address, body, {"Cookie": self.cookie, "Content-Type": kind})
            response = visit.getresponse()
            return response.status, response.read().decode()
        finally:
            visit.close()


def fill(folder):
    """Fill the disk to the last byte; return the file that does."""
    filler = folder / "filler"
    with filler.open("wb", 0) as file, suppress(OSError):
        while True:
            file.write(bytes(65536))
    return filler


def copy_database(folder):
    """Copy the database of the tests; return the copy."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    copy = folder / "portal.sqlite3"
    copy.write_bytes(Path(connection.settings_dict["NAME"]).read_bytes())
    return copy


def wait_for_status(port, address, status):
    """Wait until a page has a status: readers notice within seconds."""
    patience = time.monotonic() + 60
    while processes.get(port, address)[0] != status:
        assert time.monotonic() < patience, f"{address} never had the status {status}"
        time.sleep(0.1)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="about SQLite's file")
def test_a_full_disk_and_a_moved_database_lose_no_words(tmp_path):
    user = factories.user("Editors")
    page = factories.page(title="About", published_at=None)
    address = admin_url(page, "change", page.pk)
    signed_in(user)
    environment = {"SECRET_KEY": settings.SECRET_KEY, "HTTPS": "off", "LEAST_FREE_MIB": "1"}
    with processes.small_disk(tmp_path, "24m") as (disk, inside):
        person = Person(0, user)
        database = copy_database(disk)
        (disk / "static").mkdir()
        url = f"sqlite:///{tmp_path}/portal.sqlite3"
        with processes.portal(tmp_path, url, inside=inside, **environment) as (port, _server):
            person.port = port
            assert processes.get(port, "/health/ready/")[0] == 200
            form = person.form(address) | {"title": ["About us"], "body": [f"<p>{LONG}</p>"]}
            filler = fill(disk)
            status, refused = person.send(address, form)
            assert status == 503
            assert str(Fault.FULL.value) in refused
            assert processes.get(port, "/health/")[0] == 200
            wait_for_status(port, "/health/ready/", 503)
            filler.unlink()
            kept = sent_again(refused)
            assert kept["body"] == form["body"]
            assert person.send(address, kept)[0] == 302
            assert person.form(address)["title"] == ["About us"]

            form = person.form(address) | {"title": ["About them"]}
            database.rename(disk / "elsewhere")
            status, refused = person.send(address, form)
            assert status == 503
            assert str(Fault.REPLACED.value) in refused
            for _each_worker in range(4):
                wait_for_status(port, "/cities/", 503)
            wait_for_status(port, "/health/", 503)
            (disk / "elsewhere").rename(database)
            wait_for_status(port, "/cities/", 200)
            assert person.form(address)["title"] == ["About us"]
            assert person.send(address, sent_again(refused))[0] == 302
