"""Edit session: one person's edit of one record, from opening the form to the outcome of the save.

A save has four steps. `rehearse` runs the form's own save on top of the snapshot that the form was
opened with, takes a snapshot of the result and rolls back; `merge` merges it with what the record
or its draft says by now; `hold_back` stops a change that would become public with unanswered
advice; `store` saves it, as a draft or for good. So no change is lost, whoever saves first, in rows
and relations too.

It does not depend on a request: the admin passes the options and a function that saves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from publishing.content.publishable import is_live
from publishing.content.states import State
from publishing.revisions import snapshots, transitions
from publishing.revisions.drafts import keep_draft, lock, write
from publishing.revisions.models import Action, Revision, Stage, log, open_draft
from publishing.revisions.rehearsal import rehearse
from publishing.revisions.save_options import (
    SaveOptions,
    SaveOutcome,
    SaveRefused,
    held_back_message,
    parse_due_moment,
    refusal_message,
)
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import Conflict, MergeResult, Snapshot, fingerprint

Response = TypeVar("Response")


def no_advice(record: Any) -> list[Any]:
    return []


class EditSession:
    """The edit of one record, or of a new one if `record` is None.

    `check` returns the advice on a record; `notify` is called with a record and its revision when a
    review is requested.
    """

    def __init__(
        self,
        record: Any,
        person: Any,
        options: SaveOptions | None = None,
        *,
        may_publish: bool = True,
        check: Callable[[Any], list[Any]] = no_advice,
        notify: Callable[[Any, Revision], None] | None = None,
    ) -> None:
        self.record, self.person, self.options = record, person, options or SaveOptions()
        self.may_publish, self.check, self.notify = may_publish, check, notify
        # The state that visitors see; the form may show another one, from a draft or typed dates.
        self.state: State | None = getattr(record, "state", None)
        # Snapshots: as the form was opened, as the person typed it, as the record or its draft is
        # now, and the merge of the three. Empty until they are known.
        self.start: Snapshot = {}
        self.mine: Snapshot = {}
        self.theirs: Snapshot = {}
        self.merged = MergeResult({}, [])
        self.draft: Revision | None = None
        # Conflicts of an opened draft with later changes, and references that no longer exist.
        self.clashes: list[Conflict] = []
        self.problems: list[str] = []
        # The advice on the rehearsed record (None: not rehearsed), and the part that holds it back.
        self.advice: list[Any] | None = None
        self.blocking_advice: list[Any] = []
        self.added: Any = None
        self.is_rehearsing = self.goes_live = False
        self.error_message = ""
        self.outcome: SaveOutcome | None = None

    # -- Opening -------------------------------------------------------------------------

    def current_content(self) -> Snapshot:
        """Return the content that a form shows now: of the open draft if any, or of the record."""
        draft, live = self.find_draft(), snapshots.take(self.record)
        return draft.merged(live).content if draft else live

    def find_draft(self) -> Revision | None:
        self.draft = open_draft(self.record)
        return self.draft

    def open(self, show: Callable[[], Response]) -> Response:
        """Return the result of `show`, called with the draft applied to the record."""
        draft = self.find_draft()
        if draft is None:
            self.start = snapshots.take(self.record)
            return show()
        with self._rehearsal():
            merged = draft.merged(snapshots.take(self.record))
            try:
                self.problems = snapshots.apply(self.record, merged.content)
                self.clashes = merged.conflicts
            except ValidationError as error:
                # For example, another record took the name since: the form shows the live content.
                self.problems = error.messages
            self.start = snapshots.take(self.record)
            return show()

    # -- Saving --------------------------------------------------------------------------

    def save(self, run_form: Callable[[], Response]) -> Response | None:
        """Save what was typed. Return the form if it has to be shown again.

        Otherwise `outcome` is set, or the person has to decide the conflicts of `merged`.
        `run_form` saves as usual and then calls `take_result`. Raises ObjectDoesNotExist.
        """
        try:
            if not self.start:
                self.start = self.current_content()
                raise SaveRefused(
                    _(
                        "The portal cannot tell any more what the record said when you opened "
                        "this form. Compare your text with the present record, and save again."
                    )
                )
            response = self.rehearse(run_form)
            if not self.mine:
                return response
            if not self.merge().conflicts:
                self.hold_back()
                self.store()
        except (SaveRefused, ValidationError, IntegrityError) as error:
            self.error_message = refusal_message(error)
            return self.rehearse(run_form)
        return None

    def rehearse(self, run_form: Callable[[], Response]) -> Response:
        """Run the form's own save on top of `start`, set `mine` to the result and roll back."""
        self.mine = {}
        with self._rehearsal():
            if self.record is not None and self.start:
                self.find_draft()
                # The opened content may be invalid by now; the form will report that.
                with suppress(ValidationError):
                    snapshots.apply(self.record, self.start)
            return run_form()

    @contextmanager
    def _rehearsal(self) -> Iterator[None]:
        self.is_rehearsing = True
        try:
            with rehearse():
                yield
        finally:
            self.is_rehearsing = False

    def take_result(self, record: Any) -> None:
        """Take the snapshot and the advice of the record that the form saved in the rehearsal."""
        self.added = record if self.record is None else None
        self.mine = snapshots.take(record)
        self.advice = self.check(record)
        self.goes_live = is_live(record)

    def merge(self) -> MergeResult:
        """Merge what was typed into what the record or its draft says now."""
        self.theirs, choices = self.current_content(), self.options.choices
        self.merged = snapshots.merge(self.start, self.mine, self.theirs)
        # Choices between outdated texts do not count.
        if choices and self.options.seen == fingerprint(self.theirs):
            self.merged = snapshots.resolve(self.merged, choices)
        return self.merged

    def look_ahead(self, run_form: Callable[[], Any]) -> None:
        """Rehearse the saving of a new record; set `error_message` if its advice holds it back."""
        self.rehearse(run_form)
        try:
            self.hold_back()
        except SaveRefused as error:
            self.error_message = str(error)

    def hold_back(self) -> None:
        """Raise SaveRefused if the record would become public with unanswered advice.

        For a record that is public already, only the advice that the change causes counts.
        """
        current = self.record and type(self.record)._base_manager.get(pk=self.record.pk)
        becomes_public = self.goes_live or self.options.publishes
        if not self.options.schedules and (self.keeps_draft(current) or not becomes_public):
            return
        known = self.check(current) if is_live(current) else []
        new_advice = [advice for advice in self.advice or () if advice not in known]
        if new_advice and not self.options.has_reason:
            self.blocking_advice = new_advice
            raise SaveRefused(held_back_message(len(new_advice)))

    def keeps_draft(self, record: Any) -> bool:
        """Return whether this save leaves the public version as it is."""
        options = self.options
        asks_for_draft = options.drafts or options.submits or options.schedules
        return (asks_for_draft or not self.may_publish) and is_live(record)

    def store(self) -> None:
        """Save what was typed, as a draft or for good. Raises SaveRefused."""
        check_change(type(self.record), self.start, self.mine, self.person)
        with transaction.atomic():
            # The current row: it may have become public since the form was sent.
            record = lock(self.record)
            merged = self.merge()
            if merged.conflicts:
                raise SaveRefused(_("Somebody saved at the same moment. Save again."))
            if self.keeps_draft(record):
                outcome = SaveOutcome(self._keep_draft(record, merged.content), [])
            else:
                outcome = SaveOutcome(None, self._keep_live(record, merged.content))
        self.record.refresh_from_db()
        self.outcome = outcome

    def _keep_live(self, record: Any, content: Snapshot) -> list[str]:
        draft, was_live, note = self.draft, is_live(record), self.options.note
        action = Action.PUBLISHED if draft and was_live else Action.CHANGED
        problems = write(record, content, action, self.person, note)
        if draft and (was_live or is_live(record) or not draft.is_review_request):
            # The record now has the draft's content.
            draft.close()
        self.finish(record, was_live=was_live)
        return problems

    def finish(self, record: Any, *, was_live: bool = False) -> None:
        """Publish a saved record, or request its review, if the person wishes so."""
        if self.options.publishes and self.may_publish:
            transition = transitions.publish_now if self.options.at_once else transitions.publish
            transitions.run(record, transition, self.person, self.options.note)
        elif self.options.submits and not was_live:
            self.submit(record)

    def submit(self, record: Any) -> None:
        """Request the review of a record that was never public: it is its own draft."""
        content = snapshots.take(record)
        review = log(
            record,
            Action.SUBMITTED,
            self.person,
            self.options.note,
            base=content,
            content=content,
            stage=Stage.REVIEW,
        )
        if self.notify:
            self.notify(record, review)

    def _keep_draft(self, record: Any, content: Snapshot) -> Revision:
        previous, note = self.draft, self.options.note
        action, stage, due = self._stage()
        if content == self.theirs:
            if previous is None:
                raise SaveRefused(_("You changed nothing, so there is no draft to keep."))
            if (stage, due, note) == (previous.stage, previous.due_at, ""):
                return previous
        # A draft has to be valid after the merge with others' changes too.
        draft = keep_draft(record, content, action, self.person, note, stage=stage, due_at=due)
        if action is Action.SUBMITTED and self.notify:
            self.notify(record, draft)
        return draft

    def _stage(self) -> tuple[Action, Stage, datetime | None]:
        """Return action, stage and due moment. Saving alone changes neither queue nor date."""
        previous = self.draft
        if previous and previous.stage == Stage.SCHEDULED and not self.may_publish:
            raise SaveRefused(_("The draft is scheduled: only who may publish can change it now."))
        if self.options.schedules:
            if not self.may_publish:
                raise SaveRefused(
                    _("You may save a draft, but not schedule it. Submit it for review.")
                )
            return Action.SCHEDULED, Stage.SCHEDULED, parse_due_moment(self.options.due_at)
        if self.options.submits:
            return Action.SUBMITTED, Stage.REVIEW, None
        if previous and previous.stage in (Stage.REVIEW, Stage.SCHEDULED):
            return Action.DRAFTED, Stage(previous.stage), previous.due_at
        return Action.DRAFTED, Stage.DRAFT, None
