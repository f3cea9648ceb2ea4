"""Maps of cities: marks on the projection, in a view that fits them."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from cities.drawing.map_figure import MapFigure, Mark
from cities.drawing.projection import MAP_PIXELS, fit_view, project, world_view
from cities.models import City

# The approximate width, in pixels, of a map in the side column and of one in half a page.
SIDE_PIXELS, HALF_PIXELS = 408, 612


def city_mark(city: City, *, own: bool = False) -> Mark:
    """Return the mark of a city with coordinates; `own` if the page is about this city."""
    x, y = project(city.latitude or 0, city.longitude or 0)
    label = _("%(city)s, %(country)s") % {"city": city.name, "country": city.country.name}
    url, region = city.get_absolute_url(), city.country.region
    return Mark(
        *(x, y, url, label, region),
        name=city.name,
        joined=city.joined_year,
        own=own,
        weight=city.population or 0,
    )


def grey_marks(places: Iterable[tuple[float, float]]) -> list[Mark]:
    """Return grey marks for pairs of latitude and longitude, which serve as a comparison only."""
    return [Mark(*project(*place), "", "", "", on=False) for place in places]


def map_figure(
    cities: Iterable[City],
    others: Iterable[tuple[float, float]] = (),
    *,
    world: bool = False,
    pixels: int = MAP_PIXELS,
) -> MapFigure:
    """Return a map of the cities that have coordinates, above grey marks for `others`.

    Its view is the whole world or the closest one that fits the cities. If they are all of one
    country, its outline is drawn.
    """
    placed = [city for city in cities if city.has_place]
    codes = {city.country_id for city in placed}
    marks = [city_mark(city) for city in placed]
    view = (world_view if world else fit_view)([(mark.x, mark.y) for mark in marks])
    outlined = codes.pop() if len(codes) == 1 and not world else ""
    return MapFigure(view, [*grey_marks(others), *marks], pixels, outlined)


def neighbourhood(city: City, nearest: Sequence[City]) -> MapFigure:
    """Return a map of a city with coordinates and its nearest cities, all of which are in view."""
    # Drawn last, and so above the others.
    marks = [*map(city_mark, nearest), city_mark(city, own=True)]
    view = fit_view([(mark.x, mark.y) for mark in marks], all_in=True)
    return MapFigure(view, marks, SIDE_PIXELS, city.country_id)


def left_out(map_: MapFigure) -> Sequence[str]:
    """Return the labels of cities that lie outside the view."""
    marks = [dot for dot in map_.marks if dot.on]
    return [marks[index].label for index in map_.view.outside]
