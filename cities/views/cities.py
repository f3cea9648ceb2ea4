"""The finder of cities, and the page of a city."""

from functools import partial
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet

from cities.detail_queries import detail_context
from cities.drawing.map_clusters import MOST_MARKS, clustered_map
from cities.drawing.maps import left_out, map_figure, neighbourhood
from cities.filters import CityFilter
from cities.models import City, CityQuerySet, Country
from cities.other_names import other_names
from cities.place_note import place_note
from cities.result_summary import summarise
from cities.spelling import did_you_mean
from publishing.caching.prepared_queries import Prepared
from publishing.views import FinderList, RecordDetail


class CityList(FinderList):
    filterset_class = CityFilter

    def get_template_names(self) -> list[str]:
        return ["cities/city_list.html"]

    def get_rows(self) -> QuerySet[City]:
        return City.objects.published().for_cards()

    def get_paginate_by(self, queryset: QuerySet[City]) -> int:
        """Return the page size; up to MOST_MARKS cities, the list of a map is one page."""
        is_map = self.finder.chosen.get("view") == "map" and self.finder.total <= MOST_MARKS
        return MOST_MARKS if is_map else self.paginate_by

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view = self.finder.chosen.get("view", "cards")
        context = super().get_context_data(view=view, heads=self.heads(), **kwargs)
        if view == "map":
            context |= self.map(context["page_obj"])
        context["found"] = summarise(self.finder, context["paginator"].count)
        if not self.finder.search_text:
            return context
        query = self.finder.query
        is_found = bool(context["paginator"].count)
        context["place_note"] = place_note(query, partial(self.finder.link, q=""), is_found)
        others = other_names(context["page_obj"], query)
        for city in context["page_obj"]:
            city.other_name = others.get(city.pk, "")
        if not is_found:
            suggestion = did_you_mean(query)
            context |= {"meant": suggestion, "meant_url": self.finder.cleared_link(q=suggestion)}
        return context

    def map(self, page: Page[City]) -> dict[str, Any]:
        """Return the context of the map: all matching cities, and those that are not on it."""
        if self.finder.total > MOST_MARKS:
            cities = self.finder.qs.all()
            return {
                "map": clustered_map(
                    cities,
                    lambda code: self.finder.link(country=code),
                    everywhere=not self.finder.is_narrowed,
                ),
                "is_clustered": True,
                "without_number": cities.filter(latitude__isnull=True).count(),
            }
        # The one page has all cities, see `get_paginate_by`.
        map_ = map_figure(page)
        return {
            "map": map_,
            "left_out": left_out(map_),
            "without_place": [city for city in page if not city.has_place],
        }

    def heads(self) -> list[dict[str, Any]]:
        """Return the heads of the table, of which four sort it."""
        sorts = {option["value"]: option for option in self.finder.options("sort")}
        falling = {"joined", "population"}
        heads = []
        for name, label in (
            ("name", City._meta.get_field("name").verbose_name),
            ("country", City._meta.get_field("country").verbose_name),
            ("", Country._meta.get_field("region").verbose_name),
            ("joined", City._meta.get_field("joined_year").verbose_name),
            ("population", City._meta.get_field("population").verbose_name),
        ):
            option = sorts.get(name, {})
            direction = "descending" if name in falling else "ascending"
            heads.append(
                {
                    "label": str(label).capitalize() if name else label,
                    "url": option.get("url"),
                    "sorted": direction if option.get("current") else "",
                    "number": name == "population",
                }
            )
        return heads


def cities_with_facts() -> CityQuerySet:
    """Return cities with the single records that their page shows."""
    return City.objects.select_related("country", "intake", "picture")


class CityDetail(RecordDetail):
    model = City

    public_at = Prepared(
        lambda moment, slug: cities_with_facts().published(moment).filter(slug=slug), slug=str
    )

    def get_queryset(self) -> QuerySet[City]:
        return cities_with_facts()

    def find_public(self) -> City | None:
        return next(iter(self.public_at(slug=self.kwargs["slug"])), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = detail_context(self.object)
        if self.object.has_place:
            context["map"] = neighbourhood(self.object, context["nearest"])
        return super().get_context_data(**context, **kwargs)
