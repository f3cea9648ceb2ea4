"""Results of the search over everything public, grouped by kind.

Each kind takes one query for its first hits and their number together, and the small kinds are read
whole, so the number of queries never grows.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Count, Window
from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cities.search_query import SearchQuery
from portal.search.highlighting import best_sentence, highlight, sought_in_names, sought_in_prose
from portal.search.sources import KINDS, LABELS, SMALL_KINDS, Match, as_query, search_small_kinds
from publishing.content.english import deciding_words, has_words, index, share_of_title
from publishing.finder.filters import LONGEST_SEARCH, SearchField

SHOWN = 5
"""The number of hits of each kind on the first page."""
# Before every share of a title, because most people look for a place.
PLACES = {"cities": 3, "countries": 2}


class Hit(NamedTuple):
    """One search result: HTML-safe texts with the matches in <mark>."""

    title: SafeString
    url: str
    about: list[SafeString]
    text: SafeString


@dataclass
class Group:
    """The results of one kind, and the address with all of them."""

    slug: str
    label: str
    count: int
    hits: list[Hit]
    all_url: str
    all_label: str
    # How well the best title fits the search.
    weight: float

    @property
    def is_cut(self) -> bool:
        return self.count > len(self.hits)


def parse_query(data: QueryDict) -> tuple[str, str, list[str]]:
    """Parse a query: (words, kind or "" for all, notices about what was not understood)."""
    field = SearchField(required=False)
    text = field.clean(data.get("q"))
    kind = data.get("kind", "").strip().lower()
    notices = []
    for signs in field.unknown:
        notices.append(
            _("“%(value)s” has no letters or numbers, so we ignored it.") % {"value": signs}
        )
    if field.was_cut:
        notices.append(
            _("Your search is very long. We used only the first %(number)s characters.")
            % {"number": len(text)}
        )
    if kind and kind not in LABELS:
        notices.append(
            _("We do not recognise the kind of result “%(value)s”, so we ignored it.")
            % {"value": kind[:LONGEST_SEARCH]}
        )
        kind = ""
    return text, kind, notices


def search(text: str | SearchQuery) -> list[Group]:
    """Return the kinds with results, each with its first hits; at most eleven queries."""
    query = as_query(text) if isinstance(text, str) else text
    text = query.text
    if not text:
        return []
    groups = []
    for slug, kind in KINDS.items():
        rows = list(kind.rows(query).annotate(number=Window(Count("pk")))[:SHOWN])
        if rows:
            number = rows[0].number
            groups.append(make_group(slug, kind.all_label, number, map(kind.to_match, rows), text))
    for slug, matches in search_small_kinds(text).items():
        if matches:
            all_label = SMALL_KINDS[slug][1]
            groups.append(make_group(slug, all_label, len(matches), matches[:SHOWN], text))
    # Names and titles come before texts, and places before all.
    return sorted(groups, key=lambda group: -group.weight)


def make_group(
    slug: str, all_label: str | Promise, number: int, matches: Iterable[Match], text: str
) -> Group:
    """Return the group of one kind: its first hits, highlighted, and their number."""
    matches = list(matches)
    shares = [share_of_title(match.title, text) for match in matches]
    return Group(
        slug,
        str(LABELS[slug]),
        number,
        [highlight_match(match, text) for match in matches],
        all_url(slug, text),
        str(all_label) % {"number": number},
        PLACES.get(slug) or max(shares),
    )


def rows_of_kind(slug: str, text: str) -> Any:
    """Return all results of one kind, to be paginated; each is rendered by `hit`."""
    if slug in SMALL_KINDS:
        return search_small_kinds(text)[slug]
    return KINDS[slug].rows(as_query(text))


def make_hit(slug: str, row: Any, text: str) -> Hit:
    """Return the Hit for one of the `rows_of_kind`."""
    match = row if slug in SMALL_KINDS else KINDS[slug].to_match(row)
    return highlight_match(match, text)


def highlight_match(match: Match, text: str) -> Hit:
    names, prose = sought_in_names(text), sought_in_prose(text)
    shown = match.text
    if match.body and not has_words(index(match.title, *match.about, shown), deciding_words(text)):
        shown = best_sentence(match.body, *prose)
    return Hit(
        highlight(match.title, *(prose if match.is_prose else names)),
        match.url,
        [highlight(part, *names) for part in match.about],
        highlight(shown, *prose),
    )


def all_url(slug: str, text: str) -> str:
    """Return the address of all hits of a kind: the finder with the same words, or the search."""
    finder = KINDS[slug].finder if slug in KINDS else ""
    if finder:
        return f"{reverse(finder)}?{urlencode({'q': text})}"
    return f"{reverse('search')}?{urlencode({'q': text, 'kind': slug})}"
