"""Uploaded pictures as they are served: whole, in parts, and to browsers that have them."""

import gc

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from publishing.slow_clients import WHOLE, downloads

pytestmark = pytest.mark.django_db

SMALL = bytes(range(250)) * 4


@pytest.fixture
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    default_storage.save("pictures/a.jpg", ContentFile(SMALL))
    default_storage.save("pictures/large.png", ContentFile(b"x" * (WHOLE + 5)))


@pytest.fixture
def picture(client, files):
    """Return a function that requests the small picture with header lines."""
    return lambda **headers: client.get("/media/pictures/a.jpg", headers=headers)


def test_a_picture_is_served_whole_with_what_caches_need(picture):
    response = picture(accept_encoding="gzip")
    assert (response.status_code, response.content) == (200, SMALL)
    assert not response.streaming
    assert response["Content-Type"] == "image/jpeg"
    assert response["Content-Length"] == str(len(SMALL))
    assert response["Accept-Ranges"] == "bytes"
    assert response["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "Content-Encoding" not in response
    assert response["ETag"].startswith('"')
    assert response["Last-Modified"].endswith(" GMT")


def test_a_browser_that_has_a_picture_gets_no_body(picture):
    first = picture()
    for validator in (
        {"if_none_match": first["ETag"]},
        {"if_none_match": f'"other", W/{first["ETag"]}'},
        {"if_modified_since": first["Last-Modified"]},
        {"if_none_match": first["ETag"], "range": "bytes=0-9"},
    ):
        response = picture(**validator)
        assert (response.status_code, response.content) == (304, b"")
        assert response["ETag"] == first["ETag"]
        assert response["Cache-Control"] == first["Cache-Control"]
    assert picture(if_none_match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=10-19", 10, 19),
        ("bytes=990-", 990, 999),
        ("bytes=990-5000", 990, 999),
        ("bytes=-10", 990, 999),
        ("bytes=-5000", 0, 999),
    ],
)
def test_a_part_of_a_picture_is_served(picture, asked, first, last):
    response = picture(range=asked, accept_encoding="gzip")
    assert (response.status_code, response.content) == (206, SMALL[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/1000"
    assert response["Content-Length"] == str(last - first + 1)
    assert "Content-Encoding" not in response


@pytest.mark.parametrize("asked", ["bytes=1000-", "bytes=5000-6000", "bytes=-0"])
def test_a_part_that_the_picture_does_not_have_is_refused(picture, asked):
    response = picture(range=asked)
    assert (response.status_code, response.content) == (416, b"")
    assert response["Content-Range"] == "bytes */1000"


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-9", "lines=1-2", "bytes=-", "bytes=9-1", "bytes=a-b", f"bytes={'9' * 40}-"],
)
def test_the_whole_picture_is_the_response_to_other_ranges(picture, asked):
    response = picture(range=asked)
    assert (response.status_code, response.content) == (200, SMALL)


def test_a_part_of_another_version_is_not_mixed_in(picture):
    tag = picture()["ETag"]
    assert picture(range="bytes=0-9", if_range=tag).status_code == 206
    assert picture(range="bytes=0-9", if_range='"other"').status_code == 200


def test_few_large_pictures_are_sent_at_once_and_leave_threads_for_pages(client, files):
    address = "/media/pictures/large.png"
    first, second = [client.get(address) for _ in range(downloads.most)]
    refused = client.get(address)
    assert (refused.status_code, refused["Retry-After"]) == (503, "10")
    assert refused["Cache-Control"] == "no-store"
    assert refused.text == "Too many large pictures are being downloaded. Try again in a moment."
    assert client.get("/media/pictures/a.jpg").status_code == 200
    assert client.get(address, headers={"range": "bytes=0-9"}).content == b"x" * 10

    assert b"".join(first) == b"x" * (WHOLE + 5)
    assert first["Content-Length"] == str(WHOLE + 5)
    first.close()
    part = client.get(address, headers={"range": "bytes=1-"})
    assert (part.status_code, len(part.getvalue())) == (206, WHOLE + 4)
    # A client that disconnects without having read anything frees its place too.
    del second, part
    gc.collect()
    assert downloads.taken == 0


def test_a_lost_picture_is_not_found(client, files):
    assert client.get("/media/pictures/b.jpg").status_code == 404
    assert client.get("/media/pictures/").status_code == 404
