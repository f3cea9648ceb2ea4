"""The list of intakes and the page of an intake."""

from collections import Counter
from typing import Any

from django.db.models import Count, QuerySet
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
        years = cities.exclude(joined_year__in=known).values_list("joined_year")
        counts = dict(years.order_by("joined_year").annotate(number=Count("pk")))
        unknown = cities.filter(joined_year__isnull=True).count()
        counts.pop(None, None)
        return super().get_context_data(other_years=counts, year_unknown=unknown, **kwargs)


class IntakeDetail(RecordDetail):
    model = Intake

    def find(self, rows: QuerySet[Any]) -> Any:
        return rows.filter(year=self.kwargs["year"]).first()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        intake = self.object
        public = City.objects.published()
        joined = public.joined_in(intake.year)
        # By region; every city with a latitude is on the map.
        numbers: Counter[str] = Counter()
        by_country = joined.order_by().values_list("country", "country__region")
        counted = list(by_country.annotate(Count("pk"), Count("latitude")))
        for _country, region, number, _placed in counted:
            numbers[region] += number
        total = numbers.total()
        is_clustered = total > MOST_MARKS
        cities = list(joined.for_cards()[:MOST_MARKS])
        earlier = public.filter(joined_year__lt=intake.year, latitude__isnull=False)
        greys = list(earlier.values_list("latitude", "longitude")[: MOST_GREY + 1])
        others = Intake.objects.published()
        return super().get_context_data(
            cities=cities[:MOST_LISTED],
            city_total=total,
            countries=len(counted),
            without_place=total - sum(placed for *_country, placed in counted),
            missing=max(0, (intake.cities_announced or 0) - total),
            groups=[
                {
                    "slug": region.value,
                    "name": region.label,
                    "number": numbers[region],
                    "cities": members,
                }
                for region, members in by_region(cities[:MOST_LISTED])
            ],
            is_clustered=is_clustered,
            has_greys=not is_clustered and 0 < len(greys) <= MOST_GREY,
            map=clustered_map(joined, finder_link(intake=intake.year))
            if is_clustered
            else map_figure(cities, greys if len(greys) <= MOST_GREY else [], world=True),
            news=intake.news_items.published().for_listing(),
            previous=others.filter(year__lt=intake.year).order_by("-year").first(),
            following=others.filter(year__gt=intake.year).order_by("year").first(),
            **kwargs,
        )
