"""The cloth: a decorative drawing woven from a city's own facts.

A weaving draft says which vertical threads (warp) lie above which horizontal ones (weft). Region
determines the dye, country the stripe, intake year the weave, coordinates the threading and
treadling, and population the size of a thread; two gold threads cross at the city's place in the
world. The rules are those of the design document, "Cover art: the cloth". This module imports no
model.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import accumulate, cycle, islice
from typing import NamedTuple

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

SIZE = 16
GOLD = "#FFD35C"


class Dye(NamedTuple):
    """Four tones of one hue, as sRGB hex colours."""

    deep: str
    mid: str
    light: str
    pale: str


# OKLCH tones, converted once; they are the same in the light and the dark theme.
DYES = {
    "africa": Dye("#593800", "#8F5D04", "#CAA373", "#EBDBC8"),
    "arab-states": Dye("#144B35", "#287A59", "#83B99E", "#CFE4D9"),
    "asia-and-the-pacific": Dye("#6E2317", "#AE3F2C", "#E79180", "#F9D5CD"),
    "europe-and-north-america": Dye("#184269", "#2D6CA8", "#83AFDE", "#CFE0F3"),
    "latin-america-and-the-caribbean": Dye("#5E2951", "#974783", "#D294BF", "#EFD5E6"),
}

TIE_UPS = {
    2015: "11110000",
    2016: "11001100",
    2017: "11101000",
    2018: "11100100",
    2019: "11011000",
    2020: "11100010",
    2022: "11010010",
    2023: "11101010",
    2024: "11110010",
    2025: "11011010",
}
# For years that the table does not have: one each from 2026 on, then from the first again.
SPARE_TIE_UPS = ("11101100", "11110100", "11111000", "11011100")


def walk_shafts(coordinate: float | None) -> tuple[int, ...]:
    """Return sixteen shaft numbers (0 to 7), walked from a coordinate in degrees.

    North and east (zero included) are mirrored, south and west repeat; without a coordinate the
    walk is the plain diagonal.
    """
    if coordinate is None:
        return tuple(range(8)) * 2
    # Rounding first: 0.29 * 100 is 28.999… in binary, and the rule means 29.
    hundredths = math.floor(round(abs(coordinate) * 100, 6))
    digits = [int(digit) for digit in reversed(f"{hundredths:05d}")]
    steps: list[int] = []
    for run in range(8):
        steps += [1 if run % 2 == 0 else -1] * (2 + digits[run % 5] % 4)
    walk = [shaft % 8 for shaft in accumulate(steps[:8], initial=digits[0])]
    return tuple(walk[:8] + (walk[:0:-1] if coordinate >= 0 else walk[:8]))


def tie_up(year: int) -> str:
    """Return the weave of an intake: eight bits, 1 where the warp is up."""
    return TIE_UPS.get(year) or SPARE_TIE_UPS[(year - 2026) % len(SPARE_TIE_UPS)]


def is_up(threading: int, treadling: int, year: int | None) -> bool:
    """Return whether the warp lies above the weft where this shaft meets this treadle."""
    if year is None:
        return (threading // 2 + treadling // 2) % 2 == 0
    return tie_up(year)[(threading - treadling) % 8] == "1"


def stripe(country_code: str, dye: Dye, *, dyed: bool = True) -> tuple[str, ...]:
    """Return the colours of the sixteen warp threads, from an ISO 3166-1 alpha-2 code."""
    first, second = (ord(letter) - ord("A") for letter in country_code.upper())
    odd = (first + second) % 2 == 1
    deep, mid = (dye.deep, dye.mid) if dyed else (dye.mid, dye.light)
    accent = (dye.pale if dyed else dye.light) if odd else deep
    wide, narrow = 2 + first % 4, 1 + second % 3
    repeat = [deep] * wide + [mid] * narrow + [accent] + [mid] * narrow
    half = list(islice(cycle(repeat), SIZE // 2))
    return tuple(half + half[::-1])


def thread_size(population: int | None) -> int:
    """Return the width of a thread in units of the drawing: large cities have fine cloth."""
    if population is None:
        return 8
    steps = ((3_000_000, 5), (1_000_000, 6), (250_000, 7), (50_000, 9))
    return next((size for least, size in steps if population >= least), 12)


def runs(rows: list[bool]) -> list[tuple[int, int]]:
    """Return (start, length) of every unbroken run of true rows."""
    spans: list[tuple[int, int]] = []
    for row, up in enumerate(rows):
        if up and spans and sum(spans[-1]) == row:
            spans[-1] = (spans[-1][0], spans[-1][1] + 1)
        elif up:
            spans.append((row, 1))
    return spans


def cloth_svg(
    region: str,
    country_code: str,
    joined_year: int | None,
    latitude: float | None,
    longitude: float | None,
    population: int | None,
    width: int,
    height: int,
    *,
    gold: bool = True,
    uid: str,
) -> SafeString:
    """Return the cloth as an inline SVG that fills its box, hidden from assistive technology.

    `region` is the slug of one of the five UNESCO regions (KeyError for any other), coordinates are
    degrees, `width` and `height` units of the drawing. `uid` must be unique on the page.
    """
    drawing = _drawing(
        region,
        country_code,
        joined_year,
        latitude,
        longitude,
        population,
        int(width),
        int(height),
        gold,
    )
    # Safe: the drawing consists of numbers, the tables above and the escaped id.
    return mark_safe(drawing.replace("{id}", escape(uid)))  # noqa: S308


@lru_cache(maxsize=4096)
def _drawing(
    region: str,
    country_code: str,
    year: int | None,
    latitude: float | None,
    longitude: float | None,
    population: int | None,
    width: int,
    height: int,
    gold: bool,
) -> str:
    dye, unit = DYES[region], thread_size(population)
    if latitude is None or longitude is None:
        latitude = longitude = None
    paths = _warp(stripe(country_code, dye, dyed=year is not None), latitude, longitude, year)
    weft = dye.pale if year is None else dye.light
    threads = ""
    if gold and latitude is not None and longitude is not None:
        threads = _gold(dye, unit, latitude, longitude, width, height, dyed=year is not None)
    return (
        f'<svg class="cloth" viewBox="0 0 {width} {height}" preserveAspectRatio="xMidYMid slice"'
        f' aria-hidden="true" focusable="false">'
        f'<pattern id="{{id}}" width="{SIZE * unit}" height="{SIZE * unit}"'
        f' patternUnits="userSpaceOnUse" viewBox="0 0 {SIZE} {SIZE}">'
        f'<path fill="{weft}" d="M0 0h{SIZE}v{SIZE}H0z"/>{paths}</pattern>'
        f'<path fill="url(#{{id}})" d="M0 0h{width}v{height}H0z"/>{threads}</svg>'
    )


def _warp(
    colours: tuple[str, ...], latitude: float | None, longitude: float | None, year: int | None
) -> str:
    """Return one path for each colour of the warp, of vertical strokes one thread wide."""
    threading, treadling = walk_shafts(latitude), walk_shafts(longitude)
    lines: dict[str, str] = {}
    for x, (shaft, colour) in enumerate(zip(threading, colours, strict=True)):
        rows = [is_up(shaft, treadle, year) for treadle in treadling]
        strokes = "".join(f"M{x}.5 {start}v{length}" for start, length in runs(rows))
        lines[colour] = lines.get(colour, "") + strokes
    return "".join(f'<path stroke="{colour}" d="{d}"/>' for colour, d in lines.items() if d)


def _gold(
    dye: Dye, unit: int, latitude: float, longitude: float, width: int, height: int, *, dyed: bool
) -> str:
    """Return the two gold threads that cross at the city's place in the world, and their knot."""

    def on_thread(place: float, length: int) -> float:
        """Return the middle of the thread nearest to a place, inside the cloth."""
        last = max(math.ceil(length / unit) - 1, 0)
        return min(max(math.floor(place / unit + 0.5), 0), last) * unit + unit / 2

    x = on_thread(width * (longitude + 180) / 360, width)
    y = on_thread(height * (75 - latitude) / 130, height)
    lines = f'd="M0 {y:g}h{width}M{x:g} 0v{height}" stroke-width="{unit}"'
    # On undyed cloth, gold needs a dark line under it to be visible on the pale threads.
    under = "" if dyed else f'<path {lines} stroke="{dye.deep}"/>'
    corner = 1.5 * unit
    return (
        f'{under}<path {lines} stroke="{GOLD}" stroke-dasharray="{2 * unit} {unit}"/>'
        f'<path fill="{GOLD}" stroke="{dye.deep}" stroke-width="2"'
        f' d="M{x - corner:g} {y - corner:g}h{3 * unit}v{3 * unit}h-{3 * unit}z"/>'
    )
