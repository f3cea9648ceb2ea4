"""The WSGI gate before everything: no client, however slow, takes all threads of a process.

Responses are handed to the server whole where they are small, so that the server writes them and
not a thread. Forms have places (`publishing.slow_clients`), and their bodies have to arrive at a
speed that a poor telephone line reaches. A body that ends too early is refused: granian gives what
came of it as if it were all, and half a form must not be saved.
"""

from collections.abc import Callable, Iterable
from http import HTTPStatus
from io import IOBase
from threading import Thread
from typing import Any

from django.utils.translation import gettext as _

from publishing.slow_clients import FORM_SECONDS, WHOLE, forms

Environ = dict[str, Any]
StartResponse = Callable[..., Any]

READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
# Each piece of a form has to arrive within so many seconds: 26 kbit/s.
PIECE, PIECE_SECONDS = 64 * 1024, 20


class CutBody(OSError):
    """The body of a request ended too early or arrived too slowly."""


class TimedBody(IOBase):
    """The body of a request, which raises CutBody instead of waiting for a slow client."""

    def __init__(self, stream: Any) -> None:
        self.stream, self.is_cut = stream, False

    def read(self, size: int) -> bytes:
        """Return exactly so many bytes. Django asks for no more than the Content-Length."""
        pieces = []
        while size > 0:
            wanted = min(size, PIECE)
            pieces.append(self.piece(wanted))
            size -= wanted
        return b"".join(pieces)

    def piece(self, size: int) -> bytes:
        """Return exactly so many bytes, no more than a piece.

        Granian's stream cannot be read with a limit of time, so another thread reads it; one that
        waits for a client ends with the connection, which closes after the response.
        """
        read: list[bytes] = []
        reader = Thread(target=lambda: read.append(self.stream.read(size)), daemon=True)
        reader.start()
        reader.join(PIECE_SECONDS)
        if not read or len(read[0]) < size:
            self.is_cut = True
            raise CutBody("The body of the request did not arrive.")
        return read[0]


class FormGate:
    """WSGI middleware that limits the forms under way and hands over small responses whole."""

    def __init__(self, application: Callable[[Environ, StartResponse], Any]) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Any:
        if environ["REQUEST_METHOD"] in READING:
            return whole(self.application(environ, start_response), environ)
        if not forms.enter():
            return refuse(
                start_response,
                HTTPStatus.SERVICE_UNAVAILABLE,
                _(
                    "The portal is handling many forms at the moment. Go back in your browser, "
                    "where your text still is, and send the form again in a few seconds."
                ),
            )
        try:
            return self.answer_form(environ, start_response)
        finally:
            forms.leave()

    def answer_form(self, environ: Environ, start_response: StartResponse) -> Any:
        body = environ["wsgi.input"] = TimedBody(environ["wsgi.input"])
        start: list[Any] = []
        response = whole(self.application(environ, lambda *given: start.extend(given)), environ)
        if not body.is_cut:
            start_response(*start)
            return response
        if hasattr(response, "close"):
            response.close()
        return refuse(
            start_response,
            HTTPStatus.REQUEST_TIMEOUT,
            _("The form did not arrive completely. Nothing was saved; send it again."),
        )


def whole(response: Any, environ: Environ) -> Any:
    """Return a small response as a list, which granian writes without a thread of ours."""
    if isinstance(response, list) or not hasattr(response, "streaming"):
        return response
    if response.streaming and int(response.get("Content-Length") or WHOLE + 1) > WHOLE:
        return response
    try:
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [b"".join(response)]
    finally:
        response.close()


def refuse(start_response: StartResponse, status: HTTPStatus, text: str) -> Iterable[bytes]:
    """Answer in a sentence, without reading the request any further."""
    body = f"{text}\n".encode()
    headers = [
        ("Content-Type", "text/plain; charset=utf-8"),
        ("Content-Length", str(len(body))),
        ("Cache-Control", "no-store"),
        ("X-Content-Type-Options", "nosniff"),
        ("Connection", "close"),
        ("Retry-After", str(FORM_SECONDS)),
    ]
    start_response(f"{status.value} {status.phrase}", headers)
    return [body]
