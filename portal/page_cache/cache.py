"""The page cache: responses for visitors, kept until the public content changes.

It wraps Django as WSGI, so that a cached response costs one read of the content version and nothing
else. The whole response is kept as Django's middleware left it, under the scheme, host and address
of the request, so security headers, the redirect to HTTPS and ALLOWED_HOSTS hold as they do without
the cache. See docs/adr/0004.
"""

import gzip
import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any, NamedTuple

from django.conf import settings
from django.db import Error, connection
from django.http import HttpResponse
from django.utils.http import parse_etags

from portal import readiness
from portal.page_cache.version import Freshness, VersionWatcher, read_version
from portal.request_headers import normalise
from portal.request_ids import log_access
from portal.retention import clear_expired

Environ = dict[str, Any]
Headers = list[tuple[str, str]]
Application = Callable[[Environ, Callable[..., Any]], Any]

HEALTH, READY = "/health/", "/health/ready/"

# How long a shared cache (a CDN) may keep a page without revalidating. It learns of no change by
# staff, so this is how long staff and visitors may be expected to wait. With it the portal is
# asked for each page once a minute, however many people read it.
SHARED_SECONDS = 60

# Bytes of a page besides its body, and the smallest body worth compressing (as in Django).
OVERHEAD, SHORT = 2048, 200

# How long a request waits for another that renders the same page, in seconds.
PATIENCE = 10

logger = logging.getLogger(__name__)


class CachedPage:
    """A cached response: its headers, its ETag, and its body, plain or compressed or both."""

    def __init__(self, freshness: Freshness, headers: Headers, body: bytes) -> None:
        self.freshness = freshness
        values = {name.lower(): value for name, value in headers}
        made_here = {"cache-control", "content-encoding", "content-length", "etag", "x-request-id"}
        self.headers = [(name, value) for name, value in headers if name.lower() not in made_here]
        self.caching = values.get("cache-control", "")
        compressed = values.get("content-encoding") == "gzip"
        self.gzip = body if compressed else b""
        self.plain = b"" if compressed else body
        # A hash of the content: it survives a new version that leaves this page unchanged. Weak,
        # because it stands for the compressed and the plain body alike.
        digest = blake2b(gzip.decompress(body) if compressed else body, digest_size=12)
        self.etag = f'W/"{digest.hexdigest()}"'

    @property
    def size(self) -> int:
        return len(self.gzip) + len(self.plain) + OVERHEAD

    def body(self, compressed: bool) -> tuple[bytes, bool]:
        """Return (body, whether it is compressed); each form is made on first use."""
        if compressed and not self.gzip and len(self.plain) >= SHORT:
            self.gzip = gzip.compress(self.plain, 6, mtime=0)
        if compressed and self.gzip:
            return self.gzip, True
        if not self.plain:
            self.plain = gzip.decompress(self.gzip)
        return self.plain, False

    def cache_control(self) -> str:
        """Return Cache-Control: browsers revalidate each time, a CDN after at most a minute."""
        if self.caching:
            return self.caching
        left = max(0, int(self.freshness.until - time.time()))
        return f"max-age=0, must-revalidate, s-maxage={min(SHARED_SECONDS, left)}"


class LRUCache:
    """LRU cache bounded by the total size of its pages, in bytes."""

    def __init__(self, most_bytes: int) -> None:
        self.most_bytes, self.bytes = most_bytes, 0
        self.pages: OrderedDict[Any, tuple[CachedPage, int]] = OrderedDict()
        self.lock = threading.Lock()

    def get(self, key: Any) -> CachedPage | None:
        with self.lock:
            if key not in self.pages:
                return None
            self.pages.move_to_end(key)
            return self.pages[key][0]

    def put(self, key: Any, page: CachedPage) -> None:
        with self.lock:
            _page, size = self.pages.pop(key, (None, 0))
            self.pages[key] = page, page.size
            self.bytes += page.size - size
            while self.bytes > self.most_bytes:
                _key, (_page, size) = self.pages.popitem(last=False)
                self.bytes -= size


class CacheKey(NamedTuple):
    """The cache key: all that a response depends on besides the content."""

    scheme: str
    host: str
    path: str
    query: str
    is_user_composed: bool


