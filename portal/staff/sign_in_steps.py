"""The steps of a sign-in after the password: the second factor, or setting one up.

Between the steps nobody is signed in: the session only remembers who gave the right password.
"""

from __future__ import annotations

from time import time
from typing import Any

from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils.crypto import constant_time_compare
from django.utils.http import url_has_allowed_host_and_scheme

from portal.accounts.models import User
from portal.accounts.second_factor import has_second_factor
from portal.accounts.sessions import CONFIRMED, FACTOR
from portal.rate_limits import Limit

PENDING, NEXT = "sign_in", "after_sign_in"
PENDING_SECONDS = 15 * 60
BACKEND = "portal.roles.Backend"
# Each start of a sign-in by a passkey or a provider stores a session.
STARTS = Limit("sign-in-starts", 60, 600)


def after_password(request: HttpRequest, user: User, address: str) -> HttpResponse:
    """Sign a user in who gave the right password, or lead to the step that is left."""
    has_factor = has_second_factor(user)
    if not has_factor and not user.needs_second_factor:
        return enter(request, user, address=address)
    # As Django does at a sign-in: whoever knew the number of the session before, does no more.
    request.session.cycle_key()
    request.session[PENDING] = {
        "user": user.pk,
        "hash": user.get_session_auth_hash(),
        "at": int(time()),
    }
    request.session[NEXT] = address
    return HttpResponseRedirect(reverse("second-step" if has_factor else "set-up-second-factor"))


def pending_user(request: HttpRequest) -> User | None:
    """Return the user who gave the right password in this session within the last minutes."""
    pending = request.session.get(PENDING)
    if not pending or time() - pending["at"] > PENDING_SECONDS:
        return None
    user = User.objects.filter(pk=pending["user"], is_active=True).first()
    is_same = user and constant_time_compare(pending["hash"], user.get_session_auth_hash())
    return user if is_same else None


def enter(request: HttpRequest, user: Any, factor: str = "", address: str = "") -> HttpResponse:
    """Sign a user in, and lead to the page that they asked for."""
    address = address or request.session.get(NEXT, "")
    request.second_factor = factor  # type: ignore[attr-defined]
    login(request, user, backend=BACKEND)
    for key in (PENDING, NEXT):
        request.session.pop(key, None)
    return HttpResponseRedirect(safe_address(request, address))


def strengthen(request: HttpRequest, factor: str) -> None:
    """Note that the user who is signed in has just given a second factor."""
    request.session[FACTOR] = factor
    request.session[CONFIRMED] = int(time())


def safe_address(request: HttpRequest, address: str) -> str:
    """Return an address of this portal: the one given, or that of the desk."""
    hosts = {request.get_host()}
    is_ours = url_has_allowed_host_and_scheme(address, hosts, require_https=request.is_secure())
    return address if is_ours else resolve_url(settings.LOGIN_REDIRECT_URL)


def own_user(request: HttpRequest) -> User:
    """Return a copy of the user who is signed in, which has no part in the page's header."""
    return User.objects.get(pk=request.user.pk or 0)
