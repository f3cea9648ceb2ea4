"""`manage.py clean_media`: orphans and lost renditions, on disk and in a bucket."""

import os
import time
from io import StringIO

import pytest
from django.core.files.base import ContentFile
from django.core.management import CommandError, call_command

from tests import factories, processes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("renditions")]

ALL_WELL = ["Every file belongs to a picture, and no rendition is missing."]


def clean(*options):
    """Return the lines that the command prints."""
    out = StringIO()
    call_command("clean_media", *options, stdout=out)
    return out.getvalue().splitlines()


def files(settings):
    return {
        path.relative_to(settings.MEDIA_ROOT).as_posix(): path
        for path in settings.MEDIA_ROOT.rglob("*")
        if path.is_file()
    }


def age(settings, hours=2):
    """Let all files look as if they were written some hours ago."""
    for path in files(settings).values():
        os.utime(path, (time.time() - hours * 3600,) * 2)


def test_files_of_pictures_are_no_orphans(settings):
    assert clean() == ALL_WELL
    factories.picture()
    age(settings)
    assert clean() == ALL_WELL


def test_files_that_no_picture_names_are_listed_and_deleted_on_request(settings):
    picture = factories.picture()
    storage = picture.file.storage
    orphans = ["__processed__/1a2/b3c/dome-0123456789ab.webp", "pictures/dome-12345678.jpg"]
    for name in orphans:
        storage.save(name, ContentFile(b"x"))
    storage.save("elsewhere/notes.txt", ContentFile(b"x"))
    assert clean() == ALL_WELL
    age(settings)
    storage.save("pictures/young-12345678.jpg", ContentFile(b"x"))
    before = set(files(settings))
    hint = "To delete the files that are not in use, add --remove."
    assert clean() == [*(f"Not in use: {name}" for name in orphans), hint]
    assert set(files(settings)) == before
    assert clean("--remove") == [f"Deleted: {name}" for name in orphans]
    assert set(files(settings)) == before - set(orphans)
    assert clean("--hours", "0", "--remove") == ["Deleted: pictures/young-12345678.jpg"]
    assert clean() == ALL_WELL


def test_renditions_of_an_earlier_focal_point_are_orphans(settings):
    picture = factories.picture()
    picture.focal_point = "0.1x0.5"
    picture.save()
    age(settings)
    assert len(clean("--remove")) == 13
    assert len(files(settings)) == 1 + 13
    assert clean() == ALL_WELL


def test_lost_renditions_are_made_on_request(settings):
    picture = factories.picture(title="The dome")
    made = set(files(settings))
    for name in list(files(settings)):
        if name.startswith("__processed__") and not name.endswith(".avif"):
            (settings.MEDIA_ROOT / name).unlink()
    kept = set(files(settings))
    assert clean() == [
        "Renditions of “The dome” missing: 9",
        "To make the renditions that are missing, add --make.",
    ]
    assert set(files(settings)) == kept
    assert clean("--make") == ["Renditions of “The dome” made: 9"]
    assert set(files(settings)) == made
    assert picture.file.storage.exists(picture.file.name)


def test_a_lost_file_is_named_and_its_picture_can_still_be_saved(settings):
    picture = factories.picture(title="The dome")
    for path in files(settings).values():
        path.unlink()
    said = [f"The file of “The dome” is lost ({picture.file.name}). Upload it again."]
    assert clean("--remove", "--make") == said
    picture.credit, picture.focal_point = "A. Person", "0.1x0.5"
    picture.save()
    assert clean() == said


@pytest.mark.parametrize("hours", ["-1", "nan", "1e99"])
def test_an_age_without_sense_is_refused(hours):
    with pytest.raises(CommandError):
        clean("--hours", hours)


@pytest.mark.processes
def test_a_bucket_is_compared_and_cleaned(settings):
    with processes.bucket() as (bucket, client):
        options = {
            "bucket_name": bucket["S3_BUCKET"],
            "endpoint_url": bucket["S3_ENDPOINT_URL"],
            "region_name": bucket["S3_REGION"],
            "access_key": bucket["S3_ACCESS_KEY_ID"],
            "secret_key": bucket["S3_SECRET_ACCESS_KEY"],
        }
        in_bucket = {"BACKEND": "portal.storage.s3.Bucket", "OPTIONS": options}
        settings.STORAGES = settings.STORAGES | {"default": in_bucket}
        picture = factories.picture(title="The dome")
        for key in ("pictures/", "pictures/dome-12345678.jpg", "notes.txt"):
            client.put_object(Bucket="pictures", Key=key, Body=b"x")
        client.delete_object(Bucket="pictures", Key=picture.card.url.removeprefix("/media/"))
        assert clean() == [
            "Renditions of “The dome” missing: 1",
            "To make the renditions that are missing, add --make.",
        ]
        assert clean("--hours", "0", "--remove", "--make") == [
            "Deleted: pictures/dome-12345678.jpg",
            "Renditions of “The dome” made: 1",
        ]
        assert clean("--hours", "0") == ALL_WELL
