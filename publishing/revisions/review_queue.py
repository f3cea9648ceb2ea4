"""The queue of drafts that wait for a review, and the notes that their authors wrote."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from itertools import takewhile
from operator import or_
from typing import Any

from django.db.models import Q, QuerySet

from publishing.content.visibility import permission_to
from publishing.revisions.models import Action, Revision, Stage, model_of

# A draft ends with one of these entries, so the notes before it belong to an earlier draft.
ENDS = {Action.PUBLISHED, Action.DISCARDED}
# Entries on share links have notes of the portal's own.
ABOUT_LINKS = {Action.SHARED, Action.UNSHARED}
BY_AUTHORS = {Action.ADDED, Action.DRAFTED, Action.SUBMITTED, Action.SCHEDULED}
# More entries of one draft are not read.
MOST_READ = 50


def waiting_for(user: Any) -> QuerySet[Revision]:
    """Return the reviews that a user may decide, the longest waiting first."""
    rows: Any = Revision.objects.filter(stage=Stage.REVIEW).defer("base", "content")
    kinds = rows.order_by().values_list("model", flat=True).distinct()
    allowed = [kind for kind in kinds if _may_publish(user, kind)]
    found: QuerySet[Revision] = rows.filter(model__in=allowed).visible_to(user)
    return found.order_by("made_at", "pk")


def _may_publish(user: Any, label: str) -> bool:
    model = model_of(label)
    return model is not None and bool(user.has_perm(permission_to("publish", model)))


def notes_of(draft: Revision) -> list[Revision]:
    """Return the entries of a draft that have a note, the newest first, itself included.

    A record that was never public is its own draft, so changes of it count.
    """
    ends = ENDS if draft.is_review_request else ENDS | {Action.CHANGED}
    place = {"model": draft.model, "object_pk": draft.object_pk}
    rows = Revision.objects.filter(**place, pk__lte=draft.pk).defer("base", "content")
    entries = takewhile(lambda entry: entry.action not in ends, rows.order_by("-pk")[:MOST_READ])
    written = [entry for entry in entries if entry.note and entry.action not in ABOUT_LINKS]
    # A form that is saved again may repeat its note.
    first = {entry.note: entry for entry in reversed(written)}
    return sorted(first.values(), key=lambda entry: entry.pk, reverse=True)


def carry_notes(drafts: Iterable[Revision]) -> None:
    """Give each draft without a note the latest note that its author wrote for an earlier save."""
    silent = {(draft.model, draft.object_pk): draft for draft in drafts if not draft.note}
    places = (Q(model=model, object_pk=key) for model, key in silent)
    entries = Revision.objects.filter(reduce(or_, places, Q(pk__in=())))
    for entry in entries.exclude(action__in=ABOUT_LINKS).defer("base", "content").order_by("-pk"):
        draft = silent.get((entry.model, entry.object_pk))
        if draft and (entry.note or entry.action in ENDS | {Action.CHANGED, Action.RETURNED}):
            draft.note = entry.note if entry.action in BY_AUTHORS else ""
            del silent[entry.model, entry.object_pk]
