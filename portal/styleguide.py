"""Sample records of the style guide, made up and never saved.

Their names include what breaks layouts: very long, right to left, and without a known fact.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.urls import reverse
from django.utils import timezone

from cities.drawing.charts import Line, Row, Table, bars, rows
from cities.drawing.cloth import TIE_UPS
from cities.drawing.maps import plate
from cities.models import City, Country, Region, Theme, by_region
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.search.results import shown
from portal.search.sources import Found
from publishing.finder.facets import Choice, Facet
from publishing.pictures.renditions import Rendered

LONG_NAME = "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch"
# A country of each region, with a place in it: code, name, latitude, longitude.
PLACES: dict[str, tuple[str, str, float, float]] = {
    Region.AFRICA: ("KE", "Kenya", -1.29, 36.82),
    Region.ARAB_STATES: ("EG", "Egypt", 30.04, 31.24),
    Region.ASIA_PACIFIC: ("KR", "Republic of Korea", 37.39, 126.64),
    Region.EUROPE_NORTH_AMERICA: ("GB", "United Kingdom", 53.48, -2.24),
    Region.LATIN_AMERICA_CARIBBEAN: ("CO", "Colombia", 6.24, -75.58),
}
DAY = timedelta(days=1)


def city(name: str, region: str = Region.EUROPE_NORTH_AMERICA, **values: Any) -> City:
    """Return a public city in the sample country of a region."""
    code, country, latitude, longitude = PLACES[region]
    defaults = {
        "slug": "sample",
        "joined_year": 2024,
        "population": 568_996,
        "latitude": latitude,
        "longitude": longitude,
        "published_at": timezone.now() - DAY,
        "updated_at": timezone.now(),
    }
    place = Country(code=code, name=country, slug="sample", region=region, name_key=country)
    place.city_count = 1  # type: ignore[attr-defined]
    return City(name=name, country=place, **(defaults | values))


def unknown(**values: Any) -> City:
    """Return a city of which only name and country are known."""
    facts: dict[str, Any] = dict.fromkeys(("joined_year", "population", "latitude", "longitude"))
    return city("Thika", Region.AFRICA, **(facts | values))


def cities() -> list[City]:
    return [
        city("Manchester", summary="Libraries, colleges and employers learn together."),
        city("القاهرة", Region.ARAB_STATES, joined_year=2019, population=9_606_916),
        city(LONG_NAME, latitude=53.22, longitude=-4.2, population=3_107),
        unknown(),
        city("Medellín", Region.LATIN_AMERICA_CARIBBEAN, joined_year=2015),
        city("Yeonsu-gu", Region.ASIA_PACIFIC, joined_year=2017),
    ]


def network(**values: Any) -> Network:
    """Return a network with a member of each status, two of them in one sector."""
    made = Network(
        name="Manchester Adult Education and Skills Network",
        slug="sample",
        summary="The council and its partners plan learning for adults together.",
        **values,
    )
    made.public_cities = cities()[:3]
    sectors = Organisation.Sector
    made.public_memberships = [
        Membership(
            network=made,
            organisation=Organisation(name=name, slug="sample", sector=sector),
            status=status,
            role=role,
        )
        for name, sector, status, role in (
            ("Manchester City Council", sectors.LOCAL_GOVERNMENT, "member", "leads the network"),
            ("The Manchester College", sectors.COLLEGE, "engaged", ""),
            (LONG_NAME + " College", sectors.COLLEGE, "planned", ""),
            ("Manchester Libraries", sectors.LIBRARY, "unconfirmed", "runs courses"),
        )
    ]
    return made


def news() -> list[NewsItem]:
    found = cities()
    items = [
        NewsItem(title=title, slug="sample", summary=summary, published_at=moment)
        for title, summary, moment in (
            (
                "Manchester and Wakefield joined the network",
                "They were two of 64 cities.",
                datetime(2024, 2, 14, 12, tzinfo=UTC),
            ),
            ("A headline without a summary", "", datetime(2020, 9, 23, 12, tzinfo=UTC)),
            (f"{LONG_NAME} reads", "A long word must not break the page.", None),
        )
    ]
    for item, about in zip(items, (found[:2], found, []), strict=True):
        item.public_cities = about
    return items


def events() -> list[Event]:
    kinds = Event.Kind
    return [
        Event(name="Festival", slug="a", kind=kinds.FESTIVAL, starts_on=date(2024, 6, 3)),
        Event(
            name="International conference",
            slug="b",
            kind=kinds.CONFERENCE,
            starts_on=date(2024, 12, 2),
            ends_on=date(2024, 12, 5),
            place="Jubail",
        ),
        Event(name="Day", slug="c", kind=kinds.AWARENESS_DAY, date_note="24 January each year"),
    ]


def facets() -> list[Facet]:
    few = [
        Choice("europe-and-north-america", "Europe and North America", 115),
        Choice("arab-states", "Arab States", 49, selected=True),
        Choice("equity", "Equity and inclusion", 0),
    ]
    many = [Choice(str(n), f"Country {n}", 20 - n, selected=n == 2) for n in range(1, 15)]
    return [Facet("region", "Region", few), Facet("country", "Country", many, "All 14 countries")]


def states() -> list[City]:
    """Return a city in each state that the banner for staff describes."""
    now = timezone.now()
    return [
        city("Draft", pk=1, published_at=None),
        city("Scheduled", pk=2, published_at=now + DAY),
        city("Public until", pk=3, expires_at=now + DAY),
        city("Expired", pk=4, published_at=now - 2 * DAY, expires_at=now - DAY),
        city("Archived", pk=5, archived_at=now - DAY),
    ]


def cloths() -> dict[str, list[City]]:
    """Return a city of each region, of each intake's weave, and of each case that changes a cloth.
    """
    names = {region: PLACES[region][1] for region in Region}
    plain: dict[str, Any] = {"latitude": None, "longitude": None}
    return {
        "regions": [city(names[region], region) for region in Region],
        "years": [city(str(year), joined_year=year) for year in TIE_UPS],
        "sizes": [
            city(f"{population:,}", population=population)
            for population in (3_000_000, 1_000_000, 250_000, 50_000, 3_000)
        ],
        "unknown": [
            city("Population not known", population=None),
            city("Place not known", **plain),
            city("Year not known", joined_year=None),
            city("Nothing known", joined_year=None, population=None, **plain),
        ],
    }


class SampleForm(forms.Form):
    email = forms.EmailField(
        label="Your email address", widget=forms.EmailInput({"class": "input"})
    )
    name = forms.CharField(
        label="Your name", required=False, widget=forms.TextInput({"class": "input"})
    )


class SampleFinder:
    """The part of a Finder that components use."""

    filters: dict[str, Any] = {"sort": None, "view": None}
    cleared = "?"

    def options(self, name: str) -> list[dict[str, Any]]:
        labels = {"sort": ["name", "country", "joining year"], "view": ["Cards", "Table", "Map"]}
        return [
            {"value": label, "label": label, "url": "?", "current": not place}
            for place, label in enumerate(labels[name])
        ]

    @property
    def ways_back(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(url="?", label="Arab States", count=10)]


def page(number: int) -> Page:
    return Paginator(range(240), 24).page(number)


def table() -> Table:
    lines = [Line("2024", "/", [64, 53]), Line("2016", "", [None, 40])]
    return Table("New cities of each year", ["Year", "Announced", "Listed here"], lines)


def level_bars() -> list[Row]:
    regions = [
        Row(str(region.label), 40 + 30 * place, url="/", region=region.value)
        for place, region in enumerate(Region)
    ]
    return rows([*regions, Row("Ink", 7)])


def noted_bars() -> list[Row]:
    return rows([Row("2024", 53, 64, "/", note="11 not identified yet"), Row("2016", 40)])


def picture() -> Any:
    """Return a picture that was never uploaded: the portal's own cover."""
    image = Rendered([], reverse("site-picture"), 1200, 630, "")
    return SimpleNamespace(
        cover=image, card=image, alt="Cloth in five colours", credit="The portal", licence="CC0"
    )


