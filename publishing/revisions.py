"""What happened to every record, and the drafts of those that are public: one table.

A revision says who did what, when and why, with the record's content before and after. At most
one revision of a record is *open*: its draft, which the public page does not show. It began
from `base`, so that what others change meanwhile is merged when the draft goes live.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from . import snapshots
from .snapshots import Conflict, Merged, Snapshot


class Action(models.TextChoices):
    """What somebody did."""

    ADDED = "added", _("Added")
    CHANGED = "changed", _("Changed")
    PUBLISHED = "published", _("Published")
    UNPUBLISHED = "unpublished", _("Unpublished")
    ARCHIVED = "archived", _("Archived")
    TRASHED = "trashed", _("Moved to the trash")
    RECOVERED = "recovered", _("Taken out of the trash")
    PURGED = "purged", _("Deleted for good")
    RESTORED = "restored", _("Restored an older version")
    DRAFTED = "drafted", _("Saved a draft")
    DISCARDED = "discarded", _("Discarded the draft")
    SUBMITTED = "submitted", _("Submitted for review")
    RETURNED = "returned", _("Returned with a note")
    SCHEDULED = "scheduled", _("Scheduled the draft")
    FAILED = "failed", _("Could not publish the draft")
    IMPORTED = "imported", _("Imported")
    UNDONE = "undone", _("Took an import back")


class Stage(models.TextChoices):
    """How far an open draft is."""

    DRAFT = "draft", _("Draft")
    REVIEW = "review", _("Waiting for review")
    RETURNED = "returned", _("Returned")
    SCHEDULED = "scheduled", _("Scheduled")
    FAILED = "failed", _("Could not be published")


class RevisionQuerySet(models.QuerySet["Revision"]):
    def of(self, record: models.Model) -> Self:
        """The revisions of a record, the newest first."""
        return self.filter(model=record._meta.label_lower, object_pk=str(record.pk)).order_by(
            "-made_at", "-pk"
        )

    def open(self) -> Self:
        """Drafts that are neither published nor discarded."""
        return self.exclude(stage="")

    def due(self, moment: datetime | None = None) -> Self:
        """Drafts whose time has come, the earliest first."""
        moment = moment or timezone.now()
        return self.filter(stage=Stage.SCHEDULED, due_at__lte=moment).order_by("due_at", "pk")


class Revision(models.Model):
    """One thing that somebody did to a record."""

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
    # Stays when the account goes.
    person_name = models.CharField(_("who"), max_length=150, blank=True)
    made_at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    note = models.TextField(_("why"), blank=True)
    base = models.JSONField(_("before"), null=True, default=None)
    content = models.JSONField(_("after"), null=True, default=None)
    due_at = models.DateTimeField(_("goes live at"), null=True, blank=True)
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
        """The kind of record; None if the portal no longer has it."""
        try:
            return apps.get_model(self.model)
        except LookupError:
            return None

    @property
    def record(self) -> Any:
        """The record as it is now; None if it is gone."""
        model = self.model_class
        return model and model._base_manager.filter(pk=self.object_pk).first()

    @property
    def is_itself(self) -> bool:
        """Whether this asks for the review of a record that visitors do not see, as it stands."""
        return bool(self.stage) and self.base == self.content

    def merged(self, present: Snapshot) -> Merged:
        """This draft on top of what the record says now."""
        return snapshots.merge(self.base or present, self.content or present, present)

    def close(self) -> None:
        """From now on this is a line of the history and no draft."""
        Revision.objects.filter(pk=self.pk).update(stage="", due_at=None)
        self.stage, self.due_at = "", None


class Unresolved(Exception):
    """A draft cannot go live, because it and the record were changed in the same places."""

    def __init__(self, conflicts: list[Conflict]) -> None:
        super().__init__(conflicts)
        self.conflicts = conflicts


def open_draft(record: models.Model) -> Revision | None:
    """The open draft of a record."""
    return Revision.objects.of(record).open().select_related("person").first()


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
) -> Revision:
    """Write down what somebody did. An open draft takes the place of the one before it."""
    if stage and (earlier := open_draft(record)):
        earlier.close()
    made = entry(
        record, action, person, note, base=base, content=content, stage=stage, due_at=due_at
    )
    made.save()
    return made


def entry(
    record: models.Model, action: Action, person: Any = None, note: str = "", **values: Any
) -> Revision:
    """A line of the history that is not saved yet."""
    return Revision(
        model=record._meta.label_lower,
        object_pk=str(record.pk),
        label=str(record)[:200],
        action=action,
        person=person,
        person_name=name_of(person),
        note=note,
        **values,
    )


def name_of(person: Any) -> str:
    """How the history calls somebody, also when the account is gone."""
    return str(person.get_full_name() or person.get_username())[:150] if person else ""


def lock(record: models.Model) -> Any:
    """The record as it is in the database, kept from others until the transaction ends."""
    return type(record)._base_manager.select_for_update().get(pk=record.pk)


def write(
    record: Any,
    content: Snapshot,
    action: Action,
    person: Any = None,
    note: str = "",
) -> list[str]:
    """Apply a content for good and write it down; nothing at all if it changes nothing.

    Gives the sentences of `snapshots.apply`, raises what it raises.
    """
    with transaction.atomic():
        base = snapshots.take(lock(record))
        problems = snapshots.apply(record, content)
        after = snapshots.take(record)
        if not snapshots.same(base, after):
            log(record, action, person, note, base=base, content=after)
    return problems


def publish_draft(
    draft: Revision, person: Any = None, note: str = "", choices: dict[str, str] | None = None
) -> list[str]:
    """Put a draft live, merged with what others changed since it began.

    Raises Unresolved if both changed the same thing and no choice says which counts,
    ValidationError if the result is not valid; then nothing is changed.
    """
    with transaction.atomic():
        record = lock(draft.record)
        merged = snapshots.resolve(draft.merged(snapshots.take(record)), choices or {})
        if merged.conflicts:
            raise Unresolved(merged.conflicts)
        draft.close()
        return write(record, merged.content, Action.PUBLISHED, person, note)


def publish_due(moment: datetime | None = None) -> tuple[list[Revision], list[Revision]]:
    """Put every draft live whose time has come; gives those that went out and those that failed.

    Each in a transaction of its own, under a lock, so that several processes publish nothing
    twice. A draft that cannot go live is set aside with the reason, and stays a draft.
    """
    done, failed = [], []
    for draft in Revision.objects.due(moment):
        try:
            with transaction.atomic():
                # Another process may have been faster.
                still = Revision.objects.select_for_update().due(moment).filter(pk=draft.pk)
                if not still.exists():
                    continue
                publish_draft(draft, draft.person, draft.note)
        except (Unresolved, ValidationError, AttributeError) as error:
            Revision.objects.filter(pk=draft.pk, stage=Stage.SCHEDULED).update(stage=Stage.FAILED)
            failed.append(draft)
            draft.reason = reason(error)  # type: ignore[attr-defined]
        else:
            done.append(draft)
    return done, failed


def reason(error: Exception) -> str:
    """Why a draft could not go live, for staff."""
    if isinstance(error, Unresolved):
        return str(_("The record was changed in the same places as the draft."))
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(_("The record is gone."))
