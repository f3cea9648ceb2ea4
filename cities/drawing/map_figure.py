"""The figure of components/map.html: marks in a view, and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from cities.drawing.map_labels import Label, place_labels
from cities.drawing.projection import GLOBE, MAP_PIXELS, WORLD, View

# Widths of plates in pixels: the least (a phone's), that of a side column and that of half a page.
# Labels are placed for a phone and for the widest of the others that a map has; site.css shows
# those that the plate has room for.
PHONE, SIDE, HALF = 320, 400, 590
# Up to this many marks, each has its name.
ALL_NAMED = 12


class Mark(NamedTuple):
    """A city on the map. `on` is false for one outside the filter, drawn small and grey.

    For a mark that stands for several cities, `about` has their number in words. `own` marks the
    city whose page it is; marks of greater `weight` are named first.
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
    own: bool = False
    weight: int = 0


@dataclass(frozen=True)
class MapFigure:
    """A view, and the marks in drawing order."""

    view: View
    marks: Sequence[Mark]
    # The approximate width on the page.
    pixels: int = MAP_PIXELS
    # The code of the country whose outline is drawn.
    outlined: str = ""

    @cached_property
    def named(self) -> list[Mark]:
        """The marks in view that have a name, the most important first."""
        named = [
            mark
            for mark in self.marks
            if mark.on and mark.name and self.view.contains((mark.x, mark.y))
        ]
        return sorted(named, key=lambda mark: (not mark.own, -mark.weight))

    @cached_property
    def labels(self) -> dict[int, list[Label]]:
        """The labels of `named`, by the width of the plate that they need."""
        return {width: self._labels(width) for width in (PHONE, self.widest)}

    @property
    def widest(self) -> int:
        return HALF if self.pixels >= HALF else SIDE

    def _labels(self, width: int) -> list[Label]:
        """Return labels for a plate of this width; on the whole world only if they are few."""
        named, view = self.named, self.view
        is_few = len(named) <= ALL_NAMED
        if not is_few and view[:4] in (WORLD[:4], GLOBE[:4]):
            return []
        scale = width / view.width
        dots = [((mark.x - view.x) * scale, (mark.y - view.y) * scale) for mark in named]
        size = width, view.height * scale
        return place_labels(dots, [mark.name for mark in named], size, everyone=is_few)
