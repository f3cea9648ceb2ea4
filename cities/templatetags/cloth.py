"""Template tags that draw cloths and cards of cities as HTML and SVG."""

from __future__ import annotations

import re
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
    from cities.models import City

register = template.Library()


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


# A sentence of a text; a point after a single letter or an abbreviation ends none.
SENTENCE = re.compile(r".*?[^\W_]{3,}[)”’]?[.!?](?=\s|$)", re.DOTALL)
# The fewest letters that fill the line of a card.
SHORTEST_LINE = 40


def card_line(city: City) -> str:
    """Return the first sentence of a city's summary, "" if the city has none.

    A very short one (“Belfast joined in 2018.”) is followed by the next. A list that has not read
    the summaries shows none, rather than reading one for each card.
    """
    summary = str(city.__dict__.get("summary", ""))
    sentences = SENTENCE.finditer(summary)
    end = next((one.end() for one in sentences if one.end() >= SHORTEST_LINE), len(summary))
    return " ".join(summary[:end].split())


@register.simple_tag(takes_context=True)
def city_cards(
    context: template.Context, cities: Iterable[City], country: bool = True
) -> SafeString:
    """Return cities (with their countries) as the cards of <ul class="cards">.

    The names are third-level headings. Without `country` the cards do not repeat its name, for a
    page about one country.
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
        line = card_line(city)
        line = f'\n    <p class="card-line">{escape(line)}</p>' if line else ""
        about = f"{line}\n    <p>{escape(city.country.name)}</p>" if country else line
        cards.append(f"""
<li class="card">
  <div class="card-picture">{cloth(context, city)}</div>
  <div>
    <h3><a href="{city.get_absolute_url()}"><bdi>{escape(city.name)}</bdi></a>{other}</h3>{about}
    <p class="soft">{escape(year)}</p>
  </div>
</li>""")
    return mark_safe("".join(cards))  # noqa: S308 (each text is escaped)


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
