"""Downloads of the finder's rows: CSV, JSON, GeoJSON, and an Atom feed of changes.

They use the finder's FilterSet, so an address with `?country=gb` gives the same cities as the page.
Rows are streamed: memory does not grow with their number. A part of the address that the page would
mention in a notice is an error here, because programs do not read notices.

A slow client keeps a thread of the server busy. So few downloads run at once in a process, which
leaves the other threads for pages.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import QuerySet
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    JsonResponse,
)
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.views.generic import View

from cities.filters import CityFilter
from cities.models import City
from publishing.content.csv import stream_csv
from publishing.content.feeds import lasting_id
from publishing.content.text import holdable
from publishing.slow_clients import HeldResponse, downloads

# The rows that are in memory at once.
CHUNK = 200
BUSY_SECONDS = 60

# Maximum number of entries in the feed of changes.
NEWEST_CHANGES = 100

LICENCE = (
    "Coordinates, most populations and most alternative names: GeoNames (geonames.org), "
    "CC BY 4.0. Other facts: the source that each row names."
)

# The public facts of a city: the columns of the CSV, the members of the JSON.
COLUMNS: dict[str, Callable[[City], Any]] = {
    "name": lambda city: city.name,
    "official_name": lambda city: city.official_name,
    "alternative_names": lambda city: [other.name for other in city.alternative_names.all()],
    "kind": lambda city: city.kind,
    "country_code": lambda city: city.country_id,
    "country": lambda city: city.country.name,
    "region": lambda city: city.country.region,
    "subdivision": lambda city: city.subdivision,
    "joined_year": lambda city: city.joined_year,
    "joined_on": lambda city: city.joined_on,
    "membership": lambda city: city.status,
    "membership_confirmed": lambda city: city.confirmed,
    "award_years": lambda city: [award.year for award in city.awards.all()],
    "latitude": lambda city: city.latitude,
    "longitude": lambda city: city.longitude,
    "population": lambda city: city.population,
    "population_year": lambda city: city.population_year,
    "population_source": lambda city: city.population_source,
    "website": lambda city: city.website,
    "source": lambda city: city.source,
    "source_url": lambda city: city.source_url,
    "checked_on": lambda city: city.checked_on,
    "changed_at": lambda city: city.updated_at,
}
FIELDS = [*COLUMNS, "url"]

CityRow = dict[str, Any]


def cell(value: Any) -> Any:
    """Return a value as a cell of a CSV: lists joined, unknown facts empty."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case datetime():
            return value.isoformat(timespec="seconds")
        case list():
            return "; ".join(str(item) for item in value)
    return value


def csv_table(rows: Iterable[CityRow]) -> Iterator[list[Any]]:
    """Give the headings, then the cells of each city."""
    yield FIELDS
    for row in rows:
        yield [cell(row[name]) for name in FIELDS]


def json_pieces(opening: dict[str, Any], key: str, items: Iterable[Any]) -> Iterator[str]:
    """Give a JSON object piece by piece: the members of `opening`, then the long list `key`."""
    encoder = DjangoJSONEncoder(ensure_ascii=False)
    yield f"{encoder.encode(opening)[:-1]}, {json.dumps(key)}: ["
    for number, item in enumerate(items):
        yield ("," if number else "") + "\n" + encoder.encode(item)
    yield "\n]}\n"


def feature(row: CityRow) -> dict[str, Any]:
    """Return a city as a GeoJSON feature (RFC 7946); without coordinates its geometry is null."""
    has_place = row["latitude"] is not None
    point = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    return {"type": "Feature", "geometry": point if has_place else None, "properties": row}


class DownloadFilter(CityFilter):
    """The filters of the finder; a download has all rows, so it has no pages."""

    page_parameters = frozenset()


class CityDownload(View):
    """The rows of the finder in the format that the extension of the address names."""

    http_method_names = ["get", "head", "options"]
    filterset_class = DownloadFilter

    def get(self, request: HttpRequest, kind: str) -> Any:
        canonical = self.filterset_class.canonical(request.GET)
        if dict(canonical.lists()) != dict(request.GET.lists()):
            query = canonical.urlencode()
            return HttpResponsePermanentRedirect(request.path + (f"?{query}" if query else ""))
        rows = City.objects.published().for_listing()
        finder = self.filterset_class(request.GET, queryset=rows, request=request)
        if finder.notices:
            return JsonResponse({"errors": finder.notices}, status=400)
        formats = {
            "csv": self.as_csv,
            "json": self.as_json,
            "geojson": self.as_geojson,
            "atom": self.as_atom,
        }
        return formats[kind](finder.qs)

    def as_csv(self, cities: QuerySet[City]) -> HttpResponse:
        return self.stream(
            stream_csv(csv_table(self.rows(cities))), "text/csv; charset=utf-8", "csv"
        )

    def as_json(self, cities: QuerySet[City]) -> HttpResponse:
        pieces = json_pieces(self.origin(), "cities", self.rows(cities))
        return self.stream(pieces, "application/json", "json")

    def as_geojson(self, cities: QuerySet[City]) -> HttpResponse:
        opening = {"type": "FeatureCollection", **self.origin()}
        pieces = json_pieces(opening, "features", map(feature, self.rows(cities)))
        return self.stream(pieces, "application/geo+json", "geojson")

    def as_atom(self, cities: QuerySet[City]) -> HttpResponse:
        absolute = self.request.build_absolute_uri
        feed = Atom1Feed(
            title=_("Changes to learning cities"),
            link=absolute(self.page()),
            description=None,
            feed_url=absolute(),
            # RFC 4287 wants an author for every entry.
            author_name=_("Learning Cities Portal"),
        )
        changed = cities.order_by("-updated_at", "-pk").select_related("country")
        for city in changed[:NEWEST_CHANGES]:
            feed.add_item(
                title=holdable(f"{city.name}, {city.country.name}"),
                link=absolute(city.get_absolute_url()),
                description=holdable(city.summary),
                unique_id=lasting_id(city),
                pubdate=city.published_at,
                updateddate=city.updated_at,
            )
        return HttpResponse(feed.writeString("utf-8"), content_type=feed.content_type)

    def rows(self, cities: QuerySet[City]) -> Iterator[CityRow]:
        short = cities.defer("profile", "summary", "search_key")
        rows = short.prefetch_related("alternative_names", "awards")
        for city in rows.iterator(chunk_size=CHUNK):
            row = {name: read(city) for name, read in COLUMNS.items()}
            row["url"] = self.request.build_absolute_uri(city.get_absolute_url())
            # Users of the data need not tell an empty text from an unknown fact.
            yield {name: None if value == "" else value for name, value in row.items()}

    def page(self) -> str:
        """Return the path of the finder with the same rows."""
        query = self.request.GET.urlencode()
        return reverse("cities:list") + (f"?{query}" if query else "")

    def origin(self) -> dict[str, Any]:
        """Return the source and the licence of the data, for formats with metadata."""
        return {"source": self.request.build_absolute_uri(self.page()), "licence": LICENCE}

    def stream(self, pieces: Iterator[str], content_type: str, ending: str) -> HttpResponse:
        if not downloads.enter():
            message = _("Too many downloads are under way. Try again in a minute.")
            busy = {"Retry-After": BUSY_SECONDS}
            return JsonResponse({"errors": [message]}, status=503, headers=busy)
        response = HeldResponse(pieces, places=downloads, content_type=content_type)
        response["Content-Disposition"] = f'attachment; filename="learning-cities.{ending}"'
        # The licence of the GeoNames data, for programs.
        response["Link"] = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
        return response  # type: ignore[return-value]  # the stubs tell the two apart
