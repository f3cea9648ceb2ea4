"""The map in WebKit and in Firefox: its zoom, and the size of its dots in the style sheet."""

import re

import pytest

from cities.models import Region
from tests import factories

# The middle of the map, so that the buttons zoom about it, and far from any coast: there is only
# land around it at every zoom. A city of an earlier intake, in grey, is not far from there.
BERBERATI, EARLIER = (5.6, 18), (5.6, 17.25)
# The widths of the view in map units: the world, which is shown at first, and the closest.
WORLD, CLOSER, CLOSEST = 820, 820 / 8, 6
VIEW = "document.querySelector('.map.is-live .map-view')?.viewBox.baseVal"
STYLE = "getComputedStyle(document.querySelector(arguments[0]))"
DOT = ".map a[aria-label^=Berbérati]"


@pytest.fixture
def visitor_at_a_map(visitor, width):
    """Open the map of an intake with one city in the world and an earlier one in grey."""
    country = factories.country(code="CF", name="Central African Republic", region=Region.AFRICA)
    for name, (latitude, longitude), year in [
        ("Carnot", EARLIER, 2019),
        ("Berbérati", BERBERATI, 2024),
    ]:
        factories.city(
            name=name,
            country=country,
            latitude=latitude,
            longitude=longitude,
            intake=factories.intake(year=year),
        )
    visitor.open("/intakes/2024/")
    visitor.wait(VIEW)
    visitor.run("document.querySelector('.map .map-view').scrollIntoView({block: 'center'})")
    return visitor


def zoom_to(visitor, width):
    """Press the buttons until the view has this width."""
    while (now := visitor.run(f"{VIEW}.width")) != pytest.approx(width, abs=0.2):
        visitor.find(f".map-tools [value='{'-' if width > now else '+'}']").click()
        visitor.wait(f"Math.abs({VIEW}.width - arguments[0]) > 0.1", now)


def centre(visitor, path):
    """Return the position of a dot in the window, in px."""
    x, y = visitor.run(
        """(() => {
            const path = document.querySelector(arguments[0]);
            const [x, y] = path.getAttribute("d").slice(1).split(/[ h]/);
            const place = new DOMPoint(x, y).matrixTransform(path.getScreenCTM());
            return [place.x, place.y];
        }).apply(null, arguments)""",
        path,
    )
    return round(x), round(y)


def colour(visitor, selector, name):
    return tuple(map(int, re.findall(r"\d+", visitor.run(f"{STYLE}.{name}", selector))[:3]))


def is_like(one, two, tolerance):
    return all(abs(a - b) <= tolerance for a, b in zip(one, two, strict=True))


def diameter(visitor, path):
    """Return the height of a dot on the screen, in px.

    Everything that is not land counts, except for the core of a dot with an edge: only the core has
    its colour.
    """
    land, own = colour(visitor, ".map .land", "fill"), colour(visitor, path, "stroke")
    is_core = path.endswith("dot-region")
    picture = visitor.picture()
    x, y = centre(visitor, path)

    def run(step):
        place = y
        while 0 <= place < picture.height:
            pixel = picture.getpixel((x, place))
            # The colours of land and sea are close to each other.
            if not is_like(pixel, own, 60) if is_core else is_like(pixel, land, 8):
                break
            place += step
        return abs(place - y)

    return run(-1) + run(1) - 1


def assert_size(visitor, path):
    expected = float(visitor.run(f"{STYLE}.strokeWidth", path).removesuffix("px"))
    assert (path, diameter(visitor, path)) == (path, pytest.approx(expected, abs=2))


def test_dots_of_the_map_are_as_large_as_their_strokes_at_every_zoom(visitor_at_a_map):
    visitor = visitor_at_a_map
    for zoom in (WORLD, CLOSER, CLOSEST):
        zoom_to(visitor, zoom)
        assert_size(visitor, f"{DOT} .dot-edge")
        assert_size(visitor, f"{DOT} .dot-region")
        if zoom != WORLD:
            # On the map of the world it is under the other dot.
            assert_size(visitor, ".map .dot-off")


def test_a_dot_under_the_mouse_shows_its_card_and_a_click_opens_the_city(visitor_at_a_map):
    visitor = visitor_at_a_map
    x, y = centre(visitor, f"{DOT} .dot-region")
    visitor.point_at(x, y + 2)
    visitor.wait("document.querySelector('.map-card').checkVisibility()")
    card = visitor.run("document.querySelector('.map-card').textContent")
    assert card == "BerbératiCentral African RepublicJoined in 2024"
    assert_size(visitor, ".map-hover .dot-ring")
    visitor.click_at(x, y + 2)
    visitor.wait_for_address("/cities/berberati/")


def test_the_fine_land_the_outline_and_the_names_of_a_close_view_are_drawn(visitor, width):
    country = factories.country(code="IE", name="Ireland")
    for name, place in {"Cork": (51.9, -8.47), "Limerick": (52.66, -8.63)}.items():
        factories.city(name=name, country=country, latitude=place[0], longitude=place[1])
    visitor.open("/countries/ireland/")
    visitor.wait(VIEW)
    assert visitor.run(f"{VIEW}.width") == pytest.approx(6, abs=0.1)
    visitor.run("document.querySelector('.map .map-view').scrollIntoView({block: 'center'})")
    land = colour(visitor, ".map .land", "fill")
    visitor.wait(
        "[...document.querySelectorAll('.map .outline use')].every(e => e.getBBox().width > 0)"
    )
    x, y = centre(visitor, ".map a[aria-label^=Limerick] .dot-region")
    assert is_like(visitor.picture().getpixel((x, y + 20)), land, 8)
    names = visitor.run(
        "[...document.querySelectorAll('.map-names text')].filter(e => e.checkVisibility())"
        ".map(e => [e.textContent, getComputedStyle(e).fontSize])"
    )
    assert names == [["Cork", "15px"], ["Limerick", "15px"]]
    for _ in range(2):
        visitor.find(".map-tools [value='-']").click()
    visitor.wait("document.querySelectorAll('.map-names.is-live text').length === 2")
