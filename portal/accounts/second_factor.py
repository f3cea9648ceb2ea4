"""Second factors: the codes of an authenticator app, passkeys, and recovery codes.

allauth.mfa stores and checks them; its pages for visitors are not used. Every attempt counts, with
those of passwords and by itself, so that a known password does not let anybody guess a code.
"""

from __future__ import annotations

import base64
import hashlib

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from axes.handlers.proxy import AxesProxyHandler
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib.auth.signals import user_login_failed
from django.db import transaction
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes

from portal.accounts.models import User
from portal.accounts.sessions import end_sessions
from portal.models import Site
from portal.rate_limits import RequestCount

Type = Authenticator.Type
CODES_AN_HOUR = 10
"""The most codes that are tried for one user, from whichever address."""


class Adapter(DefaultMFAAdapter):
    """DefaultMFAAdapter that encrypts secrets with SECRET_KEY, and knows the portal's name."""

    def encrypt(self, text: str) -> str:
        encrypted: bytes = cipher().encrypt(text.encode())
        return encrypted.decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Return the secret; after a change of SECRET_KEY one that no code fits."""
        try:
            return str(cipher().decrypt(encrypted_text.encode()), "utf-8")
        except InvalidToken:
            return str(generate_totp_secret())

    def _get_site_name(self) -> str:
        return str(Site.objects.values_list("name", flat=True).get())


def cipher() -> MultiFernet:
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    hashes = [hashlib.sha256(b"portal.second_factor:" + force_bytes(key)).digest() for key in keys]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(each)) for each in hashes])


def factors_of(user: User) -> list[Authenticator]:
    """Return the authenticator app and the passkeys of a user, the oldest first."""
    rows = Authenticator.objects.filter(user_id=user.pk).exclude(type=Type.RECOVERY_CODES)
    return list(rows.order_by("created_at", "pk"))


def has_second_factor(user: User) -> bool:
    return bool(factors_of(user))


# -- Codes -------------------------------------------------------------------------------------


def may_try_code(request: HttpRequest, user: User) -> bool:
    """Count an attempt to give a second factor; return whether it may be looked at."""
    is_locked = not AxesProxyHandler.is_allowed(request, {"username": user.get_username()})
    if is_locked:
        request.axes_locked_out = True  # type: ignore[attr-defined]
        return False
    return not RequestCount.objects.count_request(counter(user), CODES_AN_HOUR, 3600)


def counter(user: User, of: str = "codes") -> str:
    text = f"{of}:{user.pk}"
    return salted_hmac("portal.second_factor", text, algorithm="sha256").hexdigest()


def note_failure(request: HttpRequest, user: User) -> None:
    """Count a wrong code with the wrong passwords of the user from this address."""
    credentials = {"username": user.get_username()}
    user_login_failed.send(__name__, credentials=credentials, request=request)


def note_success(authenticator: Authenticator) -> None:
    forget_attempts(authenticator.user)
    authenticator.record_usage()


def forget_attempts(user: User) -> None:
    RequestCount.objects.filter(key=counter(user)).delete()


def authenticator_of(user: User, code: str) -> Authenticator | None:
    """Return the authenticator app or the recovery codes that a code belongs to, and use it up."""
    code = "".join(code.split())
    for authenticator in Authenticator.objects.filter(user=user).exclude(type=Type.WEBAUTHN):
        if authenticator.type == Type.TOTP:
            secret = Adapter().decrypt(authenticator.data["secret"])
            is_right = validate_totp_code(secret, code) and is_unused(user, code)
        else:
            is_right = authenticator.wrap().validate_code(code)
        if is_right:
            authenticator.refresh_from_db()
            return authenticator
    return None


def is_unused(user: User, code: str) -> bool:
    """Use up a code of an app for as long as it counts; return whether it was still unused."""
    return not RequestCount.objects.count_request(counter(user, of=f"code-{code}"), 1, 120)


# -- Setting up and removing ---------------------------------------------------------------------


@transaction.atomic
def add_app(user: User, secret: str) -> Authenticator:
    Authenticator.objects.filter(user=user, type=Type.TOTP).delete()
    made: Authenticator = TOTP.activate(user, secret).instance
    RecoveryCodes.activate(user)
    return made


def recovery_codes_of(user: User) -> RecoveryCodes | None:
    row = Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).first()
    return row.wrap() if row else None


@transaction.atomic
def renew_recovery_codes(user: User) -> None:
    Authenticator.objects.filter(user=user, type=Type.RECOVERY_CODES).delete()
    RecoveryCodes.activate(user)


@transaction.atomic
def remove_factor(authenticator: Authenticator) -> None:
    """Delete an app or a passkey, and the recovery codes with the last of them."""
    authenticator.delete()
    if not has_second_factor(authenticator.user):
        Authenticator.objects.filter(user=authenticator.user).delete()


@transaction.atomic
def reset_sign_in(user: User) -> None:
    """Remove all factors of a user and the tie to the sign-in provider, and end the sessions.

    The password stays: with it, new factors are set up.
    """
    Authenticator.objects.filter(user=user).delete()
    forget_attempts(user)
    user.provider_id = None
    user.save(update_fields=["provider_id"])
    end_sessions(user)
