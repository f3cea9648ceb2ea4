"""Limits of a session: its age, the hours without a request, and the second factor."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import get_user
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from portal.accounts.sessions import FACTOR, extend, is_too_old


class SessionLimitsMiddleware:
    """Take a user for nobody whose session is too old, or lacks the second factor they need.

    It is decided where the user is read for the first time, so no view can forget it, and public
    pages, which never ask, read no session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(lambda: user_within_limits(request))  # type: ignore[assignment]
        response = self.get_response(request)
        if request.session.accessed and is_by_hand(request, response):
            extend(request.session)
        return response


def user_within_limits(request: HttpRequest) -> Any:
    user: Any = get_user(request)
    if not user.is_authenticated:
        return user
    if is_too_old(request.session):
        request.session.flush()
        return AnonymousUser()
    # The session stays: after a sign-in it may be somebody's again.
    is_missing = user.needs_second_factor and not request.session.get(FACTOR)
    return AnonymousUser() if is_missing else user


def is_by_hand(request: HttpRequest, response: HttpResponse) -> bool:
    """Return whether somebody sent the request: a form in view sends some by itself."""
    return response.status_code < 400 and not (request.method == "POST" and "_look" in request.POST)
