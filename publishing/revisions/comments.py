"""Comments of staff on a record, on one of its fields, or on a passage of a text.

A thread belongs to the record and not to a draft, so it stays open through every save, publication
and time in the trash until somebody resolves it; deleting the record for good deletes it. Comments
are no content: no snapshot, export, preview or public page has them.
"""

from __future__ import annotations

from collections.abc import Iterable
from html import unescape
from typing import Any, Self

from django.conf import settings
from django.core.exceptions import FieldDoesNotExist
from django.core.validators import MaxLengthValidator
from django.db import models, transaction
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from publishing.content.richtext import RichTextField
from publishing.content.text_fields import LineField, ParagraphsField
from publishing.revisions.models import AboutRecordsMixin, Revision, model_of, name_of
from publishing.revisions.snapshots import Snapshot

LONGEST_TEXT, LONGEST_QUOTE = 2000, 500


def is_on_draft_of(user: Any) -> Q:
    """Return the condition for threads on records whose open draft belongs to a user."""
    place = {"model": OuterRef("model"), "object_pk": OuterRef("object_pk")}
    return Q(Exists(Revision.objects.open().filter(author=user.pk, **place)))


class CommentThreadQuerySet(AboutRecordsMixin, models.QuerySet["CommentThread"]):
    def of(self, record: models.Model) -> Self:
        """Return the threads on a record, the oldest first."""
        place = {"model": record._meta.label_lower, "object_pk": str(record.pk)}
        return self.filter(**place).order_by("pk")

    def open(self) -> Self:
        return self.filter(resolved_at__isnull=True)

    def on_drafts_of(self, user: Any) -> Self:
        """Return the threads on records whose open draft belongs to a user."""
        return self.filter(is_on_draft_of(user))


class CommentThread(models.Model):
    """A remark with its replies, open until somebody resolves it."""

    model = models.CharField(_("kind of record"), max_length=100)
    object_pk = models.CharField(_("record"), max_length=64)
    # The name of the record when the thread began, for lists.
    record_name = models.CharField(_("name"), max_length=200, blank=True)
    # The path of a field, as in a snapshot: "fields/motto", "rows/awards". Empty: the whole record.
    field = models.CharField(_("field"), max_length=120, blank=True)
    # The commented words, and the number of letters before them, which tells equal words apart.
    quote = LineField(_("passage"), max_length=LONGEST_QUOTE, blank=True)
    position = models.PositiveIntegerField(default=0)
    resolved_at = models.DateTimeField(_("resolved"), null=True, blank=True)
    resolved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Kept when the account is deleted, like the names in the history.
    resolved_name = models.CharField(_("resolved by"), max_length=150, blank=True)

    objects = CommentThreadQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("comment")
        verbose_name_plural = _("comments")
        indexes = [models.Index(fields=["model", "object_pk"], name="comment_thread_by_object")]

    def __str__(self) -> str:
        return self.record_name

    @property
    def model_class(self) -> type[models.Model] | None:
        """Return the record's model; None if the portal no longer has it."""
        return model_of(self.model)

    @property
    def label(self) -> str:
        """Return the name of the commented field; "" for the whole record."""
        return field_label(self.model_class, self.field) if self.model_class else ""

    @property
    def latest(self) -> Comment:
        """Return the latest comment of the thread."""
        return list(self.comments.all())[-1]

    def is_on_removed_words(self, content: Snapshot) -> bool:
        """Return whether the content no longer has the commented words."""
        return bool(self.quote) and squeezed(self.quote) not in squeezed(self._words(content))

    def _words(self, content: Snapshot) -> str:
        """Return the words of the commented field, without markup."""
        kind, _separator, name = self.field.partition("/")
        text = str((content.get(kind) or {}).get(name) or "")
        field = find_field(self.model_class, name) if self.model_class else None
        return unescape(strip_tags(text)) if isinstance(field, RichTextField) else text


class Comment(models.Model):
    """One remark or reply in a thread."""

    thread = models.ForeignKey(CommentThread, models.CASCADE, related_name="comments")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    # Kept when the account is deleted, like the names in the history.
    person_name = models.CharField(_("who"), max_length=150, blank=True)
    made_at = models.DateTimeField(_("when"), default=timezone.now)
    text = ParagraphsField(
        _("comment"),
        validators=[MaxLengthValidator(LONGEST_TEXT)],
    )

    class Meta:
        default_permissions = ()
        verbose_name = _("reply")
        verbose_name_plural = _("replies")
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.person_name}: {self.text[:50]}"


def squeezed(text: str) -> str:
    """Return the text without white space, which browsers and markup write differently."""
    return "".join(text.split())


def find_field(model: type[models.Model], name: str) -> Any:
    """Return a field or relation of a model; None if it has none of this name."""
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def field_label(model: type[models.Model], path: str) -> str:
    """Return the label of the field at a path, as differences name it; "" for none."""
    kind, _separator, name = path.partition("/")
    field = find_field(model, name)
    named = field.related_model._meta if field and kind == "rows" else field
    return capfirst(str(named.verbose_name)) if named else name


def open_comments_for(user: Any) -> CommentThreadQuerySet:
    """Return the open threads on the user's own drafts, of records that the user may view."""
    return CommentThread.objects.open().on_drafts_of(user).visible_to(user)


def start(
    record: models.Model,
    person: Any,
    text: str,
    *,
    field: str = "",
    quote: str = "",
    position: int = 0,
) -> Comment:
    """Start a thread on a record. Raises ValidationError if the text is empty or too long."""
    thread = CommentThread(
        model=record._meta.label_lower,
        object_pk=str(record.pk),
        record_name=str(record)[:200],
        field=field,
        quote=" ".join(quote.split())[:LONGEST_QUOTE],
        position=position,
    )
    return _add(thread, person, text)


def reply(thread: CommentThread, person: Any, text: str) -> Comment:
    """Add a reply, which opens a resolved thread again. Raises ValidationError as `start` does."""
    thread.resolved_at, thread.resolved_by, thread.resolved_name = None, None, ""
    return _add(thread, person, text)


def _add(thread: CommentThread, person: Any, text: str) -> Comment:
    comment = Comment(thread=thread, person=person, person_name=name_of(person)[:150], text=text)
    comment.full_clean(exclude=["thread"])
    with transaction.atomic():
        thread.save()
        comment.save()
    return comment


def resolve(thread: CommentThread, person: Any) -> None:
    """Close a thread; whoever resolved it first is named."""
    CommentThread.objects.open().filter(pk=thread.pk).update(
        resolved_at=timezone.now(), resolved_by=person, resolved_name=name_of(person)[:150]
    )


def reopen(thread: CommentThread) -> None:
    CommentThread.objects.filter(pk=thread.pk).update(
        resolved_at=None, resolved_by=None, resolved_name=""
    )


def forget(record: models.Model) -> None:
    """Delete the comments on a record that is deleted for good."""
    forget_all(type(record), [record.pk])


def forget_all(model: type[models.Model], keys: Iterable[Any]) -> None:
    """Delete the comments on records that are deleted for good."""
    place = {"model": model._meta.label_lower, "object_pk__in": [str(key) for key in keys]}
    CommentThread.objects.filter(**place).delete()
