"""Responses with the content of a file: conditional requests and single ranges (RFC 9110)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from weakref import finalize

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _

from publishing.slow_clients import WHOLE, HeldResponse, downloads

PIECE = 64 * 1024
BUSY_SECONDS = 10
# No file has more digits in its length.
RANGE = re.compile(r"bytes=(\d{1,15})?-(\d{1,15})?", re.ASCII)


def file_response(
    request: HttpRequest, file: IO[bytes], size: int, changed_at: datetime, etag: str
) -> HttpResponseBase:
    """Return the file, the part of it that was asked for, or 304 to a client that has it."""
    changed = int(changed_at.timestamp())
    response: HttpResponseBase | None
    response = get_conditional_response(request, etag=etag, last_modified=changed)
    asked = asked_range(request, size, etag)
    if response is not None:
        file.close()
    elif asked is None:
        response = content(file, range(size), status=200)
    elif asked:
        response = content(file, asked, status=206)
        response["Content-Range"] = f"bytes {asked.start}-{asked.stop - 1}/{size}"
    else:
        file.close()
        response = HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    response["ETag"], response["Last-Modified"] = etag, http_date(changed)
    response["Accept-Ranges"] = "bytes"
    return response


def asked_range(request: HttpRequest, size: int, etag: str) -> range | None:
    """Return the bytes that a request asks for: none if the file has none of them.

    None stands for the whole file, also if several ranges or other units are asked for.
    """
    match = RANGE.fullmatch(request.headers.get("Range", "").strip())
    if not match or request.method != "GET" or request.headers.get("If-Range", etag) != etag:
        return None
    first, last = (int(number) if number else None for number in match.groups())
    if first is None:
        return None if last is None else range(max(0, size - last), size)
    if last is not None and last < first:
        return None
    return range(first, size if last is None else min(last + 1, size))


def content(file: IO[bytes], asked: range, status: int) -> HttpResponseBase:
    """Return the bytes: whole if they are few, else streamed, while a place is held."""
    headers = {"Content-Length": str(len(asked))}
    if len(asked) <= WHOLE:
        with file:
            file.seek(asked.start)
            return HttpResponse(file.read(len(asked)), status=status, headers=headers)
    if not downloads.enter():
        file.close()
        return HttpResponse(
            _("Too many large pictures are being downloaded. Try again in a moment."),
            status=503,
            content_type="text/plain; charset=utf-8",
            headers={"Retry-After": BUSY_SECONDS, "Cache-Control": "no-store"},
        )
    return HeldResponse(Part(file, asked), places=downloads, status=status, headers=headers)


class Part:
    """Iterable over a part of a file, in pieces; the file is closed with the response."""

    def __init__(self, file: IO[bytes], asked: range) -> None:
        self.file, self.asked = file, asked
        # Also where nobody reads or closes the response.
        self.close = finalize(self, file.close)

    def __iter__(self) -> Iterator[bytes]:
        self.file.seek(self.asked.start)
        for start in range(0, len(self.asked), PIECE):
            yield self.file.read(min(PIECE, len(self.asked) - start))
