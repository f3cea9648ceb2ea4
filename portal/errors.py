"""Views of error pages. Those for 400, 403 and 404 are Django's own, with our templates."""

import re
import sys
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.shortcuts import render
from django.template import loader
from django.urls import reverse

from portal.faults import Fault, fault_of

# Fields that no page may repeat.
SECRET = re.compile(r"password|secret")


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 to a form without a valid token: usually its page was open for too long."""
    return render(request, "403_csrf.html", status=403)


def too_many_passwords(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any
) -> HttpResponse:
    """Answer 429 after too many wrong passwords. Called by axes, which counts them."""
    return too_many_requests(request, minutes=round(settings.AXES_COOLOFF_TIME * 60))


def too_many_requests(request: HttpRequest, minutes: int) -> HttpResponse:
    """Answer 429 with Retry-After to a request over a limit."""
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def unavailable(request: HttpRequest, fault: Fault | None = None) -> HttpResponse:
    """Answer 503 with Retry-After; staff read which fault it is.

    What was sent comes back in a form, to be sent again: nobody types anything twice.
    """
    is_staff = request.path.startswith(reverse("admin:index")) and (
        settings.SESSION_COOKIE_NAME in request.COOKIES
    )
    context = {
        "request_id": id_of(request),
        "reason": fault.value if fault and is_staff else "",
        "address": request.get_full_path(),
        "fields": sent_fields(request),
        "has_files": bool(request.FILES) if request.method == "POST" else False,
    }
    response = render(request, "503.html", context, status=503)
    response["Retry-After"] = "60"
    # What somebody has typed is for nobody else.
    response["Cache-Control"] = "no-store"
    return response


def sent_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """Return the fields of a form that was sent, without files; none if it has a secret."""
    if request.method != "POST":
        return []
    try:
        fields = [(name, str(value)) for name, all_ in request.POST.lists() for value in all_]
    except (OSError, SuspiciousOperation, MultiPartParserError):
        # The form itself could not be read.
        return []
    is_secret = any(SECRET.search(name) for name, _value in fields)
    return [] if is_secret else fields


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer an exception that nothing caught: 503 if it is a fault, otherwise 500 with the id.

    Middleware, such as that of sessions, meets faults too.
    """
    if fault := fault_of(sys.exc_info()[1]):
        return unavailable(request, fault)
    page = loader.get_template("500.html")
    # Without the request, so that no context processor runs.
    return HttpResponse(page.render({"request_id": id_of(request)}), status=500)


def id_of(request: HttpRequest) -> str:
    return getattr(request, "id", "")
