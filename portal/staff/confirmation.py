"""Confirmation: the password or the second factor once more, before people or rights are changed.

The form that was sent waits inside the page that asks, and goes on with the right answer. So
nothing that was typed is lost, and it works without JavaScript.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from time import time
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import admin
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from portal.accounts import passkeys
from portal.accounts.models import User
from portal.accounts.second_factor import (
    Type,
    authenticator_of,
    factors_of,
    may_try_code,
    note_failure,
    note_success,
)
from portal.accounts.sessions import CONFIRMED, FACTOR
from portal.staff.sign_in_steps import own_user

# Names of fields that no form of the desk has.
PASSWORD, CODE, PASSKEY = "_confirm_password", "_confirm_code", "_confirm_passkey"
View = Callable[..., HttpResponse]


def confirmed(view: View) -> View:
    """Return a view whose forms are taken only if the user confirmed who they are lately."""

    @wraps(view)
    def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        # Somebody on the way to sign in has just given the password.
        asks = request.method == "POST" and request.user.is_authenticated
        return (asks and question(request)) or view(request, *args, **kwargs)

    return inner


def confirmed_method(method: View) -> View:
    """Return a method of an admin whose forms are taken only with a confirmation."""

    @wraps(method)
    def inner(self: Any, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return confirmed(lambda request: method(self, request, *args, **kwargs))(request)

    return inner


def is_fresh(request: HttpRequest) -> bool:
    age = time() - request.session.get(CONFIRMED, 0)
    return bool(age <= settings.CONFIRMATION_MINUTES * 60)


def question(request: HttpRequest) -> HttpResponse | None:
    """Return the page that asks for a confirmation; None if there is one, or one was sent."""
    if is_fresh(request):
        return None
    user = own_user(request)
    error = ""
    if {PASSWORD, CODE, PASSKEY} & set(request.POST):
        error = confirm(request, user)
        if not error:
            request.session[CONFIRMED] = int(time())
            return None
    kinds = {factor.type for factor in factors_of(user)}
    context = {
        **admin.site.each_context(request),
        "title": _("Confirm that it is you"),
        "error": error,
        "has_password": user.has_usable_password(),
        "has_code": bool(kinds),
        "provider": user.provider_id and settings.OIDC_ISSUER and settings.OIDC_NAME,
        "has_passkey": Type.WEBAUTHN in kinds,
        "fields": waiting_fields(request),
        "minutes": settings.CONFIRMATION_MINUTES,
    }
    return TemplateResponse(request, "admin/sign_in/confirm.html", context)


def waiting_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of the form that waits, each name as often as it was sent."""
    ours = {PASSWORD, CODE, PASSKEY, "csrfmiddlewaretoken"}
    return [
        (name, value)
        for name, values in request.POST.lists()
        if name not in ours
        for value in values
    ]


def confirm(request: HttpRequest, user: User) -> str:
    """Check the answer to the question; return a sentence if it is wrong."""
    if password := request.POST.get(PASSWORD):
        name = user.get_username()
        if authenticate(request, username=name, password=password) == user:
            return ""
        return _("This password does not match. Check it and try again.")
    authenticator, error = given_factor(request, user, CODE, PASSKEY)
    if authenticator:
        request.session[FACTOR] = authenticator.type
    return error


def given_factor(
    request: HttpRequest, user: User, code: str = "code", passkey: str = "passkey"
) -> tuple[Authenticator | None, str]:
    """Return the second factor that a form gives, or None and a sentence that says why."""
    if not may_try_code(request, user):
        return None, _("Too many codes were tried. Try again in an hour, or use a passkey.")
    if answer := request.POST.get(passkey):
        authenticator = passkeys.passkey_of(answer, user)
    else:
        authenticator = authenticator_of(user, request.POST.get(code, "")[:40])
    if authenticator is None:
        note_failure(request, user)
        return None, _("This code does not fit, or has been used. Enter the one that is shown now.")
    note_success(authenticator)
    return authenticator, ""
