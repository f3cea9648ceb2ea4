"""Autosave: the raw content of a form that somebody is filling in.

Unlike a draft, a working copy need not be valid: it holds the raw POST data, only its author sees
it, and it is not part of the history. Each opened form has a key of its own, so that two tabs never
overwrite each other; a restored form continues under the key that it had.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.revisions.models import Revision

# How long a copy is kept, and how many of one person for one record or kind of new record.
KEPT = timedelta(days=30)
MOST = 5
# How long the key of a saved form is remembered, so that a late request cannot revive its copy.
CLOSED = timedelta(days=1)
# How long after the last keystroke a user is shown to colleagues as editing.
RECENT = timedelta(hours=1)


class WorkingCopyQuerySet(models.QuerySet["WorkingCopy"]):
    def about(self, model: type[models.Model], object_pk: Any = None) -> Self:
        """Return the copies for one record, or for new records of its kind; the newest first."""
        place = {"model": model._meta.label_lower, "object_pk": str(object_pk or "")}
        return self.filter(**place, data__isnull=False).order_by("-touched_at", "pk")

    def of(self, person: Any) -> Self:
        return self.filter(person=person)

    def prune(self) -> None:
        now = timezone.now()
        self.filter(touched_at__lt=now - KEPT).delete()
        self.filter(data__isnull=True, touched_at__lt=now - CLOSED).delete()


class WorkingCopy(models.Model):
    """The unsaved content of one form that one user has open."""

    id = models.UUIDField(primary_key=True, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    model = models.CharField(max_length=100)
    # Empty for a new record.
    object_pk = models.CharField(max_length=64, blank=True)
    # Names and values in the order of the form; null once the form was saved.
    data = models.JSONField(null=True)
    touched_at = models.DateTimeField(default=timezone.now)

    objects = WorkingCopyQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = gettext_lazy("working copy")
        verbose_name_plural = gettext_lazy("working copies")
        indexes = [
            models.Index(
                fields=["model", "object_pk", "-touched_at"], name="working_copy_by_object"
            )
        ]

    def __str__(self) -> str:
        return f"{self.model} {self.object_pk}".strip()

    def posted(self) -> QueryDict:
        """Return the form data as a browser would send it."""
        sent = QueryDict(mutable=True)
        for name, value in self.data or ():
            sent.appendlist(name, value)
        return sent


def copies_of(person: Any, model: type[models.Model], object_pk: Any) -> WorkingCopyQuerySet:
    """Return what a person typed into the form of one record and did not save."""
    return WorkingCopy.objects.about(model, object_pk).of(person)


def keep(
    person: Any, model: type[models.Model], object_pk: Any, key: UUID, sent: QueryDict
) -> bool:
    """Store the form data; return False if the key belongs to another form or was closed."""
    data = [
        [name, value]
        for name, values in sent.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    place = {"person": person, "model": model._meta.label_lower, "object_pk": str(object_pk or "")}
    copies = WorkingCopy.objects
    if copies.filter(pk=key, data__isnull=False, **place).update(
        data=data, touched_at=timezone.now()
    ):
        return True
    _copy, is_new = copies.get_or_create(pk=key, defaults={**place, "data": data})
    if is_new:
        copies.prune()
        mine = copies_of(person, model, object_pk)
        copies.filter(pk__in=[copy.pk for copy in mine[MOST:]]).delete()
    return is_new


def close(person: Any, model: type[models.Model], key: UUID) -> None:
    """Delete the copy of a form that was saved, and refuse later data under its key."""
    closed = {"data": None, "touched_at": timezone.now()}
    place = {"person": person, "model": model._meta.label_lower}
    if not WorkingCopy.objects.filter(pk=key, **place).update(**closed):
        WorkingCopy.objects.get_or_create(pk=key, defaults=place | closed)


def news(person: Any, record: Any, opened: str) -> list[str]:
    """Return what colleagues did to a record since its form was opened, and are typing now."""
    if record is None:
        return []
    said = colleagues(person, type(record), record.pk)
    try:
        since = parse_datetime(opened)
    except ValueError:
        since = None
    if since is None or timezone.is_naive(since):
        return said
    saved = Revision.objects.of(record).filter(made_at__gt=since, content__isnull=False)
    last = saved.exclude(person_id=person.pk).defer("base", "content").first()
    if last:
        text = _(
            "%(person)s saved this %(ago)s, after you had opened it. When you save, what you "
            "both wrote is put together."
        )
        who = last.person_name or _("The portal")
        said.append(text % {"person": who, "ago": ago(last.made_at)})
    return said


def colleagues(person: Any, model: type[models.Model], object_pk: Any) -> list[str]:
    """Return sentences about users with recent unsaved changes to this record."""
    since = timezone.now() - RECENT
    copies = WorkingCopy.objects.about(model, object_pk).exclude(person=person)
    said: dict[Any, str] = {}
    for copy in copies.filter(touched_at__gt=since).select_related("person"):
        said.setdefault(
            copy.person_id,
            _("%(person)s has this open and has unsaved changes, the last from %(ago)s.")
            % {
                "person": copy.person.get_full_name() or copy.person.get_username(),
                "ago": ago(copy.touched_at),
            },
        )
    return list(said.values())


def ago(moment: datetime) -> str:
    """Return how long ago a moment was, in minutes: "just now", "5 minutes ago"."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes == 1:
        return _("a minute ago")
    return _("%(number)s minutes ago") % {"number": minutes}
