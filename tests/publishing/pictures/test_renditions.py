"""The renditions of a picture, made at upload."""

from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image

from publishing.models import Picture
from tests import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("renditions")]


def jpeg(size, colour="red", **options):
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG", **options)
    return file.getvalue()


def rendered(picture, url):
    with picture.file.storage.open(url.removeprefix("/media/")) as file:
        image = Image.open(file)
        image.load()
    return image


def test_each_rendition_has_its_declared_format_and_size():
    picture = factories.picture()
    for shape, sizes in {
        "card": [(320, 180), (640, 360)],
        "cover": [(640, 440), (1280, 880)],
    }.items():
        result = getattr(picture, shape)
        assert [source.type for source in result.sources] == ["image/avif", "image/webp"]
        for source in result.sources:
            offered = [entry.split(" ") for entry in source.srcset.split(", ")]
            assert [width for _url, width in offered] == [f"{width}w" for width, _height in sizes]
            images = [rendered(picture, url) for url, _width in offered]
            assert [image.size for image in images] == sizes
            assert {f"image/{image.format.lower()}" for image in images} == {source.type}
        fallback = rendered(picture, result.url)
        assert (fallback.format, fallback.size) == ("JPEG", (result.width, result.height))


def test_the_focal_point_stays_in_view():
    half = Image.new("RGB", (1000, 3000), "red")
    half.paste("blue", (0, 2000, 1000, 3000))
    file = BytesIO()
    half.save(file, "PNG")
    picture = Picture(title="Tall", alternative_text="Two colours", focal_point="0.5x0.9")
    picture.file.save("tall.png", ContentFile(file.getvalue()), save=False)
    picture.save()
    red, _green, blue = rendered(picture, picture.card.url).getpixel((320, 180))
    assert (red < 60, blue > 200) == (True, True)


def test_renditions_have_no_place_of_the_photograph():
    exif = Image.Exif()
    exif[0x010E] = "a secret garden"
    picture = Picture(title="Garden", alternative_text="A garden")
    picture.file.save("a.jpg", ContentFile(jpeg((800, 600), exif=exif)), save=False)
    picture.save()
    for source in picture.card.sources:
        for entry in source.srcset.split(", "):
            assert dict(rendered(picture, entry.split(" ")[0]).getexif()) == {}


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.jpg", b"<html><script>alert(1)</script></html>"),
        ("drawing.svg", b'<svg xmlns="http://www.w3.org/2000/svg"/>'),
        ("cut.jpg", jpeg((800, 600))[:40]),
        ("empty.png", b""),
    ],
)
def test_a_file_that_is_no_picture_is_refused_on_every_way_in(name, content):
    picture = Picture(title="x", alternative_text="x")
    picture.file = ContentFile(content, name=name)
    with pytest.raises(ValidationError):
        picture.full_clean()
    with pytest.raises(ValidationError):
        picture.save()
    assert not Picture.objects.exists()


@pytest.mark.parametrize("side", [8_000, 14_000])
def test_an_enormous_picture_in_a_small_file_is_refused_with_a_sentence(admin_client, side):
    file = BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    assert file.tell() < 100_000
    upload = ContentFile(file.getvalue(), name="bomb.png")
    response = admin_client.post(
        "/admin/publishing/picture/add/",
        {"title": "x", "alternative_text": "x", "focal_point": "0.5x0.5", "file": upload},
    )
    assert response.status_code == 200
    [error] = response.context["adminform"].form.errors["file"]
    assert error.endswith((". Make it smaller.", "not an image or a corrupted image."))
    assert not Picture.objects.exists()
