"""Scheduling: publish the drafts whose time has come.

New, expiring and archived records need nothing: their state is a comparison of dates. A scheduled
draft of a public record has to be applied once. The first request after the moment does it before
it is answered (`portal.page_cache.version`); `manage.py publish_due` does it without a visitor.
"""

from __future__ import annotations

import logging
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from publishing.content.scope import is_within
from publishing.content.states import LIVE_STATES
from publishing.revisions.drafts import MergeConflict, lock, lock_record_of, publish_draft
from publishing.revisions.models import Action, Revision, Stage, log
from publishing.revisions.notifications import publishers_of, tell

logger = logging.getLogger(__name__)


def due_drafts(moment: datetime | None = None) -> QuerySet[Revision]:
    """Return the scheduled drafts whose time has come, the earliest first."""
    moment = moment or timezone.now()
    due = Revision.objects.filter(stage=Stage.SCHEDULED, due_at__lte=moment)
    return due.order_by("due_at", "pk")


def publish_scheduled() -> tuple[list[Revision], list[Revision]]:
    """Publish all due drafts and notify staff of those that failed.

    Returns (published, failed); each failed one has its `reason`.
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


def publish_due(moment: datetime | None = None) -> tuple[list[Revision], list[Revision]]:
    """Publish all due drafts; return (published, failed).

    Each is published in a transaction of its own, under a lock, so that several processes publish
    nothing twice. A draft that fails stays an open draft in stage FAILED; its note and its `reason`
    say why.
    """
    done, failed = [], []
    for draft in due_drafts(moment).select_related("person"):
        try:
            with transaction.atomic():
                record = lock_record_of(draft)
                # Another process may have published it, or somebody unscheduled it.
                if not due_drafts(moment).filter(pk=draft.pk).exists():
                    continue
                if getattr(record, "state", LIVE_STATES[0]) not in LIVE_STATES:
                    raise ValidationError(_("The record is no longer public."))
                publish_draft(draft, draft.person, draft.note)
        except OperationalError:
            # The database is busy or unreachable: try again at the next request.
            logger.warning("A scheduled draft has to wait for the database.", exc_info=True)
        except Exception as error:
            # Whatever the error is, it must not be repeated with every request.
            if aside := set_aside(draft, reason(error)):
                failed.append(aside)
        else:
            done.append(draft)
    return done, failed


def set_aside(draft: Revision, why: str) -> Revision | None:
    """Mark a scheduled draft as failed; return None if it was no longer due."""
    with transaction.atomic():
        record = draft.record and lock(draft.record)
        still = Revision.objects.filter(pk=draft.pk, stage=Stage.SCHEDULED)
        aside: Revision = draft
        if not still.update(stage=Stage.FAILED):
            return None
        if record:
            aside = log(
                record, Action.FAILED, draft.person, why,
                base=draft.base, content=draft.content, stage=Stage.FAILED,
                author=draft.author,
            )  # fmt: skip
    aside.reason = why  # type: ignore[attr-defined]
    return aside


def reason(error: Exception) -> str:
    """Return the sentence for staff that says why a draft could not be published."""
    if isinstance(error, MergeConflict):
        return str(_("The record was changed in the same places as the draft."))
    if isinstance(error, ValidationError):
        return " ".join(error.messages)
    logger.error("A scheduled draft could not go live.", exc_info=error)
    return str(
        _("Something went wrong in the portal. An administrator can find the cause in its log.")
    )
