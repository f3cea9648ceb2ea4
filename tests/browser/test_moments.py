"""The label of the time zone beside a moment, while somebody types a day."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from news.models import NewsItem
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_label_of_the_zone_follows_the_typed_day_through_summer_time(page):
    user = factories.user("Publishers", time_zone="Europe/London")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    page.goto(admin_url(NewsItem, "add"))
    label = page.locator(".field-published_at .zone")
    for day, said in [
        ("05/07/2098", "BST (UTC+1)"),
        ("5.1.2098", "GMT (UTC+0)"),
        ("2098-07-05", "BST (UTC+1)"),
        ("tomorrow", "BST (UTC+1)"),
    ]:
        page.fill("#id_published_at_0", day)
        expect(label).to_have_text(said)
    page.fill("#id_published_at_0", "26/10/2098")
    page.fill("#id_published_at_1", "00:30")
    expect(label).to_have_text("BST (UTC+1)")
    page.fill("#id_published_at_1", "03:00")
    expect(label).to_have_text("GMT (UTC+0)")


def test_no_warning_about_the_time_of_the_server_stands_next_to_a_moment(new_page):
    page = new_page(timezone_id="Asia/Tokyo")
    user = factories.user("Publishers", time_zone="Europe/London")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    page.goto(admin_url(NewsItem, "add"))
    expect(page.locator(".field-published_at .datetimeshortcuts").first).to_be_attached()
    expect(page.locator(".field-published_at .zone")).to_be_visible()
    # Django's script has added it.
    expect(page.locator(".field-published_at .timezonewarning").first).to_be_hidden()
    assert page.locator(".field-published_at .timezonewarning").count() > 0
