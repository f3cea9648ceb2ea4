"""Headers of a request in one form, for the page cache and for Django alike."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

# A host as Django accepts it: a name or an address in brackets, a trailing dot, a port.
HOST = re.compile(r"(?P<name>\[[0-9a-f:.]+\]|[a-z0-9._-]*[a-z0-9_-])\.?(:(?P<port>[0-9]+))?")
QUALITY = re.compile(r"[qQ]=(0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?)")
# The codings that a response may have here: static files are stored with Brotli too.
CODINGS = ("br", "gzip")
# The encoding of a body: `charset=`, and `charset*=` of RFC 2231.
CHARSET = re.compile(r";\s*charset\s*\*?\s*=[^;]*", re.IGNORECASE)
SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def normalise(environ: dict[str, Any]) -> None:
    """Rewrite the headers that have many spellings for one meaning."""
    if coding := environ.get("HTTP_ACCEPT_ENCODING"):
        environ["HTTP_ACCEPT_ENCODING"] = accepted_codings(coding)
    if content_type := environ.get("CONTENT_TYPE"):
        # All our forms are in UTF-8. Django reads the address in this encoding too, which no cache
        # knows of, and fails at some: "idna".
        environ["CONTENT_TYPE"] = CHARSET.sub("", content_type)
    # The origin of a form is compared with the host as the browser has it.
    if (host := environ.get("HTTP_HOST")) and environ["REQUEST_METHOD"] in SAFE:
        environ["HTTP_HOST"] = normal_host(host, environ.get("SERVER_PORT", ""))


def normal_host(host: str, server_port: str) -> str:
    """Return the host in small letters, without a trailing dot and without a port that is not ours.

    Ours are the server's own, unless a proxy is in front of it, and those in ALLOWED_HOSTS. Any
    other would stand in the canonical addresses of a page that a cache gives to everybody.
    """
    match = HOST.fullmatch(host.lower())
    if not match:
        return host  # Django refuses it.
    port = match["port"]
    ports = {*settings.PUBLIC_PORTS, *(() if settings.BEHIND_PROXY else (server_port,))}
    # Browsers leave out the port of the scheme.
    is_ours = port in ports - {"80", "443"}
    return f"{match['name']}:{port}" if is_ours else match["name"]


def accepted_codings(header: str) -> str:
    """Return the codings of CODINGS that an Accept-Encoding header prefers to none.

    RFC 9110, section 12.5.3: a coding of quality 0 is not acceptable, and `*` stands for all that
    are not listed. If none is acceptable, not even a plain response, it is sent plain.
    """
    qualities: dict[str, float] = {}
    for item in header.lower().split(","):
        coding, *parameters = (part.strip() for part in item.split(";"))
        matches = [QUALITY.fullmatch(parameter) for parameter in parameters[:1]]
        if coding and all(matches):
            coding = "gzip" if coding == "x-gzip" else coding
            qualities[coding] = float(matches[0][1]) if matches and matches[0] else 1.0
    plain = qualities.get("identity", 0.0)
    others = qualities.get("*", 0.0)
    found = {coding: qualities.get(coding, others) for coding in CODINGS}
    return ", ".join(c for c in CODINGS if found[c] and found[c] >= plain)


class NormalHeadersMiddleware:
    """Normalise the headers for what follows, also where no page cache did it before."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        normalise(request.META)
        return self.get_response(request)
