"""Uploads: what is accepted as a picture, and the normalised copy that is kept."""

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

# Formats that cameras, phones and design programs write and every browser shows.
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif"}
# The kept file is only what renditions are made from; at this quality nobody sees that it was
# written anew.
QUALITY = {"JPEG": 95, "WEBP": 95, "AVIF": 90}
# Twice what the widest rendition needs, so that a close crop is sharp; larger ones are made
# smaller once, and not anew for each rendition.
LONGEST_SIDE = 2560
TOO_LARGE = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def validate_picture(file: "File[bytes]") -> None:
    """Refuse a file that is not a picture of a known format, or too large to process.

    The content counts, not the file name. The header is read first, so that a small file that
    claims to be an enormous picture is refused before it fills the memory; then the whole picture,
    so that a truncated file is refused as well. Raises ValidationError.
    """
    if getattr(file, "_committed", False):
        # It was validated when it was uploaded.
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
        # Pillow's plugins raise many kinds of error on broken files; all mean the same.
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
    """Open a picture, reading only its header."""
    file.open()
    file.seek(0)
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        # A copy, because Pillow closes the file.
        return Image.open(BytesIO(file.read()))


def kept(file: "File[bytes]") -> "ContentFile[bytes]":
    """Return the normalised copy: rotated as EXIF says, sRGB, no metadata, downscaled.

    Cameras and phones store where, when and by whom a photograph was taken. The colour profile and
    the orientation are applied, so neither is needed any more.
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
    """Return the picture in sRGB; a file without a profile is taken as sRGB."""
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
            # Ignore a broken profile.
            return picture.convert("RGB")
        return made or picture
    return picture.convert(mode)


class PictureFile(ImageFieldFile):
    """A file of the library: every upload is validated and normalised."""

    def save(self, name: str, content: "File[bytes]", save: bool = True) -> None:
        validate_picture(content)
        suffix = FORMATS[str(opened(content).format)]
        super().save(f"{PurePath(name).stem}{suffix}", kept(content), save=save)


class PictureFileField(ImageField):
    attr_class = PictureFile
