"""Map labels: the names of dots, placed so that nothing on the map is hidden.

Everything here is in CSS pixels of a plate of a certain width. On a wider plate the dots move apart
and the labels keep their size, so labels that are placed for a plate fit every wider one.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import east_asian_width

Point = tuple[float, float]
Box = tuple[float, float, float, float]

# The size of the letters in site.css, and of a line.
LETTER, LINE = 15, 18
# Dots reach this far from their centre, and labels begin a little further.
REACH, GAP = 6, 9
# A line may pass a dot at this distance.
PASSAGE = 4
# A name that is longer is broken in two lines at a space.
LONG = 18
# A pixel of the raster in which the taken places are marked.
GRAIN = 2
# Places of a label next to a dot, as multiples of GAP, the best first: on either side, above and
# below, and then off the corners.
SIDES = (
    *((1, 0), (-1, 0), (0, -1), (0, 1)),
    *((0.8, -0.9), (0.8, 0.9), (-0.8, -0.9), (-0.8, 0.9)),
    *((0, -1.6), (0, 1.6), (0.4, -1.4), (0.4, 1.4), (-0.4, -1.4), (-0.4, 1.4)),
)
LEADERS = (22, 32, 44, 58, 74, 92, 112, 140)
DIRECTIONS = [(math.cos(turn * math.pi / 12), math.sin(turn * math.pi / 12)) for turn in range(24)]
# Dots at this distance are in the way of lines.
CROWD = 74
# How often places are found again with the names first that had no room.
TRIES = 2


class Label(NamedTuple):
    """The name of a dot: its lines, and where the first begins, from the centre of the dot.

    `anchor` is the part of the text that is there, "start", "middle" or "end"; `leader` is the end
    of a line from the dot to a name that stands further away. A label with a `number` has that
    instead of the name, which a list explains.
    """

    dot: int
    x: float
    y: float
    anchor: str
    lines: tuple[str, ...]
    leader: Point | None = None
    number: int = 0


class Raster:
    """The places on a plate that are taken, as one number for each row of pixels."""

    def __init__(self, width: float, height: float) -> None:
        self.width, self.height = width, height
        self.rows = [0] * (int(height / GRAIN) + 1)

    def is_free(self, box: Box) -> bool:
        left, top, right, bottom = box
        if left < 2 or top < 2 or right > self.width - 2 or bottom > self.height - 2:
            return False
        mask = self._mask(left, right)
        return not any(row & mask for row in self.rows[int(top / GRAIN) : int(bottom / GRAIN) + 1])

    def take(self, box: Box) -> None:
        left, top, right, bottom = box
        mask = self._mask(max(left, 0), max(right, 0))
        for row in range(max(int(top / GRAIN), 0), min(int(bottom / GRAIN) + 1, len(self.rows))):
            self.rows[row] |= mask

    def is_free_at(self, x: float, y: float) -> bool:
        """Return True if a point is on the plate and not taken."""
        is_inside = 1 < x < self.width - 1 and 1 < y < self.height - 1
        return is_inside and not self.rows[int(y / GRAIN)] >> int(x / GRAIN) & 1

    @staticmethod
    def _mask(left: float, right: float) -> int:
        first = int(left / GRAIN)
        return ((1 << (int(right / GRAIN) - first + 1)) - 1) << first


@lru_cache(maxsize=4096)
def text_width(text: str) -> float:
    """Return about the width of a text in pixels, rather too wide than too narrow."""
    wide = sum(east_asian_width(letter) in "WF" for letter in text)
    broad = sum(letter in "mwMW" for letter in text)
    capitals = sum(letter.isupper() and letter not in "MW" for letter in text)
    narrow = sum(letter in "iıljtfr.,’'- ()" for letter in text)
    letters = len(text) - wide - broad - capitals - narrow
    ems = wide + 0.84 * broad + 0.64 * capitals + 0.33 * narrow + 0.54 * letters
    return 2 + LETTER * ems


@lru_cache(maxsize=4096)
def broken(name: str) -> tuple[str, ...]:
    """Return the lines of a name: two if it is long and has a space, broken near its middle."""
    spaces = [place for place, letter in enumerate(name) if letter == " "]
    if len(name) <= LONG or not spaces:
        return (name,)
    middle = min(spaces, key=lambda place: abs(place - len(name) / 2))
    return name[:middle], name[middle + 1 :]


def place_labels(
    dots: Sequence[Point], names: Sequence[str], size: Point, *, everyone: bool = False
) -> list[Label]:
    """Return labels for dots, the most important first, on a plate of a size.

    A name without room is left out; with `everyone` it stands further away, at the end of a line,
    or becomes a number.
    """
    return list(_best_places(tuple(dots), tuple(names), size, everyone))


# Crowded dots take some ten milliseconds, and their page is seen again.
@lru_cache(maxsize=512)
def _best_places(
    dots: Sequence[Point], names: Sequence[str], size: Point, everyone: bool
) -> list[Label]:
    """Return the labels of the order that needs the fewest numbers."""
    order = list(range(len(dots)))
    best = _place(dots, names, size, order, everyone)
    for _ in range(TRIES if everyone else 0):
        numbered = [label.dot for label in best if label.number]
        if not numbered:
            break
        order.sort(key=lambda index: index not in numbered)
        again = _place(dots, names, size, order, everyone)
        best = min(best, again, key=lambda labels: sum(label.number > 0 for label in labels))
    return best


def _place(
    dots: Sequence[Point],
    names: Sequence[str],
    size: Point,
    order: Sequence[int],
    everyone: bool,
) -> list[Label]:
    """Return labels, placed in an order."""
    plate = Plate(dots, size)
    labels, late = [], []
    for index in order:
        label = plate.first_free(dots[index], broken(names[index]), NEAR)
        if label:
            labels.append(label._replace(dot=index))
        elif everyone:
            late.append(index)
    number = 0
    for index in late:
        places = _ways_out(dots, dots[index])
        label = plate.first_free(dots[index], broken(names[index]), places)
        if label is None:
            number += 1
            label = _number(plate, dots[index], number, places)
        labels.append(label._replace(dot=index))
    return labels


def _number(plate: Plate, dot: Point, number: int, places: Sequence[Place]) -> Label:
    """Return a number as the label of a dot; its line may cross others."""
    lines = (str(number),)
    label = plate.first_free(dot, lines, [*NEAR, *places]) or plate.first_free(
        dot, lines, places, may_cross=True
    )
    return (label or Label(0, GAP, LETTER / 3, "start", lines))._replace(number=number)


def _ways_out(dots: Sequence[Point], dot: Point) -> list[Place]:
    """Return the places at the end of a line, the shortest first, in the directions of few dots."""
    x, y = dot
    near = [(one[0] - x, one[1] - y) for one in dots if math.dist(one, dot) < CROWD]
    across, down = map(sum, zip(*near, strict=True))
    ways = sorted(DIRECTIONS, key=lambda way: way[0] * across + way[1] * down)
    return [place for length in zip(*(LED[way] for way in ways), strict=True) for place in length]


class Place(NamedTuple):
    """A place for a label: its point nearest to the dot, and the end of the line to it, if any.

    `right` and `down`, from -1 to 1, are the direction in which the label goes from there.
    """

    x: float
    y: float
    right: float
    down: float
    leader: Point | None = None

    @property
    def anchor(self) -> str:
        return "start" if self.right > 0.35 else "end" if self.right < -0.35 else "middle"

    def box(self, width: float, height: float) -> Box:
        """Return the box of a label of this size."""
        left = self.x - {"start": 0, "middle": width / 2, "end": width}[self.anchor]
        # At the height of the dot, above it or below it.
        top = self.y - height * (0.5 - 0.5 * max(-1, min(1, self.down * 1.3)))
        return left, top, left + width, top + height


NEAR = [Place(x * GAP, y * GAP, x, y) for x, y in SIDES]
LED = {
    way: [
        Place(x * length + 3 * x, y * length + 3 * y, x, y, (round(x * length), round(y * length)))
        for length in LEADERS
    ]
    for way in DIRECTIONS
    for x, y in [way]
}


class Plate:
    """A plate with dots: where labels have room, and where lines to labels pass between dots."""

    def __init__(self, dots: Sequence[Point], size: Point) -> None:
        self.for_labels, self.for_lines = Raster(*size), Raster(*size)
        for dot in dots:
            self.for_labels.take(_around(dot, REACH))
            self.for_lines.take(_around(dot, PASSAGE))

    def first_free(
        self,
        dot: Point,
        lines: tuple[str, ...],
        places: Iterable[Place],
        *,
        may_cross: bool = False,
    ) -> Label | None:
        """Return the label at the first of these places with room, and take it.

        `may_cross`: the line to it may cross dots, names and other lines.
        """
        x, y = dot
        width, height = max(map(text_width, lines)), LINE * len(lines) - 2
        for place in places:
            left, top, right, bottom = place.box(width, height)
            box = left + x, top + y, right + x, bottom + y
            if not self.for_labels.is_free(box):
                continue
            line = _line(place.leader)
            if may_cross or all(self.for_lines.is_free_at(x + a, y + d) for a, d in line):
                self._take([box, *(_around((x + a, y + d), 2) for a, d in line)])
                baseline = round(top + LINE / 2 - 1 + LETTER / 3, 1)
                return Label(0, round(place.x, 1), baseline, place.anchor, lines, place.leader)
        return None

    def _take(self, boxes: Iterable[Box]) -> None:
        for box in boxes:
            self.for_labels.take(box)
            self.for_lines.take(box)


def _around(point: Point, reach: float) -> Box:
    return point[0] - reach, point[1] - reach, point[0] + reach, point[1] + reach


@lru_cache(maxsize=512)
def _line(end: Point | None) -> list[Point]:
    """Return points along a line from a dot, the first outside the dot."""
    if end is None:
        return []
    length = math.hypot(*end)
    parts = [step / length for step in range(2 * PASSAGE, int(length) + 1, GRAIN)]
    return [(end[0] * part, end[1] * part) for part in parts]
