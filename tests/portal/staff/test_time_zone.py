"""The time zone stands beside every moment that staff type, and in the state of a record."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from cities.models import City
from news.models import NewsItem
from portal.models import Report
from publishing.content.moments import format_full_moment, format_moment, zone_label, zone_name
from tests import factories
from tests.admin_pages import add, admin_url, save_form
from tests.parsed_page import parse

WINTER, SUMMER = datetime(2098, 1, 5, 12, tzinfo=UTC), datetime(2098, 7, 5, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "winter", "summer"),
    [
        ("UTC", "UTC", "UTC"),
        ("Europe/London", "GMT (UTC+0)", "BST (UTC+1)"),
        ("America/New_York", "EST (UTC−5)", "EDT (UTC−4)"),
        ("Asia/Tokyo", "JST (UTC+9)", "JST (UTC+9)"),
        ("Asia/Kathmandu", "UTC+5:45", "UTC+5:45"),
        ("America/St_Johns", "NST (UTC−3:30)", "NDT (UTC−2:30)"),
        ("Pacific/Kiritimati", "UTC+14", "UTC+14"),
    ],
)
def test_a_zone_is_named_with_its_offset_on_the_day(settings, zone, winter, summer):
    settings.TIME_ZONE = zone
    assert (zone_label(WINTER), zone_label(SUMMER)) == (winter, summer)


def test_a_moment_is_written_with_its_zone(settings):
    settings.TIME_ZONE = "Europe/London"
    assert format_moment(SUMMER) == "5 Jul 2098 13:00 BST (UTC+1)"
    assert format_full_moment(WINTER) == "5 January 2098, 12:00 GMT (UTC+0)"
    assert (format_moment(None), format_full_moment(None)) == ("", "")
    settings.TIME_ZONE = "UTC"
    assert format_moment(SUMMER) == "5 Jul 2098 12:00 UTC"


def test_a_moment_at_the_rim_is_written_a_day_off(settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    assert format_full_moment(datetime.max.replace(tzinfo=UTC)).startswith("31 December 9999")
    settings.TIME_ZONE = "America/New_York"
    assert "0001" in format_full_moment(datetime.min.replace(tzinfo=UTC)).replace(" 1,", " 0001,")


@pytest.mark.django_db
def test_every_moment_of_a_form_has_its_zone_beside_it(superuser, settings):
    settings.TIME_ZONE = "Europe/London"
    story = factories.news_item(published_at=SUMMER, expires_at=datetime(2099, 1, 1, tzinfo=UTC))
    page = parse(superuser.get(admin_url(story, "change", story.pk)))
    zones = [given for tag, given in page.tags if given.get("class") == "zone"]
    assert len(zones) == 3
    assert "BST (UTC+1)" in page.text
    assert "GMT (UTC+0)" in page.text
    # An empty field has no day yet.
    assert zone_name() in page.text
    now = timezone.localtime().tzname()
    assert zone_name() == f"Europe/London, now {now} (UTC{'+1' if now == 'BST' else '+0'})"


@pytest.mark.django_db
@pytest.mark.parametrize("model", [City, NewsItem, Report])
def test_the_forms_of_all_kinds_name_utc(superuser, model):
    report = Report.objects.create(address="/", message="No.")
    address = admin_url(model, "change", report.pk) if model is Report else admin_url(model, "add")
    assert '<span class="zone">UTC</span>' in superuser.get(address).text


@pytest.mark.django_db
def test_a_refused_form_keeps_the_zone_of_the_typed_day(superuser, settings):
    settings.TIME_ZONE = "Europe/London"
    typed = {"published_at_0": "2098-07-05", "published_at_1": "13:00", "title": ""}
    page = add(superuser, NewsItem, **typed).text
    assert '<span class="zone">BST (UTC+1)</span>' in page
    wrong = add(superuser, NewsItem, **typed | {"published_at_0": "9999-12-31"}).text
    assert f'<span class="zone">{zone_name()}</span>' in wrong


@pytest.mark.django_db
def test_the_state_of_a_record_says_the_zone(superuser, settings):
    settings.TIME_ZONE = "America/New_York"
    story = factories.news_item(published_at=SUMMER)
    assert story.state_label == "Scheduled for 5 Jul 2098 08:00 EDT (UTC−4)"
    assert "08:00 EDT (UTC−4)" in superuser.get(admin_url(story, "changelist")).text
    assert "5 July 2098, 08:00 EDT" in superuser.get("/admin/schedule/").text
    assert "5 July 2098, 08:00 EDT" in superuser.get("/admin/").text


@pytest.mark.django_db
def test_what_an_editor_only_reads_has_its_zone(editor, settings):
    settings.TIME_ZONE = "America/New_York"
    story = factories.news_item(published_at=SUMMER)
    assert "5 July 2098, 08:00 EDT" in editor.get(admin_url(story, "change", story.pk)).text


@pytest.mark.django_db
def test_the_moment_of_a_draft_says_its_zone(publisher, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    city = factories.city()
    save_form(publisher, city, motto="New", _schedule="1", _due_at="2098-07-05T09:00")
    assert "09:00 JST" in publisher.get(admin_url(city, "draft", city.pk)).text
    assert "JST (UTC+9)" in publisher.get(admin_url(city, "change", city.pk)).text
