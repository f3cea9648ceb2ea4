"""Links to choose a password: an invitation, or a new password that somebody else asked for."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import PasswordResetTokenGenerator
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from portal.accounts.models import User
from portal.context_processors import site_context
from publishing.content.mail import is_set_up, made_mail, send
from publishing.content.moments import format_full_moment

INVITATION_DAYS = 7


class LinkTokens(PasswordResetTokenGenerator):
    """Tokens of links to choose a password, which end when the account is deactivated."""

    def _make_hash_value(self, user: Any, timestamp: int) -> str:
        return f"{super()._make_hash_value(user, timestamp)}{user.deactivated_at or ''}"


class InvitationTokens(LinkTokens):
    """Tokens that live for INVITATION_DAYS, for the same page as those of a forgotten password.

    That page counts PASSWORD_RESET_TIMEOUT from the moment in the token, so it is one ahead.
    """

    def make_token(self, user: User) -> str:
        ahead = timedelta(days=INVITATION_DAYS).total_seconds() - settings.PASSWORD_RESET_TIMEOUT
        now = self._num_seconds(self._now())
        token: str = self._make_token_with_timestamp(user, now + int(ahead), self.secret)
        return token


link_tokens, invitation_tokens = LinkTokens(), InvitationTokens()


def send_link(request: HttpRequest, user: User) -> str:
    """Mail a user the link to choose a password; return it if it could not be sent, else "".

    The link opens the account, so only the person who asked for it may see it, and only then.
    """
    tokens = link_tokens if user.has_usable_password() else invitation_tokens
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    path = reverse("password_reset_confirm", args=[uid, tokens.make_token(user)])
    link = request.build_absolute_uri(path)
    return "" if is_set_up() and mail_link(request, user, link) else link


def mail_link(request: HttpRequest, user: User, link: str) -> bool:
    """Return whether the mail could be sent."""
    if not user.email:
        return False
    is_invitation = not user.has_usable_password()
    seconds = settings.PASSWORD_RESET_TIMEOUT
    life = timedelta(days=INVITATION_DAYS) if is_invitation else timedelta(seconds=seconds)
    # A function, so that the moment is in the time zone of the one who reads it.
    until = partial(format_full_moment, timezone.now() + life)
    context = {"person": user, "sender": request.user, "link": link, "until": until}
    about = "invitation" if is_invitation else "new_password"
    return send(made_mail(about, user, site_context(request) | context))
