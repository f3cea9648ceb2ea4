"""UNESCO's regions."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from cities.models.cities import City


class Region(models.TextChoices):
    """UNESCO's five groups of member states; the values are used in addresses."""

    AFRICA = "africa", _("Africa")
    ARAB_STATES = "arab-states", _("Arab States")
    ASIA_PACIFIC = "asia-and-the-pacific", _("Asia and the Pacific")
    EUROPE_NORTH_AMERICA = "europe-and-north-america", _("Europe and North America")
    LATIN_AMERICA_CARIBBEAN = (
        "latin-america-and-the-caribbean",
        _("Latin America and the Caribbean"),
    )

    def get_absolute_url(self) -> str:
        return reverse("regions:detail", args=[self.value])


def by_region(cities: "Iterable[City]") -> "list[tuple[Region, list[City]]]":
    """Group the cities by UNESCO region, in the order of the regions' names."""
    groups: dict[str, list[City]] = {region: [] for region in Region}
    for city in cities:
        groups[city.country.region].append(city)
    return [(Region(region), members) for region, members in groups.items() if members]
