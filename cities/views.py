"""The pages of cities, countries, intakes, regions and themes."""

from collections import Counter
from typing import Any

from django.core.paginator import Page
from django.db.models import Count, Max, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView, TemplateView

from cities.detail_queries import portrait
from cities.drawing.map_clusters import MOST_MARKS, clustered, in_finder
from cities.drawing.maps import HALF, left_out, neighbourhood, plate
from cities.filters import CityFilter
from cities.models import City, CityQuerySet, Country, Intake, Region, Theme, by_region
from cities.result_summary import found_in_words
from cities.spelling import did_you_mean
from publishing.caching.prepared_queries import Prepared
from publishing.views import FinderList, RecordDetail

# A page of one country or intake lists so many cities; the finder has them all.
MOST_LISTED = 200
# So many cities of earlier years lie in grey below those of an intake; more would be one stain.
MOST_GREY = 2000


class CityList(FinderList):
    filterset_class = CityFilter

    def get_template_names(self) -> list[str]:
        return ["cities/city_list.html"]

    def get_rows(self) -> QuerySet[City]:
        return City.objects.published().for_cards()

    def get_paginate_by(self, queryset: QuerySet[City]) -> int:
        """A map shows all that was found, and the list below it the same while it can be read."""
        is_map = self.finder.chosen.get("view") == "map" and self.finder.total <= MOST_MARKS
        return MOST_MARKS if is_map else self.paginate_by

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        view = self.finder.chosen.get("view", "cards")
        context = super().get_context_data(view=view, heads=self.heads(), **kwargs)
        if view == "map":
            context |= self.map(context["page_obj"])
        context["found"] = found_in_words(self.finder, context["paginator"].count)
        if self.finder.search_text and not context["paginator"].count:
            meant = did_you_mean(self.finder.search_text)
            context |= {"meant": meant, "meant_url": self.finder.cleared_link(q=meant)}
        return context

    def map(self, page: Page[City]) -> dict[str, Any]:
        """The map of all cities found, and those that are not on it."""
        if self.finder.total > MOST_MARKS:
            found = self.finder.qs.all()
            return {
                "map": clustered(
                    found,
                    lambda code: self.finder.link(country=code),
                    everywhere=not self.finder.is_narrowed,
                ),
                "is_clustered": True,
                "without_number": found.filter(latitude__isnull=True).count(),
            }
        # The one page has them all.
        map_ = plate(page)
        return {
            "map": map_,
            "left_out": left_out(map_),
            "without_place": [city for city in page if not city.has_place],
        }

    def heads(self) -> list[dict[str, Any]]:
        """The heads of the table, of which four sort it."""
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


def whole_cities() -> CityQuerySet:
    """Cities with the records that stand in their own facts."""
    return City.objects.select_related("country", "intake", "picture")


class CityDetail(RecordDetail):
    model = City

    public_at = Prepared(
        lambda moment, slug: whole_cities().published(moment).filter(slug=slug), slug=str
    )

    def get_queryset(self) -> QuerySet[City]:
        return whole_cities()

    def find_public(self) -> City | None:
        return next(iter(self.public_at(slug=self.kwargs["slug"])), None)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        shown = portrait(self.object)
        if self.object.has_place:
            shown["map"] = neighbourhood(self.object, shown["nearest"])
        return super().get_context_data(**shown, **kwargs)


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
    model = Country

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        country = self.object
        cities = list(country.cities.published().for_listing()[: MOST_LISTED + 1])
        # A country has no date of its own: its page changes with its cities.
        country.updated_at = max((city.updated_at for city in cities), default=None)
        return super().get_context_data(
            cities=cities[:MOST_LISTED],
            city_total=len(cities)
            if len(cities) <= MOST_LISTED
            else country.cities.published().count(),
            map=plate(cities[:MOST_LISTED], pixels=HALF),
            networks=type(self).networks(country),
            news=type(self).news(country),
            **kwargs,
        )

    @staticmethod
    def networks(country: Country) -> Any:
        # Through the relations, because networks and news know cities and not the reverse.
        model = country.networks.model
        return model.objects.published().in_country(country.code).for_listing()

    @staticmethod
    def news(country: Country) -> Any:
        model = country.news_items.model
        return model.objects.published().about_country(country.code).for_listing()[:4]


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
        # By region; who has a latitude has a place.
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
            map=clustered(joined, in_finder(intake=intake.year))
            if is_clustered
            else plate(cities, greys if len(greys) <= MOST_GREY else [], world=True),
            news=intake.news_items.published().for_listing(),
            previous=others.filter(year__lt=intake.year).order_by("-year").first(),
            following=others.filter(year__gt=intake.year).order_by("year").first(),
            **kwargs,
        )


class RegionDetail(TemplateView):
    """One of UNESCO's five regions. It is a fixed value, so it has a page and no record."""

    template_name = "cities/region_detail.html"

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
            clustered(public, in_finder(), pixels=HALF)
            if is_clustered
            else plate(cities, pixels=HALF)
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
            networks=rows_of(Country, "networks").in_country(*codes).for_listing(),
            news=rows_of(Country, "news_items").about_country(*codes).for_listing()[:4],
            **kwargs,
        )


def rows_of(model: Any, relation: str) -> Any:
    """The published rows at the other end of a relation that a later app made."""
    return model._meta.get_field(relation).related_model.objects.published()


class ThemeList(ListView):
    headings = {
        Theme.Kind.KEY_FEATURE: _("Key features"),
        Theme.Kind.CLUSTER: _("Thematic clusters"),
        Theme.Kind.AREA_OF_ACTION: _("Areas of action"),
        Theme.Kind.GOAL: _("Sustainable Development Goals"),
    }

    def get_queryset(self) -> QuerySet[Theme]:
        return Theme.objects.published().with_city_counts().order_by("group", "number", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kinds = []
        for kind, heading in self.headings.items():
            groups: dict[str, list[Theme]] = {}
            for theme in self.object_list:
                if theme.kind == kind:
                    groups.setdefault(theme.group, []).append(theme)
            if groups:
                kinds.append({"slug": kind.value, "name": heading, "groups": groups})
        return super().get_context_data(kinds=kinds, **kwargs)


class ThemeDetail(RecordDetail):
    model = Theme

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        theme = self.object
        cities = list(theme.cities.published().for_listing()[:MOST_LISTED])
        map_ = plate(cities, pixels=HALF)
        beside = list(Theme.objects.published().beside(theme))
        place = beside.index(theme) if theme in beside else len(beside)
        return super().get_context_data(
            cities=cities,
            map=map_,
            left_out=left_out(map_),
            previous=beside[place - 1] if 0 < place < len(beside) else None,
            following=beside[place + 1] if place + 1 < len(beside) else None,
            **kwargs,
        )
