"""Which link of the menu the visitor stands in."""

from django import template

register = template.Library()


@register.filter
def current(path: str, address: str) -> str:
    """The value of `aria-current` for a link: "page", "true" for a part of it, or "".

    >>> current("/cities/fez/", "/cities/"), current("/cities/", "/cities/"), current("/", "/news/")
    ('true', 'page', '')
    """
    if path == address:
        return "page"
    return "true" if address != "/" and path.startswith(address) else ""
