"""Autosave: the raw content of a form that somebody is filling in.

Unlike a draft, a working copy need not be valid: it holds the raw POST data, only its author sees
it, and it is not part of the history. Each opened form has a key of its own, so that two tabs never
overwrite each other; a restored form continues under the key that it had. A form says that it is
open; the copies of one record whose forms are gone become one (`fold`), so that there is at most
one to restore.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from publishing.content.moments import parse_moment
from publishing.content.visibility import permission_to
from publishing.revisions.models import Revision, model_of, name_of

# How long a copy is kept, and how many of one person for one record or kind of new record.
KEPT = timedelta(days=30)
MOST = 5
# How long the key of a saved form is remembered, so that a late request cannot revive its copy.
CLOSED = timedelta(days=1)
# How long after the last keystroke a user is shown to colleagues as editing.
RECENT = timedelta(hours=1)
# How long after its last sign of life a form counts as gone: browsers slow hidden tabs down.
GONE = timedelta(minutes=2)
# The field with the names of the fields and rows that the person changed.
CHANGED_FIELD = "_changed"
# The fields of a row, "awards-0-year", belong together: they are one unit, "awards".
ROW_FIELD = re.compile(r"(?P<rows>.+?)-(\d+|__prefix__|[A-Z]+_FORMS)(-|$)")


class WorkingCopyQuerySet(models.QuerySet["WorkingCopy"]):
    def about(self, model: type[models.Model], object_pk: Any = None) -> Self:
        """Return the copies for one record, or for new records of its kind; the newest first."""
        place = {"model": model._meta.label_lower, "object_pk": str(object_pk or "")}
        return self.filter(**place, data__isnull=False).order_by("-touched_at", "pk")

    def of(self, person: Any) -> Self:
        return self.filter(person=person)

    def gone(self) -> Self:
        """Return the copies whose forms are closed, or gave no sign of life for a while."""
        return self.filter(Q(seen_at=None) | Q(seen_at__lt=timezone.now() - GONE))

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
    # The last sign of life of the form; null once it was closed.
    seen_at = models.DateTimeField(default=timezone.now, null=True)
    # The name of the record, or the name typed for a new one.
    label = models.CharField(max_length=200, blank=True)

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

    @property
    def is_gone(self) -> bool:
        """Return whether the form is closed, or gave no sign of life for a while."""
        return self.seen_at is None or self.seen_at < timezone.now() - GONE

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
    person: Any,
    model: type[models.Model],
    object_pk: Any,
    key: UUID,
    sent: QueryDict,
    label: str = "",
) -> bool:
    """Store the form data; return False if the key belongs to another form or was closed."""
    data = [
        [name, value]
        for name, values in sent.lists()
        for value in values
        if name != "csrfmiddlewaretoken"
    ]
    place = {"person": person, "model": model._meta.label_lower, "object_pk": str(object_pk or "")}
    copies, now = WorkingCopy.objects, timezone.now()
    values = {"data": data, "touched_at": now, "seen_at": now, "label": label[:200]}
    if copies.filter(pk=key, data__isnull=False, **place).update(**values):
        return True
    _copy, is_new = copies.get_or_create(pk=key, defaults=place | values)
    if is_new:
        copies.prune()
        mine = copies_of(person, model, object_pk)
        copies.filter(pk__in=[copy.pk for copy in mine[MOST:]]).delete()
    return is_new


def close(person: Any, model: type[models.Model], key: UUID, object_pk: Any = None) -> None:
    """Delete the copy of a form that was saved, and refuse later data under its key.

    Earlier copies of the same record go too, unless they belong to a form that is still open.
    """
    closed = {"data": None, "touched_at": timezone.now(), "label": ""}
    place = {"person": person, "model": model._meta.label_lower}
    if not WorkingCopy.objects.filter(pk=key, **place).update(**closed):
        WorkingCopy.objects.get_or_create(pk=key, defaults=place | closed)
    if object_pk is not None:
        copies_of(person, model, object_pk).gone().delete()


def mark_open(person: Any, key: UUID, *, is_open: bool) -> None:
    """Note the sign of life of a form, or that it was closed without being saved."""
    seen_at = timezone.now() if is_open else None
    WorkingCopy.objects.filter(pk=key, person=person).update(seen_at=seen_at)


# -- One copy for each record ---------------------------------------------------------------


def latest_copy(
    person: Any, model: type[models.Model], object_pk: Any, but: UUID | None = None
) -> WorkingCopy | None:
    """Return the copy of a record to offer for restoring; those of forms that are gone are one.

    New records are told apart by their forms, so each of them keeps its own.
    """
    copies = [copy for copy in copies_of(person, model, object_pk) if copy.pk != but]
    if object_pk is not None:
        fold([copy for copy in copies if copy.is_gone])
    return copies[0] if copies else None


def fold(copies: list[WorkingCopy]) -> None:
    """Fold copies of a record, the newest first, into the newest of them.

    In a field that both changed, the newer copy wins. Open forms keep theirs: they would overwrite
    what is folded into it.
    """
    newest, older = copies[:1], copies[1:]
    if not older:
        return
    for copy in older:
        newest[0].data = folded(copy.data or [], newest[0].data or [])
    newest[0].save(update_fields=["data"])
    WorkingCopy.objects.filter(pk__in=[copy.pk for copy in older]).delete()


def folded(older: list[list[str]], newer: list[list[str]]) -> list[list[str]]:
    """Return the newer form data with what only the older one changed."""
    was, now = changed_units(older), changed_units(newer)
    taken = was - now
    kept = [[n, v] for n, v in newer if unit_of(n) not in taken and n != CHANGED_FIELD]
    added = [[n, v] for n, v in older if unit_of(n) in taken]
    return [*kept, *added, [CHANGED_FIELD, " ".join(sorted(was | now))]]


def changed_units(data: list[list[str]]) -> set[str]:
    return {unit for name, value in data if name == CHANGED_FIELD for unit in value.split()}


def unit_of(name: str) -> str:
    """Return the unit that a field belongs to: itself, or the rows of an inline."""
    found = ROW_FIELD.match(name)
    return found["rows"] if found else name


class Unsaved(NamedTuple):
    """Unsaved work of a person, as the front page lists it."""

    title: str
    kind: str
    # Of the form with the work restored, and of the view that discards it.
    address: str
    discard_address: str
    key: UUID
    touched_at: datetime


def unsaved(person: Any) -> list[Unsaved]:
    """Return what a person typed and did not save, the newest first: one for each record."""
    found: dict[Any, Unsaved] = {}
    rows = WorkingCopy.objects.of(person).filter(data__isnull=False).defer("data")
    for copy in rows.order_by("-touched_at", "pk"):
        # New records are told apart by their forms.
        place = (copy.model, copy.object_pk or copy.pk)
        if place not in found and (work := _unsaved(person, copy)):
            found[place] = work
    return list(found.values())


def _unsaved(person: Any, copy: WorkingCopy) -> Unsaved | None:
    """Return the unsaved work of a copy; None if the person may not continue it."""
    model, action = model_of(copy.model), "change" if copy.object_pk else "add"
    if model is None or not person.has_perm(permission_to(action, model)):
        return None
    opts = model._meta
    place = f"admin:{opts.app_label}_{opts.model_name}_"
    keys = [copy.object_pk] if copy.object_pk else []
    form, working = ("change", "working") if keys else ("add", "add_working")
    return Unsaved(
        copy.label or _("Untitled"),
        str(opts.verbose_name),
        reverse(place + form, args=keys, query={"_take": copy.pk}),
        reverse(place + working, args=keys),
        copy.pk,
        copy.touched_at,
    )


# -- News of colleagues -----------------------------------------------------------------------


def news(person: Any, record: Any, opened: str) -> list[str]:
    """Return what colleagues did to a record since its form was opened, and are typing now."""
    if record is None:
        return []
    said = colleagues(person, type(record), record.pk)
    if (since := parse_moment(opened)) is None:
        return said
    saved = Revision.objects.of(record).filter(made_at__gt=since, content__isnull=False)
    last = saved.exclude(person_id=person.pk).defer("base", "content").first()
    if last:
        text = _(
            "%(person)s saved this %(ago)s. When you save, your changes and theirs are combined."
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
            _("%(person)s is editing this; last change %(ago)s.")
            % {"person": name_of(copy.person), "ago": ago(copy.touched_at)},
        )
    return list(said.values())


def ago(moment: datetime) -> str:
    """Return how long ago a moment was, in minutes: "just now", "5 minutes ago"."""
    minutes = int((timezone.now() - moment).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    text: str = ngettext("%(number)s minute ago", "%(number)s minutes ago", minutes)
    return text % {"number": minutes}
