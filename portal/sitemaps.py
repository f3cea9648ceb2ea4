"""The sitemap: every public page, each with the moment of its last change.

A new kind of page is one line in SECTIONS. Each section costs one query, however long it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from django.contrib.sitemaps import Sitemap
from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.urls import reverse

from cities.models import City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation

from .models import Page


class Entry(NamedTuple):
    path: str
    changed: datetime | None


class Section(Sitemap):
    def location(self, item: Entry) -> str:
        return item.path

    def lastmod(self, item: Entry) -> datetime | None:
        return item.changed


class Overviews(Section):
    """Pages that show something of everything, and so change with anything."""

    names = ("home", "numbers")

    def items(self) -> list[Entry]:
        first, *others = (
            model.objects.published().order_by().values_list("updated_at")
            for model in (City, Intake, Network, NewsItem)
        )
        newest = first.union(*others, all=True).order_by("-updated_at").first()
        return [Entry(reverse(name), newest and newest[0]) for name in self.names]


class Records(Section):
    """The pages of public records, after the page that lists them, if there is one.

    `rows` is called for each answer, so that it sees what is public at that moment. Rows have
    `updated_at`. The list changed when the last of its records did.
    """

    def __init__(self, rows: Callable[[], QuerySet[Any]], listed_at: str = "") -> None:
        self.rows, self.listed_at = rows, listed_at

    def items(self) -> list[Entry]:
        rows = list(self.rows())
        records = [Entry(row.get_absolute_url(), row.updated_at) for row in rows]
        if not self.listed_at:
            return records
        newest = max((row.updated_at for row in rows), default=None)
        return [Entry(reverse(self.listed_at), newest), *records]


def brief(model: Any, address: str = "slug") -> Callable[[], QuerySet[Any]]:
    """The published rows of a model, with only what the sitemap says of them."""
    return lambda: model.objects.published().order_by("pk").only("pk", address, "updated_at")


def countries() -> QuerySet[Country]:
    """Countries have no date of their own: their pages change with their cities."""
    cities = City.objects.published().filter(country=OuterRef("pk")).order_by()
    changed = cities.values("country").annotate(last=Max("updated_at")).values("last")
    return Country.objects.published().annotate(updated_at=Subquery(changed)).order_by("pk")


class Regions(Section):
    """The regions with a public city; each changed when the last of its cities did."""

    def items(self) -> list[Entry]:
        cities = City.objects.published().order_by("country__region")
        changed = cities.values_list("country__region").annotate(Max("updated_at"))
        return [Entry(reverse("regions:detail", args=[slug]), last) for slug, last in changed]


# Made anew for each answer, because Django's view keeps a date in the section.
SECTIONS: dict[str, Callable[[], Section]] = {
    "overviews": Overviews,
    "cities": partial(Records, brief(City), "cities:list"),
    "countries": partial(Records, countries, "countries:list"),
    "regions": Regions,
    "themes": partial(Records, brief(Theme), "themes:list"),
    "intakes": partial(Records, brief(Intake, "year"), "intakes:list"),
    "networks": partial(Records, brief(Network), "networks:list"),
    "organisations": partial(Records, brief(Organisation)),
    "news": partial(Records, brief(NewsItem), "news:list"),
    "events": partial(Records, brief(Event), "events:list"),
    "pages": partial(Records, brief(Page)),
}
