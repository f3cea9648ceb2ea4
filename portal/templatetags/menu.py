"""Which link of the menu the visitor stands in."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
def menu_items(items: Iterable[Any], path: str) -> SafeString:
    """The links of a menu (.label .address) on the page at `path`."""
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}</a></li>\n',
        ((item.address, _marker(current(path, item.address)), item.label) for item in items),
    )


def _marker(value: str) -> str:
    return format_html(' aria-current="{}"', value) if value else ""


def current(path: str, address: str) -> str:
    """The value of `aria-current` for a link: "page", "true" for a part of it, or "".

    >>> current("/cities/fez/", "/cities/"), current("/cities/", "/cities/"), current("/", "/news/")
    ('true', 'page', '')
    """
    if path == address:
        return "page"
    return "true" if address != "/" and path.startswith(address) else ""
