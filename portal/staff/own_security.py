"""“Sign-in and security”: one's own second factors, recovery codes and sessions."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from portal.accounts.models import User
from portal.accounts.second_factor import (
    Type,
    factors_of,
    has_second_factor,
    recovery_codes_of,
    remove_factor,
    renew_recovery_codes,
)
from portal.accounts.sessions import FACTOR, end_session, end_sessions, list_of_sessions
from portal.staff.confirmation import confirmed
from portal.staff.sign_in_changes import tell
from portal.staff.sign_in_steps import own_user


@never_cache
def own_security(request: HttpRequest) -> HttpResponse:
    user = own_user(request)
    codes = recovery_codes_of(user)
    context = {
        **admin.site.each_context(request),
        "title": _("Sign-in and security"),
        "factors": factors_of(user),
        "app": Type.TOTP,
        "codes_left": len(codes.get_unused_codes()) if codes else None,
        "is_needed": user.needs_second_factor,
        "sessions": list_of_sessions(user, request.session.session_key),
        "account": user,
    }
    return TemplateResponse(request, "admin/accounts/own_security.html", context)


def back() -> HttpResponse:
    return HttpResponseRedirect(reverse("own-security"))


@require_POST
@confirmed
def change_factors(request: HttpRequest) -> HttpResponse:
    """Remove a factor of the user who is signed in, or make new recovery codes."""
    user = own_user(request)
    if "renew" in request.POST:
        if not has_second_factor(user):
            return back()
        renew_recovery_codes(user)
        tell(request, user, _("Made new recovery codes."), log_it=True)
        return HttpResponseRedirect(reverse("recovery-codes"))
    factor = next(
        (one for one in factors_of(user) if str(one.pk) == request.POST.get("remove")), None
    )
    if factor is not None:
        remove(request, user, factor)
    return back()


def remove(request: HttpRequest, user: User, factor: Any) -> None:
    is_last = len(factors_of(user)) == 1
    if is_last and user.needs_second_factor:
        messages.error(request, _("You need a second factor. Set up another one before."))
        return
    remove_factor(factor)
    if is_last:
        request.session[FACTOR] = ""
        end_sessions(user, but=request.session.session_key)
    is_app = factor.type == Type.TOTP
    note = _("Removed the authenticator app.") if is_app else _("Removed a passkey.")
    tell(request, user, note, log_it=True)
    messages.success(request, note)


@require_POST
def end_own_sessions(request: HttpRequest) -> HttpResponse:
    """Sign the user out at one other place, or at all others."""
    user = own_user(request)
    if "everywhere" in request.POST:
        number = end_sessions(user, but=request.session.session_key)
        text = ngettext(
            "You have been signed out at %(number)s other place.",
            "You have been signed out at %(number)s other places.",
            number,
        )
        messages.success(request, text % {"number": number})
    elif end_session(user, request.POST.get("session", "")):
        messages.success(request, _("You have been signed out there."))
    return back()
