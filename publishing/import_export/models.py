"""Imports: uploaded files and their rows, until they are undone or expire.

The rows of the file are kept here, not on a disk, because several servers share nothing but the
database. They belong to whoever uploaded them, and go some days later; what was imported is in
the history of each record, with its batch.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# So long a preview waits for its decision, and refused rows can be looked at.
KEPT = timedelta(days=3)


class RowOutcome(models.TextChoices):
    """The result of an import for a row."""

    PENDING = "pending", _("Not looked at yet")
    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    UNCHANGED = "unchanged", _("Unchanged")
    REFUSED = "refused", _("Refused")


class BatchQuerySet(models.QuerySet["Batch"]):
    def of(self, model: type[models.Model]) -> Self:
        """Return the imports of a kind of record, the newest first."""
        return self.filter(model=model._meta.label_lower).order_by("-made_at", "-pk")

    def imported(self) -> Self:
        """Return the imports that changed something."""
        return self.filter(imported_at__isnull=False)


class Batch(models.Model):
    """One file that somebody imports."""

    model = models.CharField(_("kind of record"), max_length=100)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="batches",
        verbose_name=_("who"),
    )
    # Stays when the account goes.
    person_name = models.CharField(_("who"), max_length=150, blank=True)
    made_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    file_name = models.CharField(_("file"), max_length=255)
    headings = models.JSONField(default=list)
    # Sentences about the file as a whole.
    notes = models.JSONField(default=list)
    is_live = models.BooleanField(_("visitors see it at once"), default=False)
    imported_at = models.DateTimeField(_("imported"), null=True)
    # Outcome → number of rows, once it is imported.
    counts = models.JSONField(default=dict)
    undone_at = models.DateTimeField(_("taken back"), null=True)
    undone_by = models.CharField(_("taken back by"), max_length=150, blank=True)
    # What could not be taken back: [key, name, reason].
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
    def expires_at(self) -> Any:
        return self.made_at + KEPT

    def tally(self) -> dict[str, int]:
        """Return the number of rows by outcome, in the order of the outcomes."""
        counted = dict(
            self.rows.order_by().values_list("outcome").annotate(number=models.Count("pk"))
        )
        return {outcome.value: counted.get(outcome.value, 0) for outcome in RowOutcome}


class BatchRow(models.Model):
    """A row of the file, and what the import makes of it."""

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="rows")
    number = models.PositiveIntegerField(_("row"))
    cells = models.JSONField(default=list)
    outcome = models.CharField(
        _("result"), max_length=10, choices=RowOutcome, default=RowOutcome.PENDING
    )
    reason = models.TextField(_("reason"), blank=True)
    # What to know besides, such as somebody's open draft.
    remark = models.TextField(_("remark"), blank=True)
    object_pk = models.CharField(_("record"), max_length=64, blank=True)
    label = models.CharField(_("name"), max_length=200, blank=True)
    # Whether what changes is kept as a draft of a public record.
    as_draft = models.BooleanField(default=False)
    # What no two rows may share.
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


def expire() -> None:
    """Delete the rows of old imports and old previews, in slices."""
    limit = timezone.now() - KEPT
    while keys := list(
        BatchRow.objects.filter(batch__made_at__lt=limit).values_list("pk", flat=True)[:500]
    ):
        BatchRow.objects.filter(pk__in=keys).delete()
    Batch.objects.filter(made_at__lt=limit, imported_at__isnull=True).delete()
