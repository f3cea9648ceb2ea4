"""Template tags of the finder."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from publishing.finder.facets import Choice
from publishing.finder.finder import Finder

register = template.Library()


@register.simple_tag
def sorting(finder: Finder) -> dict[str, Any]:
    """Return the order and view of a finder: `order` in words, `others` and `views` as links.

    They are empty if the finder has no orders or views.
    """
    orders = finder.options("sort") if "sort" in finder.filters else []
    return {
        "order": next((option["label"] for option in orders if option["current"]), ""),
        "others": [option for option in orders if not option["current"]],
        "views": finder.options("view") if "view" in finder.filters else [],
    }


@register.simple_tag
def choices(name: str, choices: Iterable[Choice]) -> SafeString:
    """Return the checkboxes of a facet, for the form field `name`.

    A page has more than a hundred; rendered by a template, they took a third of its time.
    """
    boxes = [
        f'<label class="choice{"" if choice.count else " choice-none"}">'
        f'<input type="checkbox" name="{name}" value="{escape(choice.value)}"'
        f"{' checked' if choice.selected else ''}> <span><bdi>{escape(choice.label)}</bdi></span>"
        f' <span class="choice-count">{choice.count}</span></label>\n'
        for choice in choices
    ]
    return mark_safe("".join(boxes))  # noqa: S308 (each text is escaped)
