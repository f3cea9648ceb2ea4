"""Backups of a portal in use: taken, checked, restored, and compared row by row, file by file."""

import itertools
import os
import sqlite3
import stat
import tarfile
import threading
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pyrage
import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

from cities.models import City
from portal.backup.taking import superfluous
from publishing.models import Picture
from tests import processes
from tests.releases.soundness import assert_sound, query

FILES = {"pictures/a.jpg": b"A picture", "__processed__/01/a-1.avif": bytes(200_000)}


def run(*command, **options):
    """Run a command and return the lines of its output."""
    out = StringIO()
    call_command(*map(str, command), stdout=out, **options)
    return out.getvalue().splitlines()


def all_rows():
    """Return the rows of each table, as the database has them."""
    tables = connection.introspection.table_names()
    connection.close()
    return {
        table: sorted(query(f'SELECT * FROM "{table}"'), key=repr)  # noqa: S608
        for table in tables
        # The tables of full-text indexes.
        if not table.startswith(("cities_words", "cities_texts"))
    }


def all_files():
    root = Path(default_storage.location)
    found = [path for path in root.rglob("*") if path.is_file()]
    return {str(path.relative_to(root)): path.read_bytes() for path in found}


@pytest.fixture
def portal(in_use, tmp_path):
    """A portal in use with two files, and an archive of it."""
    for name, content in FILES.items():
        default_storage.save(name, ContentFile(content))
    Picture.objects.update(file="pictures/a.jpg")
    folder = tmp_path / "backups"
    (line,) = run("backup", folder)
    (path,) = folder.iterdir()
    assert line.startswith(f"Backed up: {path} (")
    return SimpleNamespace(archive=path, folder=folder, rows=all_rows(), files=all_files())


@pytest.fixture
def empty(databases, connected, settings, tmp_path):
    """Return a context in which the portal has an empty database and no pictures."""

    @contextmanager
    def connect():
        if connection.vendor == "sqlite":
            name = str(tmp_path / "empty" / "portal.sqlite3")
        else:
            name = f"empty_{os.getpid()}"
            databases.run(f'CREATE DATABASE "{name}"')
        with connected(name):
            settings.MEDIA_ROOT = tmp_path / "empty" / "media"
            yield
        databases.remove(name)

    return connect


def test_an_archive_is_restored_to_an_empty_portal_row_by_row_and_file_by_file(portal, empty):
    assert stat.S_IMODE(portal.archive.stat().st_mode) == 0o600
    assert stat.S_IMODE(portal.folder.stat().st_mode) == 0o700
    assert run("verify", portal.archive)[0].startswith("The archive is whole: version ")
    with empty():
        lines = run("restore", portal.archive)
        assert lines[0].startswith("Restored and compared: ")
        assert lines[1:] == ["Now start the portal."]
        assert all_files() == portal.files == FILES
        assert all_rows() == portal.rows
        assert_sound()
        with pytest.raises(CommandError, match=r"There is a portal here already\. Add --replace"):
            run("restore", portal.archive)


