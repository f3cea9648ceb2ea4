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
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from imagefield.fields import PPOIField

from publishing.content.scope import Scope, narrowed
from publishing.content.text_fields import LineField
from publishing.content.text_index import TextIndexField
from publishing.pictures import renditions
from publishing.pictures.tags import TagsField, all_tags, tagged
from publishing.pictures.uploads import PictureFileField, validate_picture
from publishing.pictures.written_files import WrittenFiles


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

    def tagged(self, tag: str) -> Self:
        """Return the pictures with a tag."""
        return self.filter(tagged(tag))

    def tags(self) -> list[str]:
        """Return the tags of these pictures, in alphabetical order."""
        return all_tags(self.exclude(tags="").order_by().values_list("tags", flat=True).distinct())

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
        help_text=_(
            "JPEG, PNG, WebP, AVIF, GIF or HEIC (iPhone photos). A picture at least 1280 pixels "
            "wide looks sharp everywhere."
        ),
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
        help_text=_("The picture adds nothing to the text; screen readers skip it."),
    )
    credit = LineField(
        _("credit"),
        max_length=200,
        blank=True,
        help_text=_("Who made it, as it should appear next to the picture."),
    )
    licence = LineField(
        _("licence"),
        max_length=200,
        blank=True,
        help_text=_("The terms on which we may show it, for example “CC BY 4.0”."),
    )
    tags = TagsField(
        _("tags"),
        max_length=300,
        blank=True,
        help_text=_("Words to find it by, separated by commas: “festival, library, 2026”."),
    )
    # The SHA-256 of the uploaded file; empty for uploads from before it was kept.
    digest = models.CharField(max_length=64, blank=True, editable=False, db_index=True)
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
    words_key = TextIndexField("title", "alternative_text", "credit", "licence")

    # Files that were written for the next save, outside its transaction.
    written: WrittenFiles | None = None

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
    def measures(self) -> str:
        """Return the size in words; "" if it is not known."""
        if not self.width:
            return ""
        values = {"width": self.width, "height": self.height}
        return gettext("%(width)s × %(height)s pixels") % values

    @property
    def thumbnail(self) -> str:
        """Return the address of the smallest rendition, cropped around the focal point."""
        address: str = getattr(self.file, renditions.THUMBNAIL)
        return address

    @property
    def card(self) -> renditions.Rendered:
        return renditions.rendered(self.file, "card")

    @property
    def cover(self) -> renditions.Rendered:
        return renditions.rendered(self.file, "cover")

    def write_files(self) -> WrittenFiles:
        """Write the uploaded file and the renditions that are missing.

        It takes seconds and needs no transaction: call it before one begins, and set the outcome
        as `written` of the instance that is saved in it. Raises ValidationError if the upload is
        refused.
        """
        with WrittenFiles(self.file.storage) as written:
            if self.file.name and not self.file._committed:
                self.file.save(self.file.name, self.file.file, save=False)
                written.take_upload(self.file.name, (self.width, self.height), self.digest)
            if settings.IMAGEFIELD_AUTOGENERATE and not self.is_stored_so():
                written.names.extend(renditions.make_missing(self.file))
        return written

    def is_lost(self) -> bool:
        """Return whether the storage has no file of this picture."""
        return not self.file.storage.exists(self.file.name)

    def is_stored_so(self) -> bool:
        """Return whether a row has this file with this focal point."""
        rows = type(self)._base_manager.filter(focal_point=self.focal_point, file=self.file.name)
        return rows.exists()

    def _stored_file(self) -> str | None:
        rows = type(self)._base_manager.filter(pk=self.pk)
        return rows.values_list("file", flat=True).first() if self.pk else None

    def save(self, *args: Any, **kwargs: Any) -> None:
        given, self.written = self.written, None
        written = given or self.write_files()
        if written.upload:
            self.file = written.upload  # type: ignore[assignment]
            self.width, self.height = written.size
            self.digest = written.digest
        old = self._stored_file()
        try:
            super().save(*args, **kwargs)
        except BaseException:
            if not given:
                written.remove()
            raise
        transaction.on_commit(written.keep)
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
