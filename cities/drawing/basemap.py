"""Basemap: the files of land that a view needs.

`tools/make_basemap.mjs` draws them, and js/map.js picks them as this module does: change all three
or none. A wide view has the whole world in one file; a closer one has square tiles, cut from an
outline that is fine enough for it.
"""

import math
from collections.abc import Iterator
from typing import NamedTuple

from cities.drawing.projection import View


class Level(NamedTuple):
    """A set of tiles, for views that are at least `least` wide; `size` is the side of a tile."""

    name: str
    least: float
    size: int


CLOSE, NEAR = Level("close", 0, 40), Level("near", 40, 140)
# From this width on, the one file of the world is fine enough.
WORLD_FROM = 300
WORLD_FILE, TILES = "world.svg", "land/"


def land_files(view: View) -> Iterator[str]:
    """Yield the static files with the land of a view."""
    if view.width >= WORLD_FROM:
        yield WORLD_FILE
        return
    level = NEAR if view.width >= NEAR.least else CLOSE
    rows = _cells(view.y, view.height, level.size)
    for column in _cells(view.x, view.width, level.size):
        for row in rows:
            yield f"{TILES}{level.name}-{column}-{row}.svg"


def _cells(start: float, length: float, size: int) -> range:
    return range(int(start / size), math.ceil((start + length) / size))
