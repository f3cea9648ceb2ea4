"""The list of intakes and the page of an intake."""

from collections import Counter
from typing import Any

from django.db.models import Count, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.generic import ListView

from cities.drawing.map_clusters import MOST_MARKS, clustered_map, finder_link
from cities.drawing.maps import map_figure
from cities.models import City, Intake, by_region
from cities.views.list_lengths import MOST_LISTED
from publishing.views import RecordDetail

# Maximum number of grey dots for the cities of earlier intakes; more would hide the land.
MOST_GREY = 2000


class IntakeList(ListView):
    def get_queryset(self) -> QuerySet[Intake]:
        return Intake.objects.published().with_city_counts().order_by("-year")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        cities = City.objects.published()
        known = {intake.year for intake in self.object_list}
        years = cities.exclude(joined_year__in=known).exclude(joined_year=None)
        # A year whose intake is hidden has no page.
        is_hidden = Intake.objects.of_joining_year()
        counts = years.order_by("joined_year").values_list("joined_year", is_hidden)
        others = [
            {"year": year, "number": number, "url": joined_url(year, is_hidden)}
            for year, is_hidden, number in counts.annotate(Count("pk"))
        ]
        unknown = cities.filter(joined_year__isnull=True).count()
        return super().get_context_data(other_years=others, year_unknown=unknown, **kwargs)


def joined_url(year: int, in_finder: bool) -> str:
    """Return the address of the cities of a year: its page, or the finder."""
    if in_finder:
        return f"{reverse('cities:list')}?intake={year}"
    return reverse("intakes:detail", args=[year])


class IntakeDetail(RecordDetail):
    """The page of an intake, or of a year in which cities joined without one."""

    model = Intake

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            return super().get(request, *args, **kwargs)
        except Http404:
            year = int(self.kwargs["year"])
            context = cities_of(year)
            if self.find(Intake.objects.all()) or not context["city_total"]:
                raise
            return render(request, "cities/year_detail.html", context)

    def find(self, rows: QuerySet[Any]) -> Any:
        return rows.filter(year=self.kwargs["year"]).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intake = self.object
        context = cities_of(intake.year)
        return super().get_context_data(
            # Without a day and a number, nothing says that the cities joined together.
            is_single=bool(intake.announced_on or intake.cities_announced),
            missing=max(0, (intake.cities_announced or 0) - context["city_total"]),
            news=intake.news_items.published().for_listing(),
            **context,
            **kwargs,
        )


def cities_of(year: int) -> dict[str, Any]:
    """Return the context of the cities that joined in a year, and the intakes around it."""
    public = City.objects.published()
    joined = public.joined_in(year)
    # By region; every city with a latitude is on the map.
    numbers: Counter[str] = Counter()
    by_country = joined.order_by().values_list("country", "country__region")
    counted = list(by_country.annotate(Count("pk"), Count("latitude")))
    for _country, region, number, _placed in counted:
        numbers[region] += number
    total = numbers.total()
    is_clustered = total > MOST_MARKS
    cities = list(joined.for_cards()[:MOST_MARKS])
    earlier = public.filter(joined_year__lt=year, latitude__isnull=False)
    greys = list(earlier.values_list("latitude", "longitude")[: MOST_GREY + 1])
    others = Intake.objects.published()
    return {
        "year": year,
        "cities": cities[:MOST_LISTED],
        "city_total": total,
        "countries": len(counted),
        "without_place": total - sum(placed for *_country, placed in counted),
        "groups": [
            {
                "slug": region.value,
                "name": region.label,
                "number": numbers[region],
                "cities": members,
            }
            for region, members in by_region(cities[:MOST_LISTED])
        ],
        "is_clustered": is_clustered,
        "is_cut": total > MOST_LISTED,
        "has_greys": not is_clustered and 0 < len(greys) <= MOST_GREY,
        "map": clustered_map(joined, finder_link(intake=year))
        if is_clustered
        else map_figure(cities, greys if len(greys) <= MOST_GREY else [], world=True),
        "previous": others.filter(year__lt=year).order_by("-year").first(),
        "following": others.filter(year__gt=year).order_by("year").first(),
    }
