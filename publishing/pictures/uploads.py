"""Uploads: what is accepted as a picture, and the normalised copy that is kept.

Both are decided in one step, before anything is written: what is accepted has been made already.
"""

import hashlib
import threading
from io import BytesIO
from pathlib import PurePath
from typing import Any, NamedTuple

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.db import models
from django.db.models.fields.files import FieldFile
from imagefield.fields import ImageField, ImageFieldFile
from PIL import Image

from publishing.pictures import containers, refusals
from publishing.pictures.colours import in_srgb, plain
from publishing.pictures.orientation import orientation, upright
from publishing.pictures.renditions import make_missing

# The format of the kept copy by that of the upload, its suffix, and what the encoder is told. The
# copy is only what renditions are made from; at this quality nobody sees that it was encoded twice.
KEPT: dict[str, tuple[str, str, dict[str, Any]]] = {
    "JPEG": ("JPEG", ".jpg", {"quality": 95}),
    "PNG": ("PNG", ".png", {"optimize": False}),
    "GIF": ("PNG", ".png", {"optimize": False}),
    "WEBP": ("WEBP", ".webp", {"quality": 95}),
    "lossless WEBP": ("WEBP", ".webp", {"lossless": True, "exact": True}),
    "AVIF": ("AVIF", ".avif", {"quality": 90, "max_threads": 1}),
    "HEIF": ("JPEG", ".jpg", {"quality": 95}),
}
# Twice what the widest rendition needs, so that a close crop is sharp; larger ones are made
# smaller once, and not for each rendition.
LONGEST_SIDE = 2560
# A process decodes one picture at a time: each may need 200 MB for a moment.
_turn = threading.Lock()


class Accepted(NamedTuple):
    """The copy of an upload that is kept: rotated upright, sRGB, no metadata, downscaled."""

    content: bytes
    suffix: str
    size: tuple[int, int]
    # The SHA-256 of the file as it was uploaded.
    digest: str = ""


def accept(file: "File[bytes]") -> Accepted:
    """Return the copy of an upload to keep; raise a ValidationError with a sentence if refused.

    The content counts, not the file name. The outcome is remembered with the upload, so that no
    later step can decide otherwise.
    """
    upload: Any = file
    while isinstance(upload, FieldFile):
        upload = upload.file
    if not hasattr(upload, "accepted"):
        try:
            upload.accepted = _accept(upload)
        except ValidationError as refusal:
            upload.accepted = refusal
    if isinstance(upload.accepted, ValidationError):
        raise ValidationError(upload.accepted.messages)
    accepted: Accepted = upload.accepted
    return accepted


def validate_picture(file: "File[bytes]") -> None:
    """Refuse an upload that cannot be kept as a picture. Raises ValidationError."""
    # A file of the library was validated when it was uploaded.
    if not getattr(file, "_committed", False):
        accept(file)


def kept(file: "File[bytes]") -> "ContentFile[bytes]":
    """Return the copy of an upload that is kept."""
    return ContentFile(accept(file).content)


def _accept(upload: "File[bytes]") -> Accepted:
    if upload.size > settings.PICTURE_MAX_BYTES:
        raise refusals.too_large(upload.size)
    upload.open()
    upload.seek(0)
    content = upload.read()
    upload.seek(0)
    with _turn:
        accepted = encoded(*decoded(content))
    return accepted._replace(digest=hashlib.sha256(content).hexdigest())


def decoded(content: bytes) -> tuple[Image.Image, str]:
    """Return the picture of a file, upright, in sRGB and downscaled, and its format.

    Decoders raise many kinds of error on broken files; all mean the same.
    """
    try:
        contents = containers.read(content)
        refusals.check_shape(contents.size)
        image = contents.open()
    except ValidationError:
        raise
    except Exception as error:
        raise refusals.unreadable() from error
    try:
        # A JPEG is decoded at half or a quarter of its size where that is enough.
        image.draft(None, (LONGEST_SIDE, LONGEST_SIDE))
        image.load()
        # The same name, because the whole picture would else be in memory until the end.
        image = plain(image)
        image.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        image = upright(in_srgb(image, contents.profile), orientation(contents.exif))
    except Exception as error:
        raise refusals.damaged() from error
    return image, contents.kind


def encoded(image: Image.Image, kind: str) -> Accepted:
    """Return the picture as it is kept; transparency needs another format than JPEG."""
    if image.mode == "RGBA" and KEPT[kind][0] == "JPEG":
        kind = "PNG"
    format_name, suffix, options = KEPT[kind]
    # An image that is new has no metadata.
    clean = Image.new(image.mode, image.size)
    clean.paste(image)
    file = BytesIO()
    clean.save(file, format_name, **options)
    return Accepted(file.getvalue(), suffix, image.size)


class PictureFile(ImageFieldFile):
    """A file of the library: what is kept is the accepted copy."""

    def save(self, name: str, content: "File[bytes]", save: bool = True) -> None:
        accepted = accept(content)
        field: Any = self.field
        name = field.generate_filename(self.instance, f"{PurePath(name).stem}{accepted.suffix}")
        self.name = self.storage.save(
            name, ContentFile(accepted.content), max_length=field.max_length
        )
        setattr(self.instance, field.attname, self.name)
        self._committed = True
        self.instance.width, self.instance.height = accepted.size
        self.instance.digest = accepted.digest
        if save:
            self.instance.save()


class PictureFileField(ImageField):
    """A picture that `accept` alone judges: no library opens the upload a second time."""

    attr_class = PictureFile

    def formfield(self, **kwargs: Any) -> Any:
        # Long names of files are shortened, not refused.
        options = {"form_class": forms.FileField, "max_length": None} | kwargs
        return models.FileField.formfield(self, **options)

    def save_form_data(self, instance: Any, data: Any) -> None:
        models.FileField.save_form_data(self, instance, data)

    def update_dimension_fields(self, *args: Any, **kwargs: Any) -> None:
        """Do nothing: the size is that of the kept copy, which `PictureFile.save` sets."""

    def _generate_files(self, instance: Any, **kwargs: Any) -> None:
        """Make what is missing after a save; `Picture.save` has usually made all of it before."""
        for _name in make_missing(getattr(instance, self.name)):
            pass