def context() -> dict[str, Any]:
    """Return the context of templates/portal/components.html, for every component."""
    found = cities()
    nearest = found[:3]
    for place, near in enumerate(nearest, 1):
        near.distance = 120.5 * place  # type: ignore[attr-defined]
    themes = [Theme(name="Literacy", slug="sample", kind="cluster", description="To read.")]
    themes[0].city_count = 2  # type: ignore[attr-defined]
    return {
        "city": found[0],
        "cities": found,
        "nearest": nearest,
        "unknown_city": unknown(),
        "countries": [one.country for one in found],
        "groups": [
            {
                "slug": region.value,
                "name": region.label,
                "number": len(members),
                "cities": members,
            }
            for region, members in by_region(found)
        ],
        "heads": [
            {"label": "Name", "url": "?", "sorted": "ascending"},
            {"label": "Country", "url": "?", "sorted": ""},
            {"label": "Region", "url": None, "sorted": ""},
            {"label": "Joined", "url": "?", "sorted": "descending"},
            {"label": "Population", "url": "?", "sorted": "", "number": True},
        ],
        "figures": [
            {"value": 64, "label": "new cities"},
            {"value": "?", "label": "countries", "url": "/", "link": "Help us find them"},
        ],
        "region_key": [
            {"slug": region.value, "name": region.label, "count": 40, "url": "/" * (place != 1)}
            for place, region in enumerate(Region)
        ],
        "facets": facets(),
        "chips": [{"label": "2024", "url": "?"}, {"label": "القاهرة", "url": "?"}],
        "sample_finder": SampleFinder(),
        "form": SampleForm({"email": "name.example.org"}),
        "network": network(),
        "lonely_network": Network(name="A network without known members", slug="sample"),
        "networks": [network(), network(country=found[0].country)],
        "record": city("Record", source="UNESCO", source_url="https://www.unesco.org/"),
        "news": news(),
        "events": events(),
        "themes": themes,
        "hits": [
            shown(Found("Écully & Lyon", "/", ["France"], "A city <and> its words."), ["ecu", "f"])
        ],
        "states": states(),
        "pages": [page(1), page(5), page(10)],
        "world": plate(found, [(48.9, 2.3)], world=True),
        "close": plate(found[:3]),
        "bars": bars({2016: 115, 2019: 170, 2020: 229, 2022: 294, 2024: 356, 2025: 425}),
        "level_bars": level_bars(),
        "noted_bars": noted_bars(),
        "table": table(),
        "cloths": cloths(),
        "picture": picture(),
        "notices": ["Country “ZZ” is not one we know.", "This page has no filter “x”."],
    }
