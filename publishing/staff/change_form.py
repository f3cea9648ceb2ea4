"""The admin of a record without files: its form opens on the draft, and a save is rehearsed."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from csp.constants import SELF
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from js_asset import ImportMap, Media

from publishing.content.moments import zone_name
from publishing.content.publishable import Publishable
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import autosave, share_links, snapshots
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.comments import forget
from publishing.revisions.diff import conflict_rows
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import Action, log, open_draft
from publishing.staff.admin_views import AdminViews, to_next
from publishing.staff.base import StaffAdmin, edit_session_of
from publishing.staff.comment_views import discussion_of
from publishing.staff.doubles import doubles_context
from publishing.staff.form_notices import draft_label, offered_copy, own_note
from publishing.staff.form_request import ChangeForm, close_copy, sign_content
from publishing.staff.form_sections import without
from publishing.staff.forms import RecordForm
from publishing.staff.picture_chooser import focal_media
from publishing.staff.posted_fields import (
    DUE_FIELD,
    NOTE_FIELD,
    OPENED_FIELD,
    parse_key,
)
from publishing.staff.quality_checks import SUMMARY
from publishing.staff.quality_prompt import prompt_context
from publishing.staff.save_messages import SaveReports
from publishing.staff.system_checks import DraftAdminChecks

# The scripts of the form and of its text editor share modules; an import map has their addresses
# with the fingerprints.
FORM_MEDIA = focal_media + Media(importmap=ImportMap({"desk/form": "admin-form.js"}))


class DraftAdmin(SaveReports, StaffAdmin):
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
            return to_next(request, form.save())
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

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """Leave out the fields that say nothing yet, and the dates that the user may not set."""
        absent = {"state_now", "created_at", "updated_at", "archived_at"} if obj is None else set()
        if not self.has_publish_permission(request):
            absent |= {name for name in self.moments if getattr(obj, name, None) is None}
        return without(super().get_fieldsets(request, obj), absent)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        is_popup = IS_POPUP_VAR in request.GET or IS_POPUP_VAR in request.POST
        if not is_popup and (kwargs.get("add") or edit_session_of(request).start):
            context |= offered_copy(self, request, context)
        context["media"] += FORM_MEDIA
        if edit_session_of(request).error_message and len(context["adminform"].form.errors) == 1:
            # The sentence says it all; no field has to be corrected.
            context |= {"errors": [], "refused": "taken" not in context}
        return super().render_change_form(request, context, *args, **kwargs)

    def form_context(
        self, request: HttpRequest, session: EditSession, record: Any, typed: Any
    ) -> dict[str, Any]:
        posted, published_at = request.POST, getattr(typed, "published_at", None)
        context = {
            **prompt_context(self, session, request, record),
            **doubles_context(self, record),
            "is_out": session.state in LIVE_STATES,
            "is_public": session.state == State.PUBLIC,
            "is_scheduled": session.state == State.SCHEDULED,
            "is_hidden": session.state in (None, State.DRAFT),
            "is_undated": published_at is None,
            "draft_label": draft_label(session.draft),
            "state_label": session.state_label or _("New"),
            "asks_offline": session.asks_offline,
            "is_ahead": published_at is not None and published_at > timezone.now(),
            "may_publish": session.may_publish,
            "is_publishable": issubclass(self.model, Publishable),
            "note": posted.get(NOTE_FIELD, own_note(session.draft)),
            "due_at": posted.get(DUE_FIELD, ""),
            "zone": zone_name(),
            "summary_length": SUMMARY,
        }
        if session.start:
            context |= {
                "start": sign_content(record, session.start),
                "draft": session.draft,
                "clashes": session.clashes and conflict_rows(self.model, session.clashes),
                "problems": session.problems,
                "discussion": discussion_of(self, request, record, session.start),
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
            "changed": request.POST.get(autosave.CHANGED_FIELD, ""),
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

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for record in queryset:
            if draft := open_draft(record):
                draft.close()
            forget(record)
            log(record, Action.PURGED, request.user, base=snapshots.take(record))
