"""Checks of the portal through its public address: proxy, HTTPS, headers.

The portal tells the address that it sees only to a request signed with its own SECRET_KEY.
"""

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from ipaddress import ip_address
from urllib.parse import urlsplit

from django.core import signing
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from portal.doctor.findings import Finding
from portal.visitors import visitor_address

SALT = "portal.doctor"
SECONDS = 60
# An address that nobody has any more (RFC 7526), but that looks like a visitor's.
FORGED = "192.88.99.77"
HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cross-Origin-Opener-Policy",
    "Cross-Origin-Resource-Policy",
)


@require_safe
def seen(request: HttpRequest) -> JsonResponse:
    """Return scheme and address of a request that `manage.py doctor` signed; otherwise 404."""
    try:
        signing.loads(request.GET.get("key", ""), salt=SALT, max_age=SECONDS)
    except signing.BadSignature:
        raise Http404 from None
    response = JsonResponse({"scheme": request.scheme, "address": visitor_address(request)})
    add_never_cache_headers(response)
    return response


def get(address: str) -> tuple[HTTPResponse, bytes]:
    """Return the response of one request, redirects included, with a forged address."""
    parts = urlsplit(address)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=10)
    try:
        query = f"?{parts.query}" if parts.query else ""
        connection.request("GET", (parts.path or "/") + query, headers={"X-Forwarded-For": FORGED})
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def check_proxy(url: str) -> Iterator[Finding]:
    """Report what a visitor gets at the public address, and what the portal sees of one."""
    base = url.rstrip("/")
    response, _body = get(f"{base}/")
    if response.status != 200:
        mend = "Check ALLOWED_HOSTS, and that the proxy passes Host and X-Forwarded-Proto."
        yield Finding("wrong", "address", f"{base}/ answers {response.status}.", mend)
        return
    yield from check_headers(response)
    if base.startswith("https://"):
        yield from check_https(base, response)
    yield from check_visitor(base)


def check_headers(response: HTTPResponse) -> Iterator[Finding]:
    lost = [name for name in HEADERS if name not in response.headers]
    if lost:
        mend = "Let the proxy pass the headers of the portal."
        yield Finding("wrong", "address", f"Headers are missing: {', '.join(lost)}.", mend)
    else:
        yield Finding("ok", "address", "The home page is there, with its security headers.")


def check_https(base: str, response: HTTPResponse) -> Iterator[Finding]:
    if "Strict-Transport-Security" not in response.headers:
        sentence = "Browsers are not told to use HTTPS only (HSTS)."
        mend = "Set HTTPS=on, and let the proxy set X-Forwarded-Proto."
        yield Finding("wrong", "HTTPS", sentence, mend)
    plain = base.replace("https://", "http://", 1)
    try:
        status = get(f"{plain}/")[0].status
    except OSError:
        status = 0  # Nothing listens there.
    if status == 200:
        sentence = "Plain HTTP is answered without a redirect to HTTPS."
        yield Finding("wrong", "HTTPS", sentence, "Set HTTPS=on, and redirect in the proxy.")
    elif "Strict-Transport-Security" in response.headers:
        yield Finding("ok", "HTTPS", "Visitors are kept on HTTPS.")


def check_visitor(base: str) -> Iterator[Finding]:
    """Report the address that the portal takes for ours, which must not be the forged one."""
    key = signing.dumps("seen", salt=SALT)
    response, body = get(f"{base}{reverse('doctor-seen')}?key={key}")
    if response.status != 200:
        sentence = f"The portal at {base} does not know the signature of this one."
        mend = "Run the doctor with the SECRET_KEY of that portal, and with the same clock."
        yield Finding("wrong", "proxy", sentence, mend)
        return
    found = json.loads(body)
    scheme, address = found["scheme"], found["address"]
    if scheme != urlsplit(base).scheme:
        sentence = f"The portal takes requests over {urlsplit(base).scheme} for {scheme}."
        mend = "Set BEHIND_PROXY=on, and let the proxy set X-Forwarded-Proto."
        yield Finding("wrong", "proxy", sentence, mend)
    if address == FORGED:
        sentence = "A visitor can choose the address by which the portal counts."
        mend = "Lower PROXY_COUNT, and let the proxy set X-Forwarded-For itself."
        yield Finding("wrong", "proxy", sentence, mend)
    elif not ip_address(address).is_global:
        sentence = f"The portal sees this machine at {address}, an address of a private network."
        mend = "If you asked from the internet, BEHIND_PROXY or PROXY_COUNT is wrong."
        yield Finding("warning", "proxy", sentence, mend)
    else:
        yield Finding("ok", "proxy", f"The portal sees this machine at {address}.")
