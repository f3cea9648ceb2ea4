"""Where the pictures for social networks are: painted when asked for, with the site's own name."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.cache import get_conditional_response
from django.utils.http import http_date
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control

from cities.drawing.share_images import Cover, city_cover, cloths_of, paint
from cities.models import City
from news.models import NewsItem
from news.share_images import story_cover
from portal import context_processors

DAY = 24 * 3600


def city_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of a public city; nobody sees one of a hidden city."""
    city = get_object_or_404(City.objects.published().select_related("country"), slug=slug)
    return answer(request, city_cover(city, context_processors.load().name), city.updated_at)


def story_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of a public news item; nobody sees one of a hidden item."""
    item = get_object_or_404(NewsItem.objects.published(), slug=slug)
    return answer(request, story_cover(item, context_processors.load().name), item.updated_at)


def site_picture(request: HttpRequest) -> HttpResponse:
    """The picture of every page that has none of its own."""
    heading, foot = _("Cities that keep learning"), _("Their networks, partners and news")
    return answer(request, Cover(context_processors.load().name, cloths_of([]), heading, "", foot))


@cache_control(public=True, max_age=DAY)
def answer(request: HttpRequest, cover: Cover, changed: datetime | None = None) -> HttpResponse:
    """The picture, or 304 where the asking side has it. Painted only if it is needed."""
    response = HttpResponse(content_type="image/png")
    modified = int(changed.timestamp()) if changed else None
    kept = get_conditional_response(request, cover.etag, modified, response)
    if kept is not None and kept is not response:
        return kept
    response.content = paint(cover)
    response["ETag"] = cover.etag
    if modified:
        response["Last-Modified"] = http_date(modified)
    return response
