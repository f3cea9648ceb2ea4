"""Map projection: the same as that of the basemap in static/world.svg.

Formula: Equal Earth, in B. Šavrič, T. Patterson and B. Jenny, "The Equal Earth map projection",
International Journal of Geographical Information Science 33 (2019), 454-465. The map is turned to
11° east, so that its cut, at 169° west, runs through the Bering Strait and not through land.
`tools/make_basemap.mjs` draws the land with the same constants: change both or neither.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

A1, A2, A3, A4 = 1.340264, -0.081106, 0.000893, 0.003796
ROOT = math.sqrt(3) / 2
MERIDIAN, SCALE, CENTRE_X, CENTRE_Y = 11, 177, 480, 246

Point = tuple[float, float]

RATIO = 1.45
# Labels are sized for a map about this wide; on a wider one they grow with the map.
MAP_PIXELS, LABEL_PIXELS, MOST_LABELS = 826, 15, 9
MARGIN_X, MARGIN_Y, LEAST_WIDTH = 14, 10, 60


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
        return " ".join(f"{number:.1f}".removesuffix(".0") for number in self[:4])

    @property
    def is_close(self) -> bool:
        """True if the view needs the detailed coastline."""
        return self.width < 300


WORLD = View(92, 14, 820, 424)


def project(latitude: float, longitude: float) -> Point:
    """Return the place of a point (degrees) in map units, rounded to a tenth; 0 is left and top."""
    turned = math.radians((longitude - MERIDIAN + 180) % 360 - 180)
    theta = math.asin(ROOT * math.sin(math.radians(latitude)))
    square = theta * theta
    sixth = square**3
    slope = ROOT * (A1 + 3 * A2 * square + sixth * (7 * A3 + 9 * A4 * square))
    x = CENTRE_X + SCALE * turned * math.cos(theta) / slope
    y = CENTRE_Y - SCALE * theta * (A1 + A2 * square + sixth * (A3 + A4 * square))
    return round(x, 1), round(y, 1)


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
    width, height, x, y = _frame([points[index] for index in inside])
    left_out = tuple(sorted(set(range(len(points))) - set(inside)))
    # A view as high as the world's would only add empty sea above and below: show the world.
    if not points or height > WORLD.height:
        return WORLD
    return View(
        round(min(max(x - width / 2, WORLD.x), WORLD.x + WORLD.width - width), 1),
        round(min(max(y - height / 2, WORLD.y), WORLD.y + WORLD.height - height), 1),
        round(width, 1),
        round(height, 1),
        left_out,
    )


def _frame(points: Sequence[Point]) -> tuple[float, float, float, float]:
    """Return width and height of the view that these points need, and its middle."""
    if not points:
        return WORLD.width, WORLD.height, 0, 0
    (left, right), (top, bottom) = ((min(axis), max(axis)) for axis in zip(*points, strict=True))
    width = max(
        right - left + 2 * MARGIN_X, (bottom - top + 2 * MARGIN_Y) * RATIO, float(LEAST_WIDTH)
    )
    return width, width / RATIO, (left + right) / 2, (top + bottom) / 2


def _farthest(points: Sequence[Point], inside: Sequence[int]) -> int | None:
    """Return the point without which the view would be less than half as wide, if there is one."""
    edges = {
        pick(inside, key=lambda index: points[index][axis])
        for pick in (min, max)
        for axis in (0, 1)
    }
    without = {
        index: _frame([points[other] for other in inside if other != index])[0] for index in edges
    }
    index = min(without, key=lambda index: (without[index], index))
    return index if _frame([points[i] for i in inside])[0] > 2 * without[index] else None


class Mark(NamedTuple):
    """A city on the map. `on` is false for one outside the filter, drawn small and grey.

    For a mark that stands for several cities, `about` has their number in words.
    """

    x: float
    y: float
    url: str
    label: str
    region: str
    on: bool = True
    name: str = ""
    joined: int | None = None
    about: str = ""


class Label(NamedTuple):
    """The name of a mark; `anchor` is the side of the text at the mark, "start" or "end"."""

    x: float
    y: float
    anchor: str
    name: str


Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class MapFigure:
    """The figure of components/map.html: a view, and the marks in drawing order."""

    view: View
    marks: Sequence[Mark]
    # The approximate width on the page.
    pixels: int = MAP_PIXELS

    @property
    def pixel(self) -> float:
        """The approximate size of a pixel in map units."""
        return self.view.width / self.pixels

    @property
    def label_size(self) -> float:
        return round(LABEL_PIXELS * self.pixel, 2)

    @cached_property
    def texts(self) -> list[Label]:
        """Labels of the first marks that have a name and room for it; none on the whole world."""
        labels: list[Label] = []
        if self.view[:4] == WORLD[:4]:
            return labels
        dots = [self._dot_box(mark) for mark in self.marks if mark.on]
        taken: list[Box] = []
        for mark in self.marks:
            if len(labels) == MOST_LABELS:
                break
            if not (mark.on and mark.name and self._contains((mark.x, mark.y, mark.x, mark.y))):
                continue
            others = [dot for dot in dots if dot != self._dot_box(mark)]
            for anchor in ("start", "end"):
                box = self._label_box(mark, anchor)
                if self._contains(box) and not any(_overlap(box, o) for o in taken + others):
                    gap = 9 * self.pixel * (1 if anchor == "start" else -1)
                    y = mark.y + self.label_size / 3
                    labels.append(Label(round(mark.x + gap, 2), round(y, 2), anchor, mark.name))
                    taken.append(box)
                    break
        return labels

    def _contains(self, box: Box) -> bool:
        left, top, right, bottom = box
        view = self.view
        across = view.x <= left and right <= view.x + view.width
        return across and view.y <= top and bottom <= view.y + view.height

    def _dot_box(self, mark: Mark) -> Box:
        reach = 6 * self.pixel
        return mark.x - reach, mark.y - reach, mark.x + reach, mark.y + reach

    def _label_box(self, mark: Mark, anchor: str) -> Box:
        # Half an em is a little more than the average letter of Source Sans 3 at weight 600.
        gap, length = 9 * self.pixel, 0.54 * self.label_size * len(mark.name)
        left = mark.x + gap if anchor == "start" else mark.x - gap - length
        half = self.label_size * 0.6
        return left, mark.y - half, left + length, mark.y + half


def _overlap(one: Box, two: Box) -> bool:
    return one[0] < two[2] and two[0] < one[2] and one[1] < two[3] and two[1] < one[3]
