"""Views of the share images (Open Graph), drawn on request with the portal's own name."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from cities.drawing.share_images import ShareImage, city_image, cloths_of, paint
from cities.models import City
from news.models import NewsItem
from news.share_images import story_image
from portal import context_processors

DAY = 24 * 3600


def city_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the share image of a public city; 404 for a hidden one."""
    city = get_object_or_404(City.objects.published().select_related("country"), slug=slug)
    return respond(request, city_image(city, context_processors.load_site().name), city.updated_at)


def story_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """Return the share image of a public news item; 404 for a hidden one."""
    item = get_object_or_404(NewsItem.objects.published(), slug=slug)
    return respond(request, story_image(item, context_processors.load_site().name), item.updated_at)


def site_picture(request: HttpRequest) -> HttpResponse:
    """Return the share image of pages that have none of their own."""
    heading, foot = _("Cities that keep learning"), _("Their networks, partners and news")
    name = context_processors.load_site().name
    return respond(request, ShareImage(name, cloths_of([]), heading, "", foot))


@cache_control(public=True, max_age=DAY)
def respond(
    request: HttpRequest, cover: ShareImage, changed: datetime | None = None
) -> HttpResponse:
    """Return the image, or 304 for a client that has it; drawn only if needed."""
    response = HttpResponse(content_type="image/png")
    modified = int(changed.timestamp()) if changed else None
    not_modified = get_conditional_response(request, cover.etag, modified, response)
    if not_modified is not None and not_modified is not response:
        return not_modified
    response.content = paint(cover)
    response["ETag"] = cover.etag
    if modified:
        response["Last-Modified"] = http_date(modified)
    return response
