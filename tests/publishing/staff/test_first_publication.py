"""The date of first publication outlives unpublishing; the history lists only what changed."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from news.models import NewsItem
from publishing.models import Revision
from publishing.revisions import snapshots, transitions
from publishing.revisions.diff import differences
from tests import factories
from tests.admin_pages import admin_url, open_form, save_form

pytestmark = pytest.mark.django_db

OLD = datetime(2024, 2, 14, 12, 0, 0, 123456, tzinfo=UTC)
NEWER = datetime(2025, 12, 4, 12, 0, tzinfo=UTC)
SUMMARY = "Manchester and Wakefield joined the network in the year 2024, with many others."


@pytest.fixture
def story():
    return factories.news_item(title="Joined", published_at=OLD, summary=SUMMARY)


def dates(record):
    record.refresh_from_db()
    return record.published_at, record.first_published_at


def test_a_story_that_is_unpublished_and_published_again_keeps_its_date_and_place(client, story):
    factories.news_item(title="Newer", published_at=NEWER, summary=SUMMARY)
    feed = client.get(reverse("news:feed")).text
    transitions.run(story, transitions.unpublish)
    assert dates(story) == (None, OLD)
    transitions.run(story, transitions.publish)
    assert dates(story) == (OLD, OLD)
    assert [item.title for item in NewsItem.objects.published()] == ["Newer", "Joined"]
    after = client.get(reverse("news:feed")).text
    assert feed.index("Joined") == after.index("Joined")


@pytest.mark.parametrize("button", ["_publish", "_publish_now"])
def test_a_date_emptied_in_the_form_comes_back_with_publishing(publisher, story, button):
    save_form(publisher, story, published_at_0="", published_at_1="", _offline="1")
    assert dates(story) == (None, OLD)
    assert save_form(publisher, story, **{button: "1"}).status_code == 302
    assert dates(story) == (OLD, OLD)


def test_the_form_says_which_date_comes_back(publisher, story):
    help_text = "Leave this empty to publish with the first date, 14 February 2024, 12:00 UTC"
    address = admin_url(story, "change", story.pk)
    assert help_text not in publisher.get(address).text
    transitions.run(story, transitions.unpublish)
    assert help_text in publisher.get(address).text


def test_a_date_that_a_publisher_sets_is_the_first_date_from_then_on(publisher, story):
    transitions.run(story, transitions.unpublish)
    save_form(
        publisher, story, published_at_0="2024-03-01", published_at_1="08:00:00", _publish="1"
    )
    chosen = datetime(2024, 3, 1, 8, tzinfo=UTC)
    assert dates(story) == (chosen, chosen)
    transitions.run(story, transitions.unpublish)
    transitions.run(story, transitions.publish_now)
    assert dates(story) == (chosen, chosen)


def test_a_date_that_never_came_is_no_first_date():
    later = timezone.now() + timedelta(days=3)
    story = factories.news_item(published_at=later)
    transitions.run(story, transitions.unpublish)
    assert dates(story) == (None, None)
    transitions.run(story, transitions.publish)
    assert dates(story)[0] <= timezone.now()


def test_a_scheduled_record_that_is_published_now_is_public_from_now():
    later = timezone.now() + timedelta(days=3)
    story = factories.news_item(published_at=later)
    transitions.run(story, transitions.publish_now)
    published_at, first = dates(story)
    assert published_at == first <= timezone.now()


def test_a_scheduled_record_whose_date_came_keeps_it_as_its_first_date(story):
    came = timezone.now() - timedelta(hours=1)
    NewsItem.objects.filter(pk=story.pk).update(published_at=came, first_published_at=came)
    transitions.run(story, transitions.unpublish)
    assert dates(story) == (None, came)


# -- The history lists only what changed ----------------------------------------------------


def test_a_changed_motto_is_the_only_change_that_the_history_lists(publisher):
    city = factories.city(motto="Old", published_at=OLD)
    save_form(publisher, city, motto="New")
    revision = Revision.objects.of(city).get()
    changes = differences(City, revision.base, revision.content)
    assert [change.label for change in changes] == ["Motto"]
    assert dates(city)[0] == OLD


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("2024-02-14T12:00:00+00:00", []),
        ("2024-02-14T12:00:01+00:00", []),
        ("2024-02-14T12:01:00+00:00", ["Publish at"]),
        ("2024-02-14T11:00:00+00:00", ["Publish at"]),
        (None, ["Publish at"]),
    ],
)
def test_old_revisions_show_no_change_of_a_fraction_of_a_second(typed, labels):
    city = factories.city(published_at=OLD)
    base = snapshots.take(city)
    assert base["fields"]["published_at"] == "2024-02-14T12:00:00.123456+00:00"
    content = {**base, "fields": base["fields"] | {"published_at": typed}}
    assert [change.label for change in differences(City, base, content)] == labels


def test_a_moment_that_a_form_shows_to_the_minute_is_no_change():
    made, typed = "2024-02-14T12:34:56.123456+00:00", "2024-02-14T12:34:00+00:00"
    old, new = ({"fields": {"published_at": moment}} for moment in (made, typed))
    assert snapshots.same(old, new)
    assert not snapshots.same(new, {"fields": {"published_at": "2024-02-14T12:34:56+00:00"}})
    assert not snapshots.same({"fields": {"population": 1}}, {"fields": {"population": 2}})


def test_opening_and_saving_the_form_makes_no_entry(publisher):
    city = factories.city(published_at=OLD)
    fields = open_form(publisher, city)
    publisher.post(admin_url(city, "change", city.pk), fields)
    assert not Revision.objects.exists()
    assert dates(city) == (OLD, OLD)
