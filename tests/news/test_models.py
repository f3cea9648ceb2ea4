"""Constraints of events, and the labels of their dates."""

from datetime import UTC, date, datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from news.models import Event, NewsItem
from news.models.events import coming
from tests import factories

pytestmark = pytest.mark.django_db


def refused(record):
    with pytest.raises(ValidationError) as error:
        record.full_clean()
    return error.value.message_dict


def test_an_event_cannot_end_before_it_starts():
    event = factories.event(starts_on=date(2024, 12, 2))
    event.ends_on = date(2024, 12, 1)
    assert refused(event) == {"__all__": ["The last day cannot be before the first day."]}
    with pytest.raises(IntegrityError, match="event_ends_after_it_starts"), transaction.atomic():
        event.save()


def test_an_event_has_a_date_or_a_note_on_it():
    event = factories.event()
    event.starts_on = None
    assert refused(event) == {
        "__all__": ["Give the first day, or say in “note on the date” when it takes place."]
    }
    with pytest.raises(IntegrityError, match="event_has_a_date_or_a_note"), transaction.atomic():
        event.save()
    event.date_note = "24 January each year"
    event.full_clean()


def test_an_event_with_a_last_day_has_a_first():
    event = factories.event(starts_on=None, date_note="some time in May")
    event.ends_on = date(2024, 5, 31)
    assert refused(event) == {"__all__": ["Give the first day too, or leave the last day empty."]}
    with pytest.raises(IntegrityError, match="event_last_day_has_a_first"), transaction.atomic():
        event.save()


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "label"),
    [
        (date(2025, 1, 24), None, "24 January 2025"),
        (date(2025, 1, 24), date(2025, 1, 24), "24 January 2025"),
        (date(2024, 12, 2), date(2024, 12, 5), "2 to 5 December 2024"),
        (date(2024, 11, 30), date(2024, 12, 2), "30 November to 2 December 2024"),
        (date(2024, 12, 30), date(2025, 1, 2), "30 December 2024 to 2 January 2025"),
    ],
)
def test_days_of_an_event_are_written_in_words(starts_on, ends_on, label):
    assert Event(starts_on=starts_on, ends_on=ends_on).dates_label == label


def test_an_event_without_a_day_shows_the_note():
    assert Event(date_note="each spring").dates_label == "each spring"


def test_events_are_upcoming_until_their_last_day_is_over(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 7, 15, 12, tzinfo=UTC))
    days = {
        "over": (date(2026, 7, 1), date(2026, 7, 14)),
        "yesterday": (date(2026, 7, 14), None),
        "running": (date(2026, 7, 1), date(2026, 7, 15)),
        "today": (date(2026, 7, 15), None),
        "tomorrow": (date(2026, 7, 16), None),
    }
    for name, (starts_on, ends_on) in days.items():
        factories.event(name=name, starts_on=starts_on, ends_on=ends_on)
    factories.event(name="yearly", starts_on=None, date_note="each spring")
    factories.event(name="each year", starts_on=None, date_note="14 July each year")
    events = Event.objects.order_by("pk")
    assert {event.name for event in events if event.is_over} == {"over", "yesterday"}
    names = [event.name for event in coming(events)]
    assert names == ["running", "today", "tomorrow", "each year"]


def test_a_news_item_about_several_cities_of_a_country_is_found_once():
    item = factories.news_item(cities=[factories.city(), factories.city()])
    assert list(NewsItem.objects.about_country("gb")) == [item]


def test_a_news_item_about_a_country_itself_is_found_by_it():
    kenya = factories.country(name="Kenya")
    item = factories.news_item(countries=[kenya])
    factories.news_item()
    assert list(NewsItem.objects.about_country(kenya.code)) == [item]


def test_news_items_of_one_moment_have_a_total_order():
    items = [factories.news_item() for _ in range(3)]
    assert list(NewsItem.objects.for_listing()) == items[::-1]
    assert list(NewsItem.objects.before(items[1])) == [items[0]]
    assert list(NewsItem.objects.after(items[1])) == [items[2]]


def test_a_news_item_needs_a_title_and_a_summary():
    assert set(refused(NewsItem(slug="x"))) == {"title", "summary"}
