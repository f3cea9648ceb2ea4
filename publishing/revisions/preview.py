"""Preview: render the public page of a record with the page's own view, inside a rehearsal.

The view gets the request of an anonymous visitor. The request names the record to show although it
may be hidden; everything else on the page is what visitors see.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any, NamedTuple

from django.contrib.auth.models import AnonymousUser
from django.core.handlers.wsgi import WSGIRequest
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import SimpleTemplateResponse
from django.urls import get_script_prefix, resolve
from django.utils import timezone
from django.utils.cache import add_never_cache_headers

from publishing.revisions import snapshots
from publishing.revisions.rehearsal import rehearse


class Showing(NamedTuple):
    """The record that a request shows although it may be hidden, and the notice above its page."""

    record: models.Model
    notice: str


def public_page(record: Any, request: HttpRequest, notice: str) -> HttpResponse:
    """Render the public page of a record as it is in the database, hidden or not."""
    path = record.get_absolute_url().removeprefix(get_script_prefix().rstrip("/"))
    visit = visitor(request, path)
    visit.showing = Showing(record, notice)  # type: ignore[attr-defined]
    view, arguments, named = resolve(path)
    # Visitors see the times of the portal, not those of the user.
    with timezone.override(None):
        response = view(visit, *arguments, **named)
        if isinstance(response, SimpleTemplateResponse):
            # The rehearsal ends before Django would render it.
            response.render()
    return private(HttpResponse(response.content))


def page_saying(
    record: Any, content: snapshots.Snapshot, request: HttpRequest, notice: str
) -> HttpResponse:
    """Render the public page with other content. Raises what `snapshots.apply` raises."""
    with rehearse():
        snapshots.apply(record, content)
        return public_page(record, request, notice)


def visitor(request: HttpRequest, path: str) -> WSGIRequest:
    """Return a GET request of an anonymous visitor for a path, at the same host."""
    told = {name: value for name, value in request.META.items() if name != "HTTP_COOKIE"}
    visit = WSGIRequest(
        told
        | {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": path,
            "QUERY_STRING": "",
            "CONTENT_LENGTH": "0",
            "wsgi.input": BytesIO(),
        }
    )
    visit.user = AnonymousUser()
    return visit


def showing(request: HttpRequest) -> Showing | None:
    """Return what the request shows besides public records, or None."""
    return getattr(request, "showing", None)


def private(response: HttpResponse) -> HttpResponse:
    """Keep a response out of caches and search engines."""
    add_never_cache_headers(response)
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
