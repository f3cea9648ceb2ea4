"""Middleware of the portal."""

import logging
from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

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
