"""The contents of a page: the links to its second-level headings, made from what is rendered."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape, unescape

from django import template
from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import slugify

register = template.Library()

HEADING = re.compile(r"<h2(?P<attributes>[^>]*)>(?P<label>.*?)</h2>", re.DOTALL)
_ID = re.compile(r'\sid="([^"]*)"')
LEAST = 3
"""The number of headings from which on a list of them is shown."""


@register.tag
def contents(parser: template.base.Parser, token: template.base.Token) -> ContentsNode:
    """Give the headings of the enclosed part ids; list them above it: `{% contents if rich %}`.

    With a condition that is false, the part stays as it is. Hidden headings are left out.
    """
    words = token.split_contents()[1:]
    condition = parser.compile_filter(words[1]) if words[:1] == ["if"] and words[1:] else None
    if words and condition is None:
        raise template.TemplateSyntaxError("Write {% contents %} or {% contents if condition %}.")
    nodelist = parser.parse(["endcontents"])
    parser.delete_first_token()
    return ContentsNode(nodelist, condition)


class ContentsNode(template.Node):
    def __init__(
        self, nodelist: template.NodeList, condition: template.base.FilterExpression | None
    ):
        self.nodelist, self.condition = nodelist, condition

    def render(self, context: template.Context) -> SafeString:
        html = self.nodelist.render(context)
        if self.condition is not None and not self.condition.resolve(context):
            return html
        html, headings = with_ids(html)
        if len(headings) < LEAST:
            return html
        return render_to_string("components/contents.html", {"links": links_to(headings)}) + html


def links_to(headings: Iterable[tuple[str, str]]) -> SafeString:
    """Return the rows of the list: a link to each (id, label)."""
    rows = (f'<li><a href="#{key}">{escape(label)}</a></li>' for key, label in headings)
    return mark_safe("".join(rows))  # noqa: S308 (the labels are escaped, the ids are slugs)


def with_ids(html: str) -> tuple[SafeString, list[tuple[str, str]]]:
    """Return HTML in which each visible h2 has an id, and the (id, label) of each."""
    taken = set(_ID.findall(html))
    headings: list[tuple[str, str]] = []

    def name(found: re.Match[str]) -> str:
        if "visually-hidden" in found["attributes"]:
            return found[0]
        label = unescape(strip_tags(found["label"])).strip()
        attributes, given = found["attributes"], _ID.search(found["attributes"])
        key = given[1] if given else _free(_slug(label), taken)
        headings.append((key, label))
        if not given:
            attributes = f'{attributes} id="{key}"'
        return f"<h2{attributes}>{found['label']}</h2>"

    html = HEADING.sub(name, html)
    return mark_safe(html), headings  # noqa: S308 (rendered; the ids are slugs)


@lru_cache(maxsize=256)
def _slug(label: str) -> str:
    # The page's own headings are the same on every page.
    return slugify(label) or "part"


def _free(slug: str, taken: set[str]) -> str:
    """Return an id that begins with a slug and that no element has; take it."""
    number, key = 1, slug
    while key in taken:
        number += 1
        key = f"{slug}-{number}"
    taken.add(key)
    return key
