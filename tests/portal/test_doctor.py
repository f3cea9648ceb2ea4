"""`manage.py doctor`: each check finds what is wrong, and says how to mend it."""

import json
import os
import time
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.db import connection

from portal.accounts.models import User
from portal.doctor import content, database, files, proxy, servers
from portal.doctor import settings as settings_checks
from portal.doctor.findings import Finding, examine
from portal.models import StarterRow
from publishing.models import Revision
from tests import factories
from tests.processes import free_port
from tests.smtp import mail_server


def levels(check, *arguments):
    return [(finding.level, finding.sentence) for finding in check(*arguments)]


def doctor(*arguments):
    """Return the output and the exit status of the command."""
    output = StringIO()
    try:
        call_command("doctor", *arguments, stdout=output)
    except SystemExit as end:
        return output.getvalue(), end.code
    return output.getvalue(), 0


@pytest.mark.django_db
def test_each_line_has_a_level_a_sentence_and_what_mends_it():
    output, status = doctor()
    assert status == 1
    lines = output.splitlines()
    assert {line.partition(":")[0] for line in lines} <= {"ok", "warning", "wrong"}
    expected = (
        "wrong: accounts: There is no active administrator. Mend: Run manage.py createsuperuser."
    )
    assert expected in lines
    assert all(("Mend: " in line) is not line.startswith("ok") for line in lines)


@pytest.mark.django_db
def test_the_findings_as_json():
    output, status = doctor("--json")
    findings = json.loads(output)
    assert status == 1
    assert findings[0].keys() == {"level", "subject", "sentence", "mend"}
    assert {finding["subject"] for finding in findings} >= {"database", "settings", "mail", "clock"}


def test_a_check_that_fails_is_a_finding():
    def broken():
        raise OSError("the disk is gone")

    assert list(examine("disk", broken)) == [
        Finding("wrong", "disk", "This could not be examined: the disk is gone.")
    ]


@pytest.mark.django_db
def test_a_sound_database():
    assert [level for level, _sentence in levels(database.check_database)] == ["ok", "ok"]


@pytest.mark.django_db
def test_a_database_of_an_older_version():
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE app = 'news' AND name = "
            "(SELECT max(name) FROM django_migrations WHERE app = 'news')"
        )
    finding = next(iter(database.check_database()))
    assert (finding.level, finding.subject) == ("wrong", "database")
    assert finding.mend == "Back up, then run manage.py migrate; serve does it too."


@pytest.mark.django_db
def test_a_database_of_a_newer_version():
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) "
            "VALUES ('news', '9999_later', '2026-01-01 00:00:00')"
        )
    finding = next(iter(database.check_database()))
    sentence = "The database has migrations of another version: news.9999_later."
    assert (finding.level, finding.sentence) == ("warning", sentence)


@pytest.mark.django_db
def test_a_full_disk(monkeypatch, settings):
    usage = type("Usage", (), {"free": 100 * database.MIB})
    monkeypatch.setattr("shutil.disk_usage", lambda path: usage)
    sentence = "The disk of DATA_DIR has 100 MiB left."
    assert levels(database.check_space) == [("wrong", sentence)]


def test_plain_http_is_wrong_on_a_public_portal_alone(settings):
    sentence = "HTTPS is off: passwords can be read on the way."
    assert ("warning", sentence) in levels(settings_checks.check_settings)
    settings.PUBLIC_NAMES = ["learning.example.org"]
    assert levels(settings_checks.check_settings).count(("wrong", sentence)) == 1


def test_settings_of_a_public_portal_are_safe(settings):
    settings.HTTPS = settings.SECURE_SSL_REDIRECT = True
    settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS = 3600
    settings.ALLOWED_HOSTS = settings.PUBLIC_NAMES = ["learning.example.org"]
    expected = [("ok", "The settings are complete and safe.")]
    assert levels(settings_checks.check_settings) == expected
    settings.UNKNOWN_SETTINGS = ["EMAIL_URI is not a setting of the portal."]
    assert levels(settings_checks.check_settings) == [("warning", settings.UNKNOWN_SETTINGS[0])]


