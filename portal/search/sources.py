"""Sources of the search: the matching rows of each kind, and the texts to show of a row.

Words match by their beginning, without case and accents, everywhere in the same way; those of
English prose by their stem too. Matches in names and titles come first. Stop words count only if
there are no other words, and then as whole words.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from string import ascii_lowercase
from typing import Any, NamedTuple

from django.db.models import Case, Prefetch, Q, TextField, Value, When
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from cities.models import AlternativeName, City, Theme
from cities.search_query import NOISE, SearchQuery, find_countries
from cities.text_index import cities_with_text
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.models import Page
from portal.search.fixed_pages import FIXED_PAGES
from portal.search.ranking import names_first
from publishing.content.english import (
    STOP_WORDS,
    deciding_words,
    has_words,
    index,
    rank_of_title,
    titles_first,
)
from publishing.content.folding import fold
from publishing.content.search_words import has_word
from publishing.content.text_index import has_text, plain_lines


class Match(NamedTuple):
    """A matching record: its name, address, place and text."""

    title: str
    url: str
    about: Sequence[str] = ()
    text: str = ""
    # Whether title and text are English prose, whose words match by their stems.
    is_prose: bool = False
    # A long text: its part with the words is shown, if title and text lack one of them.
    body: str = ""


class Kind(NamedTuple):
    """A kind of record: its matching rows, and the texts to show of one of them."""

    label: str | Promise
    # The text of the link to all hits, with a placeholder for their number.
    all_label: str | Promise
    rows: Callable[[SearchQuery], Any]
    to_match: Callable[[Any], Match]
    # The URL name of the list with the same search; without one, the search shows the kind.
    finder: str = ""


# -- The kinds in the database ------------------------------------------------------------


def with_texts(text: str) -> Q:
    """Return the condition that the public texts of a row have every word of the search."""
    return Q(*(has_text("words_key", word) for word in deciding_words(text)))


def as_query(text: str) -> SearchQuery:
    """Return the query that a text is for cities and countries.

    Stop words begin no others, and neither do letters: each begins a tenth of all names.
    """
    return SearchQuery(text, whole=STOP_WORDS | frozenset(ascii_lowercase))


def search_cities(query: SearchQuery) -> Any:
    """Return cities with the other names and networks by which they may have matched."""
    names, networks = Q(pk=None), Q(pk=None)
    # The cities of a country need no other name to be there.
    for word in [] if query.is_place and query.codes_with_cities else query.of_city:
        names |= has_word("search_key", word)
        networks |= has_word("name_key", word)
    other_names = AlternativeName.objects.filter(names).order_by("name", "pk")
    led_by = Network.objects.published().filter(networks).order_by("name_key", "pk")
    cities = City.objects.published().search(query)
    return cities.select_related("country").prefetch_related(
        Prefetch("alternative_names", other_names, "matching_names"),
        Prefetch("networks", led_by, "matching_networks"),
    )


def match_city(city: Any) -> Match:
    others = dict.fromkeys(other.name for other in city.matching_names if other.name != city.name)
    about = [city.official_name, city.country.name]
    if others:
        about.append(_("also called %(names)s") % {"names": ", ".join(others)})
    if city.matching_networks:
        names = ", ".join(network.name for network in city.matching_networks)
        about.append(_("led by %(names)s") % {"names": names})
    return Match(city.name, city.get_absolute_url(), list(filter(None, about)), city.motto)


def search_countries(query: SearchQuery) -> Any:
    """Return countries with the name by which the text means each of them."""
    codes = [*(country.code for country in query.countries), *query.begun]
    others = [When(pk=code, then=Value(query.other_name_of(code))) for code in codes]
    other_name = Case(*others, default=Value(""), output_field=TextField())
    return find_countries(query).annotate(other_name=other_name)


def match_country(country: Any) -> Match:
    about = [country.get_region_display()]
    about.append(
        ngettext("%(number)s city", "%(number)s cities", country.city_count)
        % {"number": country.city_count}
    )
    if country.other_name:
        about.insert(0, _("also called %(names)s") % {"names": country.other_name})
    return Match(country.name, country.get_absolute_url(), about)


def search_profiles(query: SearchQuery) -> Any:
    """Return cities with the words in their texts that no name, network or country gave away."""
    words = deciding_words(query.text)
    public = City.objects.published()
    by_name = public.filter(query.condition(public)).order_by().values("pk")
    rows = public.filter(*(Q(pk__in=cities_with_text(word)) for word in words))
    rows = rows.exclude(pk__in=by_name).select_related("country")
    return rows.order_by("name_key", "pk")


def match_profile(city: City) -> Match:
    about, body = [city.country.name], plain_lines(city.profile)
    url = city.get_absolute_url()
    return Match(city.name, url, about, city.summary, is_prose=True, body=body)


def search_networks(query: SearchQuery) -> Any:
    rows = Network.objects.published().search(query.text)
    return rows.order_by(*names_first("name_key", query.text), "name_key", "pk")


def match_network(network: Network) -> Match:
    about, body = [network.get_scope_display()], plain_lines(network.profile)
    return Match(network.name, network.get_absolute_url(), about, network.summary, body=body)


def search_organisations(query: SearchQuery) -> Any:
    rows = Organisation.objects.published().filter(with_texts(query.text))
    return rows.order_by(*names_first("name_key", query.text), "name_key", "pk")


def match_organisation(organisation: Organisation) -> Match:
    about = [organisation.get_sector_display()]
    return Match(organisation.name, organisation.get_absolute_url(), about, organisation.summary)


def search_news(query: SearchQuery) -> Any:
    rows = NewsItem.objects.published().search(query.text)
    return rows.order_by(titles_first("search_key", query.text), "-published_at", "-pk")


def match_news(item: NewsItem) -> Match:
    about = [formats.date_format(item.published_at, "j F Y")] if item.published_at else []
    url, body = item.get_absolute_url(), plain_lines(item.body)
    return Match(item.title, url, about, item.summary, is_prose=True, body=body)


def search_events(query: SearchQuery) -> Any:
    rows = Event.objects.published().search(query.text).for_listing()
    return rows.order_by(titles_first("search_key", query.text), "-starts_on", "name", "pk")


def match_event(event: Event) -> Match:
    about = list(filter(None, [event.dates_label, str(event.get_kind_display()), event.where]))
    return Match(event.name, event.get_absolute_url(), about, event.description, is_prose=True)


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
    "profiles": Kind(
        gettext_lazy("Mentioned on the page of a city"),
        gettext_lazy("All %(number)s cities whose pages mention it"),
        search_profiles,
        match_profile,
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


def search_small_kinds(text: str) -> dict[str, list[Match]]:
    """Return matching themes and pages by kind, those with a match in their name first.

    They are a few dozen, written by staff, and hold rich text, so one query reads them all.
    """

    def texts(kind: str, rows: Any, *fields: str) -> Any:
        values = [Cast(field, TextField()) for field in fields]
        return rows.order_by().values_list(Value(kind, TextField()), "slug", *values)

    words = deciding_words(text)
    themes = texts("themes", Theme.objects.published(), "name", "description", "kind")
    pages = texts("pages", Page.objects.published(), "title", "summary", "body")
    by_kind: dict[str, list[tuple[int, str, Match]]] = {kind: [] for kind in SMALL_KINDS}
    for kind, slug, title, summary, third in themes.union(pages, all=True):
        body = plain_lines(third) if kind == "pages" else ""
        if not has_words(index(title, summary, body), words):
            continue
        if kind == "themes":
            url, about = reverse("themes:detail", args=[slug]), [str(Theme.Kind(third).label)]
        else:
            url, about = reverse("page", args=[slug]), []
        match = Match(title, url, about, summary, is_prose=True, body=body)
        by_kind[kind].append((rank_of_title(title, text), fold(title), match))
    by_kind["pages"] += find_fixed_pages(text)
    return {kind: [hit for _r, _n, hit in sorted(hits)] for kind, hits in by_kind.items()}


def find_fixed_pages(text: str) -> Iterator[tuple[int, str, Match]]:
    """Yield the matching pages that show no record, with their rank and their folded title."""
    # "Learning city award" asks for no more than "award".
    words = [w for w in deciding_words(text) if w.fold not in NOISE and len(w.fold) > 1]
    for page in FIXED_PAGES if words else ():
        title, summary = str(page.title), str(page.summary)
        if has_words(index(title, summary, str(page.other_words)), words):
            match = Match(title, page.url, [], summary, is_prose=True)
            yield rank_of_title(title, text), fold(title), match
