"""Template tags for the head of a page: metadata for search engines and social networks."""

from __future__ import annotations

from typing import Any

from django import template
from django.db.models import Model
from django.http import QueryDict
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, to_locale

from cities.jsonld import city
from cities.models import City
from news.jsonld import event, story
from news.models import Event, NewsItem
from partners.jsonld import network, organisation
from partners.models import Network, Organisation
from portal.metadata.jsonld import website
from publishing.content.jsonld import Absolute, Data, breadcrumbs, script

register = template.Library()

DESCRIBED: dict[type[Model], Any] = {
    City: city,
    Event: event,
    Network: network,
    NewsItem: story,
    Organisation: organisation,
}


@register.simple_tag(takes_context=True)
def structured_data(context: template.Context, record: Model, **related: Any) -> SafeString:
    """Return a record as JSON-LD; `related` are the rows that its page shows."""
    describe = DESCRIBED[type(record)]
    return script_of(describe(record, absolute(context), **related))


@register.simple_tag(takes_context=True)
def structured_site(context: template.Context, name: str) -> SafeString:
    """Return the portal as JSON-LD, for the home page."""
    return script_of(website(name, absolute(context)))


@register.simple_tag(takes_context=True)
def structured_trail(context: template.Context, name: str, *above: str) -> SafeString:
    """Return the breadcrumbs as JSON-LD: the page's name, then path and label of each ancestor."""
    steps = [*zip(above[::2], above[1::2], strict=True), (context["request"].path, name)]
    return script_of(breadcrumbs(steps, absolute(context)))


@register.simple_tag(takes_context=True)
def canonical(context: template.Context) -> str:
    """Return the canonical URL of a page: without tracking parameters, with those of a finder.

    A view with parameters of another kind gives it as `canonical_path`.
    """
    if path := context.get("canonical_path"):
        return absolute(context)(path)
    query = QueryDict(mutable=True)
    if finder := context.get("finder"):
        query = QueryDict(finder.link()[1:], mutable=True)
        if (page := context.get("page_obj")) and page.number > 1:
            query["page"] = str(page.number)
    path = context["request"].path + (f"?{query.urlencode()}" if query else "")
    return absolute(context)(path)


@register.simple_tag(takes_context=True)
def full_address(context: template.Context, path: str) -> str:
    """Return a path with scheme and host."""
    return absolute(context)(path)


@register.simple_tag
def locale_name() -> str:
    """Return the language of the page as Open Graph writes it: "en_GB"."""
    return to_locale(get_language() or "en")


@register.tag
def capture(parser: template.base.Parser, token: template.base.Token) -> Captured:
    """Store the rendered content for later: `{% capture page_title %}…{% endcapture %}`."""
    _tag, name = token.split_contents()
    nodelist = parser.parse(["endcapture"])
    parser.delete_first_token()
    return Captured(nodelist, name)


class Captured(template.Node):
    def __init__(self, nodelist: template.NodeList, name: str) -> None:
        # Django finds the blocks of a template under this name.
        self.nodelist = nodelist
        self.name = name

    def render(self, context: template.Context) -> SafeString:
        context[self.name] = mark_safe(self.nodelist.render(context).strip())  # noqa: S308 (rendered)
        return SafeString()


def absolute(context: template.Context) -> Absolute:
    build: Absolute = context["request"].build_absolute_uri
    return build


def script_of(data: Data) -> SafeString:
    return script(data) if data else SafeString()
