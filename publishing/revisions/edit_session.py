"""One person's edit of one record, from the opening of its form to the outcome of the save.

A save runs four steps. `rehearse` runs the form's own save on top of the snapshot that the form was
opened with, takes the result and rolls back; `merge` puts it together with what the record or its
draft says by now; `hold_back` stops what would become public with open advice; `keep` writes it, as
a draft or for good. So nobody's change is lost, whoever saves first, rows and relations included.

Nothing here knows a request: the admin passes the wish of the person and a function that saves.
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
from publishing.revisions.save_wish import (
    SaveOutcome,
    SaveRefused,
    SaveWish,
    due_moment,
    held_sentence,
    why_refused,
)
from publishing.revisions.scope_guard import check_change
from publishing.revisions.snapshots import Conflict, MergeResult, Snapshot, fingerprint

Shown = TypeVar("Shown")


def no_advice(record: Any) -> list[Any]:
    return []


class EditSession:
    """The edit of one record; of one that is being added if `record` is None.

    `check` returns the advice on a record; `notify` is called with a record and its revision when
    a review is asked for.
    """

    def __init__(
        self,
        record: Any,
        person: Any,
        wish: SaveWish | None = None,
        *,
        may_publish: bool = True,
        check: Callable[[Any], list[Any]] = no_advice,
        notify: Callable[[Any, Revision], None] | None = None,
    ) -> None:
        self.record, self.person, self.wish = record, person, wish or SaveWish()
        self.may_publish, self.check, self.notify = may_publish, check, notify
        # The state as visitors see it; a draft or typed dates may give the form another one.
        self.state: State | None = getattr(record, "state", None)
        # What the form was opened with, what the person typed, what stands there by now, and the
        # result of merging the three. Empty while it is not known.
        self.start: Snapshot = {}
        self.mine: Snapshot = {}
        self.theirs: Snapshot = {}
        self.merged = MergeResult({}, [])
        self.draft: Revision | None = None
        # Of an opened draft: what somebody else changed too, and what could not be brought back.
        self.clashes: list[Conflict] = []
        self.problems: list[str] = []
        # The advice on the rehearsed record (None: not rehearsed), and what of it holds back.
        self.advice: list[Any] | None = None
        self.held: list[Any] = []
        self.added: Any = None
        self.is_rehearsing = self.goes_live = False
        self.refused = ""
        self.outcome: SaveOutcome | None = None

    # -- Opening -------------------------------------------------------------------------

    def present(self) -> Snapshot:
        """Return the content that a form shows now: of the open draft if any, or of the record."""
        draft, live = self.find_draft(), snapshots.take(self.record)
        return draft.merged(live).content if draft else live

    def find_draft(self) -> Revision | None:
        self.draft = open_draft(self.record)
        return self.draft

    def open(self, show: Callable[[], Shown]) -> Shown:
        """Return what `show` makes of the record as its draft has it."""
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
                # Such as a name that another record took since: the form opens on what is live.
                self.problems = error.messages
            self.start = snapshots.take(self.record)
            return show()

    # -- Saving --------------------------------------------------------------------------

    def save(self, form: Callable[[], Shown]) -> Shown | None:
        """Save what was typed. Return the form where it has to be shown again.

        Otherwise there is an `outcome`, or the person has to choose between the conflicts of
        `merged`. `form` saves as usual, and calls `saved` once it has. Raises ObjectDoesNotExist.
        """
        try:
            if not self.start:
                self.start = self.present()
                raise SaveRefused(
                    _(
                        "The portal cannot tell any more what the record said when you opened "
                        "this form. Compare your text with the present record, and save again."
                    )
                )
            shown = self.rehearse(form)
            if not self.mine:
                return shown
            if not self.merge().conflicts:
                self.hold_back()
                self.keep()
        except (SaveRefused, ValidationError, IntegrityError) as error:
            self.refused = why_refused(error)
            return self.rehearse(form)
        return None

    def rehearse(self, form: Callable[[], Shown]) -> Shown:
        """Run the form's own save on top of `start` and roll it back; `mine` is what came of it."""
        self.mine = {}
        with self._rehearsal():
            if self.record is not None and self.start:
                self.find_draft()
                # What the form was opened with may be impossible by now; the form will say so.
                with suppress(ValidationError):
                    snapshots.apply(self.record, self.start)
            return form()

    @contextmanager
    def _rehearsal(self) -> Iterator[None]:
        self.is_rehearsing = True
        try:
            with rehearse():
                yield
        finally:
            self.is_rehearsing = False

    def saved(self, record: Any) -> None:
        """Take what the form saved; called in a rehearsal."""
        self.added = record if self.record is None else None
        self.mine = snapshots.take(record)
        self.advice = self.check(record)
        self.goes_live = is_live(record)

    def merge(self) -> MergeResult:
        """Merge what was typed into what the record or its draft says now."""
        self.theirs, choices = self.present(), self.wish.choices
        self.merged = snapshots.merge(self.start, self.mine, self.theirs)
        # Choices that were made between other texts do not count.
        if choices and self.wish.seen == fingerprint(self.theirs):
            self.merged = snapshots.resolve(self.merged, choices)
        return self.merged

    def look_ahead(self, form: Callable[[], Any]) -> None:
        """Rehearse the saving of a new record; refuse it if its advice holds it back."""
        self.rehearse(form)
        try:
            self.hold_back()
        except SaveRefused as error:
            self.refused = str(error)

    def hold_back(self) -> None:
        """Raise SaveRefused if this would become public with advice that nobody answered.

        Of a record that is public already only the advice that the change brings counts.
        """
        live = self.record and type(self.record)._base_manager.get(pk=self.record.pk)
        goes_out = self.goes_live or self.wish.publishes
        if not self.wish.schedules and (self.keeps_draft(live) or not goes_out):
            return
        known = self.check(live) if is_live(live) else []
        found = [advice for advice in self.advice or () if advice not in known]
        if found and not self.wish.has_reason:
            self.held = found
            raise SaveRefused(held_sentence(len(found)))

    def keeps_draft(self, record: Any) -> bool:
        """Return whether this save leaves what visitors see as it is."""
        wish = self.wish
        asked = wish.drafts or wish.submits or wish.schedules
        return (asked or not self.may_publish) and is_live(record)

    def keep(self) -> None:
        """Write what was typed: as a draft, or for good. Raises SaveRefused."""
        check_change(type(self.record), self.start, self.mine, self.person)
        with transaction.atomic():
            # As it is now: it may have become public since the form was sent.
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
        draft, was_live, note = self.draft, is_live(record), self.wish.note
        action = Action.PUBLISHED if draft and was_live else Action.CHANGED
        problems = write(record, content, action, self.person, note)
        if draft and (was_live or is_live(record) or not draft.is_review_request):
            # The record says what it said.
            draft.close()
        self.finish(record, was_live=was_live)
        return problems

    def finish(self, record: Any, *, was_live: bool = False) -> None:
        """Publish a saved record, or ask for its review, if that is the wish."""
        if self.wish.publishes and self.may_publish:
            verb = transitions.publish_now if self.wish.at_once else transitions.publish
            transitions.move(record, verb, self.person, self.wish.note)
        elif self.wish.submits and not was_live:
            self.submit(record)

    def submit(self, record: Any) -> None:
        """Ask for the review of a record that visitors do not see yet: its draft is itself."""
        content = snapshots.take(record)
        review = log(
            record,
            Action.SUBMITTED,
            self.person,
            self.wish.note,
            base=content,
            content=content,
            stage=Stage.REVIEW,
        )
        if self.notify:
            self.notify(record, review)

    def _keep_draft(self, record: Any, content: Snapshot) -> Revision:
        earlier, note = self.draft, self.wish.note
        action, stage, due = self._stage()
        if content == self.theirs:
            if earlier is None:
                raise SaveRefused(_("You changed nothing, so there is no draft to keep."))
            if (stage, due, note) == (earlier.stage, earlier.due_at, ""):
                return earlier
        # A draft has to be valid, also after others' changes were merged into it.
        draft = keep_draft(record, content, action, self.person, note, stage=stage, due_at=due)
        if action is Action.SUBMITTED and self.notify:
            self.notify(record, draft)
        return draft

    def _stage(self) -> tuple[Action, Stage, datetime | None]:
        """Return the stage of a draft. Saving alone leaves it in the queue or on the schedule."""
        earlier = self.draft
        if earlier and earlier.stage == Stage.SCHEDULED and not self.may_publish:
            raise SaveRefused(_("The draft is scheduled: only who may publish can change it now."))
        if self.wish.schedules:
            if not self.may_publish:
                raise SaveRefused(
                    _("You may save a draft, but not schedule it. Submit it for review.")
                )
            return Action.SCHEDULED, Stage.SCHEDULED, due_moment(self.wish.due_at)
        if self.wish.submits:
            return Action.SUBMITTED, Stage.REVIEW, None
        if earlier and earlier.stage in (Stage.REVIEW, Stage.SCHEDULED):
            return Action.DRAFTED, Stage(earlier.stage), earlier.due_at
        return Action.DRAFTED, Stage.DRAFT, None
