"""The review of a record's draft: what it changes, its page, comments, and the decision."""

from __future__ import annotations

from typing import Any

from csp.constants import SELF
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.moments import format_full_moment, localtime, zone_name
from publishing.revisions import share_links, snapshots
from publishing.revisions.conflict_choices import conflict_context
from publishing.revisions.diff import differences
from publishing.revisions.drafts import lock
from publishing.revisions.models import Revision, Stage, open_draft
from publishing.revisions.preview import page_saying
from publishing.revisions.reversal import moment_of
from publishing.revisions.review_queue import notes_of
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.staff.admin_views import AdminViews
from publishing.staff.comment_views import discussion_of
from publishing.staff.draft_decisions import DraftDecision, draft_advice
from publishing.staff.live_editing import IN_FRAME, allow_framing
from publishing.staff.posted_fields import DUE_FIELD, NOTE_FIELD, REASON_FIELD
from publishing.staff.quality_prompt import label_advice


class DraftViews(AdminViews):
    """The page on which a draft is decided, and the public page as the draft would make it."""

    routes = (
        ("<path:object_id>/draft/page/", "draft_page_view", "draft_page"),
        ("<path:object_id>/draft/", "draft_view", "draft"),
    )

    def draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compare the open draft with the public version; POST decides about it."""
        record = self.find(request, object_id)
        draft = open_draft(record)
        if draft is None:
            messages.warning(request, _("“%s” no longer has a draft.") % record)
            return self.redirect("change", record.pk)
        decision = DraftDecision(self.admin, request, record, draft)
        if request.method == "POST":
            if not self.admin.has_change_permission(request, record):
                raise PermissionDenied
            with transaction.atomic():
                decision.record = lock(record)
                if response := decision.run():
                    return response
            draft.refresh_from_db()
        live = snapshots.take(record)
        content = draft.merged(live).content
        page = self.record_page(
            request,
            "draft",
            record,
            _("Draft of %s") % record,
            **self._content(request, record, draft, live, content),
            **self._decision(request, decision, live, content),
        )
        page._csp_replace = {"frame-src": [SELF]}  # type: ignore[attr-defined]  # as `csp_replace`
        return page

    def _content(
        self, request: HttpRequest, record: Any, draft: Revision, live: Snapshot, content: Snapshot
    ) -> dict[str, Any]:
        """Return the context about the draft itself: its changes, notes, comments and links."""
        address = request.path
        return {
            "draft": draft,
            "notes": notes_of(draft),
            # For a record that was never public, the whole content is new.
            "changes": differences(self.model, None if draft.is_review_request else live, content),
            "view": "page" if request.GET.get("view") == "page" else "changes",
            "discussion": discussion_of(self.admin, request, record, content, next=address),
            # Records without a state have no drafts to share.
            "links": share_links.links(record) if hasattr(record, "state") else None,
            "is_ahead": starts_ahead(content),
        }

    def _decision(
        self, request: HttpRequest, decision: DraftDecision, live: Snapshot, content: Snapshot
    ) -> dict[str, Any]:
        """Return the context of the buttons, with what was typed for a decision refused."""
        draft, posted = decision.draft, request.POST
        advice = draft_advice(self.admin, decision.record, content)
        due_at = localtime(draft.due_at).strftime("%Y-%m-%dT%H:%M") if draft.due_at else ""
        return {
            "advice": label_advice(self.model, advice),
            **self._conflict_context(decision, live),
            "errors": decision.errors,
            "may_publish": decision.may_publish,
            "may_discard": decision.may_discard,
            "is_review": draft.stage == Stage.REVIEW,
            "is_scheduled": draft.stage == Stage.SCHEDULED,
            "because": posted.get(REASON_FIELD, ""),
            "note": posted.get(NOTE_FIELD, ""),
            "due_at": posted.get(DUE_FIELD, due_at),
            "due": format_full_moment(draft.due_at),
            "zone": zone_name(),
        }

    def _conflict_context(self, decision: DraftDecision, live: Snapshot) -> dict[str, Any]:
        """Return the context for choosing between the draft and the public version."""
        if not decision.conflicts:
            return {"conflicts": [], "results": [], "seen": fingerprint(live)}
        return conflict_context(self.model, decision.draft.merged(live), live, decision.options)

    def draft_page_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Show the public page as the draft would make it, for the frame of the review."""
        record = self.find(request, object_id)
        if (draft := open_draft(record)) is None:
            raise Http404
        notice = _("This is how the page would look with the draft. Only staff see it.")
        content = draft.merged(snapshots.take(record)).content
        try:
            return allow_framing(page_saying(record, content, request, notice))
        except ValidationError as error:
            context = {"wrong": error.messages}
            page = render(request, "admin/publishing/preview_wrong.html", context)
            return allow_framing(page, **IN_FRAME)


def starts_ahead(content: Snapshot) -> bool:
    """Return whether the content makes a record public only from a future moment."""
    published_at = moment_of(content, "published_at")
    return published_at is not None and published_at > timezone.now()
