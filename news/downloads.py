"""Downloads of news and of events."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from news.filters import NewsFilter
from news.models import Event, NewsItem
from partners.downloads import ADDRESSES
from publishing.downloads import NAME, Column, Download, field, label, names_of
from publishing.finder.finder import Finder


class NewsDownloadFilter(NewsFilter):
    page_parameters = frozenset()


class NewsDownload(Download):
    filterset_class = NewsDownloadFilter
    title = _("News")
    plural = "news"
    list_route = "news:list"
    columns = {
        "title": field("title", _("Headline.")),
        "published_at": field("published_at", _("Moment of publication, in UTC.")),
        "summary": field("summary", _("Summary of the story.")),
        "cities": Column(_("Learning cities that it is about."), names_of("public_cities")),
        **{name: column for name, column in ADDRESSES.items() if name != "checked_on"},
    }

    def get_rows(self) -> QuerySet[NewsItem]:
        return NewsItem.objects.published().for_listing()

    def with_parts(self, rows: QuerySet[NewsItem]) -> QuerySet[NewsItem]:
        return rows.defer("body")


class EventDownloadFilter(Finder):
    """Events have no filters; Finder says so where an address has one."""

    page_parameters = frozenset()

    def in_words(self, number: int) -> str:
        return ngettext("%(number)s event", "%(number)s events", number) % {"number": number}


class EventDownload(Download):
    filterset_class = EventDownloadFilter
    title = _("Events")
    plural = "events"
    list_route = "events:list"
    columns = {
        "name": field("name", NAME),
        "kind": field("kind", _("Kind of event, as a word that stays the same.")),
        "kind_label": label("kind", _("Kind of event, in words.")),
        "starts_on": field("starts_on", _("First day.")),
        "ends_on": field("ends_on", _("Last day, where there are several.")),
        "date_note": field("date_note", _("Note on the date, such as “each year”.")),
        "place": field("place", _("Where it takes place.")),
        "city": Column(
            _("Learning city in which it takes place."),
            lambda event: event.city.name if event.city and event.city.is_published else None,
        ),
        "country": Column(
            _("Country in which it takes place."),
            lambda event: event.country.name if event.country else None,
        ),
        "description": field("description", _("What happens there.")),
        "website": field("website", _("Its website.")),
        **ADDRESSES,
    }

    def get_rows(self) -> QuerySet[Event]:
        return Event.objects.published().for_listing().order_by("-starts_on", "name", "pk")
