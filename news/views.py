"""Pages of news and events."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.views.generic import TemplateView

from news.filters import NewsFilter
from news.models import Event, NewsItem
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
    template_name = "news/event_list.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = Event.objects.published().for_listing()
        return super().get_context_data(
            upcoming=events.upcoming().order_by("starts_on", "name", "pk"),
            past=events.past().order_by("-starts_on", "name", "pk"),
            yearly=events.yearly().order_by("name", "pk"),
            **kwargs,
        )


class EventDetail(RecordDetail):
    model = Event

    def get_queryset(self) -> QuerySet[Event]:
        return Event.objects.for_listing()
