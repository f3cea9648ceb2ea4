"""The messages after a save: they say what the save did, and what visitors see now."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.options import IS_POPUP_VAR
from django.contrib.admin.templatetags.admin_urls import add_preserved_filters
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from publishing.content.moments import format_full_moment, format_moment
from publishing.content.publishable import EDITABLE_MOMENTS, Publishable, is_live
from publishing.content.states import LIVE_STATES, State
from publishing.revisions.models import Revision, Stage
from publishing.staff.base import StaffAdmin, edit_session_of
from publishing.staff.pickers import PLAIN_LISTS, has_plain_lists
from publishing.staff.undo_views import public_again


def draft_message(record: Any, draft: Revision) -> str:
    """Return the message for a draft that was kept beside what visitors see."""
    text: str = {
        Stage.REVIEW: _("Your draft of “%(name)s” is waiting for review."),
        Stage.SCHEDULED: _("Your changes to “%(name)s” will be published on %(moment)s."),
    }.get(Stage(draft.stage), _("Saved as a draft."))
    text %= {"name": record, "moment": format_moment(draft.due_at) if draft.due_at else ""}
    return _("%(saved)s The public page has not changed.") % {"saved": text}


def saved_message(
    record: Any, before: State | None, *, is_submitted: bool, was_public: bool
) -> str:
    """Return the message for a record that was saved for good; `before` is its earlier state."""
    if not isinstance(record, Publishable):
        return str(_("“%s” is saved.") % record)
    if record.state == State.PUBLIC and was_public and before not in LIVE_STATES:
        return public_again(record)
    if record.state == State.PUBLIC:
        return _public_message(record, is_changed=before == State.PUBLIC)
    if record.state == State.SCHEDULED:
        text: str = _("“%(name)s” is scheduled for %(moment)s. Visitors cannot see it until then.")
        return text % {"name": record, "moment": format_full_moment(record.published_at)}
    if before == State.SCHEDULED and record.state == State.DRAFT:
        return _("“%s” is a draft again. Visitors cannot see it until you publish it.") % record
    if before in LIVE_STATES:
        return _("“%s” is no longer public. Only staff can see it.") % record
    if is_submitted:
        return _("“%s” is waiting for review. Only staff can see it.") % record
    if record.state == State.DRAFT:
        return _("Saved as a draft. Only staff can see “%s”.") % record
    return _("Saved. Visitors cannot see “%s”.") % record


def _public_message(record: Any, *, is_changed: bool) -> str:
    text: str = _("Your changes to “%s” are public.") if is_changed else _("“%s” is public.")
    return with_public_link(record, text % record)


def with_public_link(record: Any, message: str) -> str:
    """Return the message with a link to the public page, if the record has one."""
    if not is_live(record) or not (address := record.get_absolute_url()):
        return message
    return format_html('{} <a href="{}">{}</a>', message, address, _("View it"))


class SaveReports(StaffAdmin):
    """Admin that says what a save did, in place of Django's "was changed successfully"."""

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if edit_session_of(request).is_rehearsing:
            return HttpResponse()
        if IS_POPUP_VAR in request.POST:
            return super().response_add(request, obj, *args, **kwargs)
        return self.report_save(request, obj)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if edit_session_of(request).is_rehearsing or IS_POPUP_VAR in request.POST:
            return super().response_change(request, obj)
        return self.report_save(request, obj)

    def report_save(self, request: HttpRequest, record: Any) -> HttpResponse:
        """Say what the save did. A record with a state stays open, to be seen and published."""
        session = edit_session_of(request)
        if isinstance(record, Publishable):
            record.refresh_from_db(fields=EDITABLE_MOMENTS)
        message = saved_message(
            record,
            session.state,
            is_submitted=session.options.submits,
            was_public=session.was_public,
        )
        messages.success(request, message)
        if "_addanother" in request.POST:
            return HttpResponseRedirect(self.form_address(request))
        if isinstance(record, Publishable) or "_continue" in request.POST:
            return HttpResponseRedirect(self.form_address(request, record))
        return self.response_post_save_change(request, record)

    def form_address(self, request: HttpRequest, record: Any = None) -> str:
        """Return the address of a record's form, or of the form of a new one.

        It keeps the filters of the list, and the plain lists of a browser without scripts.
        """
        place = f"admin:{self.opts.app_label}_{self.opts.model_name}_"
        address = reverse(f"{place}change", args=[record.pk]) if record else reverse(f"{place}add")
        filters: Any = {"preserved_filters": self.get_preserved_filters(request), "opts": self.opts}
        address = str(add_preserved_filters(filters, address))
        if not has_plain_lists(request):
            return address
        return f"{address}{'&' if '?' in address else '?'}{PLAIN_LISTS}"
