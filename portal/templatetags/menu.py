"""Template tags for the masthead and footer, with the current entry of the menu marked."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.urls import get_script_prefix, reverse
from django.utils.html import format_html, format_html_join
from django.utils.http import urlencode
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

register = template.Library()

# Pages whose own search field is the one of the masthead, or does the same.
WITH_SEARCH = ("home", "cities:list", "search")

# Stands for the address of the page in the link "Report a mistake", in a component that is cached.
PAGE = "-this-page-"


@register.simple_tag(takes_context=True)
def around(context: template.Context, name: str) -> SafeString:
    """Render the component with this name, which depends on the site and the menu's current entry.

    It is rendered once for each entry and cached with the site until the content changes.
    A page about an error does not repeat the address that was asked for.
    """
    site, path = context["site"], context["request"].path
    place = tuple(current(path, item.address) for items in site.menus.values() for item in items)
    where = (get_language(), get_script_prefix())
    if where not in site.parts:
        site.parts[where] = {reverse(view) for view in WITH_SEARCH}
    has_search = path in site.parts[where]
    key = (name, place, has_search, *where)
    if key not in site.parts:
        values = {"site": site, "path": path, "has_search": has_search}
        site.parts[key] = render_to_string(name, values)
    part: SafeString = site.parts[key]
    if PAGE not in part:
        return part
    page = "" if "exception" in context else urlencode({"page": path})
    return mark_safe(part.replace(PAGE, page))  # noqa: S308 (quoted)


@register.simple_tag
def menu_items(items: Iterable[Any], path: str) -> SafeString:
    """Return the links of a menu (.label .address) for the page at `path`.

    The link to the form for mistakes says which page it was on.
    """
    report = reverse("report")
    return format_html_join(
        "",
        '<li><a href="{}"{}>{}</a></li>\n',
        (
            (
                f"{report}?{PAGE}" if item.address == report != path else item.address,
                _marker(current(path, item.address)),
                item.label,
            )
            for item in items
        ),
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
