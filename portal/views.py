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

from cities.detail_queries import by_country
from cities.drawing.charts import bars
from cities.drawing.map_clusters import MOST_MARKS, clustered, in_finder
from cities.drawing.maps import plate
from cities.drawing.projection import MapFigure
from cities.models import City, Country, Intake, Region
from cities.spelling import did_you_mean
from news.models import NewsItem
from partners.models import Membership, Network
from portal import styleguide
from portal.models import Page, Site
from portal.search.results import hit, rows_of_kind, search, understood
from portal.search.sources import LABELS
from portal.statistics import Numbers
from publishing.caching.content_cache import remembered
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
        numbers = by_country()
        regions = dict.fromkeys(Region, 0)
        for code, region in Country.objects.filter(pk__in=numbers).values_list("code", "region"):
            regions[Region(region)] += numbers[code]
        is_small = numbers.total() <= MOST_MARKS
        return cls(
            cities=numbers.total(),
            countries=len(numbers),
            without_place=public.filter(latitude__isnull=True).count(),
            regions=regions,
            map=plate(public.for_cards(), world=True)
            if is_small
            else clustered(public, in_finder(), everywhere=True),
        )


class Home(TemplateView):
    template_name = "portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        public = City.objects.published().for_cards()
        whole = remembered(("the whole network", get_language()), NetworkTotals.add_up)
        intakes = list(Intake.objects.published().order_by("year"))
        counted = [intake for intake in intakes if intake.cities_total]
        newest = max((i for i in intakes if i.announced_on), key=lambda i: i.year, default=None)
        joined = public.filter(joined_year=newest.year) if newest else public.none()
        members = list(joined[:NEWEST])
        joined_total = len(members) if len(members) < NEWEST else joined.count()
        site = Site.objects.first()
        featured = NewsItem.objects.published().for_listing()
        stories = list(featured.filter(site__isnull=False)[:STORIES])
        newer = featured.exclude(pk__in=[story.pk for story in stories])
        heading = site.home_heading if site else ""
        seen = Q(memberships__in=Membership.objects.published())
        members_seen = Count("memberships", filter=seen)
        return super().get_context_data(
            heading=heading.replace("%(number)s", str(whole.cities)),
            lead=site.home_lead if site else "",
            featured=list(public.filter(pk__in=site.featured_cities.all())) if site else [],
            city_total=whole.cities,
            country_total=whole.countries,
            without_place=whole.without_place,
            map=whole.map,
            is_clustered=whole.cities > MOST_MARKS,
            regions=region_key(whole.regions),
            newest=newest,
            newest_members=members,
            newest_total=joined_total,
            missing=max(0, (newest.cities_announced or 0) - joined_total) if newest else 0,
            news=[*stories, *newer[: STORIES - len(stories)]],
            first=counted[0] if counted else None,
            latest=counted[-1] if counted else None,
            bars=bars({i.year: i.cities_total or 0 for i in counted}),
            networks=Network.objects.published()
            .for_listing()
            .of_scope(Network.Scope.CITY)
            .annotate(members=members_seen)
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
        numbers = remembered(("numbers", get_language()), Numbers.count)
        return super().get_context_data(numbers=numbers, **kwargs)


class SiteSearch(TemplateView):
    """Search results by kind; or with `kind` all results of one kind, in pages."""

    template_name = "portal/search.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        context = response.context_data  # type: ignore[attr-defined]
        page = context.get("page_obj")
        known = {
            "q": context["text"],
            "kind": request.GET.get("kind", ""),
            "page": page.number if page and page.number > 1 else "",
        }
        canonical = urlencode({name: value for name, value in known.items() if value})
        # The page cache keeps this address, because others may ask the same question.
        is_canonical = not context["notices"] and request.GET.urlencode() == canonical
        response.is_canonical = is_canonical  # type: ignore[attr-defined]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        text, kind, notices = understood(self.request.GET)
        if kind and text:
            return super().get_context_data(**self.of_kind(kind, text), notices=notices, **kwargs)
        groups = search(text)
        meant = did_you_mean(text) if text and not groups else ""
        return super().get_context_data(
            text=text,
            groups=groups,
            total=sum(group.count for group in groups),
            meant=meant,
            notices=notices,
            **kwargs,
        )

    def of_kind(self, kind: str, text: str) -> dict[str, Any]:
        page = Paginator(rows_of_kind(kind, text), HITS).get_page(self.request.GET.get("page"))
        return {
            "text": text,
            "kind": LABELS[kind],
            "total": page.paginator.count,
            "hits": [hit(kind, row, text) for row in page],
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
