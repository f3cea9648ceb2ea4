"""The pictures of news items for social networks."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import formats, timezone

from cities.social import Cover, answer, cloths_of

from .models import NewsItem


def story_picture(request: HttpRequest, slug: str) -> HttpResponse:
    """The picture of a public news item; nobody sees one of a hidden item."""
    item = get_object_or_404(NewsItem.objects.published(), slug=slug)
    return answer(request, story_cover(item), item.updated_at)


def story_cover(item: NewsItem) -> Cover:
    """The cloths of the first two cities that visitors see, the headline and its day."""
    cities = list(item.cities.published().for_listing()[:2])
    day = timezone.localdate(item.published_at) if item.published_at else None
    return Cover(
        cloths_of(cities), item.title, "", formats.date_format(day, "j F Y") if day else ""
    )
