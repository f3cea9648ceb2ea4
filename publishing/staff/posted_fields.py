"""The fields that an admin form posts besides those of the record, and how they are read."""

from uuid import UUID

from django.http import HttpRequest

from publishing.revisions.save_options import SaveOptions

# The key of the form's working copy, when the form was opened, and by which person.
COPY_FIELD, OPENED_FIELD, PERSON_FIELD = "_copy", "_opened", "_person"
# The signed content that the form was opened with, and the moment of a scheduled draft.
START_FIELD, DUE_FIELD = "_start", "_due_at"
# The note of a change, and the reason to publish in spite of open advice.
NOTE_FIELD, REASON_FIELD = "_note", "_because"
# The prefix of the name of a choice between two texts.
CHOICE_PREFIX = "_choice:"
# The fingerprint of the content on which a person based the decision.
SEEN_FIELD = "_seen"
# A form's sign of life, and that it was closed without being saved.
LOOK_FIELD, LEFT_FIELD = "_look", "_left"
# The consent to take a public record offline by emptying its date.
OFFLINE_FIELD = "_offline"
# The button that shows the result of choices, and the fingerprint of the result that was shown.
RESULT_FIELD, CONFIRMED_FIELD = "_result", "_confirmed"
# The buttons that publish, now or later.
PUBLISH_BUTTONS = ("_publish", "_publish_now", "_schedule", "_save", "_continue", "_addanother")


def parse_key(text: str | None) -> UUID | None:
    """Parse the key of a working copy, from a form or an address; None if there is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None


def parse_options(request: HttpRequest) -> SaveOptions:
    """Return the pressed button, and the note, reason, moment and choices sent with it."""
    posted = request.POST
    note, reason = posted.get(NOTE_FIELD, "").strip(), posted.get(REASON_FIELD, "").strip()
    return SaveOptions(
        publishes="_publish" in posted or "_publish_now" in posted,
        at_once="_publish_now" in posted,
        schedules="_schedule" in posted,
        submits="_review" in posted,
        drafts="_draft" in posted,
        note="\n".join(filter(None, (note, reason))),
        has_reason=bool(reason),
        takes_offline=OFFLINE_FIELD in posted,
        due_at=posted.get(DUE_FIELD, ""),
        choices={
            name.removeprefix(CHOICE_PREFIX): str(value)
            for name, value in posted.items()
            if name.startswith(CHOICE_PREFIX)
        },
        seen=posted.get(SEEN_FIELD, ""),
        asks_result=RESULT_FIELD in posted,
        confirmed=posted.get(CONFIRMED_FIELD, ""),
        copy_key=parse_key(posted.get(COPY_FIELD)),
    )


def pressed_button(request: HttpRequest) -> str:
    """Return the name of the publishing button that was pressed; "" if it was none."""
    return next((name for name in PUBLISH_BUTTONS if name in request.POST), "")
