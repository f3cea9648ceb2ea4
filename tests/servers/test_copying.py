"""`manage.py copy_to`, from an SQLite portal to an empty PostgreSQL database and a bucket."""

import os
import shutil
import sqlite3
import subprocess
import sys
from types import SimpleNamespace
from urllib.parse import urlsplit

import psycopg
import pytest

from tests import processes


@pytest.fixture
def database():
    """Create an empty database and return its address; drop it at the end."""
    address = os.environ["TEST_DATABASE_URL"]
    name = f"copied_{os.getpid()}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield urlsplit(address)._replace(path=f"/{name}").geturl()
        server.execute(f"DROP DATABASE {name}")


def start(folder, *command, **more):
    """Start a command of the portal with its data in this folder."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "tests.server_settings",
        "DATA_DIR": str(folder),
        "DATABASE_URL": f"sqlite:///{folder}/portal.sqlite3",
        "PYTHONUNBUFFERED": "1",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", *command],
        cwd=processes.ROOT,
        env=environment | more,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def manage(folder, *command, **more):
    """Run a command; return its exit code and its output by line."""
    process = start(folder, *command, **more)
    output, _ = process.communicate(timeout=300)
    return process.returncode, output.strip().splitlines()


@pytest.fixture(scope="module")
def loaded(tmp_path_factory):
    """Return the folder of a portal with the starter content."""
    folder = tmp_path_factory.mktemp("loaded")
    (folder / "static").mkdir()
    assert manage(folder, "migrate", "--verbosity=0")[0] == 0
    assert manage(folder, "load_starter")[0] == 0
    return folder


@pytest.fixture
def old(loaded, tmp_path):
    """Return a portal with the starter content and two uploads: `folder`, `files`, `rows`."""
    folder = tmp_path / "old"
    shutil.copytree(loaded, folder)
    files = {"pictures/a.jpg": b"A picture", "__processed__/01/a-1.avif": bytes(200_000)}
    for name, content in files.items():
        path = folder / "media" / name
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
    rows = sqlite3.connect(folder / "portal.sqlite3")
    yield SimpleNamespace(folder=folder, files=files, rows=rows)
    rows.close()


def numbers_of_rows(connect):
    """Return the number of rows of each existing table."""
    if isinstance(connect, sqlite3.Connection):
        statement = (
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite%'"
            # The indexes of words and texts, which PostgreSQL has in another form.
            " AND name NOT LIKE 'cities_words%' AND name NOT LIKE 'cities_texts%'"
        )
    else:
        statement = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    tables = [table for (table,) in connect.execute(statement).fetchall()]
    return {
        table: connect.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0]  # noqa: S608
        for table in tables
    }


def test_a_copy_has_every_row_and_file_and_locks_the_source(old, database):
    with processes.bucket() as (settings, client):
        copying = start(old.folder, "copy_to", database, **settings)
        assert copying.stdout.readline() == "Making the tables …\n"
        assert old.rows.execute("SELECT count(*) FROM cities_city").fetchone()[0] > 300
        old.rows.execute("PRAGMA busy_timeout = 0")
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            old.rows.execute("DELETE FROM cities_city")
        output, _ = copying.communicate(timeout=300)
        assert copying.returncode == 0, output
        keys = [item["Key"] for item in client.list_objects_v2(Bucket="pictures")["Contents"]]
        assert sorted(keys) == sorted(old.files)
        for name, content in old.files.items():
            assert client.get_object(Bucket="pictures", Key=name)["Body"].read() == content
    with psycopg.connect(database) as new:
        expected = numbers_of_rows(old.rows)
        assert numbers_of_rows(new) == expected
        columns = "id, name, slug, published_at IS NULL, population, latitude"
        query = f"SELECT {columns} FROM cities_city ORDER BY id"  # noqa: S608
        rows = [tuple(row) for row in new.execute(query).fetchall()]
        assert [
            (*row[:3], bool(row[3]), *row[4:]) for row in old.rows.execute(query).fetchall()
        ] == rows
        # The sequence continues after the copied keys.
        (last,) = new.execute("SELECT max(id) FROM cities_city").fetchone()
        sequence = "SELECT nextval(pg_get_serial_sequence('cities_city', 'id'))"
        assert new.execute(sequence).fetchone()[0] == last + 1
    rows = sum(expected.values()) - expected["django_migrations"] - 1
    assert f"Copied and compared: {rows} rows, 2 files." in output


def test_a_failed_copy_leaves_nothing_behind_and_says_why(old, database):
    with processes.bucket() as (settings, client):
        old.rows.execute("UPDATE cities_city SET motto = ? WHERE slug = 'york'", ["x" * 5000])
        old.rows.execute("UPDATE cities_city SET subdivision = ?", ["x" * 121])
        old.rows.commit()
        code, output = manage(old.folder, "copy_to", database, **settings)
        assert code == 1
        (first,) = old.rows.execute("SELECT min(id) FROM cities_city").fetchone()
        assert output[-1] == (
            f"CommandError: The row {first} of cities_city does not fit: "
            "value too long for type character varying(120) Nothing was copied."
        )
        old.rows.execute("UPDATE cities_city SET subdivision = '', motto = ''")
        old.rows.commit()
        client.put_object(Bucket="pictures", Key="pictures/a.jpg", Body=b"Another")
        code, output = manage(old.folder, "copy_to", database, **settings)
        assert code == 1
        assert output[-1] == (
            "CommandError: There is a file pictures/a.jpg at the new place already. "
            "Nothing was copied."
        )
        keys = [item["Key"] for item in client.list_objects_v2(Bucket="pictures")["Contents"]]
        assert keys == ["pictures/a.jpg"]
    with psycopg.connect(database) as new:
        assert numbers_of_rows(new) == {}


def test_texts_and_moments_that_are_refused_today_are_copied_as_they_are(old, database):
    kept = {
        "cities_city": {"name": "\u200b", "published_at": "0001-01-01 00:00:00"},
        "cities_theme": {"name": "Fe\u0301z\u00ad", "expires_at": "9999-12-31 23:59:59.999999"},
    }
    for table, values in kept.items():
        places = ", ".join(f"{column} = ?" for column in values)
        statement = f"UPDATE {table} SET {places} WHERE id = (SELECT min(id) FROM {table})"  # noqa: S608
        old.rows.execute(statement, list(values.values()))
    old.rows.commit()
    code, output = manage(old.folder, "copy_to", database)
    assert code == 0, output
    with psycopg.connect(database, options="-c timezone=UTC") as new:
        for table, values in kept.items():
            columns = ", ".join(f"{column}::text" for column in values)
            query = f"SELECT {columns} FROM {table} ORDER BY id LIMIT 1"  # noqa: S608
            found = [text.removesuffix("+00") for text in new.execute(query).fetchone()]
            assert found == list(values.values())


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("sqlite:////tmp/other", "Give the address of an empty PostgreSQL database, for example "),
        ("nonsense", "Give the address of an empty PostgreSQL database, for example "),
        ("postgres://a:b@127.0.0.1:1/x", "The portal could not be copied: connection failed: "),
        (os.environ.get("TEST_DATABASE_URL", ""), "This portal is not on SQLite: "),
    ],
)
def test_each_reason_against_a_copy_is_named(old, address, sentence):
    more = {"DATABASE_URL": address} if "SQLite" in sentence else {}
    code, output = manage(old.folder, "copy_to", address, **more)
    assert code == 1
    assert output[-1].startswith(f"CommandError: {sentence}")
