"""Map projection: the same as that of the basemap in static/world.svg.

Formula: Equal Earth, in B. Šavrič, T. Patterson and B. Jenny, "The Equal Earth map projection",
International Journal of Geographical Information Science 33 (2019), 454-465. The map is turned to
11° east, so that its cut, at 169° west, runs through the Bering Strait and not through land.
`tools/make_basemap.mjs` draws the land with the same constants: change both or neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
ROOT = math.sqrt(3) / 2
MERIDIAN, SCALE, CENTRE_X, CENTRE_Y = 11, 177, 480, 246

Point = tuple[float, float]

RATIO = 1.45
MAP_PIXELS = 826
# The part of a view that its points span, in the direction that needs more.
FILL = 0.66
# In map units, of about 36 km: the closest view, and that of a single place.
LEAST_WIDTH, LONE_WIDTH = 6, 20
# The least width at which a far point makes a view too wide.
OUTLIER_WIDTH = 60


class View(NamedTuple):
    """A part of the map, in map units, and the points (by index) that lie outside it."""

    x: float
    y: float
    width: float
    height: float
    outside: tuple[int, ...] = ()

    @property
    def viewbox(self) -> str:
        """The value of an SVG viewBox; never localised."""
        return " ".join(f"{number:.2f}".rstrip("0").removesuffix(".") for number in self[:4])

    def contains(self, point: Point) -> bool:
        across = self.x <= point[0] <= self.x + self.width
        return across and self.y <= point[1] <= self.y + self.height


# Nearly all of the land. A few islands in the middle of the Pacific are on the globe only.
WORLD = View(92, 14, 820, 424)
GLOBE = View(0, 12, 960, 468)


def project(latitude: float, longitude: float) -> Point:
    """Return the place of a point (degrees) in map units, to a hundredth; 0 is left and top."""
    turned = math.radians((longitude - MERIDIAN + 180) % 360 - 180)
    theta = math.asin(ROOT * math.sin(math.radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = ROOT * (A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square))
    x = CENTRE_X + SCALE * turned * math.cos(theta) / slope
    y = CENTRE_Y - SCALE * theta * (A1 + A2 * square + sixth * (A3 + A4 * square))
    return round(x, 2), round(y, 2)


def world_view(points: Sequence[Point]) -> View:
    """Return the view of the whole world, as wide as these points need."""
    return WORLD if all(map(WORLD.contains, points)) else GLOBE


def fit_view(points: Sequence[Point], *, all_in: bool = False) -> View:
    """Return the view of these points (as `project` returns them), with a margin.

    No points, or points that span the world, give the whole world. A point that alone more than
    doubles the width is left out and listed in `outside`, so that the page can name it; at most one
    in ten, because a group is not an outlier. With `all_in` every point is in view.
    """
    inside = list(range(len(points)))
    most = 0 if all_in else len(points) // 10 + (3 <= len(points) < 10)
    for _ in range(most):
        far = _farthest(points, inside)
        if far is None:
            break
        inside.remove(far)
    shown = [points[index] for index in inside]
    width = _width(shown, LEAST_WIDTH if len(set(shown)) > 1 else LONE_WIDTH)
    height = width / RATIO
    # A view as high as the world's would only add empty sea above and below: show the world.
    if not shown or height > WORLD.height:
        return world_view(points)
    x, y = ((min(axis) + max(axis)) / 2 for axis in zip(*shown, strict=True))
    return View(
        round(min(max(x - width / 2, GLOBE.x), GLOBE.x + GLOBE.width - width), 2),
        round(min(max(y - height / 2, GLOBE.y), GLOBE.y + GLOBE.height - height), 2),
        round(width, 2),
        round(height, 2),
        tuple(sorted(set(range(len(points))) - set(inside))),
    )


def _width(points: Sequence[Point], least: float) -> float:
    """Return the width of the view of points, or `least` if that is wider."""
    if not points:
        return least
    across, down = (max(axis) - min(axis) for axis in zip(*points, strict=True))
    return float(max(across / FILL, down / FILL * RATIO, least))


def _farthest(points: Sequence[Point], inside: Sequence[int]) -> int | None:
    """Return the point without which the view would be less than half as wide, if there is one."""
    edges = {
        pick(inside, key=lambda index: points[index][axis])
        for pick in (min, max)
        for axis in (0, 1)
    }
    without = {
        index: _width([points[other] for other in inside if other != index], OUTLIER_WIDTH)
        for index in edges
    }
    index = min(without, key=lambda index: (without[index], index))
    whole = _width([points[i] for i in inside], OUTLIER_WIDTH)
    return index if whole > 2 * without[index] else None
