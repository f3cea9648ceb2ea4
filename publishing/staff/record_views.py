"""Views of one record: history, single revisions, trash and recovery."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from publishing.content.moments import format_moment
from publishing.content.publishable import EDITABLE_MOMENTS, Publishable
from publishing.revisions import snapshots, transitions
from publishing.revisions.diff import differences
from publishing.revisions.drafts import keep_draft, lock, write
from publishing.revisions.models import Action, Revision, open_draft
from publishing.revisions.scope_guard import check_record
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.staff.admin_views import AdminViews
from publishing.staff.posted_fields import SEEN_FIELD

PER_PAGE = 50


class RecordViews(AdminViews):
    """History and trash of a record, in place of Django's pages."""

    routes = (
        ("<path:object_id>/history/<int:revision_id>/", "revision_view", "revision"),
        ("<path:object_id>/recover/", "recover_view", "recover"),
        ("<path:object_id>/history/", "history_view", "history"),
        ("<path:object_id>/delete/", "delete_view", "delete"),
    )

    # -- History -------------------------------------------------------------------------

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        record = self.admin.get_object(request, unquote(object_id))
        if record is None:
            return self.not_found(request, object_id)
        if not self.admin.has_view_permission(request, record):
            raise PermissionDenied
        revisions = Revision.objects.of(record).select_related("person").defer("base", "content")
        page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("page"))
        return self.record_page(request, "history", record, _("History: %s") % record, page=page)

    def revision_view(self, request: HttpRequest, object_id: str, revision_id: int) -> HttpResponse:
        """Show a revision and its differences from the present record; POST restores it."""
        record = self.find(request, object_id)
        revision = Revision.objects.of(record).filter(pk=revision_id).first()
        if revision is None:
            raise Http404
        present = snapshots.take(record)
        content = restored_content(revision, present)
        may_restore = content is not None and self.may_restore(request, record)
        if request.method == "POST":
            if not may_restore:
                raise PermissionDenied
            return self._restore(request, record, revision)
        return self.record_page(
            request,
            "revision",
            record,
            _("Version of %s") % record,
            revision=revision,
            changes=differences(self.model, revision.base, revision.content),
            restoring=differences(self.model, present, content) if content else [],
            may_restore=may_restore,
            as_draft=not self.admin.may_put_live(request, record),
            seen=fingerprint(present),
        )

    def may_restore(self, request: HttpRequest, record: Any) -> bool:
        """Return whether the user may restore a revision, at least as a draft."""
        allowed: bool = self.admin.has_change_permission(request, record)
        return allowed

    def _restore(self, request: HttpRequest, record: Any, revision: Revision) -> HttpResponse:
        """Restore a revision: live, or as a draft if the user may not publish."""
        note = request.POST.get("_note", "")
        try:
            with transaction.atomic():
                record = lock(record)
                present = snapshots.take(record)
                if request.POST.get(SEEN_FIELD, "") not in ("", fingerprint(present)):
                    raise ValidationError(_("The record was changed meanwhile. Look at it again."))
                content = restored_content(revision, present) or present
                if self.admin.may_put_live(request, record):
                    problems = write(record, content, Action.RESTORED, request.user, note)
                    check_record(record, request.user, present)
                    message = _("“%(name)s” says again what it said on %(moment)s.")
                else:
                    problems = []
                    self._restore_as_draft(request, record, content, note)
                    message = _("The version of %(moment)s is a draft of “%(name)s” now.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.redirect("revision", record.pk, revision.pk)
        for problem in problems:
            messages.warning(request, problem)
        values = {"name": record, "moment": format_moment(revision.made_at)}
        messages.success(request, message % values)
        return self.redirect("change", record.pk)

    def _restore_as_draft(
        self, request: HttpRequest, record: Any, content: Snapshot, note: str
    ) -> None:
        if open_draft(record):
            raise ValidationError(_("There is a draft already. Publish or discard it first."))
        keep_draft(record, content, Action.DRAFTED, request.user, note)

    # -- The trash -----------------------------------------------------------------------

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """Move the record to the trash; delete it for good if it is there or has no trash."""
        record = self.admin.get_object(request, unquote(object_id))
        if not isinstance(record, Publishable) or record.trashed_at:
            # For a trashed record, has_delete_permission requires the purge permission.
            response: HttpResponse = self.admin.delete_view(request, object_id, extra_context)
            return response
        if not self.admin.has_delete_permission(request, record):
            raise PermissionDenied
        if request.method != "POST":
            return self.record_page(request, "trash", record, _("Move to the trash: %s") % record)
        transitions.run(record, transitions.trash, request.user, request.POST.get("_note", ""))
        messages.success(request, _("“%s” is in the trash. You can take it out again.") % record)
        return self.redirect("changelist")

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


def restored_content(revision: Revision, present: Snapshot) -> Snapshot | None:
    """Return the snapshot to apply to restore a revision: its content with the present moments."""
    if not revision.content:
        return None
    fields = {
        name: value
        for name, value in revision.content["fields"].items()
        if name not in EDITABLE_MOMENTS
    }
    moments = {n: value for n, value in present["fields"].items() if n in EDITABLE_MOMENTS}
    return {**revision.content, "fields": fields | moments}
