"""Pictures: uploaded once, described once, used in many places."""

import secrets
from collections.abc import Iterator
from functools import partial
from pathlib import PurePath
from typing import Any, Self

from django.conf import settings
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from imagefield.fields import PPOIField

from publishing.content.scope import Scope, narrowed
from publishing.content.text_fields import LineField
from publishing.pictures import renditions
from publishing.pictures.uploads import PictureFileField, validate_picture


def picture_path(picture: "Picture", filename: str) -> str:
    """Return a new path for each upload, so that browsers do not show a replaced picture from
    cache.
    """
    path = PurePath(filename)
    stem = slugify(path.stem)[:60] or "picture"
    return f"pictures/{stem}-{secrets.token_hex(4)}{path.suffix.lower()}"


class PictureQuerySet(models.QuerySet["Picture"]):
    def within(self, scope: Scope) -> Self:
        """Return the pictures that records of this scope use, or that the user uploaded."""
        shown: Any = Q(uploaded_by=scope.person)
        for rows, link in self._uses():
            shown |= Exists(narrowed(rows, scope).filter(**{link: OuterRef("pk")}))
        return self.filter(shown)

    @staticmethod
    def _uses() -> Iterator[tuple[models.QuerySet[Any], str]]:
        """Yield (rows, name of the foreign key) for each kind of record that has pictures."""
        for relation in Picture._meta.related_objects:
            model: Any = relation.related_model
            yield model._default_manager.order_by(), relation.field.name


class Picture(models.Model):
    """A picture with its description, credit and focal point."""

    title = LineField(
        _("title"),
        max_length=200,
        help_text=_("For finding the picture here, for example “Manchester Central Library”."),
    )
    file = PictureFileField(
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
    # Fractions of the width and the height, from the upper left: "0.250x0.500".
    focal_point = PPOIField(
        _("focal point"),
        validators=[
            RegexValidator(
                r"^(0(\.\d+)?|1(\.0+)?)x(0(\.\d+)?|1(\.0+)?)$",
                _("Give two numbers from 0 to 1, for example 0.25x0.5."),
            )
        ],
    )
    alternative_text = LineField(
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
    credit = LineField(
        _("credit"),
        max_length=200,
        blank=True,
        help_text=_("Who made it, as it should be printed beside the picture."),
    )
    licence = LineField(
        _("licence"),
        max_length=200,
        blank=True,
        help_text=_("On what terms we may show it, for example “CC BY 4.0”."),
    )
    created_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="uploaded_pictures",
        verbose_name=_("uploaded by"),
    )

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
        """Return the text of the `alt` attribute: empty for a decorative picture."""
        return "" if self.is_decorative else self.alternative_text

    @property
    def card(self) -> renditions.Rendered:
        return renditions.rendered(self.file, "card")

    @property
    def cover(self) -> renditions.Rendered:
        return renditions.rendered(self.file, "cover")

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.file.name and not self.file._committed:
            # Before the transaction, which an error would break.
            validate_picture(self.file)
        rows = type(self)._base_manager.filter(pk=self.pk)
        old = rows.values_list("file", flat=True).first() if self.pk else None
        super().save(*args, **kwargs)
        if old and old != self.file.name:
            transaction.on_commit(partial(self._remove_file, old))

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        name = self.file.name
        deleted = super().delete(*args, **kwargs)
        transaction.on_commit(partial(self._remove_file, name))
        return deleted

    def _remove_file(self, name: str) -> None:
        """Delete a replaced file and its renditions from storage.

        A picture is often replaced because it may no longer be shown.
        """
        field: Any = self._meta.get_field("file")
        field._clear_generated_files_for(self.file, name)
        field.storage.delete(name)
