"""Template tags that draw cloths, cards of cities and map marks as HTML and SVG."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any, cast

from django import template
from django.utils.formats import number_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from cities.drawing.cloth import cloth_svg

if TYPE_CHECKING:
    from cities.drawing.projection import MapFigure
    from cities.models import City

register = template.Library()

# A dot is the round cap of a stroke of almost no length. For a length of zero, WebKit (Safari,
# and every browser on an iPhone) multiplies the cap by the zoom: discs that cover a country.
# At the closest zoom this length is less than a tenth of a pixel.
DOT = "h.001"


@register.simple_tag(takes_context=True)
def cloth(
    context: template.Context, city: City, width: int = 320, height: int = 180, gold: bool = True
) -> SafeString:
    """Return the cloth of a city as inline SVG: `{% cloth city 320 180 %}`."""
    # The lowest layer of the render context is the only one that included components share: a
    # counter in it makes every id unique on the page. (Not across cached fragments.)
    layer = cast("dict[str, Any]", context.render_context.dicts[0])
    numbers: count[int] = layer.setdefault("cloth_numbers", count(1))
    return cloth_svg(
        city.country.region,
        city.country.code,
        city.joined_year,
        city.latitude,
        city.longitude,
        city.population,
        width,
        height,
        gold=gold,
        uid=f"cloth-{next(numbers)}",
    )


@register.simple_tag(takes_context=True)
def city_cards(context: template.Context, cities: Iterable[City]) -> SafeString:
    """Return cities (with their countries) as the cards of <ul class="cards">.

    The names are third-level headings.
    """
    joined, not_known = _("Joined %(year)s"), _("Joining year not known")
    also = _(", also called %(name)s")
    cards = []
    for city in cities:
        year = joined % {"year": city.joined_year} if city.joined_year else not_known
        # A search sets it, where another name of the city matched.
        other = getattr(city, "other_name", "")
        if other:
            other = also % {"name": f"<bdi>{escape(other)}</bdi>"}
            other = f'<span class="other-name">{other}</span>'
        cards.append(f"""
<li class="card">
  <div class="card-picture">{cloth(context, city)}</div>
  <div>
    <h3><a href="{city.get_absolute_url()}"><bdi>{escape(city.name)}</bdi></a>{other}</h3>
    <p>{escape(city.country.name)}</p>
    <p class="soft">{escape(year)}</p>
  </div>
</li>""")
    return mark_safe("".join(cards))  # noqa: S308 (each text is escaped)


@register.simple_tag
def map_marks(figure: MapFigure) -> SafeString:
    """Return the marks of a map: grey dots in one path, the cities as links, and labels."""
    grey = "".join(f"M{mark.x} {mark.y}{DOT}" for mark in figure.marks if not mark.on)
    parts = [f'<path class="dot-off" d="{grey}"/>\n']
    for mark in figure.marks:
        if mark.on:
            label, path = escape(mark.label), f"M{mark.x} {mark.y}{DOT}"
            attributes = f' data-joined="{mark.joined}"' if mark.joined else ""
            if mark.about:
                attributes = f' data-about="{escape(mark.about)}"'
            parts.append(
                f'<a class="region-{mark.region}" href="{escape(mark.url)}" aria-label="{label}"'
                f' data-name="{escape(mark.name)}"{attributes}><path class="dot-edge" d="{path}"/>'
                f'<path class="dot-region" d="{path}"><title>{label}</title></path></a>\n'
            )
    for text in figure.texts:
        parts.append(
            f'<text x="{text.x}" y="{text.y}" font-size="{figure.label_size}"'
            f' text-anchor="{text.anchor}" aria-hidden="true">{escape(text.name)}</text>'
        )
    return mark_safe("".join(parts))  # noqa: S308 (each text is escaped)


@register.simple_tag(takes_context=True)
def nearest_cities(context: template.Context, cities: Iterable[Any]) -> SafeString:
    """Return the rows of components/nearest.html: cities (with countries and `distance` in km)."""
    joined, kilometres = _("joined %(year)s"), _("%(distance)s km")
    rows = []
    for city in cities:
        year = f" · {joined % {'year': city.joined_year}}" if city.joined_year else ""
        number = number_format(round(city.distance), force_grouping=True)
        distance = kilometres % {"distance": number}
        about = escape(city.country.name + year)
        rows.append(f"""
    <li>
      <div class="cloth-square">{cloth(context, city, 120, 120, False)}</div>
      <div>
        <a class="headword" href="{city.get_absolute_url()}"><bdi>{escape(city.name)}</bdi></a><br>
        <span class="meta">{about}</span>
      </div>
      <span class="nearest-distance">{escape(distance)}</span>
    </li>""")
    return mark_safe("".join(rows))  # noqa: S308 (each text is escaped)
