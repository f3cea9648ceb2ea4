"""The id of each request, which its log records, its response and its error page have in common."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADER = "X-Request-ID"
# As proxies write it: hexadecimal, UUIDs, ULIDs. Nothing that could forge a line of a log.
ID = re.compile(r"[A-Za-z0-9_-]{8,64}")

present: ContextVar[HttpRequest | None] = ContextVar("request", default=None)
access_log = logging.getLogger("portal.access")


def request_id(environ: dict[str, Any]) -> str:
    """Return the id that our proxy gave to a request, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
    return given if ID.fullmatch(given) else secrets.token_hex(8)


def current() -> dict[str, Any]:
    """Return id, route and person of the present request; nothing outside of requests.

    The person is the key of the account, and only if something has looked it up anyway.
    """
    request = present.get()
    if request is None:
        return {}
    match = request.resolver_match
    person = getattr(request, "_cached_user", None)
    return {
        "request": getattr(request, "id", ""),
        "route": match.view_name if match else "",
        "person": person.pk if person else None,
    }


class RequestIdMiddleware:
    """Give each request an id, return it as a header, and log the request with ACCESS_LOG."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response
        self.count = None
        if settings.METRICS_TOKEN:
            from portal.metrics.counters import count_request

            self.count = count_request

    def __call__(self, request: HttpRequest) -> HttpResponse:
        start = time.perf_counter()
        request.id = request_id(request.META)  # type: ignore[attr-defined]
        token = present.set(request)
        try:
            response = self.get_response(request)
            response[HEADER] = request.id  # type: ignore[attr-defined]
            if self.count:
                match = request.resolver_match
                duration = time.perf_counter() - start
                self.count(match.view_name if match else "", response.status_code, duration)
            if settings.ACCESS_LOG:
                log_access(request.META, response.status_code, start)
            return response
        finally:
            present.reset(token)


def log_access(environ: dict[str, Any], status: int, start: float, **more: Any) -> None:
    """Write an access line; its duration ends where the response is ready to be sent."""
    fields = {
        "method": environ["REQUEST_METHOD"],
        "path": environ["PATH_INFO"],
        "status": status,
        "ms": round((time.perf_counter() - start) * 1000, 1),
    }
    access_log.info("Answered", extra=fields | more)
