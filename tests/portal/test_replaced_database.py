"""The file of the database is moved away or exchanged while a server runs."""

import http.client
import shutil
import sqlite3
from urllib.parse import urlencode

import pytest
from django.db import connection

from portal.storage.sqlite_file import DatabaseReplacedError, FileConnection
from tests import factories, processes

pytestmark = [
    pytest.mark.processes,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "sqlite", reason="a file of SQLite"),
]

TOKEN = "a" * 32


@pytest.fixture
def server(tmp_path):
    """Start a server with a copy of the test's database; yield its port and the database."""
    factories.city(name="York")
    folder = tmp_path / "var"
    folder.mkdir()
    database = folder / "portal.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(database)])
    environment = {"HTTPS": "off", "REDIS_URL": ""}
    with processes.portal(folder, f"sqlite:///{database}", **environment) as (port, _server):
        yield port, database


def send(port, message):
    """Report a mistake; return the status."""
    visit = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        body = urlencode({"address": "/", "message": message, "csrfmiddlewaretoken": TOKEN})
        headers = {
            "Cookie": f"csrftoken={TOKEN}",
            "Content-Type": "application/x-www-form-urlencoded",
        }
        visit.request("POST", "/report/", body, headers)
        return visit.getresponse().status
    finally:
        visit.close()


def reports(database):
    rows = sqlite3.connect(database)
    try:
        return [message for (message,) in rows.execute("SELECT message FROM portal_report")]
    finally:
        rows.close()


def test_nothing_is_acknowledged_while_the_database_is_away(server, tmp_path):
    port, database = server
    # Each thread of both processes has it open.
    assert {send(port, f"Before {number}") for number in range(12)} == {302}
    away = tmp_path / "away"
    shutil.move(database.parent, away)
    assert {send(port, f"Lost {number}") for number in range(12)} == {503}
    assert processes.get(port, "/health/")[0] == 503
    assert processes.get(port, "/health/ready/")[0] == 503
    assert processes.get(port, "/countries/")[0] == 503
    # The folder alone is back: no empty database takes the place of the one to come.
    database.parent.mkdir()
    assert send(port, "Lost") == 503
    assert list(database.parent.iterdir()) == []

    database.parent.rmdir()
    shutil.move(away, database.parent)
    assert processes.get(port, "/health/")[0] == 200
    assert {send(port, f"After {number}") for number in range(4)} == {302}
    assert len(reports(database)) == 16


def test_a_restored_database_is_read_at_once(server, tmp_path):
    port, database = server
    for _visit in range(12):
        assert ">York<" in processes.get(port, "/cities/")[2]
    restored = tmp_path / "restored.sqlite3"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE cities_city SET name = 'Jorvik'")
        cursor.execute("VACUUM INTO %s", [str(restored)])
    for suffix in ("", "-wal", "-shm"):
        database.with_name(database.name + suffix).unlink(missing_ok=True)
    shutil.move(restored, database)
    for number in range(12):
        assert ">Jorvik<" in processes.get(port, "/cities/")[2]
        assert send(port, f"After {number}") == 302
    assert len(reports(database)) == 12


def test_a_transaction_is_not_committed_into_a_file_that_was_moved(tmp_path):
    database = tmp_path / "portal.sqlite3"
    driver = FileConnection(str(database), isolation_level=None)
    driver.execute("CREATE TABLE t (n)")
    driver.execute("BEGIN IMMEDIATE")
    driver.execute("INSERT INTO t VALUES (1)")
    database.rename(tmp_path / "away.sqlite3")
    with pytest.raises(DatabaseReplacedError):
        driver.commit()
    assert driver.execute("SELECT count(*) FROM t").fetchone() == (0,)
    driver.close()
