"""Template tags that draw the parts of a map as SVG."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from django import template
from django.templatetags.static import static
from django.utils.safestring import SafeString, mark_safe

from cities.drawing.basemap import WORLD_FILE, land_files
from cities.drawing.map_figure import HALF, PHONE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from cities.drawing.map_figure import MapFigure, Mark
    from cities.drawing.map_labels import Label

register = template.Library()

# A dot is the round cap of a stroke of almost no length. For a length of zero, WebKit (Safari,
# and every browser on an iPhone) multiplies the cap by the zoom: discs that cover a country.
# At the closest zoom this length is about a fifth of a pixel.
DOT = "h.001"


@register.simple_tag
def map_land(figure: MapFigure) -> SafeString:
    """Return the land under a map and the outline of its country, from the files of its view."""
    files = list(land_files(figure.view))
    land = _uses(files, "land")
    # A country without an outline has none in these files, and nothing is drawn.
    has_outline = figure.outlined and files != [WORLD_FILE]
    outline = _uses(files, figure.outlined.lower()) if has_outline else ""
    return mark_safe(f'<g class="land">{land}</g><g class="outline">{outline}</g>')  # noqa: S308


def _uses(files: Iterable[str], part: str) -> str:
    return "".join(f'<use href="{escape(static(file))}#{escape(part)}"/>' for file in files)


@register.simple_tag
def map_marks(figure: MapFigure) -> SafeString:
    """Return the marks of a map: grey dots in one path, and the cities as links."""
    grey = "".join(f"M{mark.x} {mark.y}{DOT}" for mark in figure.marks if not mark.on)
    parts = [f'<path class="dot-off" d="{grey}"/>\n']
    parts.extend(_link(mark) for mark in figure.marks if mark.on)
    return mark_safe("".join(parts))  # noqa: S308 (each text is escaped)


def _link(mark: Mark) -> str:
    label, path = escape(mark.label), f"M{mark.x} {mark.y}{DOT}"
    attributes = f' data-joined="{mark.joined}"' if mark.joined else ""
    if mark.about:
        attributes = f' data-about="{escape(mark.about)}"'
    # The script takes the name from a label such as "Fez, Morocco".
    if mark.label.rpartition(", ")[0] != mark.name:
        attributes += f' data-name="{escape(mark.name)}"'
    own, ring = (" is-own", f'<path class="dot-ring" d="{path}"/>') if mark.own else ("", "")
    return (
        f'<a class="region-{mark.region}{own}" href="{escape(mark.url)}" aria-label="{label}"'
        f'{attributes}>{ring}<path class="dot-edge" d="{path}"/>'
        f'<path class="dot-region" d="{path}"><title>{label}</title></path></a>\n'
    )


@register.simple_tag
def map_names(figure: MapFigure) -> SafeString:
    """Return the labels of a map, for a phone and for a wide plate.

    A label is in an SVG of its own, which is placed in per cent of the plate, so that its letters
    have the same size on every plate without a script.
    """
    parts = []
    for width, labels in figure.labels.items():
        if labels:
            names = "".join(_name(figure, label) for label in labels)
            css = f"map-names {_shown(figure, width)}"
            parts.append(f'<svg class="{css}" aria-hidden="true">{names}</svg>')
    return mark_safe("".join(parts))  # noqa: S308 (each text is escaped)


def _shown(figure: MapFigure, width: int) -> str:
    """Return the class of what is shown on plates from this width on, or below the next."""
    return f"{'below' if width == PHONE else 'from'}-{_size(figure)}"


def _size(figure: MapFigure) -> str:
    return "half" if figure.widest == HALF else "side"


def _name(figure: MapFigure, label: Label) -> str:
    mark, view = figure.named[label.dot], figure.view
    x, y = (mark.x - view.x) / view.width, (mark.y - view.y) / view.height
    line = '<path d="M0 0L{} {}"/>'.format(*label.leader) if label.leader else ""
    first, *more = map(escape, label.lines)
    rest = "".join(f'<tspan x="{label.x}" dy="18">{text}</tspan>' for text in more)
    own = ' class="is-own"' if mark.own else ""
    return (
        f'<svg x="{x:.2%}" y="{y:.2%}"{own}>{line}<text x="{label.x}" y="{label.y}"'
        f' text-anchor="{label.anchor}">{first}{rest}</text></svg>'
    )


@register.simple_tag
def map_numbers(figure: MapFigure) -> SafeString:
    """Return the lists of the names that have a number on the map instead."""
    parts = []
    for width, labels in figure.labels.items():
        names = [escape(figure.named[label.dot].name) for label in labels if label.number]
        if names:
            items = "".join(f"<li><bdi>{name}</bdi></li>" for name in names)
            parts.append(f'<ol class="map-numbers {_shown(figure, width)}">{items}</ol>')
    return mark_safe("".join(parts))  # noqa: S308 (each text is escaped)
