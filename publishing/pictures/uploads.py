"""What may be uploaded as a picture, and what is kept of it."""

import warnings
from io import BytesIO
from pathlib import PurePath
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext_lazy as _
from imagefield.fields import ImageField, ImageFieldFile
from PIL import Image, ImageCms, ImageOps

# What cameras, phones and design programs give, and every browser shows.
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif"}
# The kept file is only what renditions are made from; at this quality nobody sees that it was
# written anew.
QUALITY = {"JPEG": 95, "WEBP": 95, "AVIF": 90}
# Twice what the widest rendition needs, so that a close crop is sharp; larger ones are made
# smaller once, and not anew for each rendition.
LONGEST_SIDE = 2560
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def validate_picture(file: "File[bytes]") -> None:
    """Refuse a file that is not a picture of a known format, or too large to work with.

    The content is read, the name is not believed. The header comes first, so a small file that
    claims to be an enormous picture is refused before it can fill the memory; then the whole
    picture, so that one that was cut short is refused as well. Raises ValidationError.
    """
    if getattr(file, "_committed", False):
        # It was looked at when it came.
        return
    if file.size > settings.PICTURE_MAX_BYTES:
        raise ValidationError(
            _("This file has %(size)s. Choose a picture of at most %(most)s.")
            % {
                "size": filesizeformat(file.size),
                "most": filesizeformat(settings.PICTURE_MAX_BYTES),
            }
        )
    try:
        picture = opened(file)
    except TOO_LARGE as error:
        raise ValidationError(too_many_pixels()) from error
    except Exception as error:
        # Pillow's plugins raise many kinds of error on broken files; all mean the same here.
        raise ValidationError(
            _("This file is not a picture that we can read. Use a JPEG, PNG, WebP or AVIF file.")
        ) from error
    if picture.format not in FORMATS:
        raise ValidationError(
            _("%(kind)s pictures cannot be used. Save it as JPEG, PNG, WebP or AVIF.")
            % {"kind": picture.format}
        )
    if picture.width * picture.height > settings.PICTURE_MAX_PIXELS:
        raise ValidationError(too_many_pixels())
    try:
        picture.load()
    except Exception as error:
        raise ValidationError(
            _("The end of this picture is missing or damaged. Copy or save it again.")
        ) from error
    finally:
        file.seek(0)


def too_many_pixels() -> Any:
    return _("This picture has more than %(most)s million pixels. Make it smaller.") % {
        "most": settings.PICTURE_MAX_PIXELS // 1_000_000
    }


def opened(file: "File[bytes]") -> Image.Image:
    """The picture in a file, of which only the header is read so far."""
    file.open()
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # A copy, because Pillow closes what it was given.
        return Image.open(BytesIO(file.read()))


def kept(file: "File[bytes]") -> "ContentFile[bytes]":
    """The picture upright, in the colours of the web, and without anything else that it told; at
    most as large as pages need.

    Cameras and phones write where and when a photograph was taken, and by whom; the colour
    profile is applied and the turn of the camera carried out, so neither is needed any more.
    """
    picture = opened(file)
    kind = str(picture.format)
    # A JPEG is decoded at half or a quarter of its size where that is enough.
    picture.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
    upright = in_srgb(ImageOps.exif_transpose(picture))
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    for told in ("exif", "xmp", "icc_profile", "comment"):
        upright.info.pop(told, None)
    made = BytesIO()
    options = {"quality": QUALITY[kind]} if kind in QUALITY else {"optimize": False}
    upright.save(made, kind, **options)
    return ContentFile(made.getvalue())


def in_srgb(picture: Image.Image) -> Image.Image:
    """The picture in sRGB, which a file without a profile is taken for."""
    profile = picture.info.get("icc_profile")
    mode = (
        "RGBA" if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info else "RGB"
    )
    if profile and picture.mode in ("RGB", "CMYK", "L"):
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            made = ImageCms.profileToProfile(
                picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB"
            )
        except ImageCms.PyCMSError:
            # A broken profile says nothing.
            return picture.convert("RGB")
        return made or picture
    return picture.convert(mode)


class PictureFile(ImageFieldFile):
    """A file of the library. However it comes, it is looked at, and its metadata stay behind."""

    def save(self, name: str, content: "File[bytes]", save: bool = True) -> None:
        validate_picture(content)
        suffix = FORMATS[str(opened(content).format)]
        super().save(f"{PurePath(name).stem}{suffix}", kept(content), save=save)


class PictureFileField(ImageField):
    attr_class = PictureFile
