"""Prepared queries of the page of a city: at most nine SQL statements.

This page is requested most, and was the one with the most queries. Names, titles and themes come in
one statement, news with the cities that it is about in another. Members are read only if there is a
network, other organisations only if no member is known. Most cities take six statements; one that
is far from all others in a network of thousands takes two more.
"""

from __future__ import annotations

from collections import Counter
from math import cos, radians, sin
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q, TextField, Value
from django.db.models.functions import Cast

from cities.city_paragraph import CityFacts
from cities.models import (
    LISTED,
    LISTED_COUNTRY,
    AlternativeName,
    Award,
    City,
    Designation,
    Theme,
)
from cities.models.expressions import published_rows
from cities.similar_cities import city_index, similar_cities
from publishing.caching.content_cache import cached
from publishing.caching.prepared_queries import Prepared
from publishing.content.states import State, state_q

MOST_NEAR, MOST_STORIES = 6, 4
# Boxes around a city in which its neighbours are searched before the whole world, because an index
# serves them: the least number of public cities for the box, as among fewer it would seldom hold
# enough neighbours, and its reach in degrees.
BOXES = ((2000, 1.5), (100, 12.0))
DEGREE_KM = 111.0


def _published(relation: str, moment: Any) -> Any:
    return published_rows(City, relation, moment)


# -- Names, titles, themes -------------------------------------------------------------------

# The fields of each kind, in the order in which they sort.
PARTS: dict[str, tuple[Any, tuple[str, ...]]] = {
    "alternative_names": (AlternativeName, ("language", "name")),
    "awards": (Award, ("year", "source", "source_url")),
    "designations": (Designation, ("name", "year", "source", "source_url")),
    "themes": (Theme, ("kind", "group", "number", "name", "slug")),
}
MOST_FIELDS = 5


def _parts(moment: Any, city: int) -> Any:
    """Return a query of (relation, values as texts), which `attach_parts` turns into records."""
    selects = []
    for relation, (model, fields) in PARTS.items():
        if relation == "themes":
            rows = _published(relation, moment).filter(cities=city)
        else:
            rows = model.objects.filter(city=city)
        texts = [Cast(F(field), TextField()) for field in fields]
        texts += [Value("", TextField())] * (MOST_FIELDS - len(fields))  # type: ignore[list-item]
        selects.append(rows.order_by().values_list(Value(relation, TextField()), *texts))
    return selects[0].union(*selects[1:], all=True)


parts = Prepared(_parts, city=int)


def attach_parts(city: City) -> None:
    """Prefetch the city's names, awards, designations and public themes, in one query."""
    prefetched: dict[str, list[Any]] = {relation: [] for relation in PARTS}
    for relation, *texts in parts(city=city.pk):
        model, fields = PARTS[relation]
        values = dict(zip(fields, texts, strict=False))
        for number in {"year", "number"} & values.keys():
            values[number] = int(values[number]) if values[number] else None
        prefetched[relation].append(model(**values))
    for relation, records in prefetched.items():
        fields = PARTS[relation][1]
        records.sort(key=lambda record: [str(getattr(record, field)) for field in fields])
    city._prefetched_objects_cache = prefetched  # type: ignore[attr-defined]


# -- Neighbours -------------------------------------------------------------------------------


def city_counts_by_country() -> Counter[str]:
    """Return the number of public cities of each country."""

    def count() -> Counter[str]:
        cities = City.objects.published().order_by()
        return Counter(dict(cities.values_list("country").annotate(number=Count("pk"))))

    return cached("cities by country", count)


# The columns that a neighbour needs: those of a card, and its country's name in a sentence.
NEIGHBOUR = (*LISTED, *(f"country__{name}" for name in (*LISTED_COUNTRY, "name_in_text")))


def _near(
    moment: Any, city: int, sine: float, cosine: float, longitude: float, **box: float
) -> Any:
    cities = City.objects.published(moment).for_cards().only(*NEIGHBOUR).exclude(pk=city)
    if box:
        cities = cities.filter(
            Q(latitude__gte=box["south"], latitude__lte=box["north"]),
            Q(longitude__gte=box["west"], longitude__lte=box["east"]),
        )
    return cities.by_distance(sine, cosine, longitude)[:MOST_NEAR]


POINT = {"city": int, "sine": float, "cosine": float, "longitude": float}
near = Prepared(_near, **POINT)
near_in_box = Prepared(_near, **POINT, south=float, north=float, west=float, east=float)


def nearest(city: City, total: int) -> list[City]:
    """Return the cities nearest to one with coordinates, each with `distance` in km.

    `of` is the number of all public cities.
    """
    latitude, longitude = city.latitude or 0.0, city.longitude or 0.0
    phi = radians(latitude)
    point = {"city": city.pk, "sine": sin(phi), "cosine": cos(phi), "longitude": radians(longitude)}
    for reach in [reach for least, reach in BOXES if total >= least]:
        width = reach / max(cos(radians(min(abs(latitude) + reach, 89))), 0.02)
        # A box that would cross a pole or the date line is replaced by the whole world.
        if abs(latitude) + reach > 89 or abs(longitude) + width > 180:
            break
        cities: list[Any] = near_in_box(
            **point,
            south=latitude - reach,
            north=latitude + reach,
            west=longitude - width,
            east=longitude + width,
        )
        # A city outside the box is farther away than its nearest edge.
        if len(cities) == MOST_NEAR and cities[-1].distance <= reach * DEGREE_KM:
            return cities
    return near(**point)


