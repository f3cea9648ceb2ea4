"""Views of one record: history, single revisions, trash and recovery."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable
from publishing.content.states import State
from publishing.revisions import transitions
from publishing.staff.history_views import HistoryViews
from publishing.staff.offline import OfflineViews


class RecordViews(HistoryViews):
    """History and trash of a record, in place of Django's pages."""

    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        *HistoryViews.routes,
        ("<path:object_id>/recover/", "recover_view", "recover"),
        ("<path:object_id>/delete/", "delete_view", "delete"),
    )

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Move the record to the trash; delete it for good if it is there or has no trash."""
        record = self.admin.get_object(request, unquote(object_id))
        if not isinstance(record, Publishable) or record.trashed_at:
            # For a trashed record, has_delete_permission requires the purge permission.
            response: HttpResponse = self.admin.delete_view(request, object_id, extra_context)
            return response
        return OfflineViews(self.admin).withdraw(request, record, State.TRASHED)

    def recover_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = self.admin.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        # Only records with a state have a trash.
        allowed = isinstance(record, Publishable) and self.admin.has_recover_permission(
            request, record
        )
        if not allowed or request.method != "POST":
            raise PermissionDenied
        dates = (record.trashed_at, record.published_at)
        has_waited = all(dates) and record.trashed_at < record.published_at
        try:
            transitions.run(record, transitions.recover, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("“%s” is out of the trash again.") % record)
            record.refresh_from_db()
            if has_waited and (message := transitions.visibility_message(record)):
                # It was scheduled; its date may have passed while it was in the trash.
                messages.info(request, message)
        return self.redirect("change", record.pk)
