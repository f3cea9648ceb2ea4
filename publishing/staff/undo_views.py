"""Undo of transitions: the button in the message of an action, and the view behind it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import model_ngettext
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.content.moments import parse_moment
from publishing.revisions.models import Action, Revision
from publishing.revisions.reversal import entries_of, undo_transition
from publishing.staff.admin_views import AdminViews, own_address


def with_undo(admin: Any, request: HttpRequest, report: str, moment: datetime) -> SafeString:
    """Return the message of an action with a button that undoes its transitions."""
    return format_html(
        '{} <form method="post" action="{}" class="undo">'
        '<input type="hidden" name="csrfmiddlewaretoken" value="{}">'
        '<input type="hidden" name="moment" value="{}">'
        '<button type="submit">{}</button></form>',
        report,
        reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_undo"),
        get_token(request),
        moment.isoformat(),
        _("Undo"),
    )


def public_again(record: Any) -> SafeString:
    """Return the message that a record is public again, with a link to its page."""
    link = format_html('<a href="{}">{}</a>', record.get_absolute_url(), record)
    return format_html(_("{record} is public again."), record=link)


class UndoViews(AdminViews):
    """Undo of what one person did to records of this admin in one action."""

    routes = (("undo/", "undo_view", "undo"),)

    def undo_view(self, request: HttpRequest) -> HttpResponse:
        """Undo the transitions of one action of the user; those changed since are named."""
        if request.method != "POST" or not self.admin.has_change_permission(request):
            raise PermissionDenied
        undone, refused = [], []
        for entry in self._entries(request):
            try:
                undone.append(self._undo(request, entry))
            except ValidationError as error:
                refused.append((entry.label, " ".join(error.messages)))
        self._report(request, undone, refused)
        return HttpResponseRedirect(self._place(request))

    def _entries(self, request: HttpRequest) -> list[Revision]:
        """Return the entries that the button names, if the user made them."""
        moment = parse_moment(request.POST.get("moment", ""))
        return list(entries_of(self.model, request.user, moment)) if moment else []

    def _undo(self, request: HttpRequest, entry: Revision) -> Any:
        """Undo an entry; return its record. Raises ValidationError."""
        record = self.admin.get_object(request, entry.object_pk)
        if record is None or not self._may_undo(request, entry, record):
            raise ValidationError(_("You cannot change it."))
        undo_transition(entry, request.user)
        record.refresh_from_db()
        return record

    def _may_undo(self, request: HttpRequest, entry: Revision, record: Any) -> bool:
        match entry.action:
            case Action.TRASHED:
                allowed: bool = self.admin.has_recover_permission(request, record)
            case Action.RECOVERED:
                allowed = self.admin.has_delete_permission(request, record)
            case _other:
                allowed = self.admin.has_publish_permission(request)
        return allowed

    def _report(
        self, request: HttpRequest, undone: list[Any], refused: list[tuple[str, str]]
    ) -> None:
        for label, reason in refused:
            messages.error(request, f"{label}: {reason}")
        if len(undone) == 1 and undone[0].is_published:
            messages.success(request, public_again(undone[0]))
        elif undone:
            message = ngettext(
                "Undone: %(number)s %(name)s is as it was before.",
                "Undone: %(number)s %(name)s are as they were before.",
                len(undone),
            )
            values = {"number": len(undone), "name": model_ngettext(self.opts, len(undone))}
            messages.success(request, message % values)
        elif not refused:
            messages.warning(request, _("There is nothing left to undo."))

    def _place(self, request: HttpRequest) -> str:
        """Return the page with the button, or the list."""
        origin = own_address(request, request.headers.get("Referer", ""))
        return origin or reverse(f"admin:{self.url_name('changelist')}")
