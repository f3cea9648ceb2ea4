"""The list of countries and the page of a country."""

from typing import Any

from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView

from cities.country_names import countries_named, nearest_country
from cities.drawing.maps import HALF_PIXELS, map_figure
from cities.models import Country, Region
from cities.models.expressions import published_rows
from cities.reference_names import reference_names
from cities.views.list_lengths import MOST_LISTED
from publishing.content.folding import fold
from publishing.views import LONGEST_ADDRESS, RecordDetail

MOST_NEXT_TO_MAP = 2


class CountryList(ListView):
    """All countries with a city: from A to Z, by region, or by their number of cities."""

    orders: dict[str, str | Promise] = {
        "": gettext_lazy("A to Z"),
        "region": gettext_lazy("Region"),
        "size": gettext_lazy("Number of cities"),
    }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.asked = request.GET.get("order", "")
        self.order = self.asked if self.asked in self.orders else ""
        response = super().get(request, *args, **kwargs)
        # The page cache keeps each of the orders.
        canonical = f"order={self.order}" if self.order else ""
        response.is_canonical = request.GET.urlencode() == canonical  # type: ignore[attr-defined]
        return response

    def get_queryset(self) -> QuerySet[Country]:
        rows: Any = Country.objects.published().with_city_counts()
        largest = ["-city_count"] if self.order == "size" else []
        return rows.order_by(*largest, "name_key", "pk")  # type: ignore[no-any-return]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        countries = list(self.object_list)
        for country in countries:
            country.names = _well_known_names(country)
        group = _by_region if self.order == "region" else _by_letter
        return super().get_context_data(
            order=self.order,
            orders=[
                {
                    "label": label,
                    "url": f"?order={order}" if order else self.request.path,
                    "current": order == self.order,
                }
                for order, label in self.orders.items()
            ],
            groups=[] if self.order == "size" else group(countries),
            city_total=sum(country.city_count for country in countries),
            notices=self.notices(),
            **kwargs,
        )

    def notices(self) -> list[str]:
        if self.asked == self.order:
            return []
        message = _("We do not recognise the order “%(order)s”, so we ignored it.")
        return [message % {"order": self.asked[:40]}]


def _well_known_names(country: Country) -> str:
    """Return the codes and common names, by which js/narrow.js finds a country in the list."""
    row = reference_names().get(country.code)
    return " ".join([country.code, *(row.well_known if row else ())])


def _by_letter(countries: list[Any]) -> list[dict[str, Any]]:
    """Group the countries by the first letter of their names, in their order."""
    groups: dict[str, list[Any]] = {}
    for country in countries:
        groups.setdefault(country.name_key.strip()[:1].upper(), []).append(country)
    return [
        {"id": letter, "name": letter, "countries": several} for letter, several in groups.items()
    ]


def _by_region(countries: list[Any]) -> list[dict[str, Any]]:
    groups: dict[str, list[Any]] = {region: [] for region in Region}
    for country in countries:
        groups[country.region].append(country)
    return [
        {"id": slug, "name": Region(slug).label, "region": slug, "countries": several}
        for slug, several in groups.items()
        if several
    ]


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
            public = Country.objects.published().filter(pk__in=[country.code for country in meant])
            if not named and not public:
                raise
        if len(named) == 1 and public:
            return redirect(public[0], permanent=True)
        codes = {country.code for country in public}
        without = [country.name for country in named if country.code not in codes]
        context = {"named": named, "public": public, "without": without}
        return render(request, "cities/country_not_found.html", context, status=404)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        country = self.object
        networks = published_rows(Country, "networks").in_country(country.code)
        news = published_rows(Country, "news_items").about_country(country.code)
        cities = list(country.cities.published().for_listing()[: MOST_LISTED + 1])
        # A country has no date of its own; its page changes with its cities.
        country.updated_at = max((city.updated_at for city in cities), default=None)
        map_ = map_figure(cities[:MOST_LISTED], pixels=HALF_PIXELS)
        return super().get_context_data(
            cities=cities[:MOST_LISTED],
            city_total=len(cities)
            if len(cities) <= MOST_LISTED
            else country.cities.published().count(),
            map=map_,
            # A city or two stand next to the map, where there would be an empty column.
            is_thin=bool(map_.marks) and 0 < len(cities) <= MOST_NEXT_TO_MAP,
            networks=networks.for_listing(),
            news=news.for_listing()[:4],
            **kwargs,
        )
