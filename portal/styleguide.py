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
from cities.drawing.maps import map_figure
from cities.models import City, Country, Region, Theme, by_region
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.search.results import highlight_match
from portal.search.sources import Match
from publishing.finder.facets import Choice, Facet
from publishing.pictures.renditions import Rendered
from publishing.templatetags.contents import links_to

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


def sample_city(name: str, region: str = Region.EUROPE_NORTH_AMERICA, **values: Any) -> City:
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


def sample_unknown_city(**values: Any) -> City:
    """Return a city of which only name and country are known."""
    facts: dict[str, Any] = dict.fromkeys(("joined_year", "population", "latitude", "longitude"))
    return sample_city("Thika", Region.AFRICA, **(facts | values))


def sample_cities() -> list[City]:
    return [
        sample_city("Manchester", summary="Libraries, colleges and employers learn together."),
        sample_city("القاهرة", Region.ARAB_STATES, joined_year=2019, population=9_606_916),
        sample_city(LONG_NAME, latitude=53.22, longitude=-4.2, population=3_107),
        sample_unknown_city(),
        sample_city("Medellín", Region.LATIN_AMERICA_CARIBBEAN, joined_year=2015),
        sample_city("Yeonsu-gu", Region.ASIA_PACIFIC, joined_year=2017),
    ]


