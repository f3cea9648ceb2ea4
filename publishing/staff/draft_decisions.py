"""Decisions about an open draft: publish, schedule, return, unschedule, discard."""

from __future__ import annotations

from datetime import datetime
from functools import cached_property, partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.content.moments import format_full_moment
from publishing.content.publishable import Publishable, is_live
from publishing.content.states import State
from publishing.revisions import snapshots, transitions
from publishing.revisions.conflict_choices import chosen, current_choices, is_unseen
from publishing.revisions.drafts import discard, publish_draft
from publishing.revisions.models import Action, OpenDraft, Revision, Stage, log, open_draft
from publishing.revisions.notifications import tell_author
from publishing.revisions.rehearsal import rehearse
from publishing.revisions.review_queue import waiting_for
from publishing.revisions.save_options import SaveRefused, held_back_message, parse_due_moment
from publishing.revisions.scope_guard import check_record
from publishing.revisions.snapshots import Conflict, MergeResult, Snapshot
from publishing.staff.posted_fields import parse_options
from publishing.staff.save_messages import with_public_link


class DraftDecision:
    """One person's decision about a locked record's draft.

    `run` returns the response; None if the page has to be shown again with `errors` by field, and
    with `conflicts`.
    """

    def __init__(self, admin: Any, request: HttpRequest, record: Any, draft: Revision) -> None:
        self.admin, self.request, self.record, self.draft = admin, request, record, draft
        self.options = parse_options(request)
        self.errors: dict[str, str] = {}
        self.conflicts: list[Conflict] = []

    @property
    def may_discard(self) -> bool:
        """Return whether the user is the author of the draft, or may publish."""
        return self.draft.author == self.request.user or self.may_publish

    @property
    def may_publish(self) -> bool:
        return bool(self.admin.may_put_live(self.request, self.record))

    def run(self) -> HttpResponse | None:
        """Carry out the decision that was posted."""
        if open_draft(self.record) != self.draft or self._is_outdated():
            messages.warning(
                self.request, _("Somebody changed this draft in the meantime. Check it again.")
            )
            return self._redirect("draft")
        decide = {
            "discard": self._discard,
            "return": self._return,
            "unschedule": self._unschedule,
            "schedule": self._schedule,
            "publish": self._publish,
        }.get(self.request.POST.get("decision", ""))
        if decide is None:
            return None
        if not (self.may_discard if decide == self._discard else self.may_publish):
            raise PermissionDenied
        return decide()

    def _is_outdated(self) -> bool:
        return str(self.draft.pk) != self.request.POST.get("draft")

    # -- The decisions -------------------------------------------------------------------

    def _discard(self) -> HttpResponse:
        discard(self.record, self.draft, self.request.user, self.options.note)
        return self._finish(_("The draft of “%s” has been discarded.") % self.record)

    def _return(self) -> HttpResponse | None:
        if not self.options.note:
            self.errors["note"] = _("Write a note that tells the author what to change.")
            return None
        returned = self._log(Action.RETURNED, Stage.RETURNED)
        tell_author(self.draft, self.request, returned=returned)
        message = _("The draft of “%s” has been returned to its author with your note.")
        return self._finish(message % self.record)

    def _unschedule(self) -> HttpResponse:
        self._log(Action.DRAFTED, Stage.DRAFT)
        message = _("The draft of “%s” is no longer scheduled.") % self.record
        messages.success(self.request, message)
        return self._redirect("draft")

    def _schedule(self) -> HttpResponse | None:
        """Schedule the draft, or the record itself if it was never public."""
        try:
            moment = parse_due_moment(self.options.due_at)
        except SaveRefused as error:
            self.errors["due_at"] = str(error)
            return None
        if not is_live(self.record):
            return self._publish(moment)
        if self._is_held_back() or self._clashes():
            return None
        try:
            with rehearse():
                snapshots.apply(self.record, self.merged.content)
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
            return None
        self.draft.base, self.draft.content = self.present, self.merged.content
        self._log(Action.SCHEDULED, Stage.SCHEDULED, due_at=moment)
        tell_author(self.draft, self.request, scheduled=partial(due_message, moment))
        message = _("The draft of “%s” has been scheduled.") % self.record
        return self._finish(f"{message} {due_message(moment)}")

    def _publish(self, moment: datetime | None = None) -> HttpResponse | None:
        """Publish the draft, from a moment on if one is given."""
        if self._is_held_back() or self._clashes():
            return None
        try:
            with transaction.atomic():
                problems = self._put_live(moment)
        except ValidationError as error:
            messages.error(self.request, " ".join(error.messages))
            return None
        for problem in problems:
            messages.warning(self.request, problem)
        scheduled = schedule_message(self.record)
        tell_author(self.draft, self.request, scheduled=partial(schedule_message, self.record))
        if scheduled:
            message = _("The draft of “%s” has been approved.") % self.record
            return self._finish(f"{message} {scheduled}")
        message = _("The draft of “%s” has been published.") % self.record
        return self._finish(with_public_link(self.record, message))

    def _put_live(self, moment: datetime | None) -> list[str]:
        person, note = self.request.user, self.options.note
        if moment:
            self.draft.content["fields"]["published_at"] = moment.isoformat()  # type: ignore[index]
        problems = publish_draft(
            self.draft, person, note, dict(current_choices(self.present, self.options))
        )
        self.record.refresh_from_db()
        check_record(self.record, person, self.present)
        if isinstance(self.record, Publishable) and not is_live(self.record):
            transitions.run(self.record, transitions.publish, person, note)
            self.record.refresh_from_db()
        return problems

    # -- Parts of them -------------------------------------------------------------------

    # The record is locked, so it and what is made of it stay the same.

    @cached_property
    def present(self) -> Snapshot:
        return snapshots.take(self.record)

    @cached_property
    def unresolved(self) -> MergeResult:
        """Return the draft merged into the present record, without the choices."""
        return self.draft.merged(self.present)

    @cached_property
    def merged(self) -> MergeResult:
        """Return the draft merged into the present record, with the choices made."""
        return chosen(self.unresolved, self.present, self.options)

    def _clashes(self) -> bool:
        """Return whether the conflicts are undecided, or their result was not seen; keep them."""
        if self.merged.conflicts or is_unseen(self.merged, self.options):
            self.conflicts = self.unresolved.conflicts
        return bool(self.conflicts)

    def _is_held_back(self) -> bool:
        """Return whether advice holds the draft back; say so in a message."""
        advice = draft_advice(self.admin, self.record, self.merged.content)
        if advice and not self.options.has_reason:
            messages.error(self.request, held_back_message(len(advice)))
            return True
        return False

    def _log(self, action: Action, stage: Stage, **values: Any) -> Revision:
        draft = self.draft
        return log(
            self.record, action, self.request.user, self.options.note,
            base=draft.base, content=draft.content, stage=stage, author=draft.author, **values,
        )  # fmt: skip

    def _redirect(self, page: str) -> HttpResponseRedirect:
        opts = self.admin.opts
        name = f"admin:{opts.app_label}_{opts.model_name}_{page}"
        return HttpResponseRedirect(reverse(name, args=[self.record.pk]))

    def _finish(self, message: str) -> HttpResponseRedirect:
        """Return to the queue with a message, and offer the next review."""
        messages.success(self.request, message)
        queue = reverse(f"admin:publishing_{OpenDraft._meta.model_name}_changelist")
        waiting = list(waiting_for(self.request.user))
        if not waiting:
            return HttpResponseRedirect(queue)
        messages.info(self.request, next_message(waiting))
        return HttpResponseRedirect(f"{queue}?stage__exact={Stage.REVIEW}")