def test_files_that_others_can_read(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    note = tmp_path / "staff-account.txt"
    note.touch(mode=0o644)
    note.chmod(0o644)
    tmp_path.chmod(0o755)
    settings.DATABASES["default"] = settings.DATABASES["default"] | {"NAME": tmp_path / "none"}
    [finding] = files.check_permissions()
    assert finding.sentence == "Other users of this machine can read staff-account.txt."
    assert finding.mend == f"chmod 700 {tmp_path}"
    tmp_path.chmod(0o700)
    assert levels(files.check_permissions) == [("ok", "Files with secrets are private.")]


def test_a_storage_that_cannot_be_written(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"
    sentence = "The folder media can be written, read and deleted in."
    assert levels(files.check_storage) == [("ok", sentence)]
    assert list((tmp_path / "media").iterdir()) == []
    settings.MEDIA_ROOT = tmp_path / "file"
    (tmp_path / "file").touch()
    [finding] = examine("pictures", files.check_storage)
    assert finding.level == "wrong"


@pytest.mark.django_db
def test_lost_and_superfluous_files_of_pictures(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    picture = factories.picture()
    default_storage.delete(picture.file.name)
    orphan = tmp_path / default_storage.save("pictures/orphan.png", picture_file())
    os.utime(orphan, (time.time() - 7200,) * 2)
    assert levels(files.check_pictures) == [
        ("wrong", "The files of 1 pictures are lost."),
        ("warning", "1 files belong to no picture."),
    ]


def picture_file():
    return StringIO("x")


def test_static_files(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    assert levels(files.check_static_files) == [("wrong", "They are not collected.")]
    manifest = tmp_path / "staticfiles.json"
    manifest.write_text(json.dumps({"paths": {"site.css": "site.1.css", "a.js": "a.2.js"}}))
    (tmp_path / "site.1.css").touch()
    assert levels(files.check_static_files) == [("wrong", "1 of 2 files are missing.")]
    (tmp_path / "a.2.js").touch()
    assert levels(files.check_static_files) == [("ok", "All 2 are collected.")]
    (tmp_path / "sources.sha256").write_text("of another version")
    sentence = "They were collected from another version of the code."
    assert levels(files.check_static_files) == [("warning", sentence)]


def test_the_age_of_the_newest_backup(settings, tmp_path):
    assert levels(files.check_backups) == []
    settings.BACKUP_DIR = str(tmp_path)
    assert levels(files.check_backups) == [("wrong", "There is no backup in BACKUP_DIR.")]
    (tmp_path / "new").touch()
    assert levels(files.check_backups) == [("ok", "The newest backup is 0 hours old.")]
    os.utime(tmp_path / "new", (time.time() - 72 * 3600,) * 2)
    assert levels(files.check_backups) == [("wrong", "The newest backup is 72 hours old.")]


@pytest.mark.django_db
def test_the_starter_content_and_the_clock():
    assert levels(content.check_starter_content)[0][0] == "warning"
    StarterRow.objects.create(key="cities.csv york", model="cities.city", object_pk="1")
    assert levels(content.check_starter_content) == [("ok", "The starter content is loaded.")]
    assert levels(content.check_clock)[0][0] == "ok"
    Revision.objects.create(model="cities.city", object_pk="1", made_at="2999-01-01T00:00Z")
    [finding] = content.check_clock()
    assert finding.level == "wrong"
    assert finding.sentence.endswith("UTC, but a change was made at 2999-01-01 00:00.")


@pytest.mark.django_db
def test_a_password_in_a_file_on_a_public_portal(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    User.objects.create_superuser("staff@localhost", "in the file")
    (tmp_path / "staff-account.txt").write_text("password: in the file")
    expected = [
        ("warning", "1 of 1 administrators sign in with a password alone."),
        ("ok", "Active administrators: 1."),
    ]
    assert levels(content.check_accounts) == expected
    settings.PUBLIC_NAMES = ["learning.example.org"]
    sentence = "The password in staff-account.txt opens an account of this public portal."
    assert levels(content.check_accounts) == [("wrong", sentence), *expected]


def test_redis_that_does_not_answer(settings):
    assert levels(servers.check_redis) == []
    address = f"redis://127.0.0.1:{free_port()}/0"
    settings.REDIS_URL = address
    settings.CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": address}
    }
    [finding] = examine("Redis", servers.check_redis)
    assert finding.sentence.startswith("This could not be examined: Error 111 connecting")


@contextmanager
def mail_settings(settings, port):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    yield


def test_the_mail_server_is_asked_and_gets_a_letter_only_on_request(settings):
    with mail_server() as (port, letters), mail_settings(settings, port):
        answers = [("ok", "The mail server 127.0.0.1 answers.")]
        assert levels(servers.check_mail) == answers
        assert letters == []
        took = [("ok", "The mail server 127.0.0.1 took a letter.")]
        assert levels(servers.check_mail, "me@example.org") == took
        assert "To: me@example.org" in letters[0]


def test_a_mail_server_that_is_not_there(settings):
    with mail_settings(settings, free_port()):
        [finding] = servers.check_mail()
    assert finding.level == "wrong"
    assert finding.sentence.startswith("The mail server 127.0.0.1 refused: ")


@pytest.fixture
def address(live_server, settings):
    settings.BEHIND_PROXY = True
    return live_server.url


@pytest.mark.django_db(transaction=True)
def test_a_wrong_number_of_proxies_is_found_through_the_address(address):
    found = levels(proxy.check_proxy, address)
    assert found == [
        ("ok", "The home page is there, with its security headers."),
        ("wrong", "A visitor can choose the address by which the portal counts."),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_portal_without_proxy_sees_this_machine(address, settings):
    settings.BEHIND_PROXY = False
    [_headers, finding] = proxy.check_proxy(address)
    assert finding.level == "warning"
    assert finding.sentence.startswith("The portal sees this machine at 127.0.0.1")


def test_the_portal_tells_nobody_else_what_it_sees(client, db):
    for key in ("", "?key=", "?key=forged:1:2"):
        assert client.get(f"/.well-known/portal-doctor{key}").status_code == 404
