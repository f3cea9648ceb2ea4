"""Yearly days have a next date, and events go into people's own calendars."""

from datetime import UTC, date, datetime

import pytest
from django.utils import timezone
from icalendar import Calendar

from news.models.yearly_days import YearlyDay
from tests import factories
from tests.parsed_page import parse


@pytest.fixture
def in_november(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 11, 28, 12, tzinfo=UTC))


@pytest.mark.parametrize(
    ("note", "day"),
    [
        ("24 January each year", (1, 24)),
        ("31 October every year", (10, 31)),
        ("29 February each year", (2, 29)),
        ("30 February each year", None),
        ("24 Janvier each year", None),
        ("Each spring", None),
        ("24 January", None),
        ("", None),
    ],
)
def test_the_note_on_a_date_names_a_day_of_each_year(note, day):
    assert YearlyDay.of_note(note) == day


@pytest.mark.parametrize(
    ("day", "today", "following"),
    [
        ((1, 24), date(2026, 11, 28), date(2027, 1, 24)),
        ((11, 28), date(2026, 11, 28), date(2026, 11, 28)),
        ((2, 29), date(2026, 11, 28), date(2028, 2, 29)),
        ((2, 29), date(2096, 3, 1), date(2104, 2, 29)),
    ],
)
def test_the_next_date_of_a_yearly_day_is_today_or_later(day, today, following):
    assert YearlyDay(*day).next_after(today) == following


@pytest.mark.django_db
def test_a_yearly_day_stands_under_upcoming_with_its_next_date(client, in_november):
    factories.event(name="Fair", starts_on=date(2027, 2, 1))
    factories.event(name="Education", starts_on=None, date_note="24 January each year")
    factories.event(name="Some time", starts_on=None, date_note="Each spring")
    page = parse(client.get("/events/"))
    assert page.outline[1:] == [
        "2 Upcoming", "3 Education", "3 Fair", "2 Date not fixed", "3 Some time",
        "2 Download this list",
    ]  # fmt: skip
    assert "Education 24 January 2027, every year · Forum" in page.text
    assert "Next 24 January 2027" in parse(client.get("/events/education/")).text


@pytest.mark.django_db
def test_past_events_stand_under_their_years_and_one_year_can_be_chosen(client, in_november):
    factories.event(name="Coming", starts_on=date(2026, 12, 1))
    factories.event(name="Over", starts_on=date(2026, 1, 1))
    factories.event(name="Old", starts_on=date(2020, 5, 1))
    page = parse(client.get("/events/"))
    assert page.outline[1:-1] == ["2 Upcoming", "3 Coming", "2 2026", "3 Over", "2 2020", "3 Old"]
    years = [link for link in page.links if "year=" in link[1]]
    assert years == [("2026", "/events/?year=2026"), ("2020", "/events/?year=2020")]
    assert parse(client.get("/events/?year=2026")).outline == [
        "1 Events in 2026", "2 2026", "3 Coming", "3 Over",
    ]  # fmt: skip
    unknown = parse(client.get("/events/?year=1850"))
    assert "We have no events in “1850”, so we ignored that filter." in unknown.text
    assert unknown.outline[0] == "1 Events"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "year", ["", "0", "-1", "٢٠٢٠", "9" * 400, "\0", "2020.0", "<b>", "2026&year=1"]
)
def test_hostile_years_are_answered(client, year):
    factories.event(starts_on=date(2026, 1, 1))
    assert client.get(f"/events/?year={year}").status_code == 200


def calendar(client, address):
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert all(len(line) <= 75 for line in response.content.split(b"\r\n"))
    return Calendar.from_ical(response.content).events


@pytest.mark.django_db
def test_an_event_can_be_added_to_a_calendar(client):
    city = factories.city(name="Cork")
    factories.event(
        name="Festival; of, Learning",
        slug="festival",
        starts_on=date(2024, 3, 30),
        ends_on=date(2024, 4, 5),
        city=city,
        description="One.\nTwo.",
    )
    [entry] = calendar(client, "/events/festival/event.ics")
    assert (entry.start, entry.end) == (date(2024, 3, 30), date(2024, 4, 6))
    assert str(entry["summary"]) == "Festival; of, Learning"
    assert str(entry["description"]) == "One.\nTwo."
    assert str(entry["location"]) == "Cork"
    assert str(entry["url"]) == "http://testserver/events/festival/"
    assert str(entry["uid"]).startswith("urn:uuid:")
    assert ("Add to your calendar", "/events/festival/event.ics") in parse(
        client.get("/events/festival/")
    ).links


@pytest.mark.django_db
def test_a_yearly_day_recurs_in_the_calendar(client, in_november):
    factories.event(name="Day", starts_on=None, date_note="24 January each year")
    [entry] = calendar(client, "/events/day/event.ics")
    assert (entry.start, entry["rrule"]["freq"]) == (date(2027, 1, 24), ["YEARLY"])


@pytest.mark.django_db
def test_all_coming_events_are_a_calendar_to_subscribe_to(client, in_november):
    factories.event(name="Over", starts_on=date(2026, 11, 27))
    factories.event(name="Running", starts_on=date(2026, 11, 1), ends_on=date(2026, 11, 28))
    factories.event(name="Fair", starts_on=date(2027, 2, 1))
    factories.event(name="Day", starts_on=None, date_note="24 January each year")
    factories.event(name="Spring", starts_on=None, date_note="Each spring")
    factories.event(name="Draft", starts_on=date(2027, 2, 2), published_at=None)
    names = [str(entry["summary"]) for entry in calendar(client, "/events/calendar.ics")]
    assert names == ["Running", "Day", "Fair"]
    links = parse(client.get("/events/")).links
    assert ("Add upcoming events to your calendar", "/events/calendar.ics") in links


@pytest.mark.django_db
def test_an_event_without_a_day_or_not_public_is_in_no_calendar(client):
    factories.event(name="Spring", starts_on=None, date_note="Each spring")
    factories.event(name="Draft", published_at=None)
    for slug in ("spring", "draft", "none"):
        assert client.get(f"/events/{slug}/event.ics").status_code == 404
    assert "calendar" not in parse(client.get("/events/spring/")).text
