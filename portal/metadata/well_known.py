"""Files that clients expect at fixed addresses: robots.txt, security.txt, manifest, favicon."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from portal import context_processors

PAPER = "#FBFBF8"
# RFC 9116 recommends less than a year, so that a stale file is no longer trusted.
SECURITY_TXT_LASTS = timedelta(days=364)

for_an_hour = cache_control(public=True, max_age=3600)


@for_an_hour
def robots(request: HttpRequest) -> HttpResponse:
    """Allow everything public; the admin is of no use to search engines."""
    lines = (
        "User-agent: *",
        f"Disallow: {reverse('admin:index')}",
        "",
        f"Sitemap: {request.build_absolute_uri(reverse('sitemap'))}",
    )
    return text_response(*lines)


@for_an_hour
def security(request: HttpRequest) -> HttpResponse:
    """Return security.txt (RFC 9116), if SECURITY_CONTACT is set."""
    contact = settings.SECURITY_CONTACT
    if not contact:
        raise Http404
    if ":" not in contact:
        contact = f"mailto:{contact}"
    expires = timezone.now() + SECURITY_TXT_LASTS
    return text_response(
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT00:00:00Z}",
        "Preferred-Languages: en",
        f"Canonical: {request.build_absolute_uri()}",
    )


@for_an_hour
def manifest(request: HttpRequest) -> HttpResponse:
    """Return the web app manifest, for the home screen of a phone."""
    icons = [
        {
            "src": static(f"icons/icon-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in (192, 512)
        for purpose in ("any", "maskable")
    ]
    content = {
        "name": context_processors.load_site().name,
        "description": _(
            "Learning cities around the world, the networks that lead learning in them, "
            "and their news."
        ),
        "lang": get_language(),
        "dir": "rtl" if get_language_bidi() else "ltr",
        "id": reverse("home"),
        "start_url": reverse("home"),
        "scope": reverse("home"),
        "display": "minimal-ui",
        "background_color": PAPER,
        "theme_color": PAPER,
        "icons": icons,
    }
    return JsonResponse(content, content_type="application/manifest+json")


@for_an_hour
def favicon(request: HttpRequest) -> HttpResponse:
    """Redirect clients that do not read the page to the icon, whose file name has its hash."""
    return HttpResponseRedirect(static("icons/favicon.ico"))


def text_response(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")
