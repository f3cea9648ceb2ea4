"""Pages of news and events."""

from itertools import groupby
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.generic import TemplateView

from news.filters import NewsFilter
from news.models import Event, NewsItem
from news.models.events import coming
from partners.models import Network
from publishing.views import FinderList, RecordDetail


class NewsList(FinderList):
    filterset_class = NewsFilter
    paginate_by = 12

    def get_template_names(self) -> list[str]:
        return ["news/newsitem_list.html"]

    def get_rows(self) -> QuerySet[NewsItem]:
        return NewsItem.objects.published().for_listing()


class NewsDetail(RecordDetail):
    model = NewsItem

    def get_queryset(self) -> QuerySet[NewsItem]:
        return NewsItem.objects.for_listing().select_related("intake")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        item = self.object
        public = NewsItem.objects.published()
        led_by = Prefetch("networks", Network.objects.published(), "public_networks")
        return super().get_context_data(
            cities=item.cities.published().for_listing().prefetch_related(led_by),
            countries=item.countries.published(),
            networks=item.networks.published(),
            earlier=public.before(item).first(),
            later=public.after(item).first(),
            **kwargs,
        )


class EventList(TemplateView):
    """The coming events, and past ones by year; with `year` the events of one year."""

    template_name = "news/event_list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().get(request, *args, **kwargs)
        year = response.context_data["year"]  # type: ignore[attr-defined]
        # The page cache keeps the address of a year that has events.
        response.is_canonical = request.GET.urlencode() == f"year={year}"  # type: ignore[attr-defined]
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = list(Event.objects.published().for_listing().order_by("-starts_on", "name", "pk"))
        dated = [event for event in events if event.starts_on]
        by_year = {
            year: list(rows)
            for year, rows in groupby(dated, lambda event: event.starts_on and event.starts_on.year)
        }
        asked = self.request.GET.get("year", "")
        year = next((number for number in by_year if str(number) == asked), None)
        unknown = _("We have no events in “%(year)s”, so we ignored that filter.")
        return super().get_context_data(
            year=year,
            years=list(by_year),
            notices=[unknown % {"year": asked[:20]}] if asked and not year else [],
            upcoming=coming(events),
            undated=[event for event in events if event.first_day is None],
            past={year: by_year[year]} if year else past(by_year),
            **kwargs,
        )


def past(by_year: dict[Any, list[Event]]) -> dict[Any, list[Event]]:
    """Return the events of each year that are over, without years that have none."""
    over = {year: [event for event in rows if event.is_over] for year, rows in by_year.items()}
    return {year: rows for year, rows in over.items() if rows}


class EventDetail(RecordDetail):
    model = Event

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.for_listing()
