"""The button that publishes or schedules, while somebody types a date."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from news.models import NewsItem
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)

NOW, AHEAD = "Publish", "Schedule to publish"


def sign_in(page):
    user = factories.user("Publishers")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")


def labelled(page, name, label):
    """Assert that the only button of this name has this label."""
    expect(page.locator(f"[name={name}]")).to_have_value(label)


@pytest.mark.essential
def test_the_button_says_schedule_for_a_date_in_the_future(page):
    sign_in(page)
    page.goto(admin_url(NewsItem, "add"))
    labelled(page, "_publish", NOW)
    for day, label in [
        ("04/12/2098", AHEAD),
        ("04/12/2020", NOW),
        ("4/12/98", NOW),  # As on the server, these are the years from 1969 to 2068.
        ("4/12/60", AHEAD),
        ("2098-12-04", AHEAD),
        ("", NOW),
        ("2098-12-04", AHEAD),
        ("2098-12-", AHEAD),
    ]:
        page.fill("#id_published_at_0", day)
        labelled(page, "_publish", label)
    page.fill("#id_published_at_0", "04/12/2098")
    page.fill("#id_published_at_1", "09:00")
    page.fill("#id_title", "Launch")
    page.fill("#id_summary", "Wakefield has joined the network of learning cities this week.")
    page.locator("[name=_publish]").first.click()
    said = (
        "“Launch” is scheduled for 4 December 2098, 09:00 UTC. Visitors cannot see it until then."
    )
    expect(page.locator(".messagelist .success")).to_have_text(said)
    assert NewsItem.objects.get().state == "scheduled"


def test_the_button_of_a_scheduled_record_follows_its_date(page):
    item = factories.news_item(published_at=timezone.now().replace(year=2098))
    sign_in(page)
    page.goto(admin_url(item, "change", item.pk))
    labelled(page, "_save", "Save")
    page.fill("#id_published_at_0", "04/12/2020")
    labelled(page, "_save", "Publish")
    page.fill("#id_published_at_0", "")
    labelled(page, "_save", "Save as a draft")
    page.fill("#id_published_at_0", "04/12/2098")
    page.locator("[name=_publish_now]").click()
    expect(page.locator(".messagelist .success")).to_contain_text("is public. View it")


def test_the_button_compares_dates_in_the_time_zone_of_the_portal(new_page, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    page = new_page(timezone_id="America/New_York")
    sign_in(page)
    page.goto(admin_url(NewsItem, "add"))
    for minutes, label in [(-2, NOW), (2, AHEAD)]:
        moment = timezone.localtime(timezone.now() + timedelta(minutes=minutes))
        page.fill("#id_published_at_0", f"{moment:%d/%m/%Y}")
        page.fill("#id_published_at_1", f"{moment:%H:%M:%S}")
        labelled(page, "_publish", label)
