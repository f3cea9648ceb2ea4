"""Cities as schema.org data."""

from django.urls import reverse

from cities.links_out import links_out
from cities.models import City, Country
from publishing.content.jsonld import Absolute, Data, known

NETWORK = "UNESCO Global Network of Learning Cities"


def city(record: City, absolute: Absolute) -> Data:
    """Return a city with its place and names; districts, provinces and the like are areas.

    Membership is a property, because schema.org's `memberOf` is not defined for places, and is
    included only if a source confirms it.
    """
    names = [other.name for other in record.alternative_names.all()]
    is_member = record.status == City.Status.MEMBER and record.confirmed
    return city_reference(record, absolute) | known(
        {
            "alternateName": list(dict.fromkeys(filter(None, [record.official_name, *names]))),
            "description": record.summary,
            "image": absolute(reverse("city-picture", args=[record.slug])),
            "containedInPlace": country(record.country, absolute),
            "geo": record.has_place
            and {
                "@type": "GeoCoordinates",
                "latitude": record.latitude,
                "longitude": record.longitude,
            },
            "sameAs": [link.url for link in links_out(record)],
            "additionalProperty": is_member
            and {"@type": "PropertyValue", "name": NETWORK, "value": City.Status.MEMBER.label},
        }
    )


def city_reference(record: City, absolute: Absolute) -> Data:
    """Return a city in short, for the data of other records."""
    return {
        "@type": "City" if record.kind == City.Kind.CITY else "AdministrativeArea",
        "name": record.name,
        "url": absolute(record.get_absolute_url()),
    }


def country(record: Country, absolute: Absolute) -> Data:
    return {
        "@type": "Country",
        "name": record.name,
        "identifier": record.code,
        "url": absolute(record.get_absolute_url()),
    }
