"""Imports: uploaded files and their rows, until they are undone or expire.

The rows of the file are kept in the database, not on a disk, because several servers share only the
database. They are visible to the person who uploaded them, and are deleted some days later; the
history of each record keeps the imported changes, with their batch.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.content.text_fields import LineField

# How long previews and refused rows are kept.
RETENTION = timedelta(days=3)
# The options that say how to understand rows, and not how to read the file.
UNDERSTANDING = {"date_order", "date_orders", "match_by"}


class RowOutcome(models.TextChoices):
    """The result of an import for a row."""

    PENDING = "pending", _("Not checked yet")
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")
    LEFT_OUT = "left_out", _("Left out")


class BatchQuerySet(models.QuerySet["Batch"]):
    def of(self, model: type[models.Model]) -> Self:
        """Return the imports of a kind of record, the newest first."""
        found = self.filter(model=model._meta.label_lower).order_by("-made_at", "-pk")
        # A file has up to 20 MB.
        return found.defer("content")

    def imported(self) -> Self:
        """Return the imports that were carried out."""
        return self.filter(imported_at__isnull=False)


class Batch(models.Model):
    """One uploaded file to import."""

    model = models.CharField(_("kind of record"), max_length=100)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="batches",
        verbose_name=_("who"),
    )
    # Kept when the account is deleted.
    person_name = models.CharField(_("who"), max_length=150, blank=True)
    made_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    file_name = LineField(_("file"), max_length=255)
    headings = models.JSONField(default=list)
    # The file itself, compressed, until the import is carried out.
    content = models.BinaryField(null=True)
    # How the person said that the file is to be read: its columns, dates and matching.
    options = models.JSONField(default=dict)
    # Messages about the file as a whole.
    notes = models.JSONField(default=list)
    is_live = models.BooleanField(_("visitors see it at once"), default=False)
    # How often rows were corrected or left out; a step that began before is done again.
    corrections = models.PositiveIntegerField(default=0)
    imported_at = models.DateTimeField(_("imported"), null=True)
    # Outcome → number of rows, once the file is imported.
    counts = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("undone"), null=True)
    undone_by = models.CharField(_("undone by"), max_length=150, blank=True)
    # Records that could not be restored: [key, name, reason].
    left = models.JSONField(default=list)

    objects = BatchQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-made_at", "-pk"]

    def __str__(self) -> str:
        return self.file_name

    @property
    def model_class(self) -> type[models.Model]:
        return apps.get_model(self.model)

    @property
    def awaits_columns(self) -> bool:
        """True if a person has still to match the headings of the file."""
        reading = self.options.keys() - UNDERSTANDING
        return bool(reading) and "columns" not in self.options

    @property
    def expires_at(self) -> Any:
        return self.made_at + RETENTION

    def count_outcomes(self) -> dict[str, int]:
        """Return the number of rows by outcome, in the order of the outcomes."""
        numbers = dict(
            self.rows.order_by().values_list("outcome").annotate(number=models.Count("pk"))
        )
        return {outcome.value: numbers.get(outcome.value, 0) for outcome in RowOutcome}


class BatchRow(models.Model):
    """A row of the file, with its result."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(default=list)
    # Position of a corrected cell → its text in the file.
    originals = models.JSONField(default=dict)
    # Column name → the value as it was understood, where that is not how the cell spells it.
    readings = models.JSONField(default=dict)
    outcome = models.CharField(
        _("result"), max_length=10, choices=RowOutcome, default=RowOutcome.PENDING
    )
    # The sentences of all problems together.
    reason = models.TextField(_("reason"), blank=True)
    # Column name → its problem, so that a preview can mark the cell; "" is the row as a whole.
    problems = models.JSONField(default=dict)
    # A hint for the person, such as somebody's open draft.
    remark = models.TextField(_("remark"), blank=True)
    object_pk = models.CharField(_("record"), max_length=64, blank=True)
    label = models.CharField(_("name"), max_length=200, blank=True)
    # True if the change is saved as a draft of a public record.
    as_draft = models.BooleanField(default=False)
    # Unique values that no other row may have.
    claims = models.JSONField(default=list)
    base = models.JSONField(null=True, default=None)
    content = models.JSONField(null=True, default=None)

    class Meta:
        default_permissions = ()
        ordering = ["number"]
        indexes = [models.Index(fields=["batch", "outcome", "number"], name="batch_row_outcome")]
        constraints = [
            models.UniqueConstraint(fields=["batch", "number"], name="batch_row_number_unique")
        ]

    def __str__(self) -> str:
        return f"{self.batch}: {self.number}"


class HeadingChoice(models.Model):
    """The columns that a person chose for a row of headings, for the next file with the same."""

    model = models.CharField(_("kind of record"), max_length=100)
    # A hash of the folded headings in their order.
    fingerprint = models.CharField(max_length=64)
    # The name of the column at each position, or "" to leave it out.
    columns = models.JSONField(default=list)
    chosen_at = models.DateTimeField(_("when"), auto_now=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["model", "fingerprint"], name="heading_choice_unique")
        ]

    def __str__(self) -> str:
        return f"{self.model}: {', '.join(filter(None, self.columns))}"


def delete_expired() -> None:
    """Delete the rows of old imports, old previews and their files, in slices.

    Where there is nothing to delete, nothing is written.
    """
    limit = timezone.now() - RETENTION
    while keys := list(
        BatchRow.objects.filter(batch__made_at__lt=limit).values_list("pk", flat=True)[:500]
    ):
        BatchRow.objects.filter(pk__in=keys).delete()
    undecided = Batch.objects.filter(made_at__lt=limit, imported_at__isnull=True)
    if undecided.exists():
        undecided.delete()
    with_file = Batch.objects.filter(made_at__lt=limit, content__isnull=False)
    if with_file.exists():
        with_file.update(content=None)
