"""The view of a record's draft: compare it with the public version, publish or return it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable, is_live
from publishing.content.states import State
from publishing.revisions import share_links, snapshots, transitions
from publishing.revisions.diff import conflict_rows, differences
from publishing.revisions.drafts import MergeConflict, discard, lock, publish_draft
from publishing.revisions.models import Action, Revision, Stage, log, open_draft
from publishing.revisions.notifications import tell_author
from publishing.revisions.rehearsal import rehearse
from publishing.revisions.save_options import SaveOptions, held_back_message
from publishing.revisions.scope_guard import check_record
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.staff.admin_views import AdminViews
from publishing.staff.posted_fields import REASON_FIELD, parse_options
from publishing.staff.quality_checks import Advice
from publishing.staff.quality_prompt import label_advice


class DraftViews(AdminViews):
    """The page on which a draft is decided."""

    routes = (("<path:object_id>/draft/", "draft_view", "draft"),)

    def draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compare the open draft with the public version; POST decides about it."""
        record = self.find(request, object_id)
        draft = open_draft(record)
        if draft is None:
            messages.warning(request, _("There is no draft of “%s” any more.") % record)
            return self.redirect("change", record.pk)
        conflicts: list[Any] = []
        if request.method == "POST":
            if not self.admin.has_change_permission(request, record):
                raise PermissionDenied
            with transaction.atomic():
                conflicts, response = self._decide(request, lock(record), draft)
            if response:
                return response
        live = snapshots.take(record)
        merged = draft.merged(live)
        advice = label_advice(self.model, self.draft_advice(record, draft))
        return self.record_page(
            request,
            "draft",
            record,
            _("Draft of %s") % record,
            draft=draft,
            # For a record that was never public, the whole content is new.
            changes=differences(
                self.model, None if draft.is_review_request else live, merged.content
            ),
            conflicts=conflict_rows(self.model, conflicts),
            may_publish=self.admin.may_put_live(request, record),
            is_ahead=starts_ahead(merged.content),
            may_discard=self.may_discard(request, record, draft),
            advice=advice,
            because=request.POST.get(REASON_FIELD, ""),
            # Records without a state have no drafts to share.
            links=share_links.links(record) if hasattr(record, "state") else None,
            is_review=draft.stage == Stage.REVIEW,
            is_scheduled=draft.stage == Stage.SCHEDULED,
            seen=fingerprint(live),
        )

    def _decide(
        self, request: HttpRequest, record: Any, draft: Revision
    ) -> tuple[list[Any], HttpResponse | None]:
        options = parse_options(request)
        present = open_draft(record)
        if present != draft or str(draft.pk) != request.POST.get("draft"):
            messages.warning(request, _("The draft was changed meanwhile. Look at it again."))
            return [], self.redirect("draft", record.pk)
        match request.POST.get("decision"):
            case "discard":
                if not self.may_discard(request, record, draft):
                    raise PermissionDenied
                discard(record, draft, request.user, options.note)
                messages.success(request, _("The draft of “%s” is discarded.") % record)
                return [], self.redirect("change", record.pk)
            case "return":
                if not self.admin.may_put_live(request, record):
                    raise PermissionDenied
                returned = log(
                    record, Action.RETURNED, request.user, options.note,
                    base=draft.base, content=draft.content, stage=Stage.RETURNED,
                    author=draft.author,
                )  # fmt: skip
                tell_author(draft, request, returned=returned)
                messages.success(request, _("The draft went back with your note."))
                return [], self.redirect("change", record.pk)
            case "unschedule":
                if not self.admin.may_put_live(request, record):
                    raise PermissionDenied
                log(
                    record, Action.DRAFTED, request.user, options.note,
                    base=draft.base, content=draft.content, stage=Stage.DRAFT,
                    author=draft.author,
                )  # fmt: skip
                messages.success(request, _("The draft of “%s” has no date any more.") % record)
                return [], self.redirect("draft", record.pk)
            case "publish":
                if not self.admin.may_put_live(request, record):
                    raise PermissionDenied
                advice = self.draft_advice(record, draft)
                if advice and not options.has_reason:
                    messages.error(request, held_back_message(len(advice)))
                    return [], None
                return self._publish(request, record, draft, options)
        return [], None

    def draft_advice(self, record: Any, draft: Revision) -> list[Advice]:
        """Return the advice that the draft would cause, without that on the live record."""
        known = self.admin.advice(record) if is_live(record) else []
        with rehearse():
            try:
                snapshots.apply(record, draft.merged(snapshots.take(record)).content)
            except ValidationError:
                # Publishing reports the error.
                return []
            advice = self.admin.advice(record)
        record.refresh_from_db()
        return [item for item in advice if item not in known]

    def _publish(
        self, request: HttpRequest, record: Any, draft: Revision, options: SaveOptions
    ) -> tuple[list[Any], HttpResponse | None]:
        try:
            with transaction.atomic():
                present = snapshots.take(record)
                # Choices count only for the content that the person saw.
                choices = options.choices if options.seen == fingerprint(present) else {}
                problems = publish_draft(draft, request.user, options.note, dict(choices))
                record.refresh_from_db()
                check_record(record, request.user, present)
                if isinstance(record, Publishable) and not is_live(record):
                    transitions.run(record, transitions.publish, request.user, options.note)
                    record.refresh_from_db()
        except MergeConflict as error:
            return error.conflicts, None
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return [], None
        for problem in problems:
            messages.warning(request, problem)
        tell_author(draft, request, scheduled=schedule_message(record))
        if scheduled := schedule_message(record):
            message = _("The draft of “%(name)s” takes effect. %(scheduled)s")
            message %= {"name": record, "scheduled": scheduled}
        else:
            message = _("“%s” is public as the draft has it.") % record
        messages.success(request, message)
        return [], self.redirect("change", record.pk)

    def may_discard(self, request: HttpRequest, record: Any, draft: Revision) -> bool:
        """Return whether the user is the author of the draft, or may publish."""
        return draft.author == request.user or self.admin.may_put_live(request, record)


def schedule_message(record: Any) -> str:
    """Return the sentence about when visitors see a scheduled record; "" for any other."""
    is_scheduled = isinstance(record, Publishable) and record.state == State.SCHEDULED
    return transitions.visibility_message(record) if is_scheduled else ""


def starts_ahead(content: Snapshot) -> bool:
    """Return whether the content makes a record public only from a future moment."""
    published_at = content["fields"].get("published_at")
    return published_at is not None and datetime.fromisoformat(published_at) > timezone.now()
