"""Template tags that draw: the cloth of a city."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, cast

from django import template
from django.utils.safestring import SafeString

from cities.cloth import cloth_svg

if TYPE_CHECKING:
    from cities.models import City

register = template.Library()


@register.simple_tag(takes_context=True)
def cloth(
    context: template.Context, city: City, width: int = 320, height: int = 180, gold: bool = True
) -> SafeString:
    """The cloth of a city, as inline SVG: `{% cloth city 320 180 %}`."""
    # The lowest layer of the render context is the only one that included components share, so
    # the count kept there makes every id unique on the page. (Not across cached fragments.)
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
