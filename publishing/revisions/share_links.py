"""Share links: an address that shows one draft to people without an account.

A link shows the present state of its draft, later changes included. It ends when it expires, when
it is revoked, and when the draft is published or discarded. A record that is not public yet is its
own draft until it is published. Only a hash of the token is stored; reading a draft writes nothing.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from hashlib import sha256
from typing import Any, Self

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from publishing.content.moments import format_full_moment
from publishing.content.states import LIVE_STATES, State
from publishing.revisions import snapshots
from publishing.revisions.models import Action, Revision, log, open_draft
from publishing.revisions.preview import page_saying, public_page

# For how many days a link can be made.
DAYS = (1, 7, 14, 30)


class SharedDraftQuerySet(models.QuerySet["SharedDraft"]):
    def of(self, record: models.Model) -> Self:
        """Return the links to drafts of a record, the newest first."""
        place = {"model": record._meta.label_lower, "object_pk": str(record.pk)}
        return self.filter(**place).order_by("-made_at", "-pk")

    def in_use(self) -> Self:
        """Return the links that are neither expired nor revoked and whose draft is still open."""
        of_draft = Q(draft__isnull=True) | ~Q(draft__stage="")
        return self.filter(of_draft, expires_at__gt=timezone.now(), revoked_at__isnull=True)


class SharedDraft(models.Model):
    """A share link to one draft."""

    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    model = models.CharField(gettext_lazy("kind of record"), max_length=100)
    object_pk = models.CharField(gettext_lazy("record"), max_length=64)
    # The draft as it was saved last. Null for a record that is its own draft.
    draft = models.ForeignKey(
        Revision, models.CASCADE, null=True, blank=True, related_name="shared"
    )
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    person_name = models.CharField(gettext_lazy("who"), max_length=150, blank=True)
    made_at = models.DateTimeField(gettext_lazy("when"), default=timezone.now)
    expires_at = models.DateTimeField(gettext_lazy("until"))
    revoked_at = models.DateTimeField(gettext_lazy("revoked"), null=True, blank=True)

    objects = SharedDraftQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = gettext_lazy("shared draft")
        verbose_name_plural = gettext_lazy("shared drafts")
        indexes = [models.Index(fields=["model", "object_pk"], name="shared_draft_by_object")]

    def __str__(self) -> str:
        return f"{self.model} {self.object_pk}"

    @property
    def until(self) -> str:
        """Return the moment when the link expires, in the current time zone."""
        return format_full_moment(self.expires_at)


class LinkExpired(Exception):
    """The share link has expired or was revoked."""


def hashed(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def is_shareable(record: Any, draft: Revision | None) -> bool:
    """Return whether a record has content that visitors do not see and that may be shared."""
    state = getattr(record, "state", None)
    if state is None or state == State.TRASHED:
        return False
    return state not in LIVE_STATES or draft is not None


def links(record: Any) -> Any:
    """Return the links that show something of this record now."""
    found = SharedDraft.objects.of(record).in_use().select_related("draft")
    return found.exclude(draft__isnull=True) if record.state in LIVE_STATES else found


def share(record: Any, person: Any, days: int) -> tuple[str, SharedDraft]:
    """Create a link for some days; return (token, row). The token itself is not stored."""
    token = secrets.token_urlsafe(32)
    draft = open_draft(record)
    with transaction.atomic():
        link = SharedDraft.objects.create(
            token_hash=hashed(token),
            model=record._meta.label_lower,
            object_pk=str(record.pk),
            draft=None if draft is None or draft.is_review_request else draft,
            person=person,
            # Strangers see it, so it is never the whole address.
            person_name=str(person).partition("@")[0][:150],
            expires_at=timezone.now() + timedelta(days=days),
        )
        log(record, Action.SHARED, person, _("Until %s.") % format_full_moment(link.expires_at))
    return token, link


def revoke(link: SharedDraft, record: Any, person: Any) -> bool:
    """Revoke a link; return False if it was revoked already."""
    with transaction.atomic():
        open_still = SharedDraft.objects.filter(pk=link.pk, revoked_at__isnull=True)
        if not open_still.update(revoked_at=timezone.now()):
            return False
        log(record, Action.UNSHARED, person, _("Shared on %s.") % format_full_moment(link.made_at))
    return True


def find(token: str) -> tuple[SharedDraft, Any] | None:
    """Return (link, record) for a token, or None if there never was one. Raises LinkExpired."""
    link = SharedDraft.objects.filter(token_hash=hashed(token)).select_related("draft").first()
    if link is None:
        return None
    record = Revision(model=link.model, object_pk=link.object_pk).record
    if record is None or not links(record).filter(pk=link.pk).exists():
        raise LinkExpired
    if record.state == State.TRASHED:
        raise LinkExpired
    return link, record


def page(link: SharedDraft, record: Any, request: HttpRequest) -> HttpResponse:
    """Render the page with the draft applied. Raises ValidationError if it cannot be applied."""
    notice = _(
        "Draft of “%(name)s”, not published. Shared by %(person)s until %(moment)s. "
        "It may still change; please do not pass it on."
    )
    notice %= {
        "name": record,
        "person": link.person_name,
        "moment": link.until,
    }
    if link.draft is None:
        return public_page(record, request, notice)
    merged = link.draft.merged(snapshots.take(record))
    return page_saying(record, merged.content, request, notice)
