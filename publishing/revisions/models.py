"""Revisions: the history of every record, and the open drafts of public ones, in one table.

A revision says who did what, when and why, with a snapshot of the record before and after. At most
one revision of a record is *open*: its draft, which the public page does not show. `base` is the
snapshot that a draft started from, so that later changes by others are merged when it is published.
"""

from __future__ import annotations

import logging
from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.content.moments import MomentField
from publishing.content.scope import Scope, about_records, within
from publishing.content.text_fields import ParagraphsField
from publishing.content.visibility import permission_to
from publishing.revisions import snapshots
from publishing.revisions.snapshots import MergeResult, Snapshot

logger = logging.getLogger(__name__)


class Action(models.TextChoices):
    """The kinds of entry in the history."""

    LOADED = "loaded", _("Loaded with the starter content")
    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    PUBLISHED = "published", _("Published")
    UNPUBLISHED = "unpublished", _("Unpublished")
    ARCHIVED = "archived", _("Archived")
    TRASHED = "trashed", _("Moved to the trash")
    RECOVERED = "recovered", _("Taken out of the trash")
    PURGED = "purged", _("Deleted for good")
    RESTORED = "restored", _("Restored an older version")
    REVERTED = "reverted", _("Undid a change")
    DRAFTED = "drafted", _("Saved a draft")
    DISCARDED = "discarded", _("Discarded the draft")
    SUBMITTED = "submitted", _("Submitted for review")
    RETURNED = "returned", _("Returned with a note")
    SCHEDULED_RECORD = "scheduled_record", _("Scheduled")
    SCHEDULED = "scheduled", _("Scheduled the draft")
    FAILED = "failed", _("Could not publish the draft")
    IMPORTED = "imported", _("Imported")
    UNDONE = "undone", _("Undid an import")
    SHARED = "shared", _("Shared the draft by a link")
    UNSHARED = "unshared", _("Revoked a link to the draft")


class Stage(models.TextChoices):
    """The stages of an open draft."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("Waiting for review")
    RETURNED = "returned", _("Returned")
    SCHEDULED = "scheduled", _("Scheduled")
    FAILED = "failed", _("Could not be published")


def model_of(label: str) -> type[models.Model] | None:
    """Return the model with a label; None if the portal no longer has it."""
    try:
        return apps.get_model(label)
    except LookupError:
        return None


class AboutRecordsMixin(models.QuerySet[Any]):
    """QuerySet mixin for rows that name a record by `model` and `object_pk`."""

    def within(self, scope: Scope) -> Self:
        return self.filter(about_records(scope))

    def visible_to(self, user: Any) -> Self:
        """Return the rows about records that the user may view."""
        hidden = [
            model._meta.label_lower
            for model in apps.get_models()
            if not user.has_perm(permission_to("view", model))
        ]
        rows = self.exclude(model__in=hidden) if hidden else self
        return within(rows, user)  # type: ignore[return-value]


class RevisionQuerySet(AboutRecordsMixin, models.QuerySet["Revision"]):
    def of(self, record: models.Model) -> Self:
        """Return the revisions of a record, the newest first."""
        return self.filter(model=record._meta.label_lower, object_pk=str(record.pk)).order_by(
            "-made_at", "-pk"
        )

    def open(self) -> Self:
        """Return the drafts that are neither published nor discarded."""
        return self.exclude(stage="")


class Revision(models.Model):
    """An entry in the history of a record; with a stage, its open draft."""

    model = models.CharField(_("kind of record"), max_length=100)
    object_pk = models.CharField(_("record"), max_length=64)
    label = models.CharField(_("name"), max_length=200)
    action = models.CharField(_("what"), max_length=20, choices=Action)
    stage = models.CharField(_("draft"), max_length=20, choices=Stage, blank=True)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("who"),
    )
    # The author of a draft, also after a publisher returned it; empty for other entries.
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="drafts",
        verbose_name=_("author"),
    )
    # Kept when the account is deleted.
    person_name = models.CharField(_("who"), max_length=150, blank=True)
    made_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    note = ParagraphsField(_("why"), blank=True)
    base = models.JSONField(_("before"), null=True, default=None)
    content = models.JSONField(_("after"), null=True, default=None)
    due_at = MomentField(_("publishes at"), null=True, blank=True)
    batch = models.ForeignKey(
        "publishing.Batch",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="revisions",
        verbose_name=_("import"),
    )

    objects = RevisionQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)
        verbose_name = _("change")
        verbose_name_plural = _("activity")
        ordering = ["-made_at", "-pk"]
        indexes = [
            models.Index(fields=["model", "object_pk", "-made_at"], name="revision_by_object"),
            models.Index(fields=["stage", "due_at"], name="revision_open", condition=~Q(stage="")),
            # The search over the desk reads the latest reasons that people gave.
            models.Index(
                fields=["-made_at"],
                name="revision_with_note",
                condition=~Q(note="") & Q(batch__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["model", "object_pk"],
                condition=~Q(stage=""),
                name="revision_one_open_draft",
            ),
            models.CheckConstraint(
                condition=~Q(stage=Stage.SCHEDULED) | Q(due_at__isnull=False),
                name="revision_scheduled_has_moment",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.label}: {self.get_action_display()}"

    @property
    def model_class(self) -> type[models.Model] | None:
        """Return the record's model; None if the portal no longer has it."""
        return model_of(self.model)

    @property
    def record(self) -> Any:
        """Return the record as it is now; None if it is gone."""
        model = self.model_class
        return model and model._base_manager.filter(pk=self.object_pk).first()

    @property
    def author_name(self) -> str:
        """Return the name of the draft's author."""
        return name_of(self.author) or self.person_name

    @property
    def is_review_request(self) -> bool:
        """Return whether this asks for the review of a hidden record, as it stands."""
        return bool(self.stage) and self.base == self.content

    def merged(self, present: Snapshot) -> MergeResult:
        """Merge this draft into the present snapshot of the record."""
        return snapshots.merge(self.base or present, self.content or present, present)

    def close(self) -> None:
        """Turn the open draft into an ordinary entry of the history."""
        Revision.objects.filter(pk=self.pk).update(stage="", due_at=None)
        self.stage, self.due_at = "", None


