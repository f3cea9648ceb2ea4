"""Maps of cities: their dots on the projection, fitted to what is shown."""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _

from cities.drawing.projection import PLATE_PIXELS, WORLD, MapFigure, Mark, fit, project
from cities.models import City

# About how wide, in pixels, a map is beside an article and in half a page.
BESIDE, HALF = 408, 612


def mark(city: City, *, on: bool = True) -> Mark:
    """The dot of a city with a known place."""
    x, y = project(city.latitude or 0, city.longitude or 0)
    label = _("%(city)s, %(country)s") % {"city": city.name, "country": city.country.name}
    url, region = city.get_absolute_url(), city.country.region
    return Mark(x, y, url, label, region, on, city.name, city.joined_year)


def grey(places: Iterable[tuple[float, float]]) -> list[Mark]:
    """Dots of latitudes and longitudes that are only there for comparison."""
    return [Mark(*project(*place), "", "", "", on=False) for place in places]


def plate(
    cities: Iterable[City],
    others: Iterable[tuple[float, float]] = (),
    *,
    world: bool = False,
    pixels: int = PLATE_PIXELS,
) -> MapFigure:
    """A map of these cities, the whole world or as near as they allow. Greys lie below."""
    marks = [mark(city) for city in cities if city.has_place]
    view = WORLD if world else fit([(dot.x, dot.y) for dot in marks])
    return MapFigure(view, [*grey(others), *marks], pixels)


def neighbourhood(city: City, nearest: Sequence[City]) -> MapFigure:
    """A map of a city with a known place among the nearest ones, all of which are shown."""
    marks = [mark(other) for other in (city, *nearest)]
    return MapFigure(fit([(dot.x, dot.y) for dot in marks], all_in=True), marks, BESIDE)


def left_out(map_: MapFigure) -> Sequence[str]:
    """The labels of cities that lie outside the view."""
    shown = [dot for dot in map_.marks if dot.on]
    return [shown[index].label for index in map_.view.outside]
