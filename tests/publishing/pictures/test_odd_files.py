"""Odd and hostile pictures through the form of the library, and through its address."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.forms import modelform_factory
from PIL import Image

from publishing.models import Picture
from publishing.staff.picture_forms import PictureForm
from tests.publishing.pictures.odd_files import REFUSED, TAKEN
from tests.staff_fixtures import editor

pytestmark = pytest.mark.django_db

__all__ = ["editor"]

FIELDS = ("title", "file", "focal_point", "alternative_text", "is_decorative")
VALUES = {
    "title": "Odd",
    "alternative_text": "Two colours",
    "focal_point_0": 50,
    "focal_point_1": 50,
}


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def typed(content):
    """Return the form of the library with an upload."""
    form = modelform_factory(Picture, form=PictureForm, fields=FIELDS)
    return form(VALUES, {"file": SimpleUploadedFile("odd.bin", content)})


def kept_image(picture):
    with picture.file.open() as file:
        image = Image.open(BytesIO(file.read()))
        image.load()
    return image


@pytest.mark.parametrize("name", TAKEN)
def test_an_odd_picture_is_taken_as_it_looks(name):
    build, expected = TAKEN[name]
    form = typed(build())
    assert form.errors == {}
    image = kept_image(form.save())
    width, height = image.size
    across = ((width // 2, height // 4), (width // 2, height * 3 // 4))
    along = ((width // 4, height // 2), (width * 3 // 4, height // 2))
    first, last = across if expected.is_tall else along
    assert (image.format, image.size) == (expected.kind, expected.size)
    assert image.getpixel(first) == pytest.approx(expected.first, abs=expected.within)
    assert image.getpixel(last) == pytest.approx(expected.last, abs=expected.within)
    assert set(image.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"} | {
        "loop", "background", "timestamp", "duration"
    }  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_refused_file_has_a_sentence_that_says_why(name, settings):
    build, sentence = REFUSED[name]
    form = typed(build())
    assert form.errors == {"file": [sentence]}
    assert not settings.MEDIA_ROOT.exists()
