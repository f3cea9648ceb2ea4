"""Passkeys (WebAuthn): the options that a browser is given, and the check of its answers.

Every passkey asks for the fingerprint, face or PIN of its owner, and is kept with the name of the
account. So it is a second factor after the password, and enough by itself.
"""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.webauthn.internal import auth
from django.core.exceptions import ValidationError
from django.db import transaction

from portal.accounts.models import User

LONGEST = 20_000
"""The most letters of an answer; those of browsers have about 2,000."""


def registration_options(user: User) -> dict[str, Any]:
    options: dict[str, Any] = auth.begin_registration(user, passwordless=True)
    return options


def sign_in_options() -> dict[str, Any]:
    """Return options for any passkey of this portal, which name no account.

    The same for somebody who gave the password: an answer says whose passkey it is.
    """
    options: dict[str, Any] = auth.begin_authentication(None)
    return options


def add_passkey(user: User, name: str, answer: str) -> Authenticator | None:
    """Store the passkey that a browser made; return None if the answer does not fit."""
    credential = parsed(answer)
    if credential is None:
        return None
    try:
        auth.parse_registration_response(credential)
        data = auth.complete_registration(credential)
    except (ValidationError, ValueError, TypeError, KeyError):
        return None
    if not data.is_user_verified():
        return None
    with transaction.atomic():
        made: Authenticator = auth.WebAuthn.add(user, name, credential).instance
        RecoveryCodes.activate(user)
    return made


def passkey_of(answer: str, user: User | None = None) -> Authenticator | None:
    """Return the passkey of a right answer; of nobody but `user`, if one is given."""
    credential = parsed(answer)
    if credential is None:
        return None
    try:
        owner: Any = auth.extract_user_from_response(credential)
        response = auth.parse_authentication_response(credential)
        if user is not None and owner.pk != user.pk:
            return None
        authenticator = auth.complete_authentication(owner, credential)
    except (ValidationError, ValueError, TypeError, KeyError, AttributeError):
        return None
    if not response.response.authenticator_data.is_user_verified():
        return None
    authenticator.user = owner
    return authenticator


def parsed(answer: str) -> dict[str, Any] | None:
    try:
        credential = json.loads(answer[: LONGEST + 1]) if len(answer) <= LONGEST else None
    except ValueError:
        return None
    return credential if isinstance(credential, dict) else None
