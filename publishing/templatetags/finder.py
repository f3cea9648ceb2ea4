"""What templates need of a Finder and cannot ask for themselves."""

from typing import Any

from django import template

from publishing.filters import Finder

register = template.Library()


@register.simple_tag
def sorting(finder: Finder) -> dict[str, Any]:
    """Order and view of a finder: `order` in words, `others` and `views` as links.

    A finder without orders or views gives empty ones.
    """
    orders = finder.options("sort") if "sort" in finder.filters else []
    return {
        "order": next((option["label"] for option in orders if option["current"]), ""),
        "others": [option for option in orders if not option["current"]],
        "views": finder.options("view") if "view" in finder.filters else [],
    }
