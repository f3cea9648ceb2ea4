"""Security headers beyond those of Django and django-csp."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

# The portal uses none of these; a script that was smuggled in gets none either.
FEATURES = (
    "accelerometer",
    "browsing-topics",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES)
# Public data, which scripts on pages of other sites may read.
OPEN_DATA = {
    "cities:download",
    "networks:download",
    "organisations:download",
    "news:download",
    "events:download",
    "news:feed",
    "events:calendar",
    "events:event-calendar",
}
# Pictures, which pages of other sites may show.
EMBEDDABLE = OPEN_DATA | {
    "portal.storage.media.media",
    "site-picture",
    "city-picture",
    "story-picture",
}


class SecurityHeadersMiddleware:
    """Add Permissions-Policy, Cross-Origin-Resource-Policy and, for public data, CORS.

    The headers of a route are the same for everybody, so that its responses can be cached.
    Static files have no route and stay with pages of the portal.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        route = match.view_name if match else ""
        response["Permissions-Policy"] = PERMISSIONS
        is_embeddable = route in EMBEDDABLE and response.status_code < 400
        origin = "cross-origin" if is_embeddable else "same-origin"
        response["Cross-Origin-Resource-Policy"] = origin
        # The error of a program that asks wrongly is for it to read, too.
        if route in OPEN_DATA:
            response["Access-Control-Allow-Origin"] = "*"
        return response
