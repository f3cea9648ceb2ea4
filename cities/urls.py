"""Addresses of cities, countries, intakes, regions and themes, each in a namespace of its own."""

from django.urls import include, path, re_path

from cities import suggestions, views
from cities.downloads import CityDownload

cities = [
    path("", views.CityList.as_view(), name="list"),
    re_path(r"^export\.(?P<kind>csv|json|geojson|atom)$", CityDownload.as_view(), name="download"),
    path("suggest/", suggestions.Suggestions.as_view(), name="suggest"),
    path("<slug:slug>/", views.CityDetail.as_view(), name="detail"),
]
countries = [
    path("", views.CountryList.as_view(), name="list"),
    path("<slug:slug>/", views.CountryDetail.as_view(), name="detail"),
]
intakes = [
    path("", views.IntakeList.as_view(), name="list"),
    re_path(r"^(?P<year>[0-9]{4})/$", views.IntakeDetail.as_view(), name="detail"),
]
# No list of the five regions: the finder, the list of countries and the home page have one.
regions = [
    path("<slug:slug>/", views.RegionDetail.as_view(), name="detail"),
]
themes = [
    path("", views.ThemeList.as_view(), name="list"),
    path("<slug:slug>/", views.ThemeDetail.as_view(), name="detail"),
]

urlpatterns = [
    path("cities/", include((cities, "cities"))),
    path("countries/", include((countries, "countries"))),
    path("intakes/", include((intakes, "intakes"))),
    path("regions/", include((regions, "regions"))),
    path("themes/", include((themes, "themes"))),
]
