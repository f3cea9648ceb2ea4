"""Views of error pages. Those for 400, 403 and 404 are Django's own, with our templates."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import loader


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


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 with Retry-After, for example while the database cannot be reached."""
    response = render(request, "503.html", {"request_id": id_of(request)}, status=503)
    response["Retry-After"] = "60"
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 with the id of the request, by which its error is found in the log."""
    page = loader.get_template("500.html")
    # Without the request, so that no context processor runs.
    return HttpResponse(page.render({"request_id": id_of(request)}), status=500)


def id_of(request: HttpRequest) -> str:
    return getattr(request, "id", "")
