"""The options of a person who saves a record, its outcome, and the messages for refused saves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from publishing.content.moments import SplitMomentFormField
from publishing.revisions.models import Revision


class SaveRefused(Exception):
    """A save that is not possible, with the message for staff."""


class SaveOutcome(NamedTuple):
    """The result of a save: the draft, if one was kept, and a message for each value left out."""

    draft: Revision | None
    problems: list[str]


@dataclass(frozen=True)
class SaveOptions:
    """The button that a person pressed, and the values sent with it."""

    publishes: bool = False
    # Publish at once, whatever date was typed.
    at_once: bool = False
    schedules: bool = False
    submits: bool = False
    drafts: bool = False
    note: str = ""
    # True if the person gives a reason to publish in spite of open advice.
    has_reason: bool = False
    due_at: str = ""
    # True if the person agreed that a public record without a date goes off the site.
    takes_offline: bool = False
    # Conflict key → "mine", "theirs" or "both", and the fingerprint of the content they saw.
    choices: Mapping[str, str] = field(default_factory=dict)
    seen: str = ""
    # The person asks for the result of the choices, or confirms that with this fingerprint.
    asks_result: bool = False
    confirmed: str = ""
    # The key of the working copy that the form has, which ends with the save.
    copy_key: UUID | None = None


def held_back_message(number: int) -> str:
    """Return the message for a save that was held back by this number of pieces of advice."""
    return ngettext(
        "Not published yet: read the advice, or give a reason to publish anyway.",
        "Not published yet: read the %(number)s pieces of advice, or give a reason to publish "
        "anyway.",
        number,
    ) % {"number": number}


def dated_draft_message() -> str:
    """Return the message for a draft of a hidden record with a date, which would publish it."""
    return _(
        "“Publish at” has a date, so this would not stay a draft. Press Publish or Schedule to "
        "publish, or clear the date to save a draft."
    )


def offline_message() -> str:
    """Return the question before a public record goes off the site."""
    return _(
        "Without “Publish at”, visitors can no longer see this. Press Unpublish if that is what "
        "you want, or enter the date again."
    )


def concurrent_save_message() -> str:
    """Return the message for a save that the database refused because of a concurrent one."""
    return _(
        "This could not be saved, because somebody else saved at the same time. Nothing is lost: "
        "compare your text with the current record, then save again."
    )


def refusal_message(error: Exception) -> str:
    """Return the message for a save that failed with this error."""
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    return str(error) if isinstance(error, SaveRefused) else concurrent_save_message()


def parse_due_moment(text: str) -> datetime:
    """Parse the moment at which a draft goes live, as a form sends it. Raises SaveRefused."""
    day, _separator, time = text.partition("T")
    try:
        moment: datetime | None = SplitMomentFormField(required=False).clean([day, time])
    except ValidationError as error:
        raise SaveRefused(" ".join(error.messages)) from error
    if moment is None:
        raise SaveRefused(_("Choose when to publish the draft."))
    if moment <= timezone.now():
        raise SaveRefused(_("This time has passed. Choose a later one, or publish the draft now."))
    return moment