def sample_network(**values: Any) -> Network:
    """Return a network with a member of each status, two of them in one sector."""
    network = Network(
        name="Manchester Adult Education and Skills Network",
        slug="sample",
        summary="The council and its partners plan learning for adults together.",
        **values,
    )
    network.public_cities = sample_cities()[:3]
    sectors = Organisation.Sector
    network.public_memberships = [
        Membership(
            network=network,
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
    return network


def sample_news() -> list[NewsItem]:
    cities = sample_cities()
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
    for item, about in zip(items, (cities[:2], cities, []), strict=True):
        item.public_cities = about
    return items


def sample_events() -> list[Event]:
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


def sample_facets() -> list[Facet]:
    few = [
        Choice("europe-and-north-america", "Europe and North America", 115),
        Choice("arab-states", "Arab States", 49, selected=True),
        Choice("equity", "Equity and inclusion", 0),
    ]
    many = [Choice(str(n), f"Country {n}", 20 - n, selected=n == 2) for n in range(1, 15)]
    return [
        Facet("region", "Region", few),
        Facet("country", "Country", many, "All 14 countries", "Type a country"),
    ]


def sample_states() -> list[City]:
    """Return a city in each state that the banner for staff describes."""
    now = timezone.now()
    return [
        sample_city("Draft", pk=1, published_at=None),
        sample_city("Scheduled", pk=2, published_at=now + DAY),
        sample_city("Public until", pk=3, expires_at=now + DAY),
        sample_city("Expired", pk=4, published_at=now - 2 * DAY, expires_at=now - DAY),
        sample_city("Archived", pk=5, archived_at=now - DAY),
    ]


def sample_cloths() -> dict[str, list[City]]:
    """Return a city of each region, of each intake's weave, and of each other case of a cloth."""
    names = {region: PLACES[region][1] for region in Region}
    no_place: dict[str, Any] = {"latitude": None, "longitude": None}
    return {
        "regions": [sample_city(names[region], region) for region in Region],
        "years": [sample_city(str(year), joined_year=year) for year in TIE_UPS],
        "sizes": [
            sample_city(f"{population:,}", population=population)
            for population in (3_000_000, 1_000_000, 250_000, 50_000, 3_000)
        ],
        "unknown": [
            sample_city("Population not known", population=None),
            sample_city("Place not known", **no_place),
            sample_city("Year not known", joined_year=None),
            sample_city("Nothing known", joined_year=None, population=None, **no_place),
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
    nothing_found = "No cities match all your filters"

    def options(self, _name: str) -> list[dict[str, Any]]:
        return [
            {"value": label, "label": label, "url": "?", "current": not place}
            for place, label in enumerate(["Cards", "Table", "Map"])
        ]

    def orders(self) -> list[dict[str, Any]]:
        opposite = {"url": "?", "direction": "Z to A"}
        return [
            {"label": label, "url": "?", "current": not place, "direction": "A to Z"}
            | {"opposite": opposite}
            for place, label in enumerate(["name", "country", "year joined"])
        ]

    @property
    def ways_back(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(url="?", label="Arab States", results="10 cities")]


def sample_page(number: int) -> Page:
    return Paginator(range(240), 24).page(number)


def sample_table() -> Table:
    lines = [Line("2024", "/", [64, 53]), Line("2016", "", [None, 40])]
    return Table("New cities of each year", ["Year", "Announced", "Listed here"], lines)


def sample_level_bars() -> list[Row]:
    regions = [
        Row(str(region.label), 40 + 30 * place, url="/", region=region.value)
        for place, region in enumerate(Region)
    ]
    return rows([*regions, Row("Ink", 7)])


def sample_noted_bars() -> list[Row]:
    return rows([Row("2024", 53, 64, "/", note="11 not identified yet"), Row("2016", 40)])


def sample_picture() -> Any:
    """Return a picture that was never uploaded: the portal's own cover."""
    image = Rendered([], reverse("site-picture"), 1200, 630, "")
    return SimpleNamespace(
        cover=image, card=image, alt="Cloth in five colours", credit="The portal", licence="CC0"
    )


def context() -> dict[str, Any]:
    """Return the context of templates/portal/components.html, for every component."""
    cities = sample_cities()
    nearest = cities[:3]
    for place, near in enumerate(nearest, 1):
        near.distance = 120.5 * place  # type: ignore[attr-defined]
    themes = [Theme(name="Literacy", slug="sample", kind="cluster", description="To read.")]
    themes[0].city_count = 2  # type: ignore[attr-defined]
    return {
        "city": cities[0],
        "cities": cities,
        "nearest": nearest,
        "unknown_city": sample_unknown_city(),
        "countries": [one.country for one in cities],
        "groups": [
            {
                "slug": region.value,
                "name": region.label,
                "number": len(members),
                "cities": members,
            }
            for region, members in by_region(cities)
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
        "facets": sample_facets(),
        "sizes": [
            {"label": label, "url": "?", "current": label == "24"} for label in ("24", "100", "All")
        ],
        "chips": [{"label": "Year joined: 2024", "url": "?"}, {"label": "القاهرة", "url": "?"}],
        "sample_finder": SampleFinder(),
        "form": SampleForm({"email": "name.example.org"}),
        "network": sample_network(),
        "lonely_network": Network(name="A network without known members", slug="sample"),
        "networks": [sample_network(), sample_network(country=cities[0].country)],
        "record": sample_city("Record", source="UNESCO", source_url="https://www.unesco.org/"),
        "news": sample_news(),
        "events": sample_events(),
        "themes": themes,
        "hits": [
            highlight_match(
                Match("Écully & Lyon", "/", ["France"], "A city <and> its words."), "ecu f"
            )
        ],
        "states": sample_states(),
        "pages": [sample_page(1), sample_page(5), sample_page(10)],
        "world": map_figure(cities, [(48.9, 2.3)], world=True),
        "close": map_figure(cities[:3]),
        "bars": bars({2016: 115, 2019: 170, 2020: 229, 2022: 294, 2024: 356, 2025: 425}),
        "level_bars": sample_level_bars(),
        "noted_bars": sample_noted_bars(),
        "table": sample_table(),
        "cloths": sample_cloths(),
        "contents": links_to([("facts", "Facts"), ("networks", "Networks"), ("lists", LONG_NAME)]),
        "picture": sample_picture(),
        "notices": [
            "We do not recognise the country “zz”, so we ignored that filter.",
            "This page has no filter “x”, so we ignored it.",
        ],
    }
