"""The history of a record: its entries, each of which can be viewed, restored and undone."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from publishing.content.moments import format_moment
from publishing.content.publishable import is_live
from publishing.revisions import snapshots
from publishing.revisions.diff import conflict_rows, differences
from publishing.revisions.drafts import keep_draft, lock, write
from publishing.revisions.models import Action, Revision, open_draft
from publishing.revisions.preview import page_saying
from publishing.revisions.reversal import note_of
from publishing.revisions.scope_guard import check_change, check_record
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.revisions.versions import restored_content, undone_content, version_of
from publishing.staff.admin_views import AdminViews
from publishing.staff.live_editing import allow_framing
from publishing.staff.posted_fields import SEEN_FIELD, parse_options
from publishing.staff.undo_views import public_again

PER_PAGE = 50
# Actions that leave the content, so that there is no change to undo.
CONTENT_KEPT = (Action.TRASHED, Action.RECOVERED, Action.SHARED, Action.UNSHARED)


def is_filled(column: str) -> Q:
    """Return the condition for entries with a snapshot in this column."""
    return Q(**{f"{column}__isnull": False})


class HistoryViews(AdminViews):
    """The history of a record, and its versions."""

    routes: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("<path:object_id>/history/<int:revision_id>/page/", "revision_page_view", "revision_page"),
        ("<path:object_id>/history/<int:revision_id>/", "revision_view", "revision"),
        ("<path:object_id>/history/", "history_view", "history"),
    )

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        record = self.admin.get_object(request, unquote(object_id))
        if record is None:
            return self.not_found(request, object_id)
        if not self.admin.has_view_permission(request, record):
            raise PermissionDenied
        entries = Revision.objects.of(record).select_related("person").defer("base", "content")
        entries = entries.annotate(
            has_base=is_filled("base"),
            has_content=is_filled("content"),
            has_change=is_filled("base") & is_filled("content") & ~Q(action__in=CONTENT_KEPT),
        )
        page = Paginator(entries, PER_PAGE).get_page(request.GET.get("page"))
        rows: list[Any] = list(page.object_list)
        oldest = rows[-1] if rows and not page.has_next() else None
        return self.record_page(
            request,
            "history",
            record,
            _("History: %s") % record,
            page=page,
            may_restore=self.may_restore(request, record),
            # The state before the first entry is a version too: nothing is ever lost.
            opening=oldest if oldest and oldest.has_base else None,
            begun_at=getattr(record, "created_at", None),
        )

    def revision_view(self, request: HttpRequest, object_id: str, revision_id: int) -> HttpResponse:
        """Show an entry and its version; POST restores the version or undoes the change.

        With `before` in the address the version is the one before the change.
        """
        record = self.find(request, object_id)
        revision, before = self._revision(record, revision_id), "before" in request.GET
        present = snapshots.take(record)
        if request.method == "POST":
            if not self.may_restore(request, record):
                raise PermissionDenied
            return self._change(request, record, revision)
        return self.record_page(
            request,
            "revision",
            record,
            _("Version of %s") % record,
            revision=revision,
            before=before,
            seen=fingerprint(present),
            changes=differences(self.model, revision.base, revision.content),
            has_page=hasattr(record, "get_absolute_url"),
            may_restore=self.may_restore(request, record),
            as_draft=not self.admin.may_put_live(request, record),
            undoes_as_draft=self._undoes_as_draft(request, record, revision),
            **self._comparisons(revision, present, before=before, moments=self._may_move(request)),
        )

    def _comparisons(
        self, revision: Revision, present: Snapshot, *, before: bool, moments: bool
    ) -> dict[str, Any]:
        """Return the template context of what restoring and undoing would change."""
        restored = restored_content(version_of(revision, before=before), present)
        undone = None if before else undone_content(revision, present, moments=moments)
        return {
            "restored": restored,
            "restoring": differences(self.model, present, restored) if restored else [],
            "undone": undone,
            "undoing": differences(self.model, present, undone.content) if undone else [],
            "conflicts": conflict_rows(self.model, undone.conflicts) if undone else [],
        }

    def revision_page_view(
        self, request: HttpRequest, object_id: str, revision_id: int
    ) -> HttpResponse:
        """Show the public page as it would be with a version, to this user alone."""
        record = self.find(request, object_id)
        revision, before = self._revision(record, revision_id), "before" in request.GET
        content = restored_content(version_of(revision, before=before), snapshots.take(record))
        if content is None or not hasattr(record, "get_absolute_url"):
            raise Http404
        notice = _("Version of %(moment)s. Only staff can see this page.")
        notice %= {"moment": format_moment(revision.made_at)}
        try:
            page = page_saying(record, content, request, notice)
        except ValidationError as error:
            # Another record may have its name by now.
            wrong = {"wrong": error.messages}
            page = render(request, "admin/publishing/preview_wrong.html", wrong)
        return allow_framing(page)

    def _revision(self, record: Any, revision_id: int) -> Revision:
        revision: Revision | None = Revision.objects.of(record).filter(pk=revision_id).first()
        if revision is None:
            raise Http404
        return revision

    def may_restore(self, request: HttpRequest, record: Any) -> bool:
        """Return whether the user may restore a revision, at least as a draft."""
        allowed: bool = self.admin.has_change_permission(request, record)
        return allowed

    def _may_move(self, request: HttpRequest) -> bool:
        """Return whether the user may change the dates of records."""
        allowed: bool = self.admin.has_publish_permission(request)
        return allowed

    def _undoes_as_draft(self, request: HttpRequest, record: Any, revision: Revision) -> bool:
        """Return whether undoing an entry makes a draft: a discarded one comes back as a draft."""
        is_draft = revision.action == Action.DISCARDED
        return is_draft or not self.admin.may_put_live(request, record)

    # -- Restoring and undoing -----------------------------------------------------------

    def _change(self, request: HttpRequest, record: Any, revision: Revision) -> HttpResponse:
        """Restore the version or undo the change: live, or as a draft without the permission."""
        change = self._undo if "_undo" in request.POST else self._restore
        try:
            with transaction.atomic():
                record = lock(record)
                present = snapshots.take(record)
                if request.POST.get(SEEN_FIELD, "") not in ("", fingerprint(present)):
                    raise ValidationError(
                        _("Somebody changed this record in the meantime. Check it again.")
                    )
                was_live = is_live(record)
                problems, message = change(request, record, revision, present)
                check_record(record, request.user, present)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.redirect("revision", record.pk, revision.pk)
        for problem in problems:
            messages.warning(request, problem)
        messages.success(request, message % {"moment": format_moment(revision.made_at)})
        if not was_live and getattr(record, "is_published", False):
            messages.success(request, public_again(record))
        return self.redirect("change", record.pk)

    def _restore(
        self, request: HttpRequest, record: Any, revision: Revision, present: Snapshot
    ) -> tuple[list[str], str]:
        """Restore a version; return the problems and the message. Raises ValidationError."""
        before, note = "before" in request.GET, parse_options(request).note
        content = restored_content(version_of(revision, before=before), present)
        if content is None:
            raise PermissionDenied
        if not self.admin.may_put_live(request, record):
            self._keep_draft(request, record, present, content, note)
            return [], _("Restored the version of %(moment)s as a draft.")
        problems = write(record, content, Action.RESTORED, request.user, note)
        if before:
            return problems, _("Restored the version before the change of %(moment)s.")
        return problems, _("Restored the version of %(moment)s.")

    def _undo(
        self, request: HttpRequest, record: Any, revision: Revision, present: Snapshot
    ) -> tuple[list[str], str]:
        """Undo a change; return the problems and the message. Raises ValidationError."""
        undone = undone_content(revision, present, moments=self._may_move(request))
        if undone is None:
            raise PermissionDenied
        if undone.conflicts:
            raise ValidationError(_("This has been changed again since, so nothing was undone."))
        note = "\n".join(filter(None, (note_of(revision), parse_options(request).note)))
        if self._undoes_as_draft(request, record, revision):
            self._keep_draft(request, record, present, undone.content, note)
            return [], _("Undid the change of %(moment)s in a draft.")
        problems = write(record, undone.content, Action.REVERTED, request.user, note)
        return problems, _("Undid the change of %(moment)s.")

    def _keep_draft(
        self, request: HttpRequest, record: Any, present: Snapshot, content: Snapshot, note: str
    ) -> None:
        if open_draft(record):
            raise ValidationError(_("There is a draft already. Publish or discard it first."))
        check_change(type(record), present, content, request.user)
        keep_draft(record, content, Action.DRAFTED, request.user, note)
