"""The form of a record without files: opened on its draft, saved by an edit session.

The form carries the content that it was opened with, signed. `EditSession` decides what comes of a
save; this module gives it the request and shows its outcome. It is longer than others, because the
form and its admin call each other at every step.
"""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar, cast
from uuid import UUID, uuid4

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

from publishing.content.publishable import EDITABLE_MOMENTS, Publishable, full_moment, short_moment
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import autosave, share_links, snapshots, transitions
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.diff import conflict_rows
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import Action, Revision, Stage, log, open_draft
from publishing.revisions.notifications import tell_publishers
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.staff.admin_views import AdminViews
from publishing.staff.base import EditRequest, StaffAdmin, editing
from publishing.staff.forms import RecordForm
from publishing.staff.posted import CHOICE, DUE, NOTE, SEEN, START, wish_of
from publishing.staff.quality_checks import advice_on
from publishing.staff.quality_prompt import prompt
from publishing.staff.system_checks import DraftAdminChecks

# The key of the form's working copy, when the form was opened, and by which person.
COPY, OPENED, PERSON = "_copy", "_opened", "_person"


def key_in(text: str | None) -> UUID | None:
    """Return the key of a working copy that a form or an address names; None if it names none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def seal(record: Any, start: Snapshot) -> str:
    """Sign the content that a form was opened with, for this record alone."""
    return signing.dumps(start, salt=_salt(record), compress=True)


def _salt(record: Any) -> str:
    return f"publishing.editing:{record._meta.label_lower}:{record.pk}"


class ChangeForm:
    """One request for the form of a record: opened, saved, or shown as it had been typed."""

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
            wish_of(request) if request.method == "POST" else None,
            may_publish=admin.has_publish_permission(request),
            check=partial(advice_on, checks=admin.quality_checks),
            notify=partial(tell_publishers, request=request),
        )
        # The hooks of the admin, which get nothing but the request, find it there.
        cast(EditRequest, request).edit = self.session

    def start(self) -> Snapshot:
        """Return what the form was opened with; empty if it is not readable or another record's.

        A form that sends nothing of the kind begins from what the record says now.
        """
        if START not in self.request.POST:
            return self.session.present()
        try:
            start: Snapshot = signing.loads(self.request.POST[START], salt=_salt(self.record))
        except signing.BadSignature:
            return {}
        return start

    def add(self) -> HttpResponse:
        """Show or save the form of a new record, which is saved for real."""
        looks_ahead = issubclass(self.admin.model, Publishable) and self.session.may_publish
        if self.request.method == "POST" and looks_ahead:
            self.session.look_ahead(partial(self.show, is_rendered=False))
        return self.show()

    def save(self) -> HttpResponse:
        """Save what was typed, and show the form or the conflicts where that is not possible."""
        session, request = self.session, self.request
        session.start = self.start()
        try:
            form = session.save(self.show)
        except ObjectDoesNotExist:
            # Somebody deleted it for good a moment ago.
            return AdminViews(self.admin).not_found(request, str(self.key))
        if form is not None:
            return form
        if session.outcome is None:
            return self.ask()
        for problem in session.outcome.problems:
            messages.warning(request, problem)
        close_copy(self.admin, request)
        if session.outcome.draft:
            return self.draft_kept(session.outcome.draft)
        answer = self.admin.response_change(request, self.record)
        tell_visibility(request, self.record)
        return answer

    def ask(self) -> HttpResponse:
        """Return the page on which somebody chooses between what two people wrote."""
        session, request = self.session, self.request
        posted = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not name.startswith(CHOICE) and name not in (SEEN, "csrfmiddlewaretoken")
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

    def draft_kept(self, draft: Revision) -> HttpResponse:
        said = {
            Stage.REVIEW: _("Your draft of “%(name)s” waits for review now."),
            Stage.SCHEDULED: _("Your draft of “%(name)s” goes live on %(moment)s."),
        }.get(Stage(draft.stage), _("Saved as a draft of “%(name)s”."))
        moment = short_moment(draft.due_at) if draft.due_at else ""
        messages.success(
            self.request,
            said % {"name": self.record, "moment": moment}
            + " "
            + _("The public page has not changed."),
        )
        if self.session.state == State.SCHEDULED:
            said = _(
                "It goes public on %(moment)s without this draft, "
                "unless you publish the draft before then."
            )
            moment = full_moment(self.record.published_at)
            messages.warning(self.request, said % {"moment": moment})
        return HttpResponseRedirect(self.request.get_full_path())

    def take_up(self, copy: WorkingCopy) -> HttpResponse:
        """Return the form as it was typed, as one is shown again that could not be saved."""
        request, session = self.request, self.session
        # Read for the first time after the change, the request would look for both in its body.
        request.FILES.clear()
        request.method, request.POST = "POST", copy.posted()  # type: ignore[assignment]
        said = _("This is what you had typed on %s. It is not saved yet.")
        session.refused = said % share_links.moment(copy.touched_at)
        # Nothing went wrong that would have to be said above the form.
        self.context |= {"taken": session.refused, "errors": []}
        if self.record is None:
            return self.show()
        session.start = self.start() or session.present()
        return session.rehearse(self.show)


def tell_visibility(request: HttpRequest, record: Any) -> None:
    """Say when visitors see what was saved, if it is scheduled or no longer waits."""
    if not isinstance(record, Publishable) or IS_POPUP_VAR in request.POST:
        return
    record.refresh_from_db(fields=EDITABLE_MOMENTS)
    is_at_once = editing(request).wish.at_once and record.is_published
    if record.state == State.SCHEDULED or is_at_once:
        messages.info(request, transitions.visibility(record))


def close_copy(admin: StaffAdmin, request: HttpRequest) -> None:
    """Forget what was typed, once it is saved."""
    if key := key_in(request.POST.get(COPY)):
        autosave.close(request.user, admin.model, key)


class DraftAdmin(StaffAdmin):
    """The admin of a record without files: what it saves is rehearsed and merged."""

    form = RecordForm
    checks_class = DraftAdminChecks
    change_form_template = "admin/record_form.html"
    form_policy: ClassVar[dict[str, Any]] = {"frame-src": [SELF]}

    def edit_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        record = self.changeable(request, object_id)
        if request.method == "GET" and (copy := self._typed(request, record, object_id)):
            return ChangeForm(self, request, record, form_url, context).take_up(copy)
        form = ChangeForm(self, request, record, form_url, context)
        if record is None and object_id:
            # Django's answers: such a record is not there, may only be looked at, is copied.
            return self.django_form(request, object_id, form_url, context)
        if record is None:
            return form.add()
        if request.method == "POST":
            return form.save()
        return form.session.open(form.show)

    def _typed(
        self, request: HttpRequest, record: Any, object_id: str | None
    ) -> WorkingCopy | None:
        """Return the working copy that the address names, if the person may go on with it."""
        if (key := key_in(request.GET.get("_take"))) is None:
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
        sent, starts = request.POST, getattr(typed, "published_at", None)
        context = {
            **prompt(self, session, request, record),
            "is_out": session.state in LIVE_STATES,
            "is_scheduled": session.state == State.SCHEDULED,
            "is_ahead": starts is not None and starts > timezone.now(),
            "may_publish": session.may_publish,
            "is_publishable": issubclass(self.model, Publishable),
            "note": sent.get(NOTE, ""),
            "due_at": sent.get(DUE, ""),
            "zone": timezone.get_current_timezone_name(),
        }
        if session.start:
            context |= {
                "start": seal(record, session.start),
                "draft": session.draft,
                "clashes": session.clashes and conflict_rows(self.model, session.clashes),
                "problems": session.problems,
            }
        is_popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in sent
        if not is_popup and (record is None or session.start):
            context |= self._writing(request, record, session.draft)
        return context

    def _writing(self, request: HttpRequest, record: Any, draft: Revision | None) -> dict[str, Any]:
        """Return what the form needs to be previewed, shared, and kept while somebody types."""
        key = key_in(request.POST.get(COPY)) or uuid4()
        opened = request.POST.get(OPENED) or timezone.now().isoformat()
        pk = record.pk if record else None
        place = f"admin:{self.opts.app_label}_{self.opts.model_name}_"
        arguments, prefix = ([pk], place) if record else ([], f"{place}add_")
        is_shareable = record and share_links.is_shareable(record, draft)
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
        """Log a new record, which is saved for real with its rows; then do what else was asked."""
        session = editing(request)
        if session.is_rehearsing:
            session.saved(obj)
            return
        note, content = session.wish.note, snapshots.take(obj)
        log(obj, Action.ADDED, request.user, note, content=content)
        if isinstance(obj, Publishable):
            if obj.state == State.SCHEDULED:
                log(obj, Action.SCHEDULED_RECORD, request.user, note, base=content, content=content)
            session.finish(obj)
        close_copy(self, request)

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if editing(request).is_rehearsing:
            return HttpResponse()
        answer = super().response_add(request, obj, *args, **kwargs)
        tell_visibility(request, obj)
        return answer

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for record in queryset:
            if draft := open_draft(record):
                draft.close()
            log(record, Action.PURGED, request.user, base=snapshots.take(record))