# -- Networks, news, events -------------------------------------------------------------------

networks = Prepared(
    lambda moment, city: (
        _published("networks", moment)
        .filter(cities=city)
        .only("name", "slug", "summary", "scope")
        .order_by("name_key", "pk")
    ),
    city=int,
)
# The columns that the list of a network's members needs.
ORGANISATION_COLUMNS = [f"organisation__{name}" for name in ("name", "slug", "sector")]
members = Prepared(
    lambda moment, city: (
        City._meta.get_field("networks")
        .related_model._meta.get_field("memberships")  # type: ignore[union-attr]
        .related_model.objects.published(moment)
        .filter(network__cities=city)
        .for_listing()
        .only("network", "role", "status", *ORGANISATION_COLUMNS)
    ),
    city=int,
)
# For a city whose networks have no known members; those are listed with the network.
organisations = Prepared(
    lambda moment, city: (
        _published("organisations", moment)
        .filter(cities=city)
        .only("name", "slug", "sector")
        .order_by("name_key", "pk")
    ),
    city=int,
)
# The columns that the list of news needs.
STORY_COLUMNS = ("title", "slug", "published_at")
stories = Prepared(
    lambda moment, city: (
        City.objects.filter(
            state_q(State.PUBLIC, moment) | Q(pk=city),
            news_items__in=_published("news_items", moment)
            .filter(cities=city)
            .order_by("-published_at", "-pk")[:MOST_STORIES],
        )
        .annotate(
            story=F("news_items"),
            **{f"story_{name}": F(f"news_items__{name}") for name in STORY_COLUMNS},
        )
        .only("name", "slug")
        .order_by("-story_published_at", "-story", "name_key", "pk")
    ),
    city=int,
)
EVENT_COLUMNS = ("name", "slug", "kind", "place", "starts_on", "ends_on", "date_note")
events = Prepared(
    lambda moment, city: (
        _published("events", moment)
        .filter(city=city)
        .select_related("country")
        .only(*EVENT_COLUMNS, "city", "country__name")
        .order_by("-starts_on", "pk")[:MOST_STORIES]
    ),
    city=int,
)


def networks_of(city: City) -> list[Any]:
    """Return the city's public networks with `public_memberships`, which `sectors` groups."""
    city_networks = networks(city=city.pk)
    memberships = members(city=city.pk) if city_networks else []
    for network in city_networks:
        network.public_memberships = [m for m in memberships if m.network_id == network.pk]
    return city_networks


def with_organisations(cities: Any, moment: Any = None) -> Any:
    """Annotate cities with `has_organisations`: whether a public one works there."""
    working = _published("organisations", moment).filter(cities=OuterRef("pk"))
    return cities.annotate(has_organisations=Exists(working))


def news_of(city: City) -> list[Any]:
    """Return the newest public news about the city, each with `public_cities`.

    A hidden city has its news in a preview, but is not one of their public cities.
    """
    is_public = city.is_published
    model: Any = City._meta.get_field("news_items").related_model
    items: dict[int, Any] = {}
    for row in stories(city=city.pk):
        if row.story not in items:
            values = {name: getattr(row, f"story_{name}") for name in STORY_COLUMNS}
            items[row.story] = model(pk=row.story, **values)
            items[row.story].public_cities = []
        if row.pk != city.pk or is_public:
            items[row.story].public_cities.append(row)
    return list(items.values())


def events_of(city: City) -> list[Any]:
    """Return the latest public events in the city."""
    city_events = events(city=city.pk)
    for event in city_events:
        event.city = city
    return city_events


def detail_context(city: City) -> dict[str, Any]:
    """Return the context of the page of a city; attach names and titles to the city itself."""
    attach_parts(city)
    index = city_index()
    numbers = index.by_country if index else city_counts_by_country()
    city_networks = networks_of(city)
    has_members = any(network.public_memberships for network in city_networks)
    has_others: bool = city.has_organisations and not has_members  # type: ignore[attr-defined]
    return {
        "networks": city_networks,
        "organisations": organisations(city=city.pk) if has_others else [],
        "news": news_of(city),
        "events": events_of(city),
        "themes": city.themes.all(),
        "nearest": nearest(city, numbers.total()) if city.has_place else [],
        "in_country": numbers[city.country_id],
        "similar": similar_cities(city, index) if index else [],
    }


def facts_of(city: City, context: dict[str, Any]) -> CityFacts:
    """Return what a made paragraph needs, out of the context of the page."""
    return CityFacts(
        city,
        in_country=context["in_country"] + (not city.is_published),
        nearest=next(iter(context["nearest"]), None),
        awards=list(city.awards.all()),
        designations=list(city.designations.all()),
        networks=context["networks"],
    )
