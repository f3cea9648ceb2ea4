"""The content of the home page, the same for every visitor until a record changes."""

from typing import Any, NamedTuple, Self

from django.db.models import Count, Q, Window
from django.template.loader import render_to_string
from django.urls import reverse

from cities.detail_queries import city_counts_by_country
from cities.drawing.charts import bars
from cities.drawing.map_clusters import MOST_MARKS, clustered_map, finder_link
from cities.drawing.map_figure import MapFigure
from cities.drawing.maps import map_figure
from cities.models import City, Country, Intake, Region
from news.models import NewsItem
from partners.models import Membership, Network
from portal.models import Site

# The most of each.
NEWEST, STORIES, NETWORKS = 12, 4, 4


class NetworkTotals(NamedTuple):
    """Totals of the whole network."""

    cities: int
    countries: int
    without_place: int
    regions: dict[Region, int]
    map: MapFigure

    @classmethod
    def add_up(cls) -> Self:
        """Count all public cities; read none if there are too many for a dot each."""
        public = City.objects.published()
        numbers = city_counts_by_country()
        regions = dict.fromkeys(Region, 0)
        for code, region in Country.objects.filter(pk__in=numbers).values_list("code", "region"):
            regions[Region(region)] += numbers[code]
        is_small = numbers.total() <= MOST_MARKS
        return cls(
            cities=numbers.total(),
            countries=len(numbers),
            without_place=public.filter(latitude__isnull=True).count(),
            regions=regions,
            map=map_figure(public.for_cards(), world=True)
            if is_small
            else clustered_map(public, finder_link(), everywhere=True),
        )


def home_content() -> dict[str, Any]:
    """Return the context of the home page, with rows that have been read and the drawn map."""
    totals = NetworkTotals.add_up()
    site = Site.objects.first()
    heading = site.home_heading if site else ""
    map_ = {"map": totals.map, "without_place": totals.without_place, "city_total": totals.cities}
    map_["is_clustered"] = totals.cities > MOST_MARKS
    return {
        "heading": heading.replace("%(number)s", str(totals.cities)),
        "lead": site.home_lead if site else "",
        "featured": _featured(site),
        "city_total": totals.cities,
        "country_total": totals.countries,
        # Hundreds of dots take most of the time of this page.
        "map": render_to_string("portal/_home_map.html", map_),
        "regions": region_key(totals.regions),
        "news": _stories(),
        **_growth(),
        "networks": list(_largest_networks()[:NETWORKS]),
        "network_total": Network.objects.published().count(),
    }


def region_key(counts: dict[Region, int]) -> list[dict[str, Any]]:
    """Return the regions for the legend, with counts and links into the finder."""
    finder = reverse("cities:list")
    return [
        {
            "slug": region.value,
            "name": region.label,
            "count": count,
            "url": f"{finder}?region={region.value}",
        }
        for region, count in counts.items()
    ]


def _featured(site: Site | None) -> list[City]:
    public = City.objects.published().for_cards()
    return list(public.filter(pk__in=site.featured_cities.all())) if site else []


def _growth() -> dict[str, Any]:
    """Return the intakes: their totals, and the cities of the newest."""
    intakes = list(Intake.objects.published().order_by("year"))
    with_total = [intake for intake in intakes if intake.cities_total]
    newest = max((i for i in intakes if i.announced_on), key=lambda i: i.year, default=None)
    public = City.objects.published().for_cards()
    new_cities = public.filter(joined_year=newest.year) if newest else public.none()
    members: list[Any] = list(new_cities.annotate(number=Window(Count("pk")))[:NEWEST])
    total = members[0].number if members else 0
    return {
        "newest": newest,
        "newest_members": members,
        "newest_total": total,
        "missing": max(0, (newest.cities_announced or 0) - total) if newest else 0,
        "first": with_total[0] if with_total else None,
        "latest": with_total[-1] if with_total else None,
        "bars": bars({intake.year: intake.cities_total or 0 for intake in with_total}),
    }


def _stories() -> list[NewsItem]:
    """Return the stories that staff feature, and then the newest."""
    public = NewsItem.objects.published().for_listing()
    featured = list(public.filter(site__isnull=False)[:STORIES])
    others = public.exclude(pk__in=[story.pk for story in featured])
    return [*featured, *others[: STORIES - len(featured)]]


def _largest_networks() -> Any:
    is_public = Q(memberships__in=Membership.objects.published())
    return (
        Network.objects.published()
        .for_listing()
        .of_scope(Network.Scope.CITY)
        .annotate(members=Count("memberships", filter=is_public))
        .order_by("-members", "name_key", "pk")
    )
