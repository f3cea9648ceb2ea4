"""Each member of staff edits their name and time zone, and gets the times of the desk in it."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from news.models import NewsItem
from portal.accounts.models import User
from portal.page_cache.version import next_moment
from publishing.caching.content_cache import cached
from publishing.models import Revision
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db
SUMMER = datetime(2098, 7, 5, 12, tzinfo=UTC)
ACCOUNT = "/admin/account/"
# The clocks of London go back on this day, so that 01:30 comes twice, and go forward on the other.
TWICE, NEVER = ("26/10/2098", "01:30"), ("30/03/2098", "01:30")


@pytest.fixture
def tokyo(db):
    return signed_in(factories.user("Publishers", name="Aiko", time_zone="Asia/Tokyo"))


@pytest.fixture
def london(db):
    return signed_in(factories.user("Publishers", name="Ann", time_zone="Europe/London"))


def test_everybody_edits_their_own_name_and_time_zone_and_nothing_else(contributor):
    person = User.objects.get()
    assert f'href="{ACCOUNT}"' in contributor.get("/admin/").text
    page = contributor.get(ACCOUNT).text
    assert '<option value="Asia/Kathmandu">Kathmandu</option>' in page
    assert person.email in page
    fields = {"name": "Mary", "time_zone": "Asia/Kathmandu", "email": "x@y.org", "role": "4"}
    assert contributor.post(ACCOUNT, fields | {"is_superuser": "on"})["Location"] == ACCOUNT
    changed = User.objects.get()
    assert (changed.name, changed.time_zone) == ("Mary", "Asia/Kathmandu")
    assert (changed.email, changed.is_superuser) == (person.email, False)
    assert "Times are in Asia/Kathmandu" in contributor.get("/admin/schedule/").text
    entry = Revision.objects.get(model="accounts.user")
    assert (entry.person_name, entry.note) == ("Mary", "Changed their own account.")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "../../etc/passwd", "GMT0\0", "x" * 100])
def test_a_time_zone_that_is_none_is_refused(contributor, zone):
    page = contributor.post(ACCOUNT, {"name": "Mary", "time_zone": zone})
    assert (page.status_code, User.objects.get().time_zone) == (200, "")


def test_a_zone_that_the_machine_no_longer_knows_breaks_no_page(contributor):
    User.objects.update(time_zone="Europe/Atlantis")
    for address in ("/admin/", ACCOUNT):
        assert contributor.get(address).status_code == 200


def test_moments_are_typed_and_shown_in_the_zone_of_the_person(tokyo, london):
    fields = {"title": "Story", "summary": "New.", "_because": "So."}
    typed = {"published_at_0": "05/07/2098", "published_at_1": "21:00"}
    assert add(tokyo, NewsItem, **fields, **typed).status_code == 302
    story = NewsItem.objects.get()
    assert story.published_at == SUMMER
    seen = {"tokyo": "21:00 JST (UTC+9)", "london": "13:00 BST (UTC+1)"}
    for client, clock in ((tokyo, seen["tokyo"]), (london, seen["london"])):
        assert clock in client.get(admin_url(NewsItem, "changelist")).text
    form = london.get(admin_url(story, "change", story.pk)).text
    assert 'value="13:00:00"' in form or 'value="13:00"' in form
    assert "BST (UTC+1)" in form
    assert "5 July 2098, 21:00 JST" in tokyo.get("/admin/schedule/").text
    assert "Times are in Asia/Tokyo" in tokyo.get("/admin/schedule/").text


@pytest.mark.parametrize(("day", "time"), [TWICE, NEVER])
def test_a_moment_that_a_zone_has_twice_or_never_is_refused_as_before(london, day, time):
    fields = {"title": "Story", "summary": "New.", "published_at_0": day, "published_at_1": time}
    assert set(errors(add(london, NewsItem, **fields))) == {"published_at"}


def test_a_draft_is_scheduled_in_the_zone_of_the_person(tokyo):
    city = factories.city()
    form = tokyo.get(admin_url(city, "change", city.pk)).text
    assert "Asia/Tokyo, now JST (UTC+9)" in form
    save_form(tokyo, city, motto="New", _schedule="1", _due_at="2098-07-05T21:00")
    assert Revision.objects.open().get().due_at == SUMMER


def test_days_and_history_are_those_of_the_person(tokyo):
    story = factories.news_item()
    save_form(tokyo, story, summary="Newer.", _because="So.")
    Revision.objects.update(made_at=datetime(2024, 3, 1, 20, tzinfo=UTC))
    assert "2 March 2024, 05:00" in tokyo.get(admin_url(story, "history", story.pk)).text


def test_public_pages_and_previews_keep_the_zone_of_the_portal(tokyo):
    story = factories.news_item(published_at=datetime(2024, 3, 1, 20, tzinfo=UTC))
    address = story.get_absolute_url()
    assert "1 March 2024" in tokyo.get(address).text
    assert "2 March 2024" not in tokyo.get(address).text
    save_form(tokyo, story, summary="Newer.", _draft="1")
    fields = open_form(tokyo, story)
    preview = tokyo.post(admin_url(story, "preview", story.pk), fields).text
    assert "1 March 2024" in preview
    assert "2 March 2024" not in preview


def test_what_is_kept_for_visitors_is_made_in_the_zone_of_the_portal(settings, monkeypatch):
    settings.TIME_ZONE = "Europe/London"
    monkeypatch.setattr("publishing.caching.content_cache.content_version", lambda: "one")
    outside = SimpleNamespace(in_atomic_block=False)
    monkeypatch.setattr("publishing.caching.content_cache.connection", outside)
    noon = datetime(2098, 1, 5, 12, tzinfo=UTC)
    with timezone.override("Asia/Tokyo"):
        assert cached("zone", timezone.get_current_timezone_name) == "Europe/London"
        midnight = next_moment(noon)
    assert midnight == datetime(2098, 1, 6, tzinfo=ZoneInfo("Europe/London"))


def test_a_mail_has_the_times_of_the_one_who_reads_it(
    tokyo, london, django_capture_on_commit_callbacks
):
    story = factories.news_item(published_at=timezone.now() + timedelta(days=9), summary="Old.")
    NewsItem.objects.update(published_at=SUMMER)
    User.objects.filter(name="Aiko").update(email="aiko@example.org")
    with django_capture_on_commit_callbacks(execute=True):
        save_form(tokyo, story, summary="Newer.", _review="1")
        draft = Revision.objects.open().get()
        decision = {"draft": draft.pk, "decision": "publish", "_because": "So."}
        london.post(admin_url(story, "draft", story.pk), decision)
    texts = [sent.body for sent in mail.outbox if sent.to == ["aiko@example.org"]]
    assert len(texts) == 1
    assert "21:00 JST (UTC+9)" in texts[0]


def test_the_zone_costs_no_query(django_assert_num_queries):
    person = factories.user("Editors")
    client = signed_in(person)
    client.get(reverse("own-account"))
    with django_assert_num_queries(2) as without:
        client.get("/admin/links/")
    User.objects.update(time_zone="Asia/Tokyo")
    with django_assert_num_queries(len(without)):
        client.get("/admin/links/")
