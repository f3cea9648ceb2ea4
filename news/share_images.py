"""Share images of news items."""

from django.utils import formats, timezone

from cities.drawing.share_images import ShareImage, cloths_of
from news.models import NewsItem


def story_image(item: NewsItem, site: str) -> ShareImage:
    """Return the content of an item's image: cloths of two public cities, headline and day."""
    cities = list(item.cities.published().for_listing()[:2])
    day = timezone.localdate(item.published_at) if item.published_at else None
    return ShareImage(
        site, cloths_of(cities), item.title, "", formats.date_format(day, "j F Y") if day else ""
    )
