"""The pages for what goes wrong. Those for 400, 403, 404 and 500 are Django's own views,
which find the templates by their names."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose token is missing or old: usually a page that was open for too long."""
    return render(request, "403_csrf.html", status=403)


def too_many_passwords(
    request: HttpRequest, credentials: dict[str, Any] | None = None, *args: Any
) -> HttpResponse:
    """Too many wrong passwords. Called by axes, which counts them."""
    return too_many_requests(request, minutes=round(settings.AXES_COOLOFF_TIME * 60))


def too_many_requests(request: HttpRequest, minutes: int) -> HttpResponse:
    """Too many attempts of a kind that is counted; the door opens again after some minutes."""
    response = render(request, "429.html", {"minutes": minutes}, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response


def unavailable(request: HttpRequest) -> HttpResponse:
    """The portal cannot answer now, for example because the database is away."""
    response = render(request, "503.html", status=503)
    response["Retry-After"] = "60"
    return response
