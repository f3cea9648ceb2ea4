"""Events for people's own calendars (iCalendar, RFC 5545): one event, or all that are coming."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from news.models import Event
from news.models.events import coming
from publishing.content.feeds import lasting_id
from publishing.content.text import holdable

# Loaded by the first calendar that is asked for: the library takes 3 MiB.
if TYPE_CHECKING:
    from icalendar import Event as Entry


def upcoming_calendar(request: HttpRequest) -> HttpResponse:
    """Return all coming events, as a calendar to subscribe to."""
    return _response(request, coming(Event.objects.published().for_listing()), "events")


def event_calendar(request: HttpRequest, slug: str) -> HttpResponse:
    """Return one event; 404 if it has no date that a calendar could hold."""
    event = Event.objects.published().for_listing().filter(slug=slug).first()
    if event is None or event.first_day is None:
        raise Http404
    return _response(request, [event], slugify(event.slug))


def _response(request: HttpRequest, events: Iterable[Event], name: str) -> HttpResponse:
    from icalendar import Calendar

    calendar = Calendar()
    calendar.add("prodid", "-//Learning Cities Portal//EN")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", _("Events of learning cities"))
    # Programs that follow the calendar ask again after a day.
    calendar.add("refresh-interval", timedelta(days=1), parameters={"VALUE": "DURATION"})
    for event in events:
        if event.first_day:
            address = request.build_absolute_uri(event.get_absolute_url())
            calendar.add_component(entry(event, event.first_day, address))
    response = HttpResponse(calendar.to_ical(), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


def entry(event: Event, first_day: date, address: str) -> "Entry":
    """Return an event of whole days; its last day is followed by DTEND, as the standard wants."""
    from icalendar import Event as Entry

    new = Entry()
    new.add("uid", lasting_id(event))
    new.add("dtstamp", event.updated_at)
    new.add("last-modified", event.updated_at)
    new.add("dtstart", first_day)
    new.add("dtend", (event.ends_on or first_day) + timedelta(days=1))
    if event.yearly_day:
        new.add("rrule", {"freq": "yearly"})
    new.add("summary", holdable(event.name))
    for name, text in (("description", event.description), ("location", event.where)):
        if text:
            new.add(name, holdable(text))
    new.add("url", address)
    return new
