"""Drafts that take the place of a public record at a moment that staff chose.

New, expiring and archived records need nothing: their state is a comparison of dates. A draft of
what is public has to be put in its place once. The first request after the moment does it, before
it is answered (`portal.page_cache.version`), and so does `manage.py publish_due`, for
whoever wants it done without a visitor.
"""

import logging

from publishing.content.scope import is_within
from publishing.revisions.models import Revision, publish_due
from publishing.revisions.notifications import publishers_of, tell

logger = logging.getLogger(__name__)


def publish_scheduled() -> tuple[list[Revision], list[Revision]]:
    """Put every draft live whose time has come, and tell staff of those that could not.

    Gives those that went out and those that failed, each failed one with its `reason`.
    """
    done, failed = publish_due()
    for draft in failed:
        reason: str = draft.reason  # type: ignore[attr-defined]
        logger.error("The draft of %s (%s) could not go live: %s", draft.label, draft.model, reason)
        people = [draft.author] if draft.author else []
        if (record := draft.record) is not None:
            publishers = publishers_of(type(record))
            people.extend(person for person in publishers if is_within(record, person))
        tell(people, "failed", draft, None, reason=reason)
    return done, failed
