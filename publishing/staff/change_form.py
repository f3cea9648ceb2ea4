"""The change form of a record without files: opened on its draft, saved by an edit session.

The form carries the content that it was opened with, signed. `EditSession` decides the outcome of a
save; this module passes it the request and renders the outcome. It is longer than other modules,
because the form and its admin call each other at every step.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, cast
from uuid import uuid4

from csp.constants import SELF
from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.moments import format_full_moment, format_moment, zone_label
from publishing.content.publishable import EDITABLE_MOMENTS, Publishable
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import autosave, share_links, snapshots, transitions
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.diff import conflict_rows
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import Action, Revision, Stage, log, open_draft
from publishing.revisions.notifications import tell_publishers
from publishing.revisions.save_options import SaveOptions
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.staff.admin_views import AdminViews
from publishing.staff.base import EditRequest, StaffAdmin, edit_session_of
from publishing.staff.doubles import doubles_context
from publishing.staff.forms import RecordForm
from publishing.staff.posted_fields import (
    CHOICE_PREFIX,
    DUE_FIELD,
    NOTE_FIELD,
    OPENED_FIELD,
    SEEN_FIELD,
    START_FIELD,
    parse_key,
    parse_options,
)
from publishing.staff.quality_checks import advice_on
from publishing.staff.quality_prompt import prompt_context
from publishing.staff.system_checks import DraftAdminChecks


def sign_content(record: Any, start: Snapshot) -> str:
    """Sign the content that a form was opened with, for this record alone."""
    return signing.dumps(start, salt=_salt(record), compress=True)


def _salt(record: Any) -> str:
    return f"publishing.editing:{record._meta.label_lower}:{record.pk}"


class ChangeForm:
    """One request for the form of a record: to open it, save it, or restore unsaved changes."""

    def __init__(
        self,
        admin: StaffAdmin,
        request: HttpRequest,
        record: Any = None,
        form_url: str = "",
        context: dict[str, Any] | None = None,
    ) -> None:
        self.admin, self.request, self.record = admin, request, record
        self.key = None if record is None else str(record.pk)
        self.context = dict(context or {})
        self.show = partial(admin.django_form, request, self.key, form_url, self.context)
        self.session = EditSession(
            record,
            request.user,
            parse_options(request) if request.method == "POST" else None,
            may_publish=admin.has_publish_permission(request),
            check=partial(advice_on, checks=admin.quality_checks),
            notify=partial(tell_publishers, request=request),
        )
        # The hooks of the admin get only the request, so they read the session from it.
        cast(EditRequest, request).edit = self.session

    def start(self) -> Snapshot:
        """Return the content that the form was opened with; empty if the signature is invalid.

        A form without such content starts from what the record says now.
        """
        if START_FIELD not in self.request.POST:
            return self.session.current_content()
        try:
            start: Snapshot = signing.loads(self.request.POST[START_FIELD], salt=_salt(self.record))
        except signing.BadSignature:
            return {}
        return start

    def add(self) -> HttpResponse:
        """Show or save the form of a new record, which is saved without a rehearsal."""
        looks_ahead = issubclass(self.admin.model, Publishable) and self.session.may_publish
        if self.request.method == "POST" and looks_ahead:
            self.session.look_ahead(partial(self.show, is_rendered=False))
        return self.show()

    def save(self) -> HttpResponse:
        """Save what was typed; show the form or the conflicts if that is not possible."""
        session, request = self.session, self.request
        session.start = self.start()
        try:
            form = session.save(self.show)
        except ObjectDoesNotExist:
            # Somebody deleted the record for good a moment ago.
            return AdminViews(self.admin).not_found(request, str(self.key))
        if form is not None:
            return form
        if session.outcome is None:
            return self.ask_about_conflicts()
        for problem in session.outcome.problems:
            messages.warning(request, problem)
        close_copy(self.admin, session)
        if session.outcome.draft:
            return self.report_draft(session.outcome.draft)
        response = self.admin.response_change(request, self.record)
        add_visibility_message(request, self.record)
        return response

    def ask_about_conflicts(self) -> HttpResponse:
        """Return the page on which the person chooses between the two sides of each conflict."""
        session, request = self.session, self.request
        posted = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not name.startswith(CHOICE_PREFIX)
            and name not in (SEEN_FIELD, "csrfmiddlewaretoken")
        ]
        return TemplateResponse(
            request,
            "admin/publishing/conflicts.html",
            {
                **self.admin.admin_site.each_context(request),
                **self.context,
                "title": _("Somebody else changed this too"),
                "opts": self.admin.opts,
                "original": self.record,
                "conflicts": conflict_rows(type(self.record), session.merged.conflicts),
                "posted": posted,
                "last": Revision.objects.of(self.record).select_related("person").first(),
                "seen": fingerprint(session.theirs),
            },
            status=409,
        )

    def report_draft(self, draft: Revision) -> HttpResponse:
        message = {
            Stage.REVIEW: _("Your draft of “%(name)s” waits for review now."),
            Stage.SCHEDULED: _("Your draft of “%(name)s” goes live on %(moment)s."),
        }.get(Stage(draft.stage), _("Saved as a draft of “%(name)s”."))
        moment = format_moment(draft.due_at) if draft.due_at else ""
        messages.success(
            self.request,
            message % {"name": self.record, "moment": moment}
            + " "
            + _("The public page has not changed."),
        )
        if self.session.state == State.SCHEDULED:
            message = _(
                "It goes public on %(moment)s without this draft, "
                "unless you publish the draft before then."
            )
            moment = format_full_moment(self.record.published_at)
            messages.warning(self.request, message % {"moment": moment})
        return HttpResponseRedirect(self.request.get_full_path())

    def restore_copy(self, copy: WorkingCopy) -> HttpResponse:
        """Return the form filled with the working copy, as a form with errors is shown again."""
        request, session = self.request, self.session
        # Load the files now: after `method` is changed, Django would parse the request's body.
        request.FILES.clear()
        request.method, request.POST = "POST", copy.posted()  # type: ignore[assignment]
        session.options = SaveOptions(copy_key=copy.pk)
        message = _("This is what you had typed on %s. It is not saved yet.")
        session.error_message = message % share_links.moment(copy.touched_at)
        # There is no error to report above the form.
        self.context |= {"taken": session.error_message, "errors": []}
        if self.record is None:
            return self.show()
        session.start = self.start() or session.current_content()
        return session.rehearse(self.show)


def add_visibility_message(request: HttpRequest, record: Any) -> None:
    """Add a message on when visitors see the saved record, if it is or was scheduled."""
    if not isinstance(record, Publishable) or IS_POPUP_VAR in request.POST:
        return
    record.refresh_from_db(fields=EDITABLE_MOMENTS)
    is_at_once = edit_session_of(request).options.at_once and record.is_published
    if record.state == State.SCHEDULED or is_at_once:
        messages.info(request, transitions.visibility_message(record))


def close_copy(admin: StaffAdmin, session: EditSession) -> None:
    """Delete the working copy of a form that was saved."""
    if key := session.options.copy_key:
        autosave.close(session.person, admin.model, key)


class DraftAdmin(StaffAdmin):
    """Admin of a record without files: every save is rehearsed and merged."""

    form = RecordForm
    checks_class = DraftAdminChecks
    change_form_template = "admin/record_form.html"
    form_policy: ClassVar[dict[str, Any]] = {"frame-src": [SELF]}

    def edit_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        record = self.find_changeable(request, object_id)
        if request.method == "GET" and (copy := self._requested_copy(request, record, object_id)):
            return ChangeForm(self, request, record, form_url, context).restore_copy(copy)
        form = ChangeForm(self, request, record, form_url, context)
        if record is None and object_id:
            # Django handles a record that does not exist, is read-only, or is being copied.
            return self.django_form(request, object_id, form_url, context)
        if record is None:
            return form.add()
        if request.method == "POST":
            return form.save()
        return form.session.open(form.show)

    def _requested_copy(
        self, request: HttpRequest, record: Any, object_id: str | None
    ) -> WorkingCopy | None:
        """Return the working copy that the address names, if the person may continue it."""
        if "_take" not in request.GET or not (key := parse_key(request.GET["_take"])):
            return None
        pk = unquote(object_id) if object_id else None
        copies = autosave.copies_of(request.user, self.model, pk)
        copy: WorkingCopy | None = copies.filter(pk=key).first()
        if copy:
            AdminViews(self).writable(request, object_id)
        return copy

    def form_context(
        self, request: HttpRequest, session: EditSession, record: Any, typed: Any
    ) -> dict[str, Any]:
        posted, published_at = request.POST, getattr(typed, "published_at", None)
        context = {
            **prompt_context(self, session, request, record),
            **doubles_context(self, record),
            "is_out": session.state in LIVE_STATES,
            "is_scheduled": session.state == State.SCHEDULED,
            "is_ahead": published_at is not None and published_at > timezone.now(),
            "may_publish": session.may_publish,
            "is_publishable": issubclass(self.model, Publishable),
            "note": posted.get(NOTE_FIELD, ""),
            "due_at": posted.get(DUE_FIELD, ""),
            "zone": zone_label(),
        }
        if session.start:
            context |= {
                "start": sign_content(record, session.start),
                "draft": session.draft,
                "clashes": session.clashes and conflict_rows(self.model, session.clashes),
                "problems": session.problems,
            }
        is_popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in posted
        if not is_popup and (record is None or session.start):
            context |= self._live_editing_context(request, record, session)
        return context

    def _live_editing_context(
        self, request: HttpRequest, record: Any, session: EditSession
    ) -> dict[str, Any]:
        """Return the context for previewing, sharing and autosaving the form."""
        key = session.options.copy_key or uuid4()
        opened = request.POST.get(OPENED_FIELD) or timezone.now().isoformat()
        pk = record.pk if record else None
        place = f"admin:{self.opts.app_label}_{self.opts.model_name}_"
        arguments, prefix = ([pk], place) if record else ([], f"{place}add_")
        is_shareable = record and share_links.is_shareable(record, session.draft)
        return {
            "copy_key": key,
            "opened": opened,
            "copies": autosave.copies_of(request.user, self.model, pk).exclude(pk=key),
            "news": autosave.news(request.user, record, opened),
            "preview_url": reverse(f"{prefix}preview", args=arguments),
            "working_url": reverse(f"{prefix}working", args=arguments),
            "share_url": reverse(f"{prefix}share", args=arguments) if is_shareable else "",
        }

    # -- The log -------------------------------------------------------------------------

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """Log a new record, saved for good with its rows; then publish it or request its review."""
        session = edit_session_of(request)
        if session.is_rehearsing:
            session.take_result(obj)
            return
        note, content = session.options.note, snapshots.take(obj)
        log(obj, Action.ADDED, request.user, note, content=content)
        if isinstance(obj, Publishable):
            if obj.state == State.SCHEDULED:
                log(obj, Action.SCHEDULED_RECORD, request.user, note, base=content, content=content)
            session.finish(obj)
        close_copy(self, session)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if edit_session_of(request).is_rehearsing:
            return HttpResponse()
        response = super().response_add(request, obj, *args, **kwargs)
        add_visibility_message(request, obj)
        return response

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for record in queryset:
            if draft := open_draft(record):
                draft.close()
            log(record, Action.PURGED, request.user, base=snapshots.take(record))