def next_message(waiting: list[Revision]) -> str:
    """Return the link to the first of the waiting reviews: "Next: Leeds (2 more waiting)"."""
    review, more = waiting[0], len(waiting) - 1
    text = _("Next: %(name)s")
    if more:
        text = ngettext(
            "Next: %(name)s (%(number)s more waiting)",
            "Next: %(name)s (%(number)s more waiting)",
            more,
        )
    address = reverse(f"admin:{review.model.replace('.', '_')}_draft", args=[review.object_pk])
    link = text % {"name": review.label, "number": more}
    return format_html('<a href="{}">{}</a>', address, link)


def due_message(moment: datetime) -> str:
    """Return the sentence about when a draft is published, in the current time zone."""
    return _("It will be published on %s.") % format_full_moment(moment)


def schedule_message(record: Any) -> str:
    """Return the sentence about when visitors see a scheduled record; "" for any other."""
    is_scheduled = isinstance(record, Publishable) and record.state == State.SCHEDULED
    return transitions.visibility_message(record) if is_scheduled else ""


def draft_advice(admin: Any, record: Any, content: Snapshot) -> list[Any]:
    """Return the advice that the draft's content would cause, without that on the live record."""
    advice = admin.advice(snapshots.with_fields(record, content))
    if advice and is_live(record):
        known = admin.advice(record)
        return [item for item in advice if item not in known]
    return list(advice)
