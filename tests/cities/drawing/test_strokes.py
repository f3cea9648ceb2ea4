"""Every stroke of a drawing has a length.

A stroke of no length with round caps should be a dot. WebKit multiplies such a dot by the zoom when
the stroke itself is not to scale (`vector-effect: non-scaling-stroke`), so on an iPhone the dots of
a map covered countries. tests/engines measures them; this finds the cause without a browser.
"""

import re
from itertools import product

import pytest
from defusedxml import ElementTree
from django.template.loader import render_to_string

from cities.drawing.charts import Row, rows
from cities.drawing.cloth import cloth_svg
from cities.drawing.map_figure import MapFigure, Mark
from cities.drawing.projection import WORLD
from cities.templatetags.maps import map_marks

# A path is stroked because of an attribute, or of one of these classes in site.css.
STROKED = {"dot-off", "dot-edge", "dot-region", "dot-ring", "bars-gap"}
STEP = re.compile(r"([A-Za-z])([^A-Za-z]*)")


def strokes(svg):
    """Return the stroked paths of a drawing."""
    for path in ElementTree.fromstring(f"<g>{svg}</g>").iter():
        if "stroke" in path.attrib or path.get("class") in STROKED:
            yield path.attrib["d"]


def lengths(path):
    """Return the length of each subpath of horizontal and vertical lines, maybe closed."""
    totals = []
    for command, numbers in STEP.findall(path):
        if command == "M":
            x, y = start = tuple(map(float, numbers.split()))
            totals.append(0)
            continue
        if command == "z":
            to = start
        else:
            assert command in "hHvV", f"{command} in {path}"
            number = float(numbers)
            to = {"h": (x + number, y), "H": (number, y), "v": (x, y + number), "V": (x, number)}[
                command
            ]
        totals[-1] += abs(to[0] - x) + abs(to[1] - y)
        x, y = to
    return totals


def assert_all_have_a_length(paths):
    assert [path for path in paths if not all(lengths(path))] == []


def test_dots_of_a_map_are_strokes_of_an_invisible_length():
    def dot(x, y, **values):
        return Mark(x, y, "/", "Wakefield", "africa", **values)

    marks = [dot(480.0, 246.0, on=False), dot(1.2, 3.4, on=False), dot(480.0, 246.0, about="9")]
    paths = list(strokes(map_marks(MapFigure(WORLD, marks))))
    assert len(paths) == 3
    assert_all_have_a_length(paths)
    # At the closest zoom a map unit is at most 200 px.
    assert [200 * length < 0.25 for path in paths for length in lengths(path)] == [True] * 4


@pytest.mark.parametrize(("region", "code"), [("africa", "GH"), ("europe-and-north-america", "GB")])
def test_threads_of_every_cloth_have_a_length(region, code):
    years, populations = (None, 2013, 2024), (None, 9_000, 9_000_000)
    places = [(None, None), (0.0, 0.0), (90.0, 180.0), (-90.0, -180.0), (53.7, -1.5)]
    for year, population, (latitude, longitude) in product(years, populations, places):
        facts = (region, code, year, latitude, longitude, population)
        svg = cloth_svg(*facts, 320, 180, uid="cloth")
        assert_all_have_a_length(strokes(svg))


def test_hollow_parts_of_every_bar_have_a_length():
    entries = [Row("", 0, 0), Row("", 0, 7), Row("", 7, 7), Row("", 99_999, 100_000)]
    html = render_to_string("components/bars.html", {"rows": rows(entries), "caption": ""})
    svg = "".join(re.findall(r"<svg.*?</svg>", html))
    assert_all_have_a_length(strokes(svg))