@pytest.mark.servers
def test_a_portal_with_a_bucket_is_restored_to_another_bucket(in_use, empty, settings, tmp_path):
    with processes.bucket() as (place, client):

        def use(bucket):
            if bucket != place["S3_BUCKET"]:
                region = {"LocationConstraint": place["S3_REGION"]}
                client.create_bucket(Bucket=bucket, CreateBucketConfiguration=region)
            options = {
                "bucket_name": bucket,
                "endpoint_url": place["S3_ENDPOINT_URL"],
                "region_name": place["S3_REGION"],
                "access_key": place["S3_ACCESS_KEY_ID"],
                "secret_key": place["S3_SECRET_ACCESS_KEY"],
            }
            kind = {"BACKEND": "portal.storage.s3.Bucket", "OPTIONS": options}
            settings.STORAGES = settings.STORAGES | {"default": kind}

        def files():
            bucket = default_storage.bucket_name
            keys = [item["Key"] for item in client.list_objects_v2(Bucket=bucket)["Contents"]]
            return {key: client.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

        use(place["S3_BUCKET"])
        for name, content in FILES.items():
            default_storage.save(name, ContentFile(content))
        run("backup", tmp_path / "backups")
        rows = all_rows()
        (archive,) = (tmp_path / "backups").iterdir()
        with empty():
            use("restored")
            run("restore", archive)
            assert (all_rows(), files()) == (rows, FILES)
        default_storage.delete("pictures/a.jpg")
        default_storage.save("pictures/a.jpg", ContentFile(b"Another picture"))
        default_storage.save("pictures/b.jpg", ContentFile(b"A later picture"))
        run("restore", archive, replace=True)
        (kept,) = [name for name in files() if name.startswith("before-")]
        assert kept.endswith("/pictures/a.jpg")
        later = {kept: b"Another picture", "pictures/b.jpg": b"A later picture"}
        assert (all_rows(), files()) == (rows, FILES | later)


def test_the_present_portal_is_kept_aside_and_comes_back_if_a_restore_fails(portal, tmp_path):
    City.objects.update(motto="Changed since")
    default_storage.save("pictures/b.jpg", ContentFile(b"Another picture"))
    rows, files = all_rows(), all_files()
    damaged = portal.folder / "damaged.tar"
    damaged.write_bytes(portal.archive.read_bytes().replace(b"A picture", b"B picture"))
    with pytest.raises(CommandError, match=r"media/pictures/a\.jpg is not what the manifest says"):
        run("restore", damaged, replace=True)
    assert (all_rows(), all_files()) == (rows, files)
    run("restore", portal.archive, replace=True)
    assert (all_rows(), all_files()) == (portal.rows, portal.files)
    (aside,) = tmp_path.glob("media.before-*")
    assert (aside / "pictures" / "b.jpg").read_bytes() == b"Another picture"
    mottos = f"SELECT DISTINCT motto FROM {kept_table()}"  # noqa: S608
    if connection.vendor == "sqlite":
        path = Path(connection.settings_dict["NAME"])
        (kept,) = path.parent.glob(f"{path.name}.before-*")
        with closing(sqlite3.connect(kept)) as file:
            assert file.execute(mottos).fetchall() == [("Changed since",)]
    else:
        assert query(mottos) == [("Changed since",)]


def kept_table():
    if connection.vendor == "sqlite":
        return "cities_city"
    schemas = "SELECT nspname FROM pg_namespace WHERE nspname LIKE 'public_before%'"
    ((schema,),) = query(schemas)
    return f"{schema}.cities_city"


def test_a_restore_needs_a_portal_that_is_stopped(portal):
    name = connection.settings_dict["NAME"]
    if connection.vendor == "sqlite":
        other, sentence = sqlite3.connect(name), "The portal is running"
        other.execute("SELECT count(*) FROM cities_city").fetchall()
    else:
        other = psycopg.connect(os.environ["TEST_DATABASE_URL"], dbname=name)
        sentence = "The database has 1 other connections"
    with closing(other), pytest.raises(CommandError, match=sentence):
        run("restore", portal.archive, replace=True)
    run("restore", portal.archive, replace=True)


def test_an_archive_can_be_encrypted_to_a_key(portal, settings, empty, tmp_path):
    key = pyrage.x25519.Identity.generate()
    settings.BACKUP_AGE_RECIPIENT = str(key.to_public())
    run("backup", portal.folder)
    (path,) = portal.folder.glob("*.tar.age")
    assert b"manifest.json" not in path.read_bytes()
    with pytest.raises(CommandError, match="is encrypted: name the file with the key"):
        run("verify", path)
    keys = tmp_path / "keys.txt"
    keys.write_text(f"# created: today\n{pyrage.x25519.Identity.generate()}\n")
    with pytest.raises(CommandError, match="cannot be decrypted: No matching keys found"):
        run("verify", path, key=keys)
    keys.write_text(f"# created: today\n{key}\n")
    with empty():
        run("restore", path, key=keys)
        assert (all_rows(), all_files()) == (portal.rows, portal.files)
    path.write_bytes(path.read_bytes()[:-3000])
    with pytest.raises(CommandError, match=r"cannot be decrypted|damaged"):
        run("verify", path, key=keys)
    settings.BACKUP_AGE_RECIPIENT = "nonsense"
    with pytest.raises(CommandError, match="The key is none of age"):
        run("backup", portal.folder)
    assert len(list(portal.folder.iterdir())) == 2


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        (None, "is no whole backup"),
        ("manifest.json", "is no whole backup"),
        ("media/pictures/a.jpg", r"media/pictures/a\.jpg is not what the manifest says"),
        ("database", "is no whole backup"),
    ],
)
def test_an_archive_that_lacks_a_file_is_not_whole(portal, member, sentence):
    broken = portal.folder / "broken.tar"
    with tarfile.open(portal.archive) as old, tarfile.open(broken, "w") as new:
        for info in old if member else ():
            if not info.name.startswith(member):
                new.addfile(info, old.extractfile(info))
    with pytest.raises(CommandError, match=sentence):
        run("verify", broken)


def test_what_is_no_archive_is_refused_in_a_sentence(tmp_path):
    with pytest.raises(CommandError, match="cannot be read: No such file or directory"):
        run("verify", tmp_path / "missing.tar")
    (tmp_path / "text.tar").write_text("No archive.")
    with pytest.raises(CommandError, match="is damaged, or no archive"):
        run("verify", tmp_path / "text.tar")


def test_a_picture_whose_file_was_lost_before_is_named(portal):
    default_storage.delete("pictures/a.jpg")
    portal.archive.unlink()
    run("backup", portal.folder)
    (archive,) = portal.folder.iterdir()
    lines = run("verify", archive)
    assert lines[0] == "The file of a picture was lost before the backup: pictures/a.jpg"


class Changing(FileSystemStorage):
    """A storage in which a picture gets another file while the first file is read."""

    def _open(self, name, mode="rb"):
        if self.exists("pictures/a.jpg"):
            self.save("pictures/b.jpg", ContentFile(b"Another picture"))
            query("UPDATE publishing_picture SET file = 'pictures/b.jpg'")
            self.delete("pictures/a.jpg")
        return super()._open(name, mode)


