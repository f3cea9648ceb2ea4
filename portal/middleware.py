"""Middleware of the portal."""

import logging
from collections.abc import Callable
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponsePermanentRedirect,
)
from django.urls import reverse
from django.utils import timezone
from django.utils.encoding import escape_uri_path

from portal.errors import unavailable
from portal.faults import fault_of
from publishing.content.moments import zone_of
from publishing.content.tracking import without_tracking

logger = logging.getLogger(__name__)


class DatabaseErrorMiddleware:
    """Answer 503 with Retry-After to a fault of the database, a disk, or another server.

    Otherwise a temporary fault would look like a broken page (500), which search engines and people
    take for permanent. `portal.errors.server_error` does the same for faults in middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if fault := fault_of(exception):
            logger.error("A fault (%s): %s", fault.name, request.path, exc_info=exception)
            return unavailable(request, fault)
        return None


class TrackingMiddleware:
    """Redirect a public page whose address has tracking codes to the address without them.

    A list does so itself, together with all else that is not canonical in its address.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, args: Any, kwargs: Any
    ) -> HttpResponse | None:
        query = request.META.get("QUERY_STRING", "")
        kept = without_tracking(query) if query and request.method in {"GET", "HEAD"} else query
        is_list = hasattr(getattr(view, "view_class", None), "filterset_class")
        if kept == query or is_list or request.path.startswith(reverse("admin:index")):
            return None
        path = escape_uri_path(request.path)
        return HttpResponsePermanentRedirect(f"{path}?{kept}" if kept else path)


class DeskTimeZoneMiddleware:
    """Activate the time zone of the signed-in user on the pages of the desk.

    Public pages keep the portal's: they are cached, and the same for everybody.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(reverse("admin:index")):
            return self.get_response(request)
        with timezone.override(zone_of(request.user)):
            return self.get_response(request)


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
