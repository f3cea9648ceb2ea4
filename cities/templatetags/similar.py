"""Template tag that writes the list of similar cities."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from typing import TYPE_CHECKING

from django import template
from django.utils.safestring import SafeString, mark_safe

if TYPE_CHECKING:
    from cities.similar_cities import SimilarCity

register = template.Library()


@register.simple_tag
def similar_list(similar: Iterable[SimilarCity]) -> SafeString:
    """Return the rows of <ul class="similar">: a city with its country and the reasons."""
    rows = [
        f"""
<li>
  <a class="headword" href="{city.get_absolute_url()}"><bdi>{escape(city.name)}</bdi></a>
  <span class="soft">{escape(city.country_name)}</span>
  <p class="meta">{escape(" · ".join(reasons))}</p>
</li>"""
        for city, reasons in similar
    ]
    return mark_safe("".join(rows))  # noqa: S308 (each text is escaped)
