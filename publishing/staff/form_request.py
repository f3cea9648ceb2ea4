"""One request for the form of a record: to open it, save it, or restore unsaved changes.

The form carries the content that it was opened with, signed. `EditSession` decides the outcome of a
save; this module passes it the request and renders the outcome.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any, cast
from uuid import uuid4

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from publishing.content.moments import format_full_moment
from publishing.content.publishable import Publishable
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import autosave, snapshots
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.conflict_choices import conflict_context
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import Revision
from publishing.revisions.notifications import tell_publishers
from publishing.revisions.save_options import SaveOptions, SaveRefused, parse_due_moment
from publishing.revisions.snapshots import Snapshot
from publishing.staff.admin_views import AdminViews
from publishing.staff.base import EditRequest, StaffAdmin
from publishing.staff.posted_fields import (
    CHOICE_PREFIX,
    CONFIRMED_FIELD,
    RESULT_FIELD,
    SEEN_FIELD,
    START_FIELD,
    parse_options,
)
from publishing.staff.quality_checks import advice_on
from publishing.staff.save_messages import SaveReports, draft_message


def sign_content(record: Any, start: Snapshot) -> str:
    """Sign the content that a form was opened with, for this record alone."""
    return signing.dumps(start, salt=_salt(record), compress=True)


def _salt(record: Any) -> str:
    return f"publishing.editing:{record._meta.label_lower}:{record.pk}"


class ChangeForm:
    """One request for the form of a record: to open it, save it, or restore unsaved changes."""

    def __init__(
        self,
        admin: SaveReports,
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
        # A form may have been opened, and its copy kept, before an upgrade.
        return snapshots.renewed(self.admin.model, start, known=self.record)

    def add(self) -> HttpResponse:
        """Show or save the form of a new record, which is saved without a rehearsal."""
        if self.request.method == "POST" and issubclass(self.admin.model, Publishable):
            self._schedule_record()
            if not self.session.error_message:
                self.session.look_ahead(partial(self.show, is_rendered=False))
        return self.show()

    def _schedule_record(self) -> None:
        """Take the moment of “Publish at…” as the date of a record that visitors cannot see.

        A public record keeps its date, and a draft of it waits for that moment instead.
        """
        session, options = self.session, self.session.options
        if not options.schedules or session.state in LIVE_STATES:
            return
        try:
            parse_due_moment(options.due_at)
        except SaveRefused as error:
            session.error_message = str(error)
            return
        posted = self.request.POST.copy()
        posted["published_at_0"], _separator, posted["published_at_1"] = options.due_at.partition(
            "T"
        )
        self.request.POST = posted  # type: ignore[assignment]
        session.options = replace(options, schedules=False, publishes=True)

    def save(self) -> HttpResponse:
        """Save what was typed; show the form or the conflicts if that is not possible."""
        session, request = self.session, self.request
        session.start = self.start()
        self._schedule_record()
        try:
            form = session.rehearse(self.show) if session.error_message else session.save(self.show)
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
        return self.admin.response_change(request, self.record)

    def ask_about_conflicts(self) -> HttpResponse:
        """Return the page on which the person chooses between the two sides of each conflict."""
        session, request = self.session, self.request
        posted = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not name.startswith(CHOICE_PREFIX)
            and name not in (SEEN_FIELD, RESULT_FIELD, CONFIRMED_FIELD, "csrfmiddlewaretoken")
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
                **conflict_context(
                    type(self.record), session.unresolved, session.theirs, session.options
                ),
                "posted": posted,
                "last": Revision.objects.of(self.record).select_related("person").first(),
            },
            status=409,
        )

    def report_draft(self, draft: Revision) -> HttpResponse:
        messages.success(self.request, draft_message(self.record, draft))
        if self.session.state == State.SCHEDULED:
            message = _(
                "The record will be published on %(moment)s without this draft, unless you "
                "publish the draft first."
            )
            moment = format_full_moment(self.record.published_at)
            messages.warning(self.request, message % {"moment": moment})
        return HttpResponseRedirect(self.admin.form_address(self.request, self.record))

    def restore_copy(self, copy: WorkingCopy) -> HttpResponse:
        """Return the form filled with the working copy, as a form with errors is shown again."""
        request, session = self.request, self.session
        # Load the files now: after `method` is changed, Django would parse the request's body.
        request.FILES.clear()
        request.method, request.POST = "POST", copy.posted()  # type: ignore[assignment]
        # A form that may still be open keeps its copy: two tabs of a record never share one.
        is_free = self.record is None or copy.is_gone
        session.options = SaveOptions(copy_key=copy.pk if is_free else uuid4())
        session.error_message = _("Unsaved changes restored. Save to keep them.")
        # There is no error to report above the form.
        self.context |= {"taken": session.error_message, "errors": []}
        if self.record is None:
            return self.show()
        session.start = self.start() or session.current_content()
        return session.rehearse(self.show)


def close_copy(admin: StaffAdmin, session: EditSession) -> None:
    """Delete the working copy of a form that was saved."""
    if key := session.options.copy_key:
        pk = session.record.pk if session.record else None
        autosave.close(session.person, admin.model, key, pk)