def test_a_picture_that_is_deleted_during_a_backup_lets_it_begin_again(portal, settings):
    kind = {"BACKEND": f"{__name__}.Changing"}
    settings.STORAGES = settings.STORAGES | {"default": kind}
    portal.archive.unlink()
    run("backup", portal.folder)
    (archive,) = portal.folder.iterdir()
    (line,) = run("verify", archive)
    assert line.startswith("The archive is whole: ")
    with tarfile.open(archive) as tar:
        assert "media/pictures/b.jpg" in tar.getnames()
        assert "media/pictures/a.jpg" not in tar.getnames()


def test_no_backup_begins_without_the_space_for_it(portal, monkeypatch):
    usage = SimpleNamespace(free=1_000_000)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    with pytest.raises(CommandError, match=r"has 1 MB left, and a backup needs \d+ MB\."):
        run("backup", portal.folder)


def test_backups_that_are_taken_while_others_write_are_consistent(portal):
    """Each transaction writes the same number in two tables; no backup has two numbers."""
    stop = threading.Event()
    written = []

    def write():
        try:
            for number in itertools.count():
                if stop.is_set():
                    break
                with transaction.atomic():
                    query(f"UPDATE cities_city SET motto = '{number}'")  # noqa: S608
                    query(f"UPDATE portal_report SET note = '{number}'")  # noqa: S608
                written.append(number)
        finally:
            connection.close()

    writer = threading.Thread(target=write)
    writer.start()
    archives = []
    try:
        for _number in range(3):
            seen = len(written)
            while len(written) < seen + 3:
                assert writer.is_alive()
            run("backup", portal.folder)
            archives = sorted(portal.folder.iterdir())[1:]
    finally:
        stop.set()
        writer.join()
    numbers = []
    for archive in archives:
        run("restore", archive, replace=True)
        mottos = query("SELECT motto FROM cities_city UNION SELECT note FROM portal_report")
        assert len(mottos) == 1
        numbers.append(int(mottos[0][0]))
    assert sorted(set(numbers)) == numbers
    assert len(numbers) == 3


@pytest.mark.parametrize("released", ["0.1.0"], indirect=True)
def test_a_backup_of_an_earlier_release_is_brought_to_this_one(released, empty, tmp_path):
    run("backup", tmp_path)
    (archive,) = tmp_path.glob("*.tar")
    run("verify", archive)
    with empty():
        assert "Bringing it from version" in run("restore", archive)[1]
        assert_sound()


def test_a_backup_of_a_later_version_is_refused(portal, empty):
    MigrationRecorder(connection).record_applied("cities", "9999_x")
    portal.archive.unlink()
    run("backup", portal.folder)
    (archive,) = portal.folder.iterdir()
    with empty(), pytest.raises(CommandError, match=r"does not know its migration cities\.9999_x"):
        run("restore", archive)


def test_other_programs_can_check_dump_and_load_the_file_of_sqlite(portal, tmp_path):
    if connection.vendor != "sqlite":
        return
    with tarfile.open(portal.archive) as tar:
        tar.extract("database.sqlite3", tmp_path, filter="data")
    file = sqlite3.connect(tmp_path / "database.sqlite3")
    again = sqlite3.connect(":memory:")
    with closing(file), closing(again):
        assert file.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert file.execute("PRAGMA foreign_key_check").fetchall() == []
        # Virtual tables are written to the schema directly, which `.dump` allows itself.
        tables = "SELECT sql FROM sqlite_master WHERE type = 'table' AND sql LIKE '%CONSTRAINT%'"
        for (sql,) in file.execute(tables).fetchall():
            again.execute(sql)
        for wrong in ("gB", "G", "GBR", "G1"):
            with pytest.raises(sqlite3.IntegrityError, match="country_code_two_capitals"):
                file.execute("UPDATE cities_country SET code = ? WHERE code = 'MA'", [wrong])
        with pytest.raises(sqlite3.IntegrityError, match="intake_announced_in_its_year"):
            file.execute("UPDATE cities_intake SET announced_on = '1999-01-01'")


def test_one_archive_is_kept_for_each_day_week_and_month(tmp_path):
    def made(moment):
        path = tmp_path / f"learning-cities-{moment:%Y%m%d-%H%M%S}.tar"
        path.touch()
        return path

    newest = datetime(2026, 11, 28, 12)  # noqa: DTZ001
    paths = [made(newest - timedelta(hours=12 * number)) for number in range(200)]
    (tmp_path / "learning-cities-notes.txt").touch()
    (tmp_path / "learning-cities-20200101-000000.tar.age").touch()
    kept = sorted(set(paths) - set(superfluous(tmp_path, 3, 2, 2)))
    days = ["20261028", "20261031", "20261122", "20261126", "20261127", "20261128"]
    assert [path.name[16:24] for path in kept] == days[1:]
    assert superfluous(tmp_path, 0, 0, 0) == [
        *paths[1:],
        tmp_path / "learning-cities-20200101-000000.tar.age",
    ]
