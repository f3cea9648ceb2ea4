"""Views of the whole site: home page, statistics, search, pages of text, style guide."""

from typing import Any, NamedTuple, Self

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.views.generic import TemplateView

from cities.detail_queries import city_counts_by_country
from cities.drawing.charts import bars
from cities.drawing.map_clusters import MOST_MARKS, clustered_map, finder_link
from cities.drawing.maps import map_figure
from cities.drawing.projection import MapFigure
from cities.models import City, Country, Intake, Region
from cities.place_note import place_note
from cities.spelling import did_you_mean
from news.models import NewsItem
from partners.models import Membership, Network
from portal import styleguide
from portal.models import Page, Site
from portal.search.results import make_hit, parse_query, rows_of_kind, search
from portal.search.sources import LABELS, as_query
from portal.statistics import NetworkStatistics
from publishing.caching.content_cache import cached
from publishing.views import RecordDetail

# The most of each on the home page.
NEWEST, STORIES, NETWORKS = 32, 4, 4
# The hits on a page of one kind of the search results.
HITS = 24


class NetworkTotals(NamedTuple):
    """Totals of the whole network, cached until the content changes."""

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


class Home(TemplateView):
    template_name = "portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        public = City.objects.published().for_cards()
        totals = cached(("the whole network", get_language()), NetworkTotals.add_up)
        intakes = list(Intake.objects.published().order_by("year"))
        with_total = [intake for intake in intakes if intake.cities_total]
        newest = max((i for i in intakes if i.announced_on), key=lambda i: i.year, default=None)
        new_cities = public.filter(joined_year=newest.year) if newest else public.none()
        members = list(new_cities[:NEWEST])
        new_total = len(members) if len(members) < NEWEST else new_cities.count()
        site = Site.objects.first()
        featured = NewsItem.objects.published().for_listing()
        stories = list(featured.filter(site__isnull=False)[:STORIES])
        others = featured.exclude(pk__in=[story.pk for story in stories])
        heading = site.home_heading if site else ""
        is_public = Q(memberships__in=Membership.objects.published())
        public_members = Count("memberships", filter=is_public)
        return super().get_context_data(
            heading=heading.replace("%(number)s", str(totals.cities)),
            lead=site.home_lead if site else "",
            featured=list(public.filter(pk__in=site.featured_cities.all())) if site else [],
            city_total=totals.cities,
            country_total=totals.countries,
            without_place=totals.without_place,
            map=totals.map,
            is_clustered=totals.cities > MOST_MARKS,
            regions=region_key(totals.regions),
            newest=newest,
            newest_members=members,
            newest_total=new_total,
            missing=max(0, (newest.cities_announced or 0) - new_total) if newest else 0,
            news=[*stories, *others[: STORIES - len(stories)]],
            first=with_total[0] if with_total else None,
            latest=with_total[-1] if with_total else None,
            bars=bars({i.year: i.cities_total or 0 for i in with_total}),
            networks=Network.objects.published()
            .for_listing()
            .of_scope(Network.Scope.CITY)
            .annotate(members=public_members)
            .order_by("-members", "name_key", "pk")[:NETWORKS],
            network_total=Network.objects.published().count(),
            **kwargs,
        )


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


class NetworkInNumbers(TemplateView):
    template_name = "portal/numbers.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        numbers = cached(("numbers", get_language()), NetworkStatistics.count)
        return super().get_context_data(numbers=numbers, **kwargs)


def finder_with(**filters: str) -> str:
    """Return the address of the finder with these filters."""
    return f"{reverse('cities:list')}?{urlencode(filters)}"


class SiteSearch(TemplateView):
    """Search results by kind; or with `kind` all results of one kind, in pages."""

    template_name = "portal/search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        context = response.context_data  # type: ignore[attr-defined]
        page = context.get("page_obj")
        parameters = {
            "q": context["text"],
            "kind": request.GET.get("kind", ""),
            "page": page.number if page and page.number > 1 else "",
        }
        canonical = urlencode({name: value for name, value in parameters.items() if value})
        # The page cache keeps this address, because others may ask the same question.
        is_canonical = not context["notices"] and request.GET.urlencode() == canonical
        response.is_canonical = is_canonical  # type: ignore[attr-defined]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, kind, notices = parse_query(self.request.GET)
        if kind and text:
            return super().get_context_data(**self.of_kind(kind, text), notices=notices, **kwargs)
        query = as_query(text)
        groups = search(query)
        suggestion = did_you_mean(query) if text and not groups else ""
        return super().get_context_data(
            text=text,
            groups=groups,
            total=sum(group.count for group in groups),
            meant=suggestion,
            place_note=place_note(query, finder_with, bool(groups)) if text else "",
            notices=notices,
            **kwargs,
        )

    def of_kind(self, kind: str, text: str) -> dict[str, Any]:
        page = Paginator(rows_of_kind(kind, text), HITS).get_page(self.request.GET.get("page"))
        return {
            "text": text,
            "kind": LABELS[kind],
            "total": page.paginator.count,
            "hits": [make_hit(kind, row, text) for row in page],
            "page_obj": page,
        }


class Components(TemplateView):
    """The style guide: every component in every state, for developers and staff only."""

    template_name = "portal/components.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not (settings.DEBUG or request.user.is_staff):
            raise Http404
        response = super().get(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**styleguide.context(), **kwargs)


class PageDetail(RecordDetail):
    model = Page
