"""Networks and organisations as schema.org data."""

from collections.abc import Iterable

from cities.jsonld import city_reference, country
from cities.models import City
from partners.models import Membership, Network, Organisation
from publishing.content.jsonld import Absolute, Data, known


def network(record: Network, absolute: Absolute) -> Data:
    """Return a network of `for_listing` and `with_members`; only confirmed members are included."""
    members = [m.organisation for m in record.public_memberships if is_member(m)]
    served = [city_reference(city, absolute) for city in record.public_cities]
    if record.country:
        served.append(country(record.country, absolute))
    return organisation_reference(record, absolute) | known(
        {
            "description": record.summary,
            "sameAs": record.website,
            "areaServed": served,
            "member": [organisation_reference(member, absolute) for member in members],
        }
    )


def organisation(
    record: Organisation,
    absolute: Absolute,
    cities: Iterable[City],
    memberships: Iterable[Membership],
) -> Data:
    """Return an organisation with the cities and the memberships that its page shows."""
    return organisation_reference(record, absolute) | known(
        {
            "description": record.summary,
            "sameAs": record.website,
            "areaServed": [city_reference(city, absolute) for city in cities],
            "memberOf": [
                organisation_reference(m.network, absolute) for m in memberships if is_member(m)
            ],
        }
    )


def organisation_reference(record: Network | Organisation, absolute: Absolute) -> Data:
    return {
        "@type": "Organization",
        "name": record.name,
        "url": absolute(record.get_absolute_url()),
    }


def is_member(membership: Membership) -> bool:
    return membership.status == Membership.Status.MEMBER
