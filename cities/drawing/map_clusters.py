"""Map clusters: marks that each stand for several cities, for more cities than marks are legible.

Cities of several countries are grouped by country, and a mark leads to the map of its country;
those of one country are grouped by the cells of a grid, and a mark leads to one of the cities,
whose page names its neighbours. The database computes the groups: the only cities read are those
that a mark names.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Avg, Count, F, IntegerField, Min
from django.db.models.functions import Cast, Floor
from django.urls import reverse
from django.utils.formats import number_format
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.drawing.map_figure import MapFigure, Mark
from cities.drawing.projection import MAP_PIXELS, fit_view, project
from cities.models import City, CityQuerySet
from publishing.caching.content_cache import cached

MOST_MARKS = 500
# The finest grid, in cells per degree; cells are doubled until there are few enough of them.
FINEST = 8


def cities_in_words(number: int) -> str:
    words = ngettext("%(number)s city", "%(number)s cities", number)
    return words % {"number": number_format(number, force_grouping=True)}


Group = tuple[str, str, str, int, float, float]


def group_by_country(cities: CityQuerySet) -> list[Group]:
    """Return code, name, region, number of cities on the map and their mean place, by country."""
    return list(
        cities.order_by()
        .filter(latitude__isnull=False)
        .values_list("country_id", "country__name", "country__region")
        .annotate(Count("pk"), Avg("latitude"), Avg("longitude"))
    )


def country_marks(groups: Iterable[Group], link: Callable[[str], str]) -> list[Mark]:
    """Return a mark for each country, at the mean place of its cities.

    `link` returns the address for a country's code.
    """
    marks = []
    for code, name, region, number, latitude, longitude in groups:
        x, y = project(latitude, longitude)
        about = cities_in_words(number)
        label = _("%(country)s: %(cities)s") % {"country": name, "cities": about}
        marks.append(
            Mark(x, y, link(code.lower()), label, region, name=name, about=about, weight=number)
        )
    return marks


def cell_marks(cities: CityQuerySet) -> list[Mark]:
    """Return a mark for each cell of the finest grid with at most MOST_MARKS cells in use."""
    place = {
        name: Cast(Floor(F(axis) * FINEST), IntegerField())
        for name, axis in (("row", "latitude"), ("column", "longitude"))
    }
    cells: Iterable[Any] = (
        cities.order_by()
        .filter(latitude__isnull=False)
        .annotate(**place)
        .values_list("row", "column")
        .annotate(Min("pk"), Count("pk"), Avg("latitude"), Avg("longitude"))
    )
    groups = {(row, column): rest for row, column, *rest in cells}
    while len(groups) > MOST_MARKS:
        groups = _doubled(groups)
    representatives = City.objects.for_cards().in_bulk([key for key, *_rest in groups.values()])
    marks = []
    for key, number, latitude, longitude in groups.values():
        city, (x, y) = representatives[key], project(latitude, longitude)
        about = cities_in_words(number)
        label = _("%(city)s and its neighbours: %(cities)s") % {"city": city.name, "cities": about}
        if number == 1:
            label = _("%(city)s, %(country)s") % {"city": city.name, "country": city.country.name}
        url, region = city.get_absolute_url(), city.country.region
        marks.append(Mark(x, y, url, label, region, name=city.name, about=about, weight=number))
    return marks


def _doubled(cells: dict[tuple[int, int], list[Any]]) -> dict[tuple[int, int], list[Any]]:
    """Return cells of twice the size: each with a key, a number, and the mean of the places."""
    larger: dict[tuple[int, int], list[Any]] = {}
    for (row, column), (key, number, latitude, longitude) in cells.items():
        place = row // 2, column // 2
        if place not in larger:
            larger[place] = [key, number, latitude, longitude]
            continue
        other = larger[place]
        total = other[1] + number
        other[2] = (other[2] * other[1] + latitude * number) / total
        other[3] = (other[3] * other[1] + longitude * number) / total
        other[0], other[1] = min(other[0], key), total
    return larger


def clustered_map(
    cities: CityQuerySet,
    link: Callable[[str], str],
    *,
    everywhere: bool = False,
    pixels: int = MAP_PIXELS,
) -> MapFigure:
    """Return a map with clusters: by country if there are several countries, or else by grid cell.

    With `everywhere` the caller promises that `cities` are all public ones; their groups are then
    cached until the content changes.
    """

    def count() -> list[Group]:
        return group_by_country(cities)

    groups = cached("countries on the map", count) if everywhere else count()
    marks = country_marks(groups, link) if len(groups) > 1 else cell_marks(cities)
    view = fit_view([(mark.x, mark.y) for mark in marks], all_in=True)
    return MapFigure(view, marks, pixels, groups[0][0] if len(groups) == 1 else "")


def finder_link(**query: str | int) -> Callable[[str], str]:
    """Return a function from a country's code to the address of its map in the finder.

    `query` has further filters.
    """
    finder = reverse("cities:list")
    return lambda code: f"{finder}?{urlencode({'country': code, **query, 'view': 'map'})}"
