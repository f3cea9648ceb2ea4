"""Template tags for the masthead and footer, with the current entry of the menu marked."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import get_script_prefix
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language

register = template.Library()


@register.simple_tag(takes_context=True)
def around(context: template.Context, name: str) -> SafeString:
    """Render the component with this name, which depends on the site and the menu's current entry.

    It is rendered once for each entry and cached with the site until the content changes.
    """
    site, path = context["site"], context["request"].path
    place = tuple(current(path, item.address) for items in site.menus.values() for item in items)
    key = (name, place, get_language(), get_script_prefix())
    if key not in site.parts:
        site.parts[key] = render_to_string(name, {"site": site, "path": path})
    part: SafeString = site.parts[key]
    return part


@register.simple_tag
def menu_items(items: Iterable[Any], path: str) -> SafeString:
    """Return the links of a menu (.label .address) for the page at `path`."""
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}</a></li>\n',
        ((item.address, _marker(current(path, item.address)), item.label) for item in items),
    )


def _marker(value: str) -> str:
    return format_html(' aria-current="{}"', value) if value else ""


def current(path: str, address: str) -> str:
    """Return `aria-current` for a link: "page", "true" for a page below it, or "".

    >>> current("/cities/fez/", "/cities/"), current("/cities/", "/cities/"), current("/", "/news/")
    ('true', 'page', '')
    """
    if path == address:
        return "page"
    return "true" if address != "/" and path.startswith(address) else ""
