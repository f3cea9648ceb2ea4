"""Saving a picture: its files are written before the transaction, and removed if it fails."""

import threading

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction

from publishing.models import Picture
from tests import factories
from tests.admin_pages import add, admin_url, errors, save_form
from tests.publishing.pictures import building as make
from tests.publishing.pictures.odd_files import REFUSED, TAKEN
from tests.publishing.pictures.watched_storage import BACKEND, WatchedStorage
from tests.staff_fixtures import editor, signed_in

__all__ = ["editor"]

NEW = {"title": "Odd", "alternative_text": "Two colours"}
# One of each kind that was refused or was an error of the server.
ODD = (
    "JPEG, two pictures (MPO)",
    "JPEG, no profile",
    "JPEG, profile after the frame",
    "JPEG, turned, with a negative number",
    "JPEG, turned, with a resolution as text",
    "PNG, broken EXIF",
    "PNG, cut EXIF as text",
    "PNG, 16 bits with a clear tone",
    "PNG, one bit with clear black",
    "WebP, line break early",
    "WebP, alpha",
    "WebP, animated",
    "HEIC, turned in EXIF too",
)


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def watched(settings):
    """Save through a storage whose `before_write` the test sets."""
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": BACKEND}}
    yield WatchedStorage
    WatchedStorage.before_write = print


def files(settings):
    return sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


def upload(content=None):
    return SimpleUploadedFile("odd.bin", make.jpeg() if content is None else content)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ODD)
def test_an_odd_picture_is_taken_at_the_desk(editor, name):
    build, expected = TAKEN[name]
    response = add(editor, Picture, **NEW, file=upload(build()))
    assert (response.status_code, response.get("Location")) == (
        302,
        admin_url(Picture, "changelist"),
    )
    picture = Picture.objects.get()
    assert (picture.width, picture.height) == expected.size


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["a line of pixels", "a narrow strip", "PNG, half", "TIFF"])
def test_a_refused_picture_has_one_sentence_at_the_desk(editor, settings, name):
    build, sentence = REFUSED[name]
    response = add(editor, Picture, **NEW, file=upload(build()))
    assert errors(response) == {"file": [sentence]}
    assert files(settings) == []


@pytest.mark.django_db
def test_a_long_name_of_a_file_is_shortened(editor):
    file = SimpleUploadedFile("Screenshot " * 20 + ".jpeg", make.jpeg())
    assert add(editor, Picture, **NEW, file=file).status_code == 302
    assert len(Picture.objects.get().file.name) < 100


@pytest.mark.django_db(transaction=True)
def test_files_of_a_picture_are_written_outside_of_transactions(editor, watched, renditions):
    written = []
    watched.before_write = lambda name: written.append((name, connection.in_atomic_block))
    add(editor, Picture, **NEW, file=upload())
    picture = Picture.objects.get()
    assert [name for name, _is_inside in written].count(picture.file.name) == 1
    assert len(written) == 1 + 13
    save_form(editor, picture, focal_point_0="10")
    assert len(written) == 1 + 13 + 13
    save_form(editor, picture, file=upload())
    assert len(written) == 1 + 13 + 13 + 1 + 13
    assert {is_inside for _name, is_inside in written} == {False}


@pytest.mark.django_db(transaction=True)
def test_a_colleague_saves_while_renditions_are_made(editor, watched, renditions):
    city = factories.city(name="Wakefield")
    begun, saved = threading.Event(), threading.Event()

    def wait(_name):
        begun.set()
        assert saved.wait(30)

    def add_picture():
        try:
            add(editor, Picture, **NEW, file=upload())
        finally:
            connection.close()

    watched.before_write = wait
    uploader = threading.Thread(target=add_picture)
    uploader.start()
    try:
        assert begun.wait(30)
        response = save_form(signed_in(factories.superuser()), city, motto="Merrie City")
        assert response.status_code == 302
        assert not Picture.objects.exists()
    finally:
        saved.set()
        uploader.join()
    assert Picture.objects.get().title == "Odd"


def refuse_pictures(execute, sql, params, many, context):
    if sql.startswith(("INSERT", "UPDATE")) and Picture._meta.db_table in sql.split("(")[0]:
        raise DatabaseError("the disk is full")
    return execute(sql, params, many, context)


@pytest.mark.django_db(transaction=True)
def test_a_save_that_fails_leaves_no_file(editor, settings, renditions):
    with connection.execute_wrapper(refuse_pictures), pytest.raises(DatabaseError):
        add(editor, Picture, **NEW, file=upload())
    assert files(settings) == []


@pytest.mark.django_db(transaction=True)
def test_a_change_that_fails_leaves_the_old_files_alone(editor, settings, renditions):
    picture = factories.picture()
    old = files(settings)
    assert len(old) == 1 + 13
    for change in ({"focal_point_0": "10"}, {"file": upload()}):
        with connection.execute_wrapper(refuse_pictures), pytest.raises(DatabaseError):
            save_form(editor, picture, **change)
        assert files(settings) == old


def add_and_fail():
    with transaction.atomic():
        factories.picture()
        raise DatabaseError("something else went wrong")


@pytest.mark.django_db(transaction=True)
def test_a_transaction_that_is_rolled_back_leaves_no_file(settings, renditions):
    with pytest.raises(DatabaseError):
        add_and_fail()
    assert files(settings) == []
    with transaction.atomic():
        with pytest.raises(DatabaseError):
            add_and_fail()
        kept = factories.picture()
    assert len(files(settings)) == 1 + 13
    assert kept.file.storage.exists(kept.file.name)


@pytest.mark.django_db
def test_an_upload_in_a_form_with_errors_leaves_no_file(editor, settings, renditions):
    response = add(editor, Picture, title="", alternative_text="x", file=upload())
    assert list(errors(response)) == ["title"]
    assert files(settings) == []


@pytest.mark.django_db
def test_an_upload_of_somebody_without_the_permission_is_not_read(settings, renditions):
    nobody = signed_in(factories.user())
    response = nobody.post(admin_url(Picture, "add"), NEW | {"file": upload()})
    assert response.status_code == 403
    assert files(settings) == []
