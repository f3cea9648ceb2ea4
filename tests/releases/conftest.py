"""Databases of released versions: a copy for each test, on the database server of the tests."""

import gzip
import os
import shutil
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connection

HERE = Path(__file__).parent
VERSIONS = sorted(path.name.removesuffix(".sqlite3.gz") for path in HERE.glob("*.sqlite3.gz"))


class SqliteFiles:
    """SQLite databases, by the paths of their files."""

    def __init__(self, folder):
        self.folder = folder

    def load(self, version):
        path = self.folder / f"{uuid4().hex}.sqlite3"
        path.write_bytes(gzip.decompress((HERE / f"{version}.sqlite3.gz").read_bytes()))
        return str(path)

    def copy(self, name):
        return shutil.copy(name, f"{name}.copy")

    def remove(self, name):
        for suffix in ("", "-wal", "-shm"):
            Path(f"{name}{suffix}").unlink(missing_ok=True)
        for kept in self.folder.glob(f"{Path(name).name}.before-*"):
            kept.unlink()


class PostgresqlDatabases:
    """Databases of a PostgreSQL server, by their names."""

    def __init__(self):
        self.address = os.environ["TEST_DATABASE_URL"]

    def run(self, *statements, **more):
        with psycopg.connect(self.address, autocommit=True, **more) as server:
            for statement in statements:
                server.execute(statement)

    def load(self, version):
        name = f"release_{uuid4().hex}"
        self.run(f'CREATE DATABASE "{name}"')
        dump = gzip.decompress((HERE / f"{version}.postgresql.sql.gz").read_bytes())
        self.run(dump.decode(), dbname=name)
        return name

    def copy(self, name):
        self.run(f'CREATE DATABASE "{name}_copy" TEMPLATE "{name}"')
        return f"{name}_copy"

    def remove(self, name):
        self.run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def databases(tmp_path_factory):
    if connection.vendor == "sqlite":
        return SqliteFiles(tmp_path_factory.mktemp("releases"))
    return PostgresqlDatabases()


@pytest.fixture(scope="session")
def connected(django_db_blocker):
    """Connect the portal to another database in the context."""

    @contextmanager
    def connect(name):
        with django_db_blocker.unblock():
            connection.close()
            usual, connection.settings_dict["NAME"] = connection.settings_dict["NAME"], name
            ContentType.objects.clear_cache()
            try:
                yield
            finally:
                connection.close()
                connection.settings_dict["NAME"] = usual
                ContentType.objects.clear_cache()

    return connect


@pytest.fixture(params=VERSIONS)
def released(request, databases, connected):
    """Restore the database of a release; return its version."""
    name = databases.load(request.param)
    with connected(name):
        yield request.param
    databases.remove(name)


@pytest.fixture(scope="session")
def newest(databases, connected):
    """Return the name of the newest release's database, upgraded once."""
    name = databases.load(VERSIONS[-1])
    with connected(name):
        call_command("migrate", interactive=False, verbosity=0)
    yield name
    databases.remove(name)


@pytest.fixture
def in_use(newest, databases, connected):
    """Connect the portal to a copy of an up-to-date database in use."""
    name = databases.copy(newest)
    with connected(name):
        yield
    databases.remove(name)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture(autouse=True)
def programs(monkeypatch):
    """Find the programs of the PostgreSQL server, which can be newer than those of the machine."""
    if connection.vendor == "postgresql":
        with psycopg.connect(os.environ["TEST_DATABASE_URL"]) as server:
            place = "SELECT setting FROM pg_config WHERE name = 'BINDIR'"
            (folder,) = server.execute(place).fetchone()
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
