"""Admin of news and events."""

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cities.models import City
from news.models import Event, NewsItem
from publishing.admin import (
    FOR_STAFF,
    PUBLICATION,
    SOURCE,
    ChangedByFilter,
    ChangedFilter,
    CheckFilter,
    CountryFilter,
    CreatedByMeFilter,
    PublishableAdmin,
    SourceKindFilter,
    StateFilter,
)


@admin.register(NewsItem)
class NewsItemAdmin(PublishableAdmin):
    list_display = (
        "title",
        "state_column",
        "published_at",
        "cities_named",
        "intake",
        "changed",
    )
    list_filter = (StateFilter, "intake", ChangedFilter, ChangedByFilter, CreatedByMeFilter)
    list_select_related = ("intake",)
    search_fields = ("search_key",)
    search_help_text = _("Searches the beginnings of words in titles and summaries.")
    date_hierarchy = "published_at"
    autocomplete_fields = ("cities", "countries", "networks", "intake")
    fieldsets = (
        (_("The story"), {"fields": ("title", "summary", "body", "picture", "author_line")}),
        (
            _("What it is about"),
            {
                "fields": ("cities", "networks", "countries", "intake"),
                "description": _(
                    "The page adds a box about each city, which is always up to date, "
                    "and the pages of cities, networks and countries link to the story."
                ),
            },
        ),
        (_("Source"), {"fields": ("source", "source_url")}),
        PUBLICATION,
        FOR_STAFF,
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[NewsItem]:
        rows: QuerySet[NewsItem] = super().get_queryset(request)
        cities = Prefetch("cities", City.objects.for_listing(), "listed_cities")
        return rows.prefetch_related(cities)

    @admin.display(description=_("cities"))
    def cities_named(self, item: NewsItem) -> str:
        return ", ".join(city.name for city in item.listed_cities)  # type: ignore[attr-defined]


@admin.register(Event)
class EventAdmin(PublishableAdmin):
    list_display = (
        "name",
        "state_column",
        "dates",
        "kind",
        "place",
        "city",
        "country",
        "changed",
    )
    list_filter = (
        StateFilter,
        CountryFilter,
        "kind",
        CheckFilter,
        SourceKindFilter,
        ChangedFilter,
        ChangedByFilter,
        CreatedByMeFilter,
    )
    list_select_related = ("city", "country")
    search_fields = ("slug", "name", "place")
    search_help_text = _("Searches names and places.")
    date_hierarchy = "starts_on"
    autocomplete_fields = ("city", "country")
    fieldsets = (
        (_("The event"), {"fields": ("name", "kind", "description", "website")}),
        (
            _("When"),
            {
                "fields": (("starts_on", "ends_on"), "date_note"),
                "description": _(
                    "For a day that recurs each year, leave the dates empty and fill in the note."
                ),
            },
        ),
        (
            _("Where"),
            {
                "fields": ("place", "city", "country"),
                "description": _("Choose the city if it is one of the learning cities."),
            },
        ),
        SOURCE,
        PUBLICATION,
        FOR_STAFF,
    )

    @admin.display(description=_("dates"), ordering="starts_on")
    def dates(self, event: Event) -> str:
        return event.dates_label
