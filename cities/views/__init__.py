"""Pages of cities and of their groups: each module has one kind of record."""

from cities.views.cities import CityDetail, CityList
from cities.views.comparison import CityComparison
from cities.views.countries import CountryDetail, CountryList
from cities.views.find import FindPlace
from cities.views.intakes import IntakeDetail, IntakeList
from cities.views.regions import RegionDetail, RegionList
from cities.views.themes import ThemeDetail, ThemeList

__all__ = [
    "CityComparison",
    "CityDetail",
    "CityList",
    "CountryDetail",
    "CountryList",
    "FindPlace",
    "IntakeDetail",
    "IntakeList",
    "RegionDetail",
    "RegionList",
    "ThemeDetail",
    "ThemeList",
]
