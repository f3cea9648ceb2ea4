"""The cloth follows the weaving rules of the design, and nothing can be injected into it."""

import re
import xml.etree.ElementTree as ET
from types import SimpleNamespace

import pytest
from django.template import Context, Engine
from django.utils.safestring import SafeString

from cities.drawing.cloth import (
    DYES,
    cloth_svg,
    is_up,
    runs,
    stripe,
    thread_size,
    tie_up,
    walk_shafts,
)

EUROPE = "europe-and-north-america"


def manchester(uid="cloth-1", **changed):
    facts = {
        "region": EUROPE,
        "country_code": "GB",
        "joined_year": 2024,
        "latitude": 53.48095,
        "longitude": -2.23743,
        "population": 568_996,
        "width": 320,
        "height": 180,
    }
    return cloth_svg(**{**facts, **changed}, uid=uid)


@pytest.mark.parametrize(
    ("coordinate", "expected"),
    [
        (53.48095, "0121012343210121"),  # The check values of the design, for Manchester.
        (-2.23743, "3456707634567076"),
        (0.0, "0121012101210121"),
        (None, "0123456701234567"),
    ],
)
def test_the_threading_is_computed_from_the_coordinate(coordinate, expected):
    assert "".join(map(str, walk_shafts(coordinate))) == expected


def test_hundredths_of_a_coordinate_are_those_of_its_decimal_notation():
    # In binary 0.29 * 100 is a little less than 29.
    assert walk_shafts(0.29) == walk_shafts(0.294)


@pytest.mark.parametrize("coordinate", [90, -90, 180, -180, 0.001, -0.001, 7.4246])
def test_every_coordinate_gives_sixteen_shafts(coordinate):
    shafts = walk_shafts(coordinate)
    assert len(shafts) == 16
    assert set(shafts) <= set(range(8))


def test_cloths_of_the_north_and_east_mirror_and_those_of_the_south_and_west_repeat():
    east, west = walk_shafts(31.27), walk_shafts(-31.27)
    assert east[1:8] == east[:8:-1]
    assert west[:8] == west[8:]
    assert east[:8] == west[:8]


def test_every_year_has_one_weave_with_known_ones_fixed():
    assert tie_up(2015) == "11110000"
    assert tie_up(2024) == "11110010"
    assert [tie_up(year) for year in range(2026, 2030)] == [
        "11101100",
        "11110100",
        "11111000",
        "11011100",
    ]
    assert len({tie_up(year) for year in (*range(2015, 2021), *range(2022, 2030))}) == 14


def test_the_weave_of_a_city_without_a_year_is_plain():
    assert [is_up(0, treadle, None) for treadle in range(8)] == [True, True, False, False] * 2


def test_the_stripe_comes_from_the_country_code():
    dye = DYES[EUROPE]
    half = [dye.deep] * 4 + [dye.mid] * 2 + [dye.pale] + [dye.mid]
    assert list(stripe("GB", dye)) == half + half[::-1]
    assert stripe("gb", dye) == stripe("GB", dye)
    undyed = [dye.mid] * 4 + [dye.light] * 4
    assert list(stripe("GB", dye, dyed=False)) == undyed + undyed[::-1]


@pytest.mark.parametrize(
    ("population", "size"),
    [
        (None, 8),
        (0, 12),
        (49_999, 12),
        (50_000, 9),
        (250_000, 7),
        (1_000_000, 6),
        (2_999_999, 6),
        (3_000_000, 5),
    ],
)
def test_large_cities_have_fine_threads(population, size):
    assert thread_size(population) == size


def test_the_runs_of_a_thread_are_unbroken():
    assert runs([True, True, False, True]) == [(0, 2), (3, 1)]
    assert runs([False] * 4) == []


def test_manchester_is_woven_exactly():
    svg = manchester()
    assert isinstance(svg, SafeString)
    assert svg.startswith('<svg class="cloth" viewBox="0 0 320 180" ')
    assert '<pattern id="cloth-1" width="112" height="112" ' in svg
    assert svg.count("url(#cloth-1)") == 1
    assert 'd="M0 31.5h320M164.5 0v180" stroke-width="7"' in svg
    assert 'd="M154 21h21v21h-21z"' in svg
    assert 788 <= len(svg) <= 1333


@pytest.mark.parametrize("region", DYES)
@pytest.mark.parametrize("year", [None, 2013, 2024, 2100])
@pytest.mark.parametrize("place", [(None, None), (90, 180), (-90, -180), (12.5, None)])
def test_every_cloth_is_well_formed_and_needs_no_style(region, year, place):
    latitude, longitude = place
    svg = manchester(region=region, joined_year=year, latitude=latitude, longitude=longitude)
    root = ET.fromstring(svg)  # noqa: S314
    assert root.get("aria-hidden") == "true"
    assert "style" not in svg


def test_gold_threads_stay_on_the_cloth_and_need_a_coordinate():
    assert "#FFD35C" not in manchester(latitude=None, longitude=None)
    assert "#FFD35C" not in manchester(longitude=None)
    assert "#FFD35C" not in manchester(gold=False)
    far_north = re.search(
        r'd="M0 ([\d.]+)h320M([\d.]+) 0v180"', manchester(latitude=90, longitude=180)
    )
    assert far_north
    assert far_north.groups() == ("3.5", "318.5")


def test_the_id_of_a_cloth_is_escaped():
    assert '"><script>' not in manchester(uid='"><script>')


def test_cloths_of_one_page_have_ids_of_their_own():
    engine = Engine(
        libraries={"cloth": "cities.templatetags.cloth"},
        loaders=[
            (
                "django.template.loaders.locmem.Loader",
                {"part": "{% load cloth %}{% cloth city 96 96 False %}"},
            )
        ],
    )
    page = engine.from_string(
        "{% load cloth %}{% cloth city 320 180 %}{% cloth city %}"
        '{% include "part" %}{% include "part" with city=city only %}'
    )
    city = SimpleNamespace(
        country=SimpleNamespace(region=EUROPE, code="GB"),
        joined_year=2024,
        latitude=53.48095,
        longitude=-2.23743,
        population=None,
    )
    for _request in range(2):
        html = page.render(Context({"city": city}))
        assert re.findall(r'<pattern id="([^"]+)"', html) == [
            "cloth-1",
            "cloth-2",
            "cloth-3",
            "cloth-4",
        ]
