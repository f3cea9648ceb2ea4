"""The page `/metrics`, for whoever has METRICS_TOKEN."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.crypto import constant_time_compare
from django.views.decorators.http import require_safe


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Return the counters; 401 without the token, 404 where none is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        from portal.metrics.counters import exposition

        response = HttpResponse(exposition(), "text/plain; version=0.0.4; charset=utf-8")
    else:
        response = HttpResponse("A token is needed.\n", "text/plain; charset=utf-8", status=401)
        response["WWW-Authenticate"] = "Bearer"
    add_never_cache_headers(response)
    return response
