"""The list of the regions, and the page of a region."""

from typing import Any

from django.db.models import Count, Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from cities.drawing.map_clusters import MOST_MARKS, clustered_map, finder_link
from cities.drawing.maps import HALF_PIXELS, left_out, map_figure
from cities.models import City, Country, Region
from cities.models.expressions import published_rows
from cities.views.list_lengths import MOST_LISTED
from publishing.models import readable_slug
from publishing.views import LONGEST_ADDRESS

# The most countries of a region in the list of regions.
LARGEST = 8


class RegionList(TemplateView):
    template_name = "cities/region_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups: dict[str, list[Any]] = {region: [] for region in Region}
        rows: Any = Country.objects.published().with_city_counts()
        for country in rows.order_by("-city_count", "name_key", "pk"):
            groups[country.region].append(country)
        regions = [
            {
                "slug": slug,
                "name": Region(slug).label,
                "number": sum(country.city_count for country in countries),
                "countries": len(countries),
                "largest": countries[:LARGEST],
            }
            for slug, countries in groups.items()
        ]
        return super().get_context_data(
            regions=regions, city_total=sum(region["number"] for region in regions), **kwargs
        )


class RegionDetail(TemplateView):
    """One of UNESCO's five regions: a fixed value, so it has a page but no record."""

    template_name = "cities/region_detail.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        written = kwargs["slug"][:LONGEST_ADDRESS]
        slug = readable_slug(written)
        if slug != written and slug in Region:
            return redirect("regions:detail", slug, permanent=True)
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if kwargs["slug"] not in Region:
            raise Http404
        region = Region(kwargs["slug"])
        public = City.objects.published().in_region(region).for_cards()
        countries: list[Any] = list(Country.objects.filter(region=region).with_city_counts())
        codes = [country.code for country in countries]
        total = sum(country.city_count for country in countries)
        is_clustered = total > MOST_MARKS
        cities = list(public[:MOST_MARKS])
        map_ = (
            clustered_map(public, finder_link(), pixels=HALF_PIXELS)
            if is_clustered
            else map_figure(cities, pixels=HALF_PIXELS)
        )
        figures = public.aggregate(newest=Max("joined_year"), placed=Count("latitude"))
        newest = list(public.filter(joined_year=figures["newest"] or 0)[: MOST_LISTED + 1])
        return super().get_context_data(
            region=region,
            cities=cities[:MOST_LISTED],
            city_total=total,
            countries=[country for country in countries if country.city_count],
            without_place=total - figures["placed"],
            map=map_,
            is_clustered=is_clustered,
            left_out=left_out(map_),
            newest_year=figures["newest"],
            newest=newest[:MOST_LISTED],
            newest_total=len(newest)
            if len(newest) <= MOST_LISTED
            else public.filter(joined_year=figures["newest"]).count(),
            networks=published_rows(Country, "networks").in_country(*codes).for_listing(),
            news=published_rows(Country, "news_items").about_country(*codes).for_listing()[:4],
            **kwargs,
        )
