"""The list of countries and the page of a country."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import ListView

from cities.country_names import countries_named, nearest_country
from cities.drawing.maps import HALF_PIXELS, map_figure
from cities.models import Country, Region
from cities.models.expressions import published_rows
from cities.views.list_lengths import MOST_LISTED
from publishing.content.folding import fold
from publishing.views import LONGEST_ADDRESS, RecordDetail


class CountryList(ListView):
    def get_queryset(self) -> QuerySet[Country]:
        return Country.objects.published().with_city_counts().order_by("name_key", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        groups: dict[str, list[Country]] = {region: [] for region in Region}
        for country in self.object_list:
            groups[country.region].append(country)
        regions = [
            {"slug": slug, "name": Region(slug).label, "countries": countries}
            for slug, countries in groups.items()
            if countries
        ]
        total = sum(country.city_count for country in self.object_list)
        return super().get_context_data(regions=regions, city_total=total, **kwargs)


class CountryDetail(RecordDetail):
    """The page of a country; a code or another name of the country redirects to it."""

    model = Country

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            text = fold(self.kwargs["slug"][:LONGEST_ADDRESS])
            named = countries_named(text)
            nearest = None if named else nearest_country(text)
            meant = [*named, *([nearest] if nearest else [])]
            if not meant:
                raise
        public = Country.objects.published().filter(pk__in=[country.code for country in meant])
        if len(named) == 1 and public:
            return redirect(public[0], permanent=True)
        context = {"named": named, "nearest": nearest, "public": public}
        return render(request, "cities/country_not_found.html", context, status=404)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        country = self.object
        networks = published_rows(Country, "networks").in_country(country.code)
        news = published_rows(Country, "news_items").about_country(country.code)
        cities = list(country.cities.published().for_listing()[: MOST_LISTED + 1])
        # A country has no date of its own; its page changes with its cities.
        country.updated_at = max((city.updated_at for city in cities), default=None)
        return super().get_context_data(
            cities=cities[:MOST_LISTED],
            city_total=len(cities)
            if len(cities) <= MOST_LISTED
            else country.cities.published().count(),
            map=map_figure(cities[:MOST_LISTED], pixels=HALF_PIXELS),
            networks=networks.for_listing(),
            news=news.for_listing()[:4],
            **kwargs,
        )
