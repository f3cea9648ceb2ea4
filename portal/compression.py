"""Compression of responses, without those that are compressed already."""

from django.http.request import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

COMPRESSED = ("image/avif", "image/gif", "image/jpeg", "image/png", "image/webp")


class CompressionMiddleware(GZipMiddleware):
    """GZipMiddleware that leaves pictures and parts of files as they are.

    Compressing a picture again takes time and gains nothing, and a streamed response would lose its
    length.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.status_code == 206 or response.get("Content-Type", "") in COMPRESSED:
            return response
        return super().process_response(request, response)
