"""Models of cities: each module holds one kind of record with its queries."""

from cities.models.cities import City
from cities.models.city_queries import EARTH_RADIUS_KM, LISTED, LISTED_COUNTRY, CityQuerySet
from cities.models.city_rows import AlternativeName, Award, Designation
from cities.models.countries import Country, CountryQuerySet
from cities.models.expressions import count_of, known_first
from cities.models.intakes import Intake
from cities.models.regions import Region, by_region
from cities.models.themes import Theme

__all__ = [
    "EARTH_RADIUS_KM",
    "LISTED",
    "LISTED_COUNTRY",
    "AlternativeName",
    "Award",
    "City",
    "CityQuerySet",
    "Country",
    "CountryQuerySet",
    "Designation",
    "Intake",
    "Region",
    "Theme",
    "by_region",
    "count_of",
    "known_first",
]
