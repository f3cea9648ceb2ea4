"""What stands around every page, with the link of the menu that the visitor stands in."""

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
    """The component of that name, which depends on the site and the place in its menu alone.

    It is rendered once for each place and kept with the site, so until the content changes.
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
