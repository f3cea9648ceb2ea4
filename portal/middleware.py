"""Middleware of the portal."""

import logging
from collections.abc import Callable
from typing import Any

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.urls import reverse

from portal.errors import unavailable

logger = logging.getLogger(__name__)


class DatabaseErrorMiddleware:
    """Answer 503 with Retry-After if the database cannot be reached or is locked.

    Otherwise a temporary fault would look like a broken page (500), which search engines and people
    take for permanent.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, (OperationalError, InterfaceError)):
            logger.error("The database did not answer: %s", request.path, exc_info=exception)
            return unavailable(request)
        return None


class AllowedMethodsMiddleware:
    """Answer 405 with Allow to a method that a public page does not know.

    Django looks at the method after the token of a form, and would answer 403. Views of the desk
    are left to themselves; public functions read only.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if request.path.startswith(reverse("admin:index")):
            return None
        allowed = allowed_methods(view)
        return None if request.method in allowed else HttpResponseNotAllowed(allowed)


def allowed_methods(view: Any) -> list[str]:
    """Return the methods that a public view answers."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        return ["GET", "HEAD", "OPTIONS"]
    names = [name for name in view_class.http_method_names if hasattr(view_class, name)]
    # Django's views answer HEAD as GET.
    return [name.upper() for name in names] + ["HEAD"] * ("get" in names and "head" not in names)
