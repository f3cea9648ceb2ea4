"""Pages of cities and of their groups: each module has one kind of record."""

from cities.views.cities import CityDetail, CityList
from cities.views.countries import CountryDetail, CountryList
from cities.views.intakes import IntakeDetail, IntakeList
from cities.views.regions import RegionDetail
from cities.views.themes import ThemeDetail, ThemeList

__all__ = [
    "CityDetail",
    "CityList",
    "CountryDetail",
    "CountryList",
    "IntakeDetail",
    "IntakeList",
    "RegionDetail",
    "ThemeDetail",
    "ThemeList",
]