class PageCache:
    """WSGI middleware that answers from the cache and fills it."""

    def __init__(self, application: Application) -> None:
        self.application = application
        self.watcher = VersionWatcher(daily=clear_expired)
        self.is_off = settings.DEBUG or not settings.PAGE_CACHE_MIB
        # Query strings and unknown hosts get a separate part of the cache, so that made-up
        # addresses (searches, filters, host names) cannot evict ordinary pages.
        most = settings.PAGE_CACHE_MIB * 1024 * 1024
        self.ordinary, self.user_composed = LRUCache(most * 3 // 4), LRUCache(most // 4)
        self.rendering: dict[CacheKey, threading.Event] = {}
        self.count_hit = self.count_miss = None
        if settings.METRICS_TOKEN:
            from portal.metrics.counters import hit, miss

            self.count_hit, self.count_miss = hit, miss

    def __call__(self, environ: Environ, start_response: Callable[..., Any]) -> Any:
        if environ["PATH_INFO"] == HEALTH:
            return health(start_response)
        if environ["PATH_INFO"] == READY:
            return readiness.answer(start_response)
        normalise(environ)
        if environ["PATH_INFO"].startswith((settings.STATIC_URL, "/media/")):
            return self.application(environ, start_response)
        # Publish due drafts first, whatever the request is.
        freshness = self.read_freshness()
        if self.is_off or not is_visit(environ):
            return self.application(environ, start_response)
        key = cache_key(environ)
        if page := self.get(key, freshness):
            return self.respond_from_cache(page, key, environ, start_response)
        # One request renders the page; others for the same page wait for it.
        done = threading.Event()
        first = self.rendering.setdefault(key, done)
        if first is not done:
            first.wait(PATIENCE)
            if page := self.get(key, self.read_freshness()):
                return self.respond_from_cache(page, key, environ, start_response)
        try:
            return self.render(key, environ, start_response)
        finally:
            if first is done:
                del self.rendering[key]
                done.set()

    def read_freshness(self) -> Freshness | None:
        """Return the present freshness, or None if it cannot be read."""
        try:
            freshness = self.watcher.current()
        except Error:
            # Django meets the same fault next and answers as for every other request.
            logger.exception("The version of the content could not be read.")
            return None
        return freshness if freshness.until > time.time() else None

    def cache_for(self, key: CacheKey) -> LRUCache:
        return self.user_composed if key.is_user_composed else self.ordinary

    def get(self, key: CacheKey, freshness: Freshness | None) -> CachedPage | None:
        page = self.cache_for(key).get(key)
        return page if page and page.freshness == freshness else None

    def render(self, key: CacheKey, environ: Environ, start_response: Callable[..., Any]) -> Any:
        """Get the response from Django; cache it if that is allowed."""
        if self.count_miss:
            self.count_miss()
        # Read before the content, which is then at least as new.
        freshness = self.read_freshness()
        arguments: list[Any] = []
        response = self.application(environ, lambda *start: arguments.extend(start))
        # A page that was rendered without part of its data after a database fault is not cached.
        if not freshness or connection.errors_occurred or not is_cacheable(response, key):
            start_response(*arguments)
            return response
        page = CachedPage(freshness, arguments[1], response.content)
        response.close()
        self.cache_for(key).put(key, page)
        return self.respond(page, key, environ, start_response)

    def respond_from_cache(
        self, page: CachedPage, key: CacheKey, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Send a cached page; count it and log it where a setting says so."""
        if self.count_hit:
            self.count_hit()
        if not settings.ACCESS_LOG:
            return self.respond(page, key, environ, start_response)
        start, statuses = time.perf_counter(), []

        def start_and_log(status: str, headers: Headers) -> Any:
            statuses.append(int(status[:3]))
            return start_response(status, headers)

        body = self.respond(page, key, environ, start_and_log)
        log_access(environ, statuses[0], start, cache="hit")
        return body

    def respond(
        self, page: CachedPage, key: CacheKey, environ: Environ, start_response: Callable[..., Any]
    ) -> Iterable[bytes]:
        """Send the page, or 304 to a client that has it."""
        caching = [("Cache-Control", page.cache_control()), ("ETag", page.etag)]
        if etag_matches(environ.get("HTTP_IF_NONE_MATCH", ""), page.etag):
            about = [pair for pair in page.headers if not pair[0].startswith("Content-T")]
            start_response("304 Not Modified", [*about, *caching])
            return []
        size = page.size
        accepted = environ.get("HTTP_ACCEPT_ENCODING", "")  # Normalised.
        body, compressed = page.body("gzip" in accepted)
        if page.size != size:
            self.cache_for(key).put(key, page)
        if compressed:
            caching.append(("Content-Encoding", "gzip"))
        start_response("200 OK", [*page.headers, *caching, ("Content-Length", str(len(body)))])
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [body]


def is_visit(environ: Environ) -> bool:
    """Return whether an anonymous visitor reads a page; staff are always answered by Django."""
    return environ["REQUEST_METHOD"] in {
        "GET",
        "HEAD",
    } and f"{settings.SESSION_COOKIE_NAME}=" not in environ.get("HTTP_COOKIE", "")


def cache_key(environ: Environ) -> CacheKey:
    """Return the cache key of a request, as Django sees it (`HttpRequest.scheme`)."""
    scheme = environ["wsgi.url_scheme"]
    if settings.SECURE_PROXY_SSL_HEADER:
        name, secure = settings.SECURE_PROXY_SSL_HEADER
        if (header := environ.get(name)) is not None:
            scheme = "https" if header.split(",")[0].strip() == secure else "http"
    host, query = environ.get("HTTP_HOST", ""), environ.get("QUERY_STRING", "")
    name = host.removesuffix(f":{environ['SERVER_PORT']}")
    is_user_composed = bool(query) or name not in settings.ALLOWED_HOSTS
    return CacheKey(scheme, host, environ["PATH_INFO"], query, is_user_composed)


def is_cacheable(response: Any, key: CacheKey) -> bool:
    """Return whether a response may be cached: public, complete, and at a canonical address.

    A view marks an address with a query as canonical by `is_canonical` on its response. Responses
    with an ETag or a Cache-Control other than public are not cached.
    """
    if not isinstance(response, HttpResponse) or response.status_code != 200:
        return False
    return (
        "public" in response.get("Cache-Control", "public")
        and "ETag" not in response
        and not response.cookies
        and "cookie" not in response.get("Vary", "").lower()
        and "nonce-" not in response.get("Content-Security-Policy", "")
        and (not key.query or getattr(response, "is_canonical", False))
    )


def etag_matches(header: str, etag: str) -> bool:
    """Return whether an `If-None-Match` header names the ETag, by RFC 9110's weak comparison."""
    opaque = {tag.removeprefix("W/") for tag in parse_etags(header)}
    return not opaque.isdisjoint({"*", etag.removeprefix("W/")})


def health(start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer health checks: 200 if the portal and its database respond.

    Whether everything works is a longer question: `portal/readiness.py`.
    """
    try:
        read_version()
        status, text = "200 OK", b"ok\n"
    except Error:
        status, text = "503 Service Unavailable", b"The database does not answer.\n"
    start_response(
        status,
        [
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Length", str(len(text))),
            ("Cache-Control", "no-store"),
        ],
    )
    return [text]
