"""News items and events as schema.org data."""

from collections.abc import Iterable

from django.urls import reverse

from cities.jsonld import city_reference
from cities.models import City
from news.models import Event, NewsItem
from publishing.content.jsonld import Absolute, Data, known, portal

# Search engines cut headlines here; schema.org has no limit.
LONGEST_HEADLINE = 110


def story(record: NewsItem, absolute: Absolute, cities: Iterable[City], publisher: str) -> Data:
    """Return a news item with the cities that its page shows, published by the portal."""
    address = absolute(record.get_absolute_url())
    return known(
        {
            "@type": "NewsArticle",
            "headline": record.title[:LONGEST_HEADLINE],
            "description": record.summary,
            "url": address,
            "mainEntityOfPage": address,
            "datePublished": record.published_at and record.published_at.isoformat(),
            "dateModified": record.updated_at.isoformat(),
            "image": absolute(reverse("story-picture", args=[record.slug])),
            "author": portal(publisher, absolute),
            "publisher": portal(publisher, absolute),
            "about": [city_reference(city, absolute) for city in cities],
        }
    )


def event(record: Event, absolute: Absolute) -> Data:
    """Return an event that has a date, or {}: yearly days have none."""
    if record.starts_on is None:
        return {}
    return known(
        {
            "@type": "Event",
            "name": record.name,
            "description": record.description,
            "url": absolute(record.get_absolute_url()),
            "startDate": record.starts_on.isoformat(),
            "endDate": record.ends_on and record.ends_on.isoformat(),
            "location": location(record),
            "sameAs": record.website,
        }
    )


def location(record: Event) -> Data:
    """Return the place, or the city if it is public, in its country; {} if neither is known."""
    city = record.city if record.city and record.city.is_published else None
    country = record.country or (city and city.country)
    address = {
        "@type": "PostalAddress",
        "addressLocality": city and city.name,
        "addressCountry": country and country.code,
    }
    place = {"@type": "Place", "name": record.where, "address": known(address)}
    return place if record.where else {}
