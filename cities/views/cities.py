"""The finder of cities, and the page of a city."""

import re
from functools import partial
from typing import Any

from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from cities.city_paragraph import in_plain_text, joined_with, made_paragraph
from cities.comparison import MOST, address_of
from cities.detail_queries import detail_context, facts_of, with_organisations
from cities.drawing.map_clusters import MOST_MARKS, clustered_map
from cities.drawing.maps import left_out, map_figure, neighbourhood
from cities.filters import CityFilter
from cities.links_out import links_out
from cities.models import City, CityQuerySet, Country
from cities.other_names import other_names
from cities.place_note import place_note
from cities.result_summary import describe, summarise
from cities.spelling import did_you_mean
from publishing.caching.prepared_queries import Prepared
from publishing.views import FinderList, RecordDetail

# The most rows of a table: “All” means so many, and then there are pages.
MOST_ROWS = 1000

# The columns of the table: the value that sorts it, and its label.
COLUMNS = (
    ("name", City._meta.get_field("name").verbose_name),
    ("country", City._meta.get_field("country").verbose_name),
    ("region", Country._meta.get_field("region").verbose_name),
    ("joined", _("joined")),
    ("population", City._meta.get_field("population").verbose_name),
)


class CityList(FinderList):
    filterset_class = CityFilter

    def get_template_names(self) -> list[str]:
        return ["cities/city_list.html"]

    def get_rows(self) -> QuerySet[City]:
        # Only cards show the summary, and they are the view without a name in the address.
        also = [] if "view" in self.request.GET else ["summary"]
        return City.objects.published().for_cards(*also)

    def get_paginate_by(self, queryset: QuerySet[City]) -> int:
        """Return the page size; up to MOST_MARKS cities, the list of a map is one page."""
        chosen = self.finder.chosen
        if chosen.get("view") == "map" and self.finder.total <= MOST_MARKS:
            return MOST_MARKS
        if chosen.get("view") == "table" and "per" in chosen:
            return MOST_ROWS if chosen["per"] == "all" else int(chosen["per"])
        return self.paginate_by

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view = self.finder.chosen.get("view", "cards")
        context = super().get_context_data(view=view, **kwargs)
        if view == "map":
            context |= self.map(context["page_obj"])
        elif view == "table":
            context |= {"heads": self.heads(), "sizes": self.sizes()}
        context["found"] = found = summarise(self.finder)
        context["described"] = describe(self.finder, found)
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
        """Return the heads of the table; each sorts it, and the current one turns it round."""
        orders = {order["value"]: order for order in self.finder.orders()}
        heads = []
        for name, label in COLUMNS:
            order = orders[name]
            direction = "descending" if order["is_falling"] else "ascending"
            # The best matches of a search are in no column's order.
            is_sorted = order["current"] and order["direction"]
            heads.append(
                {
                    "label": capfirst(label),
                    "url": order["opposite"]["url"] if order["current"] else order["url"],
                    "sorted": direction if is_sorted else "",
                    "number": name == "population",
                }
            )
        return heads

    def sizes(self) -> list[dict[str, Any]]:
        """Return the numbers of rows that the table may have, as links."""
        smallest, *larger = self.finder.options("per")
        if self.finder.total <= int(smallest["value"]):
            return []
        if self.finder.total > MOST_ROWS:
            larger[-1]["label"] = number_format(MOST_ROWS, force_grouping=True)
        return [smallest, *larger]


def cities_with_facts() -> CityQuerySet:
    """Return cities with the single records that their page shows."""
    return City.objects.select_related("country", "intake", "picture")


MUCH_TEXT = 1500
"""The characters of HTML from which on a profile needs a list of its headings."""


# The list of sources at the end of a profile, with its heading.
SOURCES = re.compile(r"<h2>[^<]*</h2>\s*<ol>(?:(?!<h2>).)*</ol>\s*\Z", re.DOTALL)


def is_short(profile: str) -> bool:
    """Return whether a profile has no heading but that of its sources: it introduces the city."""
    return bool(profile) and "<h2>" not in SOURCES.sub("", profile)


class CityDetail(RecordDetail):
    model = City

    public_at = Prepared(
        lambda moment, slug: (
            with_organisations(cities_with_facts(), moment).published(moment).filter(slug=slug)
        ),
        slug=str,
    )

    def get_queryset(self) -> QuerySet[City]:
        cities: QuerySet[City] = with_organisations(cities_with_facts())
        return cities

    def find_public(self) -> City | None:
        return next(iter(self.public_at(slug=self.kwargs["slug"])), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        city, context = self.object, detail_context(self.object)
        has_short_profile = is_short(city.profile)
        if city.has_place:
            context["map"] = neighbourhood(city, context["nearest"])
        if not city.summary:
            context["paragraph"] = paragraph = made_paragraph(facts_of(city, context))
            context["description"] = in_plain_text(paragraph)
        context |= {
            "links": links_out(city),
            "others": joined_with(city),
            "compare_url": address_of([city.slug]),
            "compare_similar_url": address_of(
                [city.slug, *(one.city.slug for one in context["similar"][: MOST - 1])]
            ),
            # A page with little to read has no column at its side; a long one has contents.
            "is_rich": bool(context["networks"] or (city.profile and not has_short_profile)),
            "has_short_profile": has_short_profile,
            "is_long": len(city.profile) > MUCH_TEXT,
            "has_news": bool(context["news"] or context["events"]),
        }
        return super().get_context_data(**context, **kwargs)
