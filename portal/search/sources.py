"""Sources of the search: the matching rows of each kind, and the texts to show of a row.

Words match by their beginning, without case and accents, everywhere in the same way. Matches in
names come first.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from html import unescape
from typing import Any, NamedTuple

from django.db.models import Prefetch, Q, TextField, Value
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cities.models import AlternativeName, City, Country, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.models import Page
from portal.search.highlighting import excerpt
from portal.search.ranking import names_first
from publishing.content.folding import fold


class Match(NamedTuple):
    """A matching record: its name, address, place and text."""

    title: str
    url: str
    about: Sequence[str] = ()
    text: str = ""


class Kind(NamedTuple):
    """A kind of record: its matching rows, and the texts to show of one of them."""

    label: str | Promise
    # The text of the link to all hits, with a placeholder for their number.
    all_label: str | Promise
    rows: Callable[[str], Any]
    to_match: Callable[[Any], Match]
    # The URL name of the list with the same search; without one, the search shows the kind.
    finder: str = ""


# -- The kinds in the database ------------------------------------------------------------


def search_field(rows: Any, field: str, text: str) -> Any:
    """Return the rows whose folded field has a word beginning for every word of the text."""
    folded = fold(text)
    for word in folded.split():
        rows = rows.filter(**{f"{field}__contains": f" {word}"})
    return rows.order_by(*names_first(field, folded), field, "pk")


def search_cities(text: str) -> Any:
    """Return cities with the other names and networks by which they may have matched."""
    names, networks = Q(), Q()
    for word in fold(text).split():
        names |= Q(search_key__contains=f" {word}")
        networks |= Q(name_key__contains=f" {word}")
    other_names = AlternativeName.objects.filter(names).order_by("name", "pk")
    led_by = Network.objects.published().filter(networks).order_by("name_key", "pk")
    return (
        City.objects.published()
        .search(text)
        .select_related("country")
        .prefetch_related(
            Prefetch("alternative_names", other_names, "matching_names"),
            Prefetch("networks", led_by, "matching_networks"),
        )
    )


def match_city(city: Any) -> Match:
    others = dict.fromkeys(other.name for other in city.matching_names if other.name != city.name)
    about = [city.official_name, city.country.name]
    if others:
        about.append(_("also %(names)s") % {"names": ", ".join(others)})
    if city.matching_networks:
        names = ", ".join(network.name for network in city.matching_networks)
        about.append(_("led by %(names)s") % {"names": names})
    return Match(city.name, city.get_absolute_url(), list(filter(None, about)), city.motto)


def search_countries(text: str) -> Any:
    return search_field(Country.objects.published().with_city_counts(), "name_key", text)


def match_country(country: Any) -> Match:
    number = ngettext("%(number)s city", "%(number)s cities", country.city_count) % {
        "number": country.city_count
    }
    return Match(country.name, country.get_absolute_url(), [country.get_region_display(), number])


def search_networks(text: str) -> Any:
    rows = Network.objects.published().search(text)
    return rows.order_by(*names_first("name_key", fold(text)), "name_key", "pk")


def match_network(network: Network) -> Match:
    about = [network.get_scope_display()]
    return Match(network.name, network.get_absolute_url(), about, network.summary)


def search_organisations(text: str) -> Any:
    return search_field(Organisation.objects.published(), "name_key", text)


def match_organisation(organisation: Organisation) -> Match:
    about = [organisation.get_sector_display()]
    return Match(organisation.name, organisation.get_absolute_url(), about, organisation.summary)


def search_news(text: str) -> Any:
    rows = NewsItem.objects.published().search(text)
    return rows.order_by(*names_first("search_key", fold(text)), "-published_at", "-pk")


def match_news(item: NewsItem) -> Match:
    about = [formats.date_format(item.published_at, "j F Y")] if item.published_at else []
    return Match(item.title, item.get_absolute_url(), about, item.summary)


def search_events(text: str) -> Any:
    rows = Event.objects.published().search(text).for_listing()
    return rows.order_by(*names_first("search_key", fold(text)), "-starts_on", "name", "pk")


def match_event(event: Event) -> Match:
    about = [event.dates_label, str(event.get_kind_display()), event.where]
    return Match(event.name, event.get_absolute_url(), list(filter(None, about)), event.description)


KINDS = {
    "cities": Kind(
        gettext_lazy("Cities"),
        gettext_lazy("All %(number)s cities"),
        search_cities,
        match_city,
        "cities:list",
    ),
    "countries": Kind(
        gettext_lazy("Countries"),
        gettext_lazy("All %(number)s countries"),
        search_countries,
        match_country,
    ),
    "networks": Kind(
        gettext_lazy("Networks"),
        gettext_lazy("All %(number)s networks"),
        search_networks,
        match_network,
        "networks:list",
    ),
    "organisations": Kind(
        gettext_lazy("Organisations"),
        gettext_lazy("All %(number)s organisations"),
        search_organisations,
        match_organisation,
    ),
    "news": Kind(
        gettext_lazy("News"),
        gettext_lazy("All %(number)s news items"),
        search_news,
        match_news,
        "news:list",
    ),
    "events": Kind(
        gettext_lazy("Events"), gettext_lazy("All %(number)s events"), search_events, match_event
    ),
}

# -- The kinds that are small enough to be read whole -------------------------------------

SMALL_KINDS: dict[str, tuple[str | Promise, str | Promise]] = {
    "themes": (gettext_lazy("Themes"), gettext_lazy("All %(number)s themes")),
    "pages": (gettext_lazy("Pages"), gettext_lazy("All %(number)s pages")),
}
LABELS = {slug: kind.label for slug, kind in KINDS.items()} | {
    slug: label for slug, (label, _all) in SMALL_KINDS.items()
}
"""Every kind, in the order in which the page shows them."""


def search_small_kinds(words: Sequence[str]) -> dict[str, list[Match]]:
    """Return matching themes and pages by kind, those with a match in their name first.

    They are a few dozen, written by staff, and hold rich text, so one query reads them all.
    """

    def texts(kind: str, rows: Any, *fields: str) -> Any:
        values = [Cast(field, TextField()) for field in fields]
        return rows.order_by().values_list(Value(kind, TextField()), "slug", *values)

    themes = texts("themes", Theme.objects.published(), "name", "description", "kind")
    pages = texts("pages", Page.objects.published(), "title", "summary", "body")
    by_kind: dict[str, list[tuple[int, str, Match]]] = {kind: [] for kind in SMALL_KINDS}
    for kind, slug, title, summary, third in themes.union(pages, all=True):
        name, about, text = fold(title), [], summary
        if kind == "themes":
            about = [str(Theme.Kind(third).label)]
            url = reverse("themes:detail", args=[slug])
            searched = f"{title} {summary}"
        else:
            body = plain_text(third)
            url = reverse("page", args=[slug])
            searched = f"{title} {summary} {body}"
            text = summary if matches(fold(f"{title} {summary}"), words) else excerpt(body, words)
        if matches(fold(searched), words):
            rank = 0 if matches(name, words) else 1
            by_kind[kind].append((rank, name, Match(title, url, about, text)))
    return {kind: [hit for _r, _n, hit in sorted(hits)] for kind, hits in by_kind.items()}


def matches(folded: str, words: Sequence[str]) -> bool:
    """Return whether every word begins a word of the folded text."""
    return all(f" {word}" in f" {folded}" for word in words)


def plain_text(html: str) -> str:
    """Return the words of rich text, separated at each tag."""
    return " ".join(unescape(strip_tags(html.replace("<", " <"))).split())
