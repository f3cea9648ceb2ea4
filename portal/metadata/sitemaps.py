"""The sitemap: every public page with the moment of its last change.

`/sitemap.xml` is an index with a file for each section and for each 5,000 records of it, because
search engines read at most 50,000 addresses from one file. A new kind of page is one line in
SECTIONS.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property, partial
from typing import Any, NamedTuple

from django.contrib.sitemaps import Sitemap, views
from django.core.paginator import Paginator
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from cities.models import City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.models import Page


class Section(Sitemap):
    limit = 5_000

    # Django would count again at each access.
    @cached_property
    def paginator(self) -> Paginator[Any]:
        return Paginator(self.items(), self.limit)  # type: ignore[arg-type]


class Records(Section):
    """A section of public records.

    `rows` is called for each request, so that it returns what is public at that moment. Rows have
    `updated_at`.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]]) -> None:
        self.rows = rows

    def items(self) -> QuerySet[Any]:
        return self.rows()

    def location(self, item: Any) -> str:
        return str(item.get_absolute_url())

    def lastmod(self, item: Any) -> datetime | None:
        changed: datetime | None = item.updated_at
        return changed

    def get_latest_lastmod(self) -> datetime | None:
        last: datetime | None = self.rows().order_by().aggregate(last=Max("updated_at"))["last"]
        return last


class Entry(NamedTuple):
    path: str
    changed: datetime | None


class Entries(Section):
    """A section of pages that are not records: few, with known changes."""

    def __init__(self, make: Callable[[], list[Entry]]) -> None:
        self.make = make

    @cached_property
    def entries(self) -> list[Entry]:
        return self.make()

    def items(self) -> list[Entry]:
        return self.entries

    def location(self, item: Entry) -> str:
        return item.path

    def lastmod(self, item: Entry) -> datetime | None:
        return item.changed

    def get_latest_lastmod(self) -> datetime | None:
        return max(filter(None, (entry.changed for entry in self.items())), default=None)


# Pages that list records, and the section of these.
LISTS = {
    "cities:list": "cities",
    "countries:list": "countries",
    "regions:list": "regions",
    "themes:list": "themes",
    "intakes:list": "intakes",
    "networks:list": "networks",
    "organisations:list": "organisations",
    "news:list": "news",
    "events:list": "events",
}
# Pages that show records of several sections.
MIXED = ("home", "numbers", "data")
MIXED_FROM = ("cities", "intakes", "networks", "news")


def overview_entries() -> list[Entry]:
    """Return the pages that list many records, changed when the last of the records was."""
    changed = {section: SECTIONS[section]().get_latest_lastmod() for section in LISTS.values()}
    newest = max(filter(None, (changed[section] for section in MIXED_FROM)), default=None)
    mixed = [Entry(reverse(name), newest) for name in MIXED]
    return mixed + [Entry(reverse(name), changed[section]) for name, section in LISTS.items()]


def region_entries() -> list[Entry]:
    """Return the regions with a public city; each changed when the last of its cities was."""
    cities = City.objects.published().order_by("country__region")
    changed = cities.values_list("country__region").annotate(Max("updated_at"))
    return [Entry(reverse("regions:detail", args=[slug]), last) for slug, last in changed]


def year_entries() -> list[Entry]:
    """Return the years without an intake in which a city joined."""
    cities = City.objects.published().filter(joined_year__isnull=False).order_by("joined_year")
    # A year whose intake is hidden has no page.
    without = cities.exclude(Intake.objects.of_joining_year())
    changed = without.values_list("joined_year").annotate(Max("updated_at"))
    return [Entry(reverse("intakes:detail", args=[year]), last) for year, last in changed]


def published_rows(model: Any, address: str = "slug") -> Callable[[], QuerySet[Any]]:
    """Return the published rows of a model, with only the columns that the sitemap needs."""
    return lambda: model.objects.published().order_by("pk").only("pk", address, "updated_at")


def country_rows() -> QuerySet[Country]:
    """Return the countries, whose pages change with their cities."""
    cities = City.objects.published().filter(country=OuterRef("pk")).order_by()
    changed = cities.values("country").annotate(last=Max("updated_at")).values("last")
    return Country.objects.published().annotate(updated_at=Subquery(changed)).order_by("pk")


# A new instance for each response, because Django's view stores a date in the section.
SECTIONS: dict[str, Any] = {
    "overviews": partial(Entries, overview_entries),
    "cities": partial(Records, published_rows(City)),
    "countries": partial(Records, country_rows),
    "regions": partial(Entries, region_entries),
    "themes": partial(Records, published_rows(Theme)),
    "intakes": partial(Records, published_rows(Intake, "year")),
    "years": partial(Entries, year_entries),
    "networks": partial(Records, published_rows(Network)),
    "organisations": partial(Records, published_rows(Organisation)),
    "news": partial(Records, published_rows(NewsItem)),
    "events": partial(Records, published_rows(Event)),
    "pages": partial(Records, published_rows(Page)),
}


# As the index writes it; any other spelling would let made-up addresses fill the page cache.
LATER_FILE = re.compile(r"p=[1-9][0-9]*")


def index(request: HttpRequest) -> HttpResponse:
    """Return the index of the sitemap: the files of the sections that are not empty."""
    sections = {name: make() for name, make in SECTIONS.items()}
    filled: Any = {name: section for name, section in sections.items() if section.paginator.count}
    return make_cacheable(views.index(request, filled, sitemap_url_name="sitemap-section"), request)


def section(request: HttpRequest, section: str) -> HttpResponse:
    """Return one file: the addresses of a section, or 5,000 of them (`?p=2`)."""
    return make_cacheable(views.sitemap(request, SECTIONS, section), request)


def make_cacheable(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    """Let the page cache keep a response, without Last-Modified, which deletions would set back."""
    response.headers.pop("Last-Modified", None)
    response.is_canonical = bool(LATER_FILE.fullmatch(request.META["QUERY_STRING"]))  # type: ignore[attr-defined]
    return response
