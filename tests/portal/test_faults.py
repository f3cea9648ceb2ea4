"""Faults: what people read while a disk, a database or another server fails, and what is kept."""

import errno
import logging
import os
import sqlite3
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage
from django.db import OperationalError, connection
from django.test import Client

from cities.models import Theme
from portal.faults import Fault, fault_of
from portal.models import Report
from tests import factories
from tests.admin_pages import FormReader, admin_url, open_form
from tests.parsed_page import parse
from tests.staff_fixtures import signed_in

REPORT = {"address": "/", "message": "The year is wrong.\r\nIt was 2019."}
# Longer than the pages that a small database has left.
TYPED = "\n".join(["A description that took an hour,", "with <b> & “quotes”."] * 500)


@pytest.fixture(autouse=True)
def quiet(caplog):
    """Silence the log, because these faults are on purpose."""
    for name in ("django.request", "portal.middleware", "portal.page_cache.cache"):
        caplog.set_level(logging.CRITICAL, name)


@contextmanager
def full():
    """Let the database have no page more than it has: for SQLite the same as a full disk."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
        usual = cursor.execute("PRAGMA max_page_count").fetchone()[0]
        cursor.execute("PRAGMA max_page_count = 1")  # As many as there are.
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA max_page_count = {usual}")


@contextmanager
def read_only():
    name, on, off = (
        ("PRAGMA query_only", "ON", "OFF")
        if connection.vendor == "sqlite"
        else ("SET default_transaction_read_only", "on", "off")
    )
    with connection.cursor() as cursor:
        cursor.execute(f"{name} = {on}")
    yield
    with connection.cursor() as cursor:
        cursor.execute(f"{name} = {off}")


@contextmanager
def locked():
    """Let another program hold the lock of the database, or of every report and theme."""
    if connection.vendor == "sqlite":
        other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
    else:
        other = connection.copy()
        other.connect()
        other.set_autocommit(False)
        with connection.cursor() as cursor, other.cursor() as theirs:
            theirs.execute("LOCK TABLE cities_theme IN ACCESS EXCLUSIVE MODE")
            cursor.execute("SET lock_timeout = 50")
    yield
    other.rollback()
    other.close()
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA busy_timeout = 20000")
        else:
            cursor.execute("SET lock_timeout = 0")


FAULTS = {"read-only": (read_only, Fault.READ_ONLY), "locked": (locked, Fault.LOCKED)}
if connection.vendor == "sqlite":
    FAULTS["full"] = (full, Fault.FULL)


def sent_again(response):
    """Return the address and the fields of the form on the page of a fault."""
    page = parse(response)
    (form,) = page.attributes("form")
    reader = FormReader(form.get("id"))
    reader.feed(response.content.decode())
    return form["action"], reader.fields


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", FAULTS)
def test_staff_read_the_reason_of_a_fault_and_send_what_they_typed_again(name):
    fault, expected = FAULTS[name]
    theme = factories.theme(description="Before")
    client = signed_in(factories.superuser())
    typed = open_form(client, theme) | {"description": TYPED}
    address = f"{admin_url(theme, 'change', theme.pk)}?_changelist_filters=q%3Dt"
    with fault():
        response = client.post(address, typed)
    assert (response.status_code, response["Retry-After"]) == (503, "60")
    assert response["Cache-Control"] == "no-store"
    page = parse(response)
    assert page.outline == ["1 The portal cannot do this at the moment"]
    assert str(expected.value) in page.text
    assert Theme.objects.get().description == "Before"

    address_again, fields = sent_again(response)
    assert address_again == address
    assert fields["description"] == [TYPED]
    assert client.post(address, fields).status_code == 302
    assert Theme.objects.get().description == TYPED


@pytest.mark.django_db(transaction=True)
def test_visitors_are_asked_to_try_again_and_keep_what_they_typed(client):
    with read_only():
        response = client.post("/report/", REPORT)
    assert response.status_code == 503
    page = parse(response)
    assert page.outline == ["1 The portal is busy for a moment"]
    assert str(Fault.READ_ONLY.value) not in page.text
    address, fields = sent_again(response)
    assert fields["message"] == [REPORT["message"]]
    assert client.post(address, fields).status_code == 302
    assert Report.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_page_of_a_fault_repeats_no_password(client):
    with read_only():
        response = client.post("/admin/login/", {"username": "anna", "password": "open sesame"})
    assert response.status_code == 503
    assert "sesame" not in response.content.decode()
    assert parse(response).attributes("form") == []


@pytest.mark.django_db(transaction=True)
def test_a_fault_in_the_middleware_of_sessions_is_no_error_of_the_program():
    client = Client(raise_request_exception=False)
    client.force_login(factories.superuser())

    def away(execute, sql, params, many, context):
        raise OperationalError("unable to open database file")

    with connection.execute_wrapper(away):
        response = client.get("/admin/")
    assert response.status_code == 503


class FullDisk(FileSystemStorage):
    """A folder of pictures on a disk that is full, as Linux says it of every write."""

    def _save(self, name, content):
        with Path("/dev/full").open("wb", buffering=0) as file:
            file.write(content.read())


@pytest.mark.django_db
def test_an_upload_to_a_full_disk_names_the_disk_and_keeps_the_title(settings, tmp_path):
    storage = {"BACKEND": f"{__name__}.FullDisk", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    client = signed_in(factories.superuser())
    fields = {"title": "Library", "alternative_text": "Readers", "focal_point_0": "50"}
    response = client.post("/admin/publishing/picture/add/", fields | {"file": factories.upload()})
    assert response.status_code == 503
    page = parse(response)
    assert str(Fault.FULL.value) in page.text
    assert "Files are not kept." in page.text
    assert sent_again(response)[1]["title"] == ["Library"]


def test_an_error_of_the_system_is_a_fault_by_its_number():
    told = {
        number: fault_of(OSError(number, os.strerror(number)))
        for number in (errno.ENOSPC, errno.EROFS, errno.EIO, errno.ENOENT, errno.ECONNREFUSED)
    }
    assert list(told.values()) == [Fault.FULL, Fault.READ_ONLY, Fault.DISK, None, None]
    assert fault_of(ValueError("a mistake")) is None
    assert fault_of(None) is None


def test_the_reason_of_an_exception_counts():
    error = RuntimeError("the rendition was not made")
    error.__cause__ = OSError(errno.ENOSPC, "full")
    assert fault_of(error) is Fault.FULL
