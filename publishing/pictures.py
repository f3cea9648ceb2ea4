"""The library of pictures: uploaded once, described once, used in many places."""

import secrets
import warnings
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import File
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.template.defaultfilters import filesizeformat
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from imagefield.fields import ImageField, PPOIField
from PIL import Image

from . import renditions
from .scope import Scope, narrowed

# What cameras, phones and design programs give, and every browser shows.
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "AVIF": ".avif"}


def validate_picture(file: "File[bytes]") -> None:
    """Refuse a file that is not a picture of a known format, or too large to work with.

    The content is read, the name is not believed; only the header is decoded, so a small
    file that claims to be an enormous picture is refused before it can fill the memory.
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
        file.open()
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(file)
            kind, (width, height) = picture.format, picture.size
    except Exception as error:
        # Pillow's plugins raise many kinds of error on broken files; all mean the same here.
        raise ValidationError(
            _("This file is not a picture that we can read. Use a JPEG, PNG, WebP or AVIF file.")
        ) from error
    finally:
        file.open()
    if kind not in FORMATS:
        raise ValidationError(
            _("%(kind)s pictures cannot be used. Save it as JPEG, PNG, WebP or AVIF.")
            % {"kind": kind}
        )
    if width * height > settings.PICTURE_MAX_PIXELS:
        raise ValidationError(
            _("This picture is %(width)s × %(height)s pixels. Make it smaller.")
            % {"width": width, "height": height}
        )


def picture_path(picture: "Picture", filename: str) -> str:
    """A new address for each upload, so that no browser keeps showing a replaced picture."""
    path = PurePath(filename)
    stem = slugify(path.stem)[:60] or "picture"
    return f"pictures/{stem}-{secrets.token_hex(4)}{path.suffix.lower()}"


class PictureQuerySet(models.QuerySet["Picture"]):
    def within(self, scope: Scope) -> Self:
        """Pictures that a record of this scope shows, or that the person uploaded."""
        shown: Any = Q(pk__in=())
        for rows, link in self._uses():
            shown |= Exists(narrowed(rows, scope).filter(**{link: OuterRef("pk")}))
        if any(field.name == "uploaded_by" for field in Picture._meta.fields):
            shown |= Q(uploaded_by=scope.person)
        return self.filter(shown)

    def only_within(self, scope: Scope | None) -> Self:
        """Those of them that no other record shows, so that a change of them shows nowhere else."""
        if scope is None:
            return self
        others: Any = Q(pk__in=())
        for rows, link in self._uses():
            mine = narrowed(rows, scope).values("pk")
            others |= Exists(rows.filter(**{link: OuterRef("pk")}).exclude(pk__in=mine))
        return self.within(scope).exclude(others)

    @staticmethod
    def _uses() -> Iterator[tuple[models.QuerySet[Any], str]]:
        """The rows of each kind of record that has pictures, with the name of the link."""
        for relation in Picture._meta.related_objects:
            model: Any = relation.related_model
            yield model._default_manager.order_by(), relation.field.name


class Picture(models.Model):
    """A picture with what it needs to be shown well to everybody."""

    title = models.CharField(
        _("title"),
        max_length=200,
        help_text=_("For finding the picture here, for example “Manchester Central Library”."),
    )
    file = ImageField(
        _("file"),
        upload_to=picture_path,
        width_field="width",
        height_field="height",
        ppoi_field="focal_point",
        validators=[validate_picture],
        formats=renditions.FORMATS,
        help_text=_("JPEG, PNG, WebP or AVIF. At least 1280 pixels wide looks sharp everywhere."),
    )
    width = models.PositiveIntegerField(_("width"), editable=False, default=0)
    height = models.PositiveIntegerField(_("height"), editable=False, default=0)
    focal_point = PPOIField(_("focal point"))
    alternative_text = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_(
            "What the picture shows, for people who cannot see it: "
            "“Readers under the dome of Manchester Central Library”."
        ),
    )
    is_decorative = models.BooleanField(
        _("decorative"),
        default=False,
        help_text=_("The picture tells nothing that the text does not; screen readers skip it."),
    )
    credit = models.CharField(
        _("credit"),
        max_length=200,
        blank=True,
        help_text=_("Who made it, as it should be printed beside the picture."),
    )
    licence = models.CharField(
        _("licence"),
        max_length=200,
        blank=True,
        help_text=_("On what terms we may show it, for example “CC BY 4.0”."),
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ["-created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_decorative=True) | ~Q(alternative_text=""),
                name="picture_described_or_decorative",
                violation_error_message=_(
                    "Describe the picture in “alternative text”, or mark it as decorative."
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def alt(self) -> str:
        """What goes into the `alt` attribute: empty for a decorative picture."""
        return "" if self.is_decorative else self.alternative_text

    @property
    def card(self) -> renditions.Rendered:
        return renditions.rendered(self.file, "card")

    @property
    def cover(self) -> renditions.Rendered:
        return renditions.rendered(self.file, "cover")

    def save(self, *args: Any, **kwargs: Any) -> None:
        # A picture that comes by a shell or an import is looked at too.
        if self.file and not self.file._committed:
            validate_picture(self.file)
        super().save(*args, **kwargs)
