"""Template tags of the finder."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from publishing.finder.facets import Choice, is_shown
from publishing.finder.finder import Finder

register = template.Library()


@register.simple_tag
def sorting(finder: Finder) -> dict[str, Any]:
    """Return the current order of a finder, the `others` and its `views`, each as links.

    They are empty if the finder has no orders or views.
    """
    orders = finder.orders() if "sort" in finder.filters else []
    return {
        "order": next((order for order in orders if order["current"]), None),
        "others": [order for order in orders if not order["current"]],
        "views": finder.options("view") if "view" in finder.filters else [],
    }


@register.simple_tag
def choices(name: str, choices: Iterable[Choice], is_long: bool = False) -> SafeString:
    """Return the checkboxes of a facet, for the form field `name`.

    In a long facet, values that lead to no result are hidden until js/facets.js needs them. A page
    has more than a hundred checkboxes; rendered by a template, they took a third of its time.
    """
    boxes = [
        f'<label class="choice{"" if choice.count else " choice-none"}"'
        f"{'' if is_shown(choice) or not is_long else ' hidden'}>"
        f'<input type="checkbox" name="{name}" value="{escape(choice.value)}"'
        f"{' checked' if choice.selected else ''}> <span><bdi>{escape(choice.label)}</bdi></span>"
        f' <span class="choice-count">{choice.count}</span></label>\n'
        for choice in choices
    ]
    return mark_safe("".join(boxes))  # noqa: S308 (each text is escaped)
