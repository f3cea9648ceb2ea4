"""Addresses of cities, countries, intakes, regions and themes, each in a namespace of its own."""

from django.urls import include, path, re_path

from cities import suggestions, views
from cities.downloads import CityDownload

# A name instead of a slug (“Great Britain”) redirects to the record that it means.
cities = [
    path("", views.CityList.as_view(), name="list"),
    re_path(
        r"^export\.(?P<kind>csv|json|xlsx|geojson|atom)$", CityDownload.as_view(), name="download"
    ),
    path("suggest/", suggestions.Suggestions.as_view(), name="suggest"),
    path("compare/", views.CityComparison.as_view(), name="compare"),
    path(
        "suggest/countries/",
        suggestions.CountrySuggestions.as_view(),
        name="suggest-countries",
    ),
    path("<str:slug>/", views.CityDetail.as_view(), name="detail"),
]
countries = [
    path("", views.CountryList.as_view(), name="list"),
    path("<str:slug>/", views.CountryDetail.as_view(), name="detail"),
]
intakes = [
    path("", views.IntakeList.as_view(), name="list"),
    re_path(r"^(?P<year>[0-9]{4})/$", views.IntakeDetail.as_view(), name="detail"),
]
regions = [
    path("", views.RegionList.as_view(), name="list"),
    path("<str:slug>/", views.RegionDetail.as_view(), name="detail"),
]
themes = [
    path("", views.ThemeList.as_view(), name="list"),
    path("<str:slug>/", views.ThemeDetail.as_view(), name="detail"),
]

urlpatterns = [
    path("find/", views.FindPlace.as_view(), name="find"),
    path("cities/", include((cities, "cities"))),
    path("countries/", include((countries, "countries"))),
    path("intakes/", include((intakes, "intakes"))),
    path("regions/", include((regions, "regions"))),
    path("themes/", include((themes, "themes"))),
]
