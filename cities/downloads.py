"""Downloads of the finder's cities: tables, GeoJSON, and an Atom feed of changes."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cities.filters import CityFilter
from cities.models import City, Theme
from cities.models.expressions import published_rows
from publishing.content.feeds import lasting_id
from publishing.content.text import holdable
from publishing.downloads import (
    CHANGED,
    NAME,
    SOURCED,
    URL,
    Column,
    Download,
    Row,
    field,
    json_pieces,
    label,
    names_of,
)

# Maximum number of entries in the feed of changes.
NEWEST_CHANGES = 100

# The public facts of a city. A column that exists once stays, at its place; new ones go to the end.
COLUMNS: dict[str, Column] = {
    "name": Column(NAME, lambda city: city.name),
    "official_name": field("official_name", gettext_lazy("Official name, where it differs.")),
    "alternative_names": Column(
        gettext_lazy("Names in other languages and former names."),
        lambda city: [other.name for other in city.alternative_names.all()],
    ),
    "kind": field("kind", gettext_lazy("Type of place, as a word that stays the same.")),
    "country_code": field("country_id", gettext_lazy("Code of the country (ISO 3166-1).")),
    "country": Column(gettext_lazy("Name of the country."), lambda city: city.country.name),
    "region": Column(
        gettext_lazy("UNESCO’s region, as a word that stays the same."),
        lambda city: city.country.region,
    ),
    "subdivision": field("subdivision", gettext_lazy("Part of the country that it lies in.")),
    "joined_year": field("joined_year", gettext_lazy("Year in which it joined the network.")),
    "joined_on": field("joined_on", gettext_lazy("Day on which it joined, where it is known.")),
    "membership": field("status", gettext_lazy("member, announced or withdrawn.")),
    "membership_confirmed": field(
        "confirmed", gettext_lazy("Whether the source confirms that it is a member now.")
    ),
    "award_years": Column(
        gettext_lazy("Years of its UNESCO Learning City Awards."),
        lambda city: [award.year for award in city.awards.all()],
    ),
    "latitude": field("latitude", gettext_lazy("Degrees north; negative is south.")),
    "longitude": field("longitude", gettext_lazy("Degrees east; negative is west.")),
    "population": field("population", gettext_lazy("Inhabitants.")),
    "population_year": field("population_year", gettext_lazy("Year of that figure.")),
    "population_source": field("population_source", gettext_lazy("Source of that figure.")),
    "website": field("website", gettext_lazy("Website about the learning city.")),
    **SOURCED,
    **CHANGED,
    "url": URL,
    "slug": field("slug", gettext_lazy("Its name in addresses of the portal.")),
    "kind_label": label("kind", gettext_lazy("Type of place, in words.")),
    "region_label": Column(
        gettext_lazy("UNESCO’s region, in words."), lambda city: city.country.get_region_display()
    ),
    "summary": field("summary", gettext_lazy("Summary of its page.")),
    "themes": Column(gettext_lazy("Themes that it works on."), names_of("public_themes")),
    "networks": Column(
        gettext_lazy("Networks that lead learning there."), names_of("public_networks")
    ),
    "geonames_id": field("geonames_id", gettext_lazy("Number at GeoNames.")),
    "wikidata_id": field("wikidata_id", gettext_lazy("Identifier at Wikidata.")),
    "subdivision_code": field(
        "subdivision_code", gettext_lazy("Code of the part of the country (ISO 3166-2).")
    ),
    "un_population": field(
        "un_population", gettext_lazy("Inhabitants, from the United Nations’ yearbook.")
    ),
    "un_population_year": field("un_population_year", gettext_lazy("Year of that figure.")),
}


def feature(row: Row) -> dict[str, Any]:
    """Return a city as a GeoJSON feature (RFC 7946); without coordinates its geometry is null."""
    has_place = row["latitude"] is not None
    point = {"type": "Point", "coordinates": [row["longitude"], row["latitude"]]}
    return {"type": "Feature", "geometry": point if has_place else None, "properties": row}


class DownloadFilter(CityFilter):
    """The filters of the finder; a download has all rows, so it has no pages."""

    page_parameters = frozenset()


class CityDownload(Download):
    filterset_class = DownloadFilter
    columns = COLUMNS
    formats = Download.formats | {"geojson": "GeoJSON", "atom": "Atom"}
    title = gettext_lazy("Cities")
    plural = "cities"
    list_route = "cities:list"
    licence = gettext_lazy(
        "Coordinates, most populations and most alternative names: GeoNames (geonames.org), "
        "CC BY 4.0. Other facts: the source that each row names."
    )

    def get_rows(self) -> QuerySet[City]:
        return City.objects.published().for_listing()

    def with_parts(self, rows: QuerySet[City]) -> QuerySet[City]:
        networks = published_rows(City, "networks").order_by("name_key", "pk")
        return rows.defer("profile", "search_key").prefetch_related(
            "alternative_names",
            "awards",
            Prefetch("themes", Theme.objects.published(), "public_themes"),
            Prefetch("networks", networks, "public_networks"),
        )

    def as_geojson(self, cities: QuerySet[City]) -> HttpResponse:
        opening = {"type": "FeatureCollection", **self.origin()}
        pieces = json_pieces(opening, "features", map(feature, self.records(cities)))
        return self.stream(lambda: pieces, "application/geo+json", "geojson")

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

    def stream(self, *args: Any) -> HttpResponse:
        response = super().stream(*args)
        # The licence of the GeoNames data, for programs.
        response["Link"] = '<https://creativecommons.org/licenses/by/4.0/>; rel="license"'
        return response
