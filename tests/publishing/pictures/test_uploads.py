"""Uploaded pictures: their stored form, their files, and refusals."""

import re
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image, ImageCms, ImageOps

from publishing.models import Picture
from publishing.pictures.uploads import kept, validate_picture
from tests import factories

pytestmark = pytest.mark.django_db

ORIENTATION, GPS, DESCRIPTION = 0x0112, 0x8825, 0x010E


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def photograph(kind="JPEG", size=(80, 40), orientation=1, **options):
    """Return a photograph, left half red and right half blue, with a place and a description."""
    image = Image.new("RGB", size, "red")
    image.paste("blue", (size[0] // 2, 0, *size))
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    exif[DESCRIPTION] = "a secret garden"
    exif[GPS] = {1: "N", 2: (53.0, 28.0, 40.0)}
    file = BytesIO()
    image.save(file, kind, exif=exif, **options)
    return file.getvalue()


def stored(picture):
    with picture.file.storage.open(picture.file.name) as file:
        content = file.read()
    return Image.open(BytesIO(content)), content


def is_red(colour):
    red, _green, blue = colour[:3]
    return red > 200 and blue < 60


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "AVIF"])
def test_the_stored_file_of_a_picture_has_no_metadata(kind):
    options = {} if kind == "PNG" else {"xmp": b"<x:xmpmeta>somebody</x:xmpmeta>"}
    content = photograph(kind, **options)
    assert b"secret garden" in content
    picture = factories.picture(file=factories.upload("a.jpg", content))
    image, written = stored(picture)
    assert (image.format, dict(image.getexif()), image.size) == (kind, {}, (80, 40))
    for told in (b"secret garden", b"somebody", b"Exif"):
        assert told not in written


def test_a_picture_taken_sideways_is_stored_upright():
    picture = factories.picture(file=factories.upload("a.jpg", photograph(orientation=6)))
    image, _content = stored(picture)
    # After a turn to the right, the left half is on top.
    assert (image.size, picture.width, picture.height) == ((40, 80), 40, 80)
    assert is_red(image.convert("RGB").getpixel((20, 10)))
    assert not is_red(image.convert("RGB").getpixel((20, 70)))
    assert ImageOps.exif_transpose(image).size == image.size


@pytest.mark.parametrize(
    ("size", "kept_size"), [((3000, 1500), (2560, 1280)), ((90, 60), (90, 60))]
)
def test_a_picture_is_stored_as_large_as_pages_need(size, kept_size):
    picture = factories.picture(file=factories.upload("a.jpg", factories.image_bytes(size=size)))
    image, _content = stored(picture)
    assert (image.size, (picture.width, picture.height)) == (kept_size, kept_size)


def with_profile(profile):
    """Return the stored form of a red square whose file has a colour profile."""
    file = BytesIO()
    Image.new("RGB", (8, 8), (200, 30, 30)).save(file, "PNG", icc_profile=profile)
    return Image.open(kept(ContentFile(file.getvalue())))


def test_the_colour_profile_of_a_picture_is_applied():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile that exchanges red and blue.
    names = {b"rXYZ": b"bXYZ", b"bXYZ": b"rXYZ"}
    turned = re.sub(b"[rb]XYZ", lambda name: names[name[0]], srgb)
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    for profile, colour in [(srgb, (200, 30, 30)), (turned, (30, 30, 200)), (lab, (200, 30, 30))]:
        image = with_profile(profile)
        assert "icc_profile" not in image.info
        assert image.getpixel((4, 4)) == pytest.approx(colour, abs=2)


def test_a_transparent_picture_stays_so_and_is_shown_on_white(renditions):
    file = BytesIO()
    Image.new("RGBA", (800, 800), (0, 0, 0, 0)).save(file, "PNG")
    picture = factories.picture(file=factories.upload("a.png", file.getvalue()))
    image, _content = stored(picture)
    assert image.mode == "RGBA"
    with picture.file.storage.open(picture.card.url.removeprefix("/media/")) as shown:
        assert min(Image.open(shown).convert("RGB").getpixel((100, 100))) > 250


def test_the_type_of_a_picture_is_not_taken_from_its_file_name():
    content = photograph("PNG")
    picture = factories.picture(file=factories.upload("page.html", content))
    assert picture.file.name.endswith(".png")
    assert picture.file.name.startswith("pictures/page-")


def sentence(content, name="a.jpg"):
    with pytest.raises(ValidationError) as refused:
        validate_picture(factories.upload(name, content))
    [said] = refused.value.messages
    return said


def test_a_refused_picture_has_a_sentence_that_says_why(settings):
    unreadable = "We cannot read this file as a picture. Use a JPEG, PNG, WebP or AVIF file."
    damaged = "The end of this picture is missing or damaged. Copy or save it again."
    bmp = BytesIO()
    Image.new("P", (8, 8)).save(bmp, "BMP")
    whole = photograph(size=(800, 600))
    assert sentence(b'<svg xmlns="http://www.w3.org/2000/svg"/>', "a.svg") == unreadable
    assert sentence(b"<html><script>go()</script></html>") == unreadable
    assert sentence(whole[:40]) == unreadable
    assert sentence(whole[: len(whole) // 2]) == damaged
    assert sentence(photograph("PNG", (800, 600))[:-300], "a.png") == damaged
    assert sentence(bmp.getvalue()) == (
        "BMP pictures cannot be used. Save this one as JPEG, PNG, WebP or AVIF."
    )
    settings.PICTURE_MAX_BYTES = 100
    assert sentence(whole).endswith("Choose a picture of at most 100\xa0bytes.")


@pytest.mark.parametrize("side", [8_000, 10_000, 14_000])
def test_a_small_file_that_claims_to_be_enormous_is_refused(side):
    file = BytesIO()
    Image.new("1", (side, side)).save(file, "PNG")
    assert file.tell() < 100_000
    assert sentence(file.getvalue(), "a.png") == (
        "This picture has more than 50 million pixels. Make it smaller."
    )


def files(settings):
    return sorted(path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


@pytest.mark.django_db(transaction=True)
def test_a_replaced_picture_gets_a_new_address_and_the_old_file_is_deleted(settings, renditions):
    picture = factories.picture()
    old_address, old = picture.file.url, files(settings)
    picture.file = factories.upload()
    picture.save()
    assert picture.file.url != old_address
    assert len(files(settings)) == len(old)
    assert not set(files(settings)) & set(old)
    picture.delete()
    assert files(settings) == []


def test_every_rendition_is_made_at_upload_and_none_on_a_visit(client, settings, renditions):
    picture = factories.picture()
    made = files(settings)
    assert len(made) == 1 + 13
    item = factories.news_item(
        picture=picture, body=f'<figure data-picture="{picture.pk}"></figure>'
    )
    for path in settings.MEDIA_ROOT.rglob("__processed__/**/*"):
        if path.is_file():
            path.unlink()
    assert client.get(item.get_absolute_url()).status_code == 200
    assert len(files(settings)) == 1


@pytest.mark.parametrize("point", ["0.5x0.5", "0x1", "0.250x0.033"])
def test_focal_points_are_accepted(point):
    picture = Picture(title="a", alternative_text="a", focal_point=point)
    picture.clean_fields(exclude=["file"])


@pytest.mark.parametrize("point", ["", "1.5x0.5", "0.5", "axb", "0.5x0.5x0.5"])
def test_invalid_focal_points_are_refused(point):
    picture = Picture(title="a", alternative_text="a", focal_point=point)
    with pytest.raises(ValidationError):
        picture.clean_fields(exclude=["file"])
