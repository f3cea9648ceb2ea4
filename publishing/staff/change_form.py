"""How a record's form is opened and saved: rehearsed, merged, kept as a draft or put live.

The form carries the snapshot that it was opened with. Saving rehearses Django's own save on top
of that snapshot, takes the result, rolls back, and merges it into what the record says by then.
So nobody's change is lost, whoever saves first, rows and relations included.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime
from typing import Any, NamedTuple

from django import forms
from django.contrib import messages
from django.contrib.admin.utils import unquote
from django.core import signing
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from publishing.content.publishable import Publishable, short_moment
from publishing.content.scope import is_within
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import snapshots, transitions
from publishing.revisions.diff import conflict_rows
from publishing.revisions.drafts import keep_draft
from publishing.revisions.history import lock, log, write
from publishing.revisions.models import Action, Revision, Stage, open_draft
from publishing.revisions.notifications import publishers_of, tell
from publishing.revisions.rehearsal import is_rehearsal, rehearse
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import MergeResult, Snapshot, fingerprint
from publishing.staff.base import taken_meanwhile
from publishing.staff.forms import ScopedForm
from publishing.staff.quality_prompt import NOTE, VERBS, held_sentence, is_out, note_in
from publishing.staff.record_views import CHOICE, SEEN, RevisionViewsMixin, choices_in
from publishing.staff.system_checks import DraftAdminChecks

# Names of what the form sends besides the record's own fields.
START, DUE = "_start", "_due_at"


class Refused(Exception):
    """A save that cannot be, with the sentence for staff."""


class Outcome(NamedTuple):
    """What came of a save: the draft that was kept, if it was one, and what could not be kept."""

    draft: Revision | None
    problems: list[str]


class RecordForm(ScopedForm):
    """The form of a record with a trash: what is in it does not count as taken."""

    def _get_validation_exclusions(self) -> set[str]:
        # Django passes over a promise whose condition names a field that is not in the form.
        return super()._get_validation_exclusions() - {"trashed_at"}  # type: ignore[misc, no-any-return]


def seal(record: Any, start: Snapshot) -> str:
    """What a form was opened with, signed for this record alone."""
    return signing.dumps(start, salt=_salt(record), compress=True)


def _salt(record: Any) -> str:
    return f"publishing.editing:{record._meta.label_lower}:{record.pk}"


class DraftAdmin(RevisionViewsMixin):
    """The admin of a record without files: saves are rehearsed and merged."""

    form = RecordForm
    checks_class = DraftAdminChecks
    change_form_template = "admin/record_form.html"

    def has_publish_permission(self, request: HttpRequest) -> bool:
        """Whether what the person saves may go live. Records without a state need no more."""
        return True

    def may_put_live(self, request: HttpRequest, record: Any) -> bool:
        return self.has_publish_permission(request) or not is_out(record)

    # -- Opening -------------------------------------------------------------------------

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        record = self.get_object(request, unquote(object_id)) if object_id else None
        request.desk_state = getattr(record, "state", None)  # type: ignore[attr-defined]
        if object_id is None and request.method == "POST":
            self._look_ahead(request, form_url, extra_context or {})
        is_new = record is None or "_saveasnew" in request.POST
        if is_new or not self.has_change_permission(request, record):
            return super().changeform_view(request, object_id, form_url, extra_context)
        if request.method == "POST":
            return self._save(request, record, form_url, extra_context or {})
        return self._show(request, record, form_url, extra_context or {})

    def _show(
        self, request: HttpRequest, record: Any, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        """The form, on the open draft if there is one."""
        draft = open_draft(record)
        if draft is None:
            context |= {"start": seal(record, snapshots.take(record))}
            return super().changeform_view(request, str(record.pk), form_url, context)
        request.desk_opened = record.pk  # type: ignore[attr-defined]
        with rehearse():
            clashes, problems = self._put_on(record, draft)
            context |= {
                "start": seal(record, snapshots.take(record)),
                "draft": draft,
                "clashes": clashes,
                "problems": problems,
            }
            response = super().changeform_view(request, str(record.pk), form_url, context)
            return response.render() if isinstance(response, TemplateResponse) else response

    def _put_on(self, record: Any, draft: Revision) -> tuple[list[Any], list[str]]:
        """Apply a draft inside a rehearsal.

        Gives what was changed on both sides since it began, and what could not be brought back.
        """
        merged = draft.merged(snapshots.take(record))
        try:
            problems = snapshots.apply(record, merged.content)
        except ValidationError as error:
            # Such as a name that another record took since: the form opens on what is live.
            return [], error.messages
        return conflict_rows(type(record), merged.conflicts), problems

    # -- Saving --------------------------------------------------------------------------

    def _look_ahead(self, request: HttpRequest, form_url: str, context: dict[str, Any]) -> None:
        """Rehearse the saving of a new record; its form refuses when nobody answered the advice."""
        is_shown_again = bool(getattr(request, "desk_refused", ""))
        if is_rehearsal() or is_shown_again:
            # A preview, or what was typed before and is shown again.
            return
        if not (issubclass(self.model, Publishable) and self.has_publish_permission(request)):
            return
        with rehearse():
            super().changeform_view(request, None, form_url, dict(context))
        if held := self.held_back(request, None, is_draft=False):
            request.desk_held = True  # type: ignore[attr-defined]
            request.desk_refused = held_sentence(held)  # type: ignore[attr-defined]

    def _save(
        self, request: HttpRequest, record: Any, form_url: str, context: dict[str, Any]
    ) -> HttpResponse:
        opened = self._start(request, record)
        start = opened or self._present(record)
        try:
            if opened is None:
                raise Refused(
                    _(
                        "The portal cannot tell any more what the record said when you opened "
                        "this form. Compare your text with the present record, and save again."
                    )
                )
            mine, answer = self._rehearse_form(request, record, start, form_url, context)
            if mine is None:
                return answer
            merged, present = self._merge(request, record, start, mine)
            if merged.conflicts:
                return self._ask(request, record, merged, present, context)
            self._hold_back(request, record)
            outcome = self._keep(request, record, start, mine)
        except ObjectDoesNotExist:
            # Somebody deleted it for good a moment ago.
            return self.not_found(request, str(record.pk))
        except (Refused, ValidationError, IntegrityError) as error:
            request.desk_refused = why_refused(error)  # type: ignore[attr-defined]
            _mine, answer = self._rehearse_form(request, record, start, form_url, context)
            return answer
        for problem in outcome.problems:
            messages.warning(request, problem)
        record.refresh_from_db()
        if outcome.draft:
            return self.response_draft(request, record, outcome.draft)
        return self.response_change(request, record)

    def _start(self, request: HttpRequest, record: Any) -> Snapshot | None:
        """What the form was opened with; None if it cannot be read or is another record's.

        A form that sends nothing of the kind begins from what the record says now.
        """
        if START not in request.POST:
            return self._present(record)
        try:
            start: Snapshot = signing.loads(request.POST[START], salt=_salt(record))
        except signing.BadSignature:
            return None
        return start

    def _present(self, record: Any) -> Snapshot:
        """What the form shows who opens it now: the draft if there is one, or the record."""
        draft, live = open_draft(record), snapshots.take(record)
        return draft.merged(live).content if draft else live

    def _rehearse_form(
        self,
        request: HttpRequest,
        record: Any,
        start: Snapshot,
        form_url: str,
        context: dict[str, Any],
    ) -> tuple[Snapshot | None, HttpResponse]:
        """What the record would say after Django's own save; None with the form if it is wrong."""
        request.desk_saved = False  # type: ignore[attr-defined]
        request.desk_opened = record.pk  # type: ignore[attr-defined]
        with rehearse():
            draft = open_draft(record)
            # What the form was opened with may not be possible any more; the form will say so.
            with suppress(ValidationError):
                snapshots.apply(record, start)
            context = context | {"start": seal(record, start), "draft": draft}
            answer = super().changeform_view(request, str(record.pk), form_url, context)
            if request.desk_saved:  # type: ignore[attr-defined]
                return snapshots.take(record), answer
            if isinstance(answer, TemplateResponse):
                answer = answer.render()
        return None, answer

    def _merge(
        self, request: HttpRequest, record: Any, start: Snapshot, mine: Snapshot
    ) -> tuple[MergeResult, Snapshot]:
        """What was typed, merged into what the record or its draft says now."""
        present = self._present(record)
        choices = choices_in(request)
        if request.POST.get(SEEN) != fingerprint(present):
            # They were made against something that has changed again.
            choices = {}
        merged = snapshots.resolve(snapshots.merge(start, mine, present), choices)
        return merged, present

    def _keep(self, request: HttpRequest, record: Any, start: Snapshot, mine: Snapshot) -> Outcome:
        """Write what was typed: as a draft, or for good."""
        check_change(self.model, start, mine, request.user)
        with transaction.atomic():
            # As it is now: it may have become public since the form was sent.
            record = lock(record)
            merged, _present = self._merge(request, record, start, mine)
            if merged.conflicts:
                raise Refused(_("Somebody saved at the same moment. Save again."))
            if self.saves_draft(request, record):
                return Outcome(self._keep_draft(request, record, merged.content), [])
            return Outcome(None, self._keep_live(request, record, merged.content))

    def _hold_back(self, request: HttpRequest, record: Any) -> None:
        """Raises Refused if this would go public with advice that nobody answered."""
        live = type(record)._base_manager.get(pk=record.pk)
        held = self.held_back(request, live, is_draft=self.saves_draft(request, live))
        if held:
            request.desk_held = True  # type: ignore[attr-defined]
            raise Refused(held_sentence(held))

    def saves_draft(self, request: HttpRequest, record: Any) -> bool:
        """Whether this save leaves what visitors see as it is."""
        if not is_out(record):
            return False
        asked = {"_draft", "_review", "_schedule"} & set(request.POST)
        return bool(asked) or not self.has_publish_permission(request)

    def _keep_live(self, request: HttpRequest, record: Any, content: Snapshot) -> list[str]:
        draft, note = open_draft(record), note_in(request)
        was_out = is_out(record)
        action = Action.PUBLISHED if draft and was_out else Action.CHANGED
        problems = write(record, content, action, request.user, note)
        if draft and (was_out or is_out(record) or not draft.is_review_request):
            # The record says what it said.
            draft.close()
        is_published = self._publish_as_asked(request, record)
        if "_review" in request.POST and not (is_published or was_out):
            self._submit(request, record, snapshots.take(record))
        return problems

    def _publish_as_asked(self, request: HttpRequest, record: Any) -> bool:
        """Publish a record if the button says so, and return whether it does."""
        verb = next((verb for button, verb in VERBS.items() if button in request.POST), None)
        if verb is None or not self.has_publish_permission(request):
            return False
        transitions.move(record, verb, request.user, note_in(request))
        return True

    def _submit(self, request: HttpRequest, record: Any, content: Snapshot) -> None:
        """Ask for the review of a record that visitors do not see yet: its draft is itself."""
        review = log(
            record,
            Action.SUBMITTED,
            request.user,
            note_in(request),
            base=content,
            content=content,
            stage=Stage.REVIEW,
        )
        self.submitted(request, record, review)

    def _keep_draft(self, request: HttpRequest, record: Any, content: Snapshot) -> Revision:
        earlier, note = open_draft(record), note_in(request)
        action, stage, due = self._asked(request, earlier)
        if snapshots.same(self._present(record), content):
            if earlier is None:
                raise Refused(_("You changed nothing, so there is no draft to keep."))
            if (stage, due, note) == (earlier.stage, earlier.due_at, ""):
                return earlier
        # A draft has to be valid, also after others' changes were merged into it.
        draft = keep_draft(record, content, action, request.user, note, stage=stage, due_at=due)
        if action is Action.SUBMITTED:
            self.submitted(request, record, draft)
        return draft

    def _asked(
        self, request: HttpRequest, earlier: Revision | None
    ) -> tuple[Action, Stage, datetime | None]:
        """What is to become of a draft. Saving alone leaves it in the queue or on the schedule."""
        may_publish = self.has_publish_permission(request)
        if earlier and earlier.stage == Stage.SCHEDULED and not may_publish:
            raise Refused(_("The draft is scheduled: only who may publish can change it now."))
        if "_schedule" in request.POST:
            if not may_publish:
                raise Refused(_("You may save a draft, but not schedule it. Submit it for review."))
            return Action.SCHEDULED, Stage.SCHEDULED, due_moment(request)
        if "_review" in request.POST:
            return Action.SUBMITTED, Stage.REVIEW, None
        if earlier and earlier.stage in (Stage.REVIEW, Stage.SCHEDULED):
            return Action.DRAFTED, Stage(earlier.stage), earlier.due_at
        return Action.DRAFTED, Stage.DRAFT, None

    def submitted(self, request: HttpRequest, record: Any, review: Revision) -> None:
        """A record or its draft was submitted for review: those who may publish it are told."""
        people = [
            person
            for person in publishers_of(self.model)
            if person != request.user and is_within(record, person)
        ]
        tell(people, "submitted", review, request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        # As it is for visitors; the record in the form may say what its draft or a person says.
        state = getattr(request, "desk_state", None)
        context |= {
            "is_out": state in LIVE_STATES,
            "is_scheduled": state == State.SCHEDULED,
            "may_publish": self.has_publish_permission(request),
            "is_publishable": issubclass(self.model, Publishable),
            "note": request.POST.get(NOTE, ""),
            "due_at": request.POST.get(DUE, ""),
            "zone": timezone.get_current_timezone_name(),
        }
        return super().render_change_form(request, context, *args, **kwargs)

    # -- Answering -----------------------------------------------------------------------

    def _ask(
        self,
        request: HttpRequest,
        record: Any,
        merged: MergeResult,
        present: Snapshot,
        context: dict[str, Any],
    ) -> HttpResponse:
        """The page on which somebody chooses between what two people wrote."""
        kept = [
            (name, value)
            for name, values in request.POST.lists()
            for value in values
            if not name.startswith(CHOICE) and name not in (SEEN, "csrfmiddlewaretoken")
        ]
        last = Revision.objects.of(record).select_related("person").first()
        return TemplateResponse(
            request,
            "admin/publishing/conflicts.html",
            {
                **self.admin_site.each_context(request),
                **context,
                "title": _("Somebody else changed this too"),
                "opts": self.opts,
                "original": record,
                "conflicts": conflict_rows(type(record), merged.conflicts),
                "posted": kept,
                "last": last,
                "seen": fingerprint(present),
            },
            status=409,
        )

    def response_add(self, request: HttpRequest, obj: Any, *args: Any, **kwargs: Any) -> Any:
        if is_rehearsal():
            return HttpResponse()
        return super().response_add(request, obj, *args, **kwargs)

    def response_change(self, request: HttpRequest, obj: Any) -> HttpResponse:
        if is_rehearsal():
            # Its answer is thrown away, and its message must not stay behind.
            return HttpResponse()
        return super().response_change(request, obj)

    def response_draft(self, request: HttpRequest, record: Any, draft: Revision) -> HttpResponse:
        said = {
            Stage.REVIEW: _("Your draft of “%(name)s” waits for review now."),
            Stage.SCHEDULED: _("Your draft of “%(name)s” goes live on %(moment)s."),
        }.get(Stage(draft.stage), _("Saved as a draft of “%(name)s”."))
        messages.success(
            request,
            said % {"name": record, "moment": short_moment(draft.due_at)}
            + " "
            + _("The public page has not changed."),
        )
        return HttpResponseRedirect(request.get_full_path())

    # -- Writing down --------------------------------------------------------------------

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        # Called in the rehearsal; what is written down is written by `_keep`.
        request.desk_saved = True  # type: ignore[attr-defined]
        self.look_at(request, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> Any:
        """A new record is saved for real, with its rows; what was asked for besides comes now."""
        if is_rehearsal():
            request.desk_saved = True  # type: ignore[attr-defined]
            self.look_at(request, obj)
            return
        content, note = snapshots.take(obj), note_in(request)
        log(obj, Action.ADDED, request.user, note, content=content)
        if not isinstance(obj, Publishable):
            return
        if obj.state == State.SCHEDULED:
            log(obj, Action.SCHEDULED_RECORD, request.user, note, base=content, content=content)
        if not self._publish_as_asked(request, obj) and "_review" in request.POST:
            self._submit(request, obj, content)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> Any:
        for record in queryset:
            if draft := open_draft(record):
                draft.close()
            log(record, Action.PURGED, request.user, base=snapshots.take(record))


def why_refused(error: Exception) -> str:
    """The sentence for staff whose save cannot be."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    if isinstance(error, Refused):
        return str(error)
    return taken_meanwhile()


def due_moment(request: HttpRequest) -> datetime:
    """The moment that the form gives for a scheduled draft. Raises Refused."""
    field = forms.SplitDateTimeField(required=False)
    day, _sep, time = request.POST.get(DUE, "").partition("T")
    try:
        moment: datetime | None = field.clean([day, time])
    except ValidationError as error:
        raise Refused(" ".join(error.messages)) from error
    if moment is None:
        raise Refused(_("Say when the draft goes live."))
    if moment <= timezone.now():
        raise Refused(_("The moment for the draft has passed. Choose a later one, or publish it."))
    return moment
