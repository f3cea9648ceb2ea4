"""Pages of the second factor at a sign-in: giving one, setting one up, and keeping the codes."""

from __future__ import annotations

from typing import Any

import qrcode
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret, validate_totp_code
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST
from qrcode.image.svg import SvgPathImage

from portal.accounts import passkeys
from portal.accounts.models import User
from portal.accounts.second_factor import (
    Adapter,
    Type,
    add_app,
    factors_of,
    has_second_factor,
    is_unused,
    may_try_code,
    note_failure,
    note_success,
    recovery_codes_of,
)
from portal.errors import too_many_requests
from portal.rate_limits import is_over_limit
from portal.staff.confirmation import confirmed, given_factor
from portal.staff.sign_in_changes import tell
from portal.staff.sign_in_steps import (
    NEXT,
    STARTS,
    enter,
    own_user,
    pending_user,
    safe_address,
    strengthen,
)

SECRET = "app_secret"  # noqa: S105 (the key in the session)


def page(request: HttpRequest, name: str, title: str, **context: Any) -> HttpResponse:
    values = {**admin.site.each_context(request), "title": title, **context}
    return TemplateResponse(request, f"admin/sign_in/{name}.html", values)


def to_sign_in() -> HttpResponse:
    return HttpResponseRedirect(reverse("admin:login"))


@never_cache
@sensitive_post_parameters()
def second_step(request: HttpRequest) -> HttpResponse:
    """Ask somebody who gave the right password for the second factor."""
    user = pending_user(request)
    if user is None or not has_second_factor(user):
        return to_sign_in()
    error = ""
    if request.method == "POST":
        authenticator, error = given_factor(request, user)
        if authenticator:
            return enter_with(request, user, authenticator)
    kinds = {factor.type for factor in factors_of(user)}
    context = {"error": error, "has_app": Type.TOTP in kinds, "has_passkey": Type.WEBAUTHN in kinds}
    return page(request, "second_step", _("Second step"), **context)


def enter_with(
    request: HttpRequest, user: User, authenticator: Authenticator, address: str = ""
) -> HttpResponse:
    response = enter(request, user, factor=authenticator.type, address=address)
    if authenticator.type == Type.RECOVERY_CODES:
        left = len(authenticator.wrap().get_unused_codes())
        text = _("Signed in with a recovery code. Codes that are left: %(number)s")
        tell(request, user, text % {"number": left}, log_it=True)
        if not left:
            messages.warning(request, _("That was your last recovery code. Make new ones now."))
            return HttpResponseRedirect(reverse("own-security"))
    return response


@require_POST
@never_cache
def passkey_sign_in(request: HttpRequest) -> HttpResponse:
    """Sign in somebody by a passkey alone."""
    authenticator = passkeys.passkey_of(request.POST.get("passkey", ""))
    user: Any = authenticator and authenticator.user
    if not authenticator or not user.is_active or not user.is_staff:
        messages.error(request, _("This passkey does not open an account. Use your password."))
        return to_sign_in()
    note_success(authenticator)
    return enter_with(request, user, authenticator, request.POST.get("next", ""))


@require_POST
@never_cache
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return as JSON the options for the browser's dialog about a passkey."""
    if is_over_limit(request, STARTS):
        return too_many_requests(request, minutes=STARTS.seconds // 60)
    if "add" not in request.POST:
        return JsonResponse(passkeys.sign_in_options())
    user = who_sets_up(request)
    if user is None:
        return JsonResponse({}, status=403)
    return JsonResponse(passkeys.registration_options(user))


# -- Setting up ----------------------------------------------------------------------------------


def who_sets_up(request: HttpRequest) -> User | None:
    """Return the user who may add a factor: signed in, or on the way and still without any."""
    if request.user.is_authenticated:
        return own_user(request)
    user = pending_user(request)
    return user if user and not has_second_factor(user) else None


@never_cache
@sensitive_post_parameters()
@confirmed
def set_up(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app or a passkey, at the sign-in or from one's own account."""
    user = who_sets_up(request)
    if user is None:
        return to_sign_in()
    error = ""
    if request.method == "POST":
        authenticator = added_passkey(request, user) or added_app(request, user)
        if authenticator:
            return after_adding(request, user, authenticator)
        error = (
            _("The passkey could not be stored. Try again.")
            if "passkey" in request.POST
            else _("This code does not fit. Enter the one that the app shows now.")
        )
    return set_up_page(request, user, error)


def set_up_page(request: HttpRequest, user: User, error: str) -> HttpResponse:
    secret = request.session.setdefault(SECRET, generate_totp_secret())
    request.session.modified = True
    address = Adapter().build_totp_url(user, secret)
    svg = qrcode.make(address, image_factory=SvgPathImage).to_string(encoding="unicode")
    return page(
        request,
        "set_up",
        _("Set up a second factor"),
        error=error,
        # Made here, of the secret and the names, which the library encodes.
        picture=mark_safe(svg),  # noqa: S308
        secret=" ".join(secret[i : i + 4] for i in range(0, len(secret), 4)),
        is_needed=user.needs_second_factor and not has_second_factor(user),
        has_app=any(factor.type == Type.TOTP for factor in factors_of(user)),
        is_on_the_way=not request.user.is_authenticated,
    )


def added_app(request: HttpRequest, user: User) -> Authenticator | None:
    secret = request.session.get(SECRET)
    code = "".join(request.POST.get("code", "").split())
    if not secret or not may_try_code(request, user):
        return None
    if not (validate_totp_code(secret, code) and is_unused(user, code)):
        note_failure(request, user)
        return None
    return add_app(user, secret)


def added_passkey(request: HttpRequest, user: User) -> Authenticator | None:
    if "passkey" not in request.POST:
        return None
    name = request.POST.get("name", "").replace("\0", "").strip()[:60] or _("Passkey")
    return passkeys.add_passkey(user, name, request.POST["passkey"])


def after_adding(request: HttpRequest, user: User, authenticator: Authenticator) -> HttpResponse:
    """Sign the user in, if they are on the way, and lead to the recovery codes."""
    request.session.pop(SECRET, None)
    note_success(authenticator)
    address = request.session.get(NEXT, "")
    if request.user.is_authenticated:
        strengthen(request, authenticator.type)
    else:
        enter(request, user, factor=authenticator.type)
    request.session[NEXT] = address
    is_app = authenticator.type == Type.TOTP
    note = _("Set up an authenticator app.") if is_app else _("Added a passkey.")
    tell(request, user, note, log_it=True)
    codes = recovery_codes_of(user)
    if codes and not codes.did_view:
        return HttpResponseRedirect(reverse("recovery-codes"))
    messages.success(request, note)
    return HttpResponseRedirect(reverse("own-security"))


@never_cache
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """Show new recovery codes until the user says that they are kept; then never again."""
    codes = recovery_codes_of(own_user(request))
    if codes is None or codes.did_view:
        return HttpResponseRedirect(reverse("own-security"))
    if request.method == "POST":
        codes.mark_as_viewed()
        address = request.session.pop(NEXT, "") or reverse("own-security")
        return HttpResponseRedirect(safe_address(request, address))
    return page(request, "recovery_codes", _("Recovery codes"), codes=codes.get_unused_codes())
