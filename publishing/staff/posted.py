"""The fields that a form of the desk sends besides those of the record, and their reading."""

from django.http import HttpRequest

from publishing.revisions.save_wish import SaveWish

# The signed content that the form was opened with, and the moment of a scheduled draft.
START, DUE = "_start", "_due_at"
# The note of a change, and the reason to publish in spite of open advice.
NOTE, BECAUSE = "_note", "_because"
# The beginning of the name of a choice between two texts.
CHOICE = "_choice:"
# The fingerprint of the content that was shown to a person when they decided.
SEEN = "_seen"
# The buttons that put something before visitors, now or later.
PUBLISHING = ("_publish", "_publish_now", "_schedule", "_save", "_continue", "_addanother")


def wish_of(request: HttpRequest) -> SaveWish:
    """Return the button that was pressed, and the note, reason, moment and choices given."""
    sent = request.POST
    note, reason = sent.get(NOTE, "").strip(), sent.get(BECAUSE, "").strip()
    return SaveWish(
        publishes="_publish" in sent or "_publish_now" in sent,
        at_once="_publish_now" in sent,
        schedules="_schedule" in sent,
        submits="_review" in sent,
        drafts="_draft" in sent,
        note="\n".join(filter(None, (note, reason))),
        has_reason=bool(reason),
        due_at=sent.get(DUE, ""),
        choices={
            name.removeprefix(CHOICE): str(value)
            for name, value in sent.items()
            if name.startswith(CHOICE)
        },
        seen=sent.get(SEEN, ""),
    )


def pressed(request: HttpRequest) -> str:
    """Return the name of the publishing button that was pressed; "" if it was none."""
    return next((name for name in PUBLISHING if name in request.POST), "")
