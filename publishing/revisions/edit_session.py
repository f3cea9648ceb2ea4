"""Edit session: one person's edit of one record, from opening the form to the outcome of the save.

A save has four steps. `rehearse` runs the form's own save on top of the snapshot that the form was
opened with, takes a snapshot of the result and rolls back. `store` locks the record and saves, as a
draft or for good, after two more: `merge` merges it with what the record or its draft says by now,
`hold_back` stops a change that would become public with unanswered advice. So no change is lost,
whoever saves first, in rows and relations too.

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
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import snapshots, transitions
from publishing.revisions.conflict_choices import chosen, is_unseen
from publishing.revisions.drafts import keep_draft, lock, write
from publishing.revisions.models import Action, Revision, Stage, log, open_draft
from publishing.revisions.rehearsal import rehearse
from publishing.revisions.save_options import (
    SaveOptions,
    SaveOutcome,
    SaveRefused,
    dated_draft_message,
    held_back_message,
    offline_message,
    parse_due_moment,
    refusal_message,
)
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import Conflict, MergeResult, Snapshot

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
        self.was_public: bool = getattr(record, "was_public", False)
        self.state_label: str = getattr(record, "state_label", "")
        # Snapshots: as the form was opened, as the person typed it, as the record or its draft is
        # now, and the merge of the three, without and with choices. Empty until they are known.
        # `live` is the record itself, without its draft.
        self.start: Snapshot = {}
        self.live: Snapshot = {}
        self.mine: Snapshot = {}
        self.theirs: Snapshot = {}
        self.unresolved = self.merged = MergeResult({}, [])
        self.draft: Revision | None = None
        # Conflicts of an opened draft with later changes, and references that no longer exist.
        self.clashes: list[Conflict] = []
        self.problems: list[str] = []
        # The advice on the rehearsed record (None: not rehearsed), and the part that holds it back.
        self.advice: list[Any] | None = None
        self.blocking_advice: list[Any] = []
        self.added: Any = None
        self.is_rehearsing = self.goes_live = self.asks_offline = False
        self.error_message = ""
        self.outcome: SaveOutcome | None = None

    # -- Opening -------------------------------------------------------------------------

    def current_content(self) -> Snapshot:
        """Return the content that a form shows now: of the open draft if any, or of the record."""
        draft, self.live = self.find_draft(), snapshots.take(self.record)
        return draft.merged(self.live).content if draft else self.live

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
                        "This form has been open too long to combine your changes with those of "
                        "others. Compare your text with the current record, then save again."
                    )
                )
            response = self.rehearse(run_form)
            if not self.mine:
                return response
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
        self.goes_live = is_live(record)
        # A draft is kept whatever the advice says.
        is_draft = self.state in LIVE_STATES and (self.options.drafts or self.options.submits)
        self.advice = None if is_draft else self.check(record)

    def merge(self) -> MergeResult:
        """Merge what was typed into what the record or its draft says now."""
        self.theirs = self.current_content()
        self.unresolved = snapshots.merge(self.start, self.mine, self.theirs)
        self.merged = chosen(self.unresolved, self.theirs, self.options)
        return self.merged

    def shows_result(self, current: Any) -> bool:
        """Return whether the person sees the merged texts before they are saved."""
        if not self.unresolved.conflicts or not is_unseen(self.merged, self.options):
            return False
        return self.options.asks_result or not self._stays_hidden(current)

    def _stays_hidden(self, record: Any) -> bool:
        """Return whether visitors see nothing of this save, neither now nor by its schedule."""
        becomes_public = self.goes_live or (self.options.publishes and self.may_publish)
        is_kept = self.keeps_draft(record) or not becomes_public
        return is_kept and not self.options.schedules

    def look_ahead(self, run_form: Callable[[], Any]) -> None:
        """Rehearse the saving of a new record; set `error_message` if its advice holds it back."""
        self.rehearse(run_form)
        try:
            self.hold_back(None)
        except SaveRefused as error:
            self.error_message = str(error)

    def hold_back(self, current: Any) -> None:
        """Raise SaveRefused if the record would become public with unanswered advice.

        `current` is the record as it is now, None if it is new. If it is public already, only the
        advice that the change causes counts.
        """
        self._check_dates(current)
        if self._stays_hidden(current):
            return
        known = self.check(current) if is_live(current) else []
        new_advice = [advice for advice in self.advice or () if advice not in known]
        if new_advice and not self.options.has_reason:
            self.blocking_advice = new_advice
            raise SaveRefused(held_back_message(len(new_advice)))

    def _check_dates(self, current: Any) -> None:
        """Raise SaveRefused if the typed date would do what the pressed button does not say."""
        if self.keeps_draft(current):
            return
        if self.options.drafts and self.goes_live:
            raise SaveRefused(dated_draft_message())
        is_undated = self.mine.get("fields", {}).get("published_at", "") is None
        if self.state == State.PUBLIC and is_undated and not self.options.takes_offline:
            self.asks_offline = True
            raise SaveRefused(offline_message())

    def keeps_draft(self, record: Any) -> bool:
        """Return whether this save leaves the public version as it is."""
        options = self.options
        asks_for_draft = options.drafts or options.submits or options.schedules
        return (asks_for_draft or not self.may_publish) and is_live(record)

    def store(self) -> None:
        """Save what was typed, as a draft or for good, unless the person has to decide something.

        Raises SaveRefused. The record is locked from the merge on, so nobody saves in between.
        """
        with transaction.atomic():
            # The current row: it may have become public since the form was sent.
            record = lock(self.record)
            if self.merge().conflicts or self.shows_result(record):
                return
            self.hold_back(record)
            check_change(type(self.record), self.start, self.mine, self.person)
            if self.keeps_draft(record):
                outcome = SaveOutcome(self._keep_draft(record, self.merged.content), [])
            else:
                outcome = SaveOutcome(None, self._keep_live(record, self.merged.content))
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
                raise SaveRefused(_("You have not changed anything, so there is no draft to save."))
            is_noted = note in ("", previous.note)
            if is_noted and (stage, due) == (previous.stage, previous.due_at):
                return previous
        # A draft has to be valid after the merge with others' changes too.
        is_rehearsed = snapshots.same(content, self.mine)
        draft = keep_draft(
            record, content, action, self.person, note,
            stage=stage, due_at=due, live=self.live if is_rehearsed else None,
        )  # fmt: skip
        if action is Action.SUBMITTED and self.notify:
            self.notify(record, draft)
        return draft

    def _stage(self) -> tuple[Action, Stage, datetime | None]:
        """Return action, stage and due moment. Saving alone changes neither queue nor date."""
        previous = self.draft
        if previous and previous.stage == Stage.SCHEDULED and not self.may_publish:
            raise SaveRefused(_("The draft is scheduled, so only a publisher can change it."))
        if self.options.schedules:
            if not self.may_publish:
                raise SaveRefused(_("You cannot schedule a draft. Submit it for review instead."))
            return Action.SCHEDULED, Stage.SCHEDULED, parse_due_moment(self.options.due_at)
        if self.options.submits:
            return Action.SUBMITTED, Stage.REVIEW, None
        if previous and previous.stage in (Stage.REVIEW, Stage.SCHEDULED):
            return Action.DRAFTED, Stage(previous.stage), previous.due_at
        return Action.DRAFTED, Stage.DRAFT, None
