"""Addresses of news and events."""

from django.urls import include, path
from django.views.decorators.http import require_safe

from news import calendars, feeds, views

news = [
    path("", views.NewsList.as_view(), name="list"),
    path("feed/", require_safe(feeds.NewsFeed()), name="feed"),
    path("<str:slug>/", views.NewsDetail.as_view(), name="detail"),
]
events = [
    path("", views.EventList.as_view(), name="list"),
    path("calendar.ics", calendars.upcoming_calendar, name="calendar"),
    path("<slug:slug>/event.ics", calendars.event_calendar, name="event-calendar"),
    path("<str:slug>/", views.EventDetail.as_view(), name="detail"),
]

urlpatterns = [
    path("news/", include((news, "news"))),
    path("events/", include((events, "events"))),
]
