"""The pages about one record: its draft, its history, one of its versions, its way to the trash."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import EDITABLE_MOMENTS, Publishable, short_moment
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import snapshots, transitions
from publishing.revisions.diff import conflict_rows, differences
from publishing.revisions.drafts import MergeConflict, discard, keep_draft, publish_draft
from publishing.revisions.history import lock, log, write
from publishing.revisions.models import Action, Revision, Stage, open_draft
from publishing.revisions.notifications import tell
from publishing.revisions.rehearsal import rehearse
from publishing.revisions.snapshots import Snapshot, fingerprint
from publishing.staff.quality_checks import Advice
from publishing.staff.quality_prompt import (
    BECAUSE,
    QualityCheckMixin,
    has_reason,
    held_sentence,
    is_out,
    note_in,
)

PER_PAGE = 50
CHOICE = "_choice:"  # How the name of a choice between two texts begins.
SEEN = "_seen"  # The fingerprint of what somebody had before them when they decided.


class RevisionViewsMixin(QualityCheckMixin):
    """History, draft and trash of every record that this admin edits."""

    def get_urls(self) -> list[URLPattern]:
        info = self.opts.app_label, self.opts.model_name
        wrap = self.admin_site.admin_view
        return [
            path(
                "<path:object_id>/history/<int:revision_id>/",
                wrap(self.revision_view),
                name="{}_{}_revision".format(*info),
            ),
            path(
                "<path:object_id>/draft/", wrap(self.draft_view), name="{}_{}_draft".format(*info)
            ),
            path(
                "<path:object_id>/recover/",
                wrap(self.recover_view),
                name="{}_{}_recover".format(*info),
            ),
            *super().get_urls(),
        ]

    def page(
        self, request: HttpRequest, template: str, record: Any, title: str, **context: Any
    ) -> TemplateResponse:
        """A page about a record, inside the desk."""
        return TemplateResponse(
            request,
            f"admin/publishing/{template}.html",
            {
                **self.admin_site.each_context(request),
                "opts": self.opts,
                "original": record,
                "title": title,
                "has_change_permission": self.has_change_permission(request, record),
                **context,
            },
        )

    def find(self, request: HttpRequest, object_id: str, *, change: bool = False) -> Any:
        """The record that the person may see, or change. Raises Http404 or PermissionDenied."""
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        asked = self.has_change_permission if change else self.has_view_permission
        if not asked(request, record):
            raise PermissionDenied
        return record

    def not_found(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Back to the index with a sentence, as Django's own pages do."""
        redirect: HttpResponse = self._get_obj_does_not_exist_redirect(  # type: ignore[attr-defined]  # not in the stubs
            request, self.opts, object_id
        )
        return redirect

    def to(self, page: str, record: Any, *args: Any) -> HttpResponseRedirect:
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_{page}"
        return HttpResponseRedirect(reverse(name, args=[record.pk, *args]))

    # -- History -------------------------------------------------------------------------

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            return self.not_found(request, object_id)
        if not self.has_view_permission(request, record):
            raise PermissionDenied
        revisions = Revision.objects.of(record).select_related("person").defer("base", "content")
        page = Paginator(revisions, PER_PAGE).get_page(request.GET.get("page"))
        return self.page(request, "history", record, _("History: %s") % record, page=page)

    def revision_view(self, request: HttpRequest, object_id: str, revision_id: int) -> HttpResponse:
        """One version: what it changed, how it differs from the present one; restore it."""
        record = self.find(request, object_id)
        revision = Revision.objects.of(record).filter(pk=revision_id).first()
        if revision is None:
            raise Http404
        present = snapshots.take(record)
        wanted = version(revision, present)
        may_restore = wanted is not None and self.may_restore(request, record)
        if request.method == "POST":
            if not may_restore:
                raise PermissionDenied
            return self._restore(request, record, revision)
        return self.page(
            request,
            "revision",
            record,
            _("Version of %s") % record,
            revision=revision,
            changes=differences(self.model, revision.base, revision.content),
            restoring=differences(self.model, present, wanted) if wanted else [],
            may_restore=may_restore,
            as_draft=not self.may_put_live(request, record),
            seen=fingerprint(present),
        )

    def may_restore(self, request: HttpRequest, record: Any) -> bool:
        """Whether the person may bring a version back, be it as a draft."""
        return self.has_change_permission(request, record)

    def may_put_live(self, request: HttpRequest, record: Any) -> bool:
        """Whether what the person writes may reach visitors without a review."""
        return True

    def _restore(self, request: HttpRequest, record: Any, revision: Revision) -> HttpResponse:
        """Bring a version back: live, or as a draft if the person may not put it live."""
        note = request.POST.get("_note", "")
        try:
            with transaction.atomic():
                record = lock(record)
                present = snapshots.take(record)
                if request.POST.get(SEEN, "") not in ("", fingerprint(present)):
                    raise ValidationError(_("The record was changed meanwhile. Look at it again."))
                wanted = version(revision, present) or present
                if self.may_put_live(request, record):
                    problems = write(record, wanted, Action.RESTORED, request.user, note)
                    self.check_scope(request, record, present)
                    said = _("“%(name)s” says again what it said on %(moment)s.")
                else:
                    problems = []
                    self._restore_as_draft(request, record, wanted, note)
                    said = _("The version of %(moment)s is a draft of “%(name)s” now.")
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return self.to("revision", record, revision.pk)
        for problem in problems:
            messages.warning(request, problem)
        messages.success(request, said % {"name": record, "moment": short_moment(revision.made_at)})
        return self.to("change", record)

    def _restore_as_draft(
        self, request: HttpRequest, record: Any, wanted: Snapshot, note: str
    ) -> None:
        if open_draft(record):
            raise ValidationError(_("There is a draft already. Publish or discard it first."))
        keep_draft(record, wanted, Action.DRAFTED, request.user, note)

    # -- The draft -----------------------------------------------------------------------

    def draft_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Compare the open draft with what is public; publish, return or discard it."""
        record = self.find(request, object_id)
        draft = open_draft(record)
        if draft is None:
            messages.warning(request, _("There is no draft of “%s” any more.") % record)
            return self.to("change", record)
        conflicts: list[Any] = []
        if request.method == "POST":
            if not self.has_change_permission(request, record):
                raise PermissionDenied
            with transaction.atomic():
                conflicts, answer = self._decide(request, lock(record), draft)
            if answer:
                return answer
        live = snapshots.take(record)
        merged = draft.merged(live)
        advice = self.findings(self.draft_advice(record, draft))
        return self.page(
            request,
            "draft",
            record,
            _("Draft of %s") % record,
            draft=draft,
            # What nobody has seen yet is new from the first word on.
            changes=differences(
                self.model, None if draft.is_review_request else live, merged.content
            ),
            conflicts=conflict_rows(self.model, conflicts),
            may_publish=self.may_put_live(request, record),
            is_ahead=starts_ahead(merged.content),
            may_discard=self.may_discard(request, record, draft),
            advice=advice,
            because=request.POST.get(BECAUSE, ""),
            is_review=draft.stage == Stage.REVIEW,
            is_scheduled=draft.stage == Stage.SCHEDULED,
            seen=fingerprint(live),
        )

    def _decide(
        self, request: HttpRequest, record: Any, draft: Revision
    ) -> tuple[list[Any], HttpResponse | None]:
        note = note_in(request)
        present = open_draft(record)
        if present != draft or str(draft.pk) != request.POST.get("draft"):
            messages.warning(request, _("The draft was changed meanwhile. Look at it again."))
            return [], self.to("draft", record)
        match request.POST.get("decision"):
            case "discard":
                if not self.may_discard(request, record, draft):
                    raise PermissionDenied
                discard(record, draft, request.user, note)
                messages.success(request, _("The draft of “%s” is discarded.") % record)
                return [], self.to("change", record)
            case "return":
                if not self.may_put_live(request, record):
                    raise PermissionDenied
                returned = log(
                    record, Action.RETURNED, request.user, note,
                    base=draft.base, content=draft.content, stage=Stage.RETURNED,
                    author=draft.author,
                )  # fmt: skip
                self.answered(request, record, draft, returned)
                messages.success(request, _("The draft went back with your note."))
                return [], self.to("change", record)
            case "unschedule":
                if not self.may_put_live(request, record):
                    raise PermissionDenied
                log(
                    record, Action.DRAFTED, request.user, note,
                    base=draft.base, content=draft.content, stage=Stage.DRAFT,
                    author=draft.author,
                )  # fmt: skip
                messages.success(request, _("The draft of “%s” has no date any more.") % record)
                return [], self.to("draft", record)
            case "publish":
                if not self.may_put_live(request, record):
                    raise PermissionDenied
                advice = self.draft_advice(record, draft)
                if advice and not has_reason(request):
                    messages.error(request, held_sentence(advice))
                    return [], None
                return self._publish(request, record, draft, note)
        return [], None

    def draft_advice(self, record: Any, draft: Revision) -> list[Advice]:
        """What there is to say about the record as the draft has it, and not yet about itself."""
        known = self.advice(record) if is_out(record) else []
        with rehearse():
            try:
                snapshots.apply(record, draft.merged(snapshots.take(record)).content)
            except ValidationError:
                # Publishing will say so.
                return []
            found = self.advice(record)
        record.refresh_from_db()
        return [said for said in found if said not in known]

    def _publish(
        self, request: HttpRequest, record: Any, draft: Revision, note: str
    ) -> tuple[list[Any], HttpResponse | None]:
        try:
            with transaction.atomic():
                present = snapshots.take(record)
                # Choices count for what the person saw.
                seen = request.POST.get(SEEN) == fingerprint(present)
                choices = choices_in(request) if seen else {}
                problems = publish_draft(draft, request.user, note, choices)
                record.refresh_from_db()
                self.check_scope(request, record, present)
                if isinstance(record, Publishable) and record.state not in LIVE_STATES:
                    transitions.move(record, transitions.publish, request.user, note)
                    record.refresh_from_db()
        except MergeConflict as unresolved:
            return unresolved.conflicts, None
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
            return [], None
        for problem in problems:
            messages.warning(request, problem)
        self.answered(request, record, draft, None)
        if scheduled := scheduled_sentence(record):
            said = _("The draft of “%(name)s” takes effect. %(scheduled)s")
            said %= {"name": record, "scheduled": scheduled}
        else:
            said = _("“%s” is public as the draft has it.") % record
        messages.success(request, said)
        return [], self.to("change", record)

    def may_discard(self, request: HttpRequest, record: Any, draft: Revision) -> bool:
        """One's own draft, or anybody's for those who decide what goes live."""
        return draft.author == request.user or self.may_put_live(request, record)

    def answered(
        self, request: HttpRequest, record: Any, draft: Revision, returned: Revision | None
    ) -> None:
        """A publisher published or returned somebody's draft: its author is told."""
        if not draft.author or draft.author == request.user:
            return
        if returned:
            tell([draft.author], "returned", returned, request)
        else:
            tell(
                [draft.author],
                "published",
                draft,
                request,
                publisher=str(request.user),
                scheduled=scheduled_sentence(record),
            )

    # -- The trash -----------------------------------------------------------------------

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        """For a record with a trash: move it there. Deleting for good is for what lies in it."""
        record = self.get_object(request, unquote(object_id))
        if not isinstance(record, Publishable) or record.trashed_at:
            # Deleting for good; has_delete_permission asks for more in that case.
            return super().delete_view(request, object_id, extra_context)
        if not self.has_delete_permission(request, record):
            raise PermissionDenied
        if request.method != "POST":
            return self.page(request, "trash", record, _("Move to the trash: %s") % record)
        transitions.move(record, transitions.trash, request.user, request.POST.get("_note", ""))
        messages.success(request, _("“%s” is in the trash. You can take it out again.") % record)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"
        return HttpResponseRedirect(reverse(name))

    def has_recover_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Whether the person may take a record out of the trash."""
        return False

    def recover_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        record = self.get_object(request, unquote(object_id))
        if record is None:
            raise Http404
        if not self.has_recover_permission(request, record) or request.method != "POST":
            raise PermissionDenied
        dates = (record.trashed_at, record.published_at)
        has_waited = all(dates) and record.trashed_at < record.published_at
        try:
            transitions.move(record, transitions.recover, request.user)
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, _("“%s” is out of the trash again.") % record)
            record.refresh_from_db()
            if has_waited and (seen := transitions.visibility(record)):
                # It was scheduled; its date may have passed in the trash.
                messages.info(request, seen)
        return self.to("change", record)


def choices_in(request: HttpRequest) -> dict[str, str]:
    """What somebody chose where two people changed the same: conflict key → choice."""
    return {
        name.removeprefix(CHOICE): str(value)
        for name, value in request.POST.items()
        if name.startswith(CHOICE)
    }


def scheduled_sentence(record: Any) -> str:
    """Return the sentence about when visitors see a scheduled record; "" for any other."""
    is_scheduled = isinstance(record, Publishable) and record.state == State.SCHEDULED
    return transitions.visibility(record) if is_scheduled else ""


def starts_ahead(content: Snapshot) -> bool:
    """Return whether visitors see a record that says this only from a moment ahead."""
    starts = content["fields"].get("published_at")
    return starts is not None and datetime.fromisoformat(starts) > timezone.now()


def version(revision: Revision, present: Snapshot) -> Snapshot | None:
    """What to apply to bring a version back: its words, but not when it was public."""
    if not revision.content:
        return None
    fields = {
        name: value
        for name, value in revision.content["fields"].items()
        if name not in EDITABLE_MOMENTS
    }
    kept = {name: present["fields"][name] for name in EDITABLE_MOMENTS if name in present["fields"]}
    return {**revision.content, "fields": fields | kept}