class OpenDraft(Revision):
    """An open draft, as the admin lists it."""

    class Meta:
        proxy = True
        default_permissions = ()
        verbose_name = _("draft or review")
        verbose_name_plural = _("drafts and reviews")
        ordering = ["-made_at", "-pk"]


def open_draft(record: models.Model) -> Revision | None:
    """Return the open draft of a record, or None."""
    return Revision.objects.of(record).open().select_related("person", "author").first()


def name_of(person: Any) -> str:
    """Return the name of a user, or the email address; "" for nobody."""
    return str(person) if person else ""


def log(
    record: models.Model,
    action: Action,
    person: Any = None,
    note: str = "",
    *,
    base: Snapshot | None = None,
    content: Snapshot | None = None,
    stage: str = "",
    due_at: datetime | None = None,
    author: Any = None,
    made_at: datetime | None = None,
) -> Revision:
    """Add an entry to the history. With a stage it is the open draft, in place of the earlier one.

    A draft belongs to its `author`: the person, unless somebody else is named. `made_at` is the
    date of the entry (default: now).
    """
    earlier = Revision.objects.of(record).open().only("pk").first() if stage else None
    if earlier:
        earlier.close()
    values = {"base": base, "content": content, "stage": stage, "due_at": due_at, "author": author}
    values |= {"made_at": made_at} if made_at else {}
    made = entry(record, action, person, note, **values)
    made.save()
    if earlier:
        # A share link follows its draft to the new revision.
        earlier.shared.update(draft=made)
    return made


def entry(
    record: models.Model, action: Action, person: Any = None, note: str = "", **values: Any
) -> Revision:
    """Return an unsaved revision; `values` are further columns."""
    if values.get("stage"):
        values["author"] = values.get("author") or person
    return Revision(
        model=record._meta.label_lower,
        object_pk=str(record.pk),
        label=str(record)[:200],
        action=action,
        person=person,
        person_name=name_of(person)[:150],
        note=note,
        **values,
    )
