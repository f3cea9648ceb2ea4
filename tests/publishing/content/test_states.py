"""The states of a record: as a query, as a test of one object, and as a label."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from cities.models import City
from portal.models import Page
from portal.staff.schedule import EVENTS
from publishing.content.states import State, state_of, state_q
from publishing.models import EDITABLE_MOMENTS, MOMENTS
from tests import factories

NOW = datetime(2026, 7, 15, 12, 0, tzinfo=UTC)
BEFORE, LATER = NOW - timedelta(days=1), NOW + timedelta(days=1)
LONG_BEFORE, MUCH_LATER = NOW - timedelta(days=2), NOW + timedelta(days=2)
VALUES = (None, LONG_BEFORE, BEFORE, NOW, LATER, MUCH_LATER)


@pytest.fixture
def noon(monkeypatch):
    """Set the clock to NOW."""
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def grid(db):
    """Make a page for every possible combination of the moments."""
    combinations = product(VALUES, VALUES, VALUES, (None, BEFORE))
    pages = [
        Page(
            title="Grid",
            slug=f"g{number}",
            published_at=start,
            expires_at=end,
            archived_at=away,
            trashed_at=trashed,
        )
        for number, (start, end, away, trashed) in enumerate(combinations)
        if not (start and end and end <= start)
    ]
    return Page.objects.bulk_create(pages)


def moments_of(page):
    return page.published_at, page.expires_at, page.archived_at, page.trashed_at


def test_every_record_is_in_exactly_one_state_and_query_and_object_agree(grid):
    found = {
        state: {page.slug for page in Page.objects.filter(state_q(state, NOW))} for state in State
    }
    assert found == {
        state: {page.slug for page in grid if state_of(*moments_of(page), NOW) is state}
        for state in State
    }
    assert all(found.values())
    assert sum(map(len, found.values())) == len(grid)


def test_a_state_queried_through_a_relation_is_that_of_the_other_record(db):
    moments = [(None, None, None, None), (LATER, None, None, None), (NOW, None, None, None)]
    moments += [(BEFORE, NOW, None, None), (BEFORE, None, NOW, None), (NOW, None, None, NOW)]
    names = ("published_at", "expires_at", "archived_at", "trashed_at")
    themes = [factories.theme(**dict(zip(names, some, strict=True))) for some in moments]
    cities = [factories.city(themes=[theme]) for theme in themes]
    factories.city()
    assert [state_of(*moments_of(theme), NOW) for theme in themes] == [
        State.DRAFT, State.SCHEDULED, State.PUBLIC, State.EXPIRED, State.ARCHIVED, State.TRASHED
    ]  # fmt: skip
    for city, theme in zip(cities, themes, strict=True):
        state = state_of(*moments_of(theme), NOW)
        assert City.objects.filter(state_q(state, NOW, "themes")).get() == city


def test_a_state_without_a_moment_is_that_of_the_present(grid, noon):
    assert {page.slug for page in Page.objects.published()} == {
        page.slug for page in grid if page.is_published
    }
    for state in State:
        assert {page.slug for page in Page.objects.in_state(state)} == {
            page.slug for page in grid if page.state is state
        }


@pytest.mark.parametrize(
    ("moments", "state"),
    [
        ((None, None, None), State.DRAFT),
        ((None, BEFORE, None), State.DRAFT),
        ((LATER, None, None), State.SCHEDULED),
        ((NOW, None, None), State.PUBLIC),
        ((BEFORE, LATER, None), State.PUBLIC),
        ((BEFORE, NOW, None), State.EXPIRED),
        ((LONG_BEFORE, BEFORE, None), State.EXPIRED),
        ((BEFORE, None, NOW), State.ARCHIVED),
        ((None, None, BEFORE), State.ARCHIVED),
        ((LATER, None, BEFORE), State.ARCHIVED),
        ((BEFORE, None, LATER), State.PUBLIC),
    ],
)
def test_states_change_exactly_at_their_moments(moments, state):
    assert state_of(*moments, moment=NOW) is state
    # The trash overrules every other state.
    assert state_of(*moments, BEFORE, NOW) is State.TRASHED


def test_an_unknown_state_is_refused():
    with pytest.raises(ValueError, match="'hidden' is not a valid State"):
        state_q("hidden")


@pytest.mark.parametrize(
    ("moments", "label"),
    [
        ({}, "Draft"),
        (
            {"published_at": datetime(2026, 12, 3, 9, 0, tzinfo=UTC)},
            "Scheduled for 3 Dec 09:00 UTC",
        ),
        (
            {"published_at": datetime(2027, 12, 3, 9, 0, tzinfo=UTC)},
            "Scheduled for 3 Dec 2027 09:00 UTC",
        ),
        ({"published_at": BEFORE}, "Public"),
        ({"published_at": BEFORE, "expires_at": LATER}, "Public until 16 Jul 12:00 UTC"),
        ({"published_at": LONG_BEFORE, "expires_at": BEFORE}, "Expired on 14 Jul 12:00 UTC"),
        (
            {
                "published_at": datetime(2024, 1, 1, tzinfo=UTC),
                "expires_at": datetime(2025, 3, 1, 8, 5, tzinfo=UTC),
            },
            "Expired on 1 Mar 2025 08:05 UTC",
        ),
        ({"published_at": BEFORE, "archived_at": BEFORE}, "Archived"),
    ],
)
def test_a_state_is_labelled_in_words(moments, label, noon):
    assert Page(**moments).state_label == label


def test_the_label_of_a_state_uses_the_time_zone_of_the_site(noon, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    page = Page(published_at=datetime(2026, 12, 2, 15, 30, tzinfo=UTC))
    assert page.state_label == "Scheduled for 3 Dec 00:30 JST (UTC+9)"


def test_the_year_of_a_moment_uses_the_time_zone_of_the_site(noon, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    page = Page(published_at=datetime(2026, 12, 31, 16, 0, tzinfo=UTC))
    assert page.state_label == "Scheduled for 1 Jan 2027 01:00 JST (UTC+9)"


PUBLISHABLE = {
    "cities_city": factories.city,
    "cities_intake": factories.intake,
    "cities_theme": factories.theme,
    "partners_network": factories.network,
    "partners_organisation": factories.organisation,
    "news_newsitem": factories.news_item,
    "news_event": factories.event,
    "portal_page": factories.page,
}


@pytest.mark.django_db
@pytest.mark.parametrize("expires_at", [BEFORE, NOW])
@pytest.mark.parametrize("name", PUBLISHABLE)
def test_a_record_cannot_expire_before_it_is_public(name, expires_at):
    made = PUBLISHABLE[name]()
    made.published_at, made.expires_at = NOW, expires_at
    with pytest.raises(ValidationError) as refused:
        made.full_clean()
    assert refused.value.message_dict == {
        "__all__": ["“Expires at” must be later than “Publish at”. Change one of them."]
    }
    constraint = f"{name}_expires_after_published"
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        made.save()


def test_the_moments_of_a_record_are_the_dates_that_decide_its_state():
    assert MOMENTS == ("published_at", "expires_at", "archived_at", "trashed_at")
    assert EDITABLE_MOMENTS == ("published_at", "expires_at", "archived_at")


def test_the_schedule_names_what_happens_at_every_moment_that_staff_choose():
    assert tuple(EVENTS) == EDITABLE_MOMENTS
