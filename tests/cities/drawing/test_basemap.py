"""Every view finds its land in the static files, and only settled outlines are in them."""

import csv
import re
from pathlib import Path

import pytest
from django.conf import settings

from cities.drawing.basemap import CLOSE, NEAR, land_files
from cities.drawing.map_figure import MapFigure
from cities.drawing.projection import GLOBE, WORLD, View, fit_view, project
from cities.templatetags.maps import map_land

STATIC = Path(settings.BASE_DIR) / "portal" / "static"
FILES = sorted((STATIC / "land").glob("*.svg"))
IDS = re.compile(r'<path id="([a-z]+)"')


def test_the_world_and_wide_views_have_one_file():
    assert list(land_files(WORLD)) == ["world.svg"]
    assert list(land_files(View(300, 100, 300, 207))) == ["world.svg"]


def test_a_closer_view_has_the_tiles_that_it_covers():
    assert list(land_files(View(400, 100, 200, 138))) == [
        "land/near-2-0.svg",
        "land/near-2-1.svg",
        "land/near-3-0.svg",
        "land/near-3-1.svg",
        "land/near-4-0.svg",
        "land/near-4-1.svg",
    ]
    assert list(land_files(View(441, 61, 6, 4.14))) == ["land/close-11-1.svg"]


@pytest.mark.parametrize("level", [NEAR, CLOSE])
def test_every_tile_of_the_globe_has_a_file_with_land(level):
    columns = range(int((GLOBE.x + GLOBE.width) // level.size) + (level is NEAR))
    rows = range(int((GLOBE.y + GLOBE.height) / level.size))
    for column in columns:
        for row in rows:
            svg = (STATIC / "land" / f"{level.name}-{column}-{row}.svg").read_text()
            assert '<path id="land"' in svg


def test_no_view_needs_a_tile_beyond_the_globe():
    corner = View(954, 475.86, 6, 4.14)
    for file in land_files(corner):
        assert (STATIC / file).exists()


def test_a_close_view_costs_little():
    for place in [(53.5, -2.2), (37.5, 127), (25.3, 51.5), (60.4, 5.3), (-18.1, 178.4), (9, 7.5)]:
        files = list(land_files(fit_view([project(*place)])))
        assert len(files) <= 4
        assert sum((STATIC / file).stat().st_size for file in files) < 160_000


def test_outlines_that_would_take_a_side_are_in_no_file():
    with (Path(settings.BASE_DIR) / "tools" / "unsettled_outlines.csv").open() as table:
        unsettled = {row["code"].lower() for row in csv.DictReader(table)}
    drawn = {code for file in FILES for code in IDS.findall(file.read_text())} - {"land"}
    assert drawn & unsettled == set()
    assert {"gb", "ie", "kr", "qa", "ng", "fj", "kz", "br"} <= drawn
    assert {"in", "pk", "cn", "tw", "ru", "ua", "il", "ps", "ma", "eh", "rs"} <= unsettled


def test_the_outline_of_the_country_is_drawn_above_the_land():
    figure = MapFigure(View(441, 61, 6, 4.14), [], outlined="GB")
    assert map_land(figure) == (
        '<g class="land"><use href="/static/land/close-11-1.svg#land"/></g>'
        '<g class="outline"><use href="/static/land/close-11-1.svg#gb"/></g>'
    )


def test_the_world_has_no_outlines():
    assert map_land(MapFigure(WORLD, [], outlined="GB")) == (
        '<g class="land"><use href="/static/world.svg#land"/></g><g class="outline"></g>'
    )
