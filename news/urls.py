"""Addresses of news and events."""

from django.urls import include, path, re_path
from django.views.decorators.http import require_safe

from news import calendars, downloads, feeds, views
from publishing.downloads import TABLES

news = [
    path("", views.NewsList.as_view(), name="list"),
    re_path(TABLES, downloads.NewsDownload.as_view(), name="download"),
    path("feed/", require_safe(feeds.NewsFeed()), name="feed"),
    path("<str:slug>/", views.NewsDetail.as_view(), name="detail"),
]
events = [
    path("", views.EventList.as_view(), name="list"),
    re_path(TABLES, downloads.EventDownload.as_view(), name="download"),
    path("calendar.ics", calendars.upcoming_calendar, name="calendar"),
    path("<slug:slug>/event.ics", calendars.event_calendar, name="event-calendar"),
    path("<str:slug>/", views.EventDetail.as_view(), name="detail"),
]

urlpatterns = [
    path("news/", include((news, "news"))),
    path("events/", include((events, "events"))),
]
