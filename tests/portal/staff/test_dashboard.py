"""The dashboard, the list of drafts, the schedule, scheduled drafts, and mail about drafts."""

from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from news.models import NewsItem
from portal.accounts.models import User
from portal.models import Page, Report
from publishing.models import OpenDraft, Revision
from tests import factories
from tests.admin_pages import add, admin_url, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

LATER = datetime(2098, 12, 3, 9, 0, tzinfo=UTC)


class LinkReader(HTMLParser):
    """Address → words of every link inside the dashboard."""

    def __init__(self):
        super().__init__()
        self.links, self.address = {}, None

    def handle_starttag(self, tag, attrs):
        if tag == "a":
            self.address = dict(attrs).get("href")
            self.links[self.address] = ""

    def handle_endtag(self, tag):
        if tag == "a":
            self.address = None

    def handle_data(self, data):
        if self.address:
            self.links[self.address] += data


def links(client, address="admin:index"):
    reader = LinkReader()
    reader.feed(client.get(reverse(address)).text)
    return {to: " ".join(words.split()) for to, words in reader.links.items()}


def count_behind(client, address):
    return client.get(address).context["cl"].result_count


@pytest.fixture
def maria(db):
    return factories.user("Editors", name="maria", email="maria@example.org")


@pytest.fixture
def paul(db):
    return factories.user("Publishers", name="paul", email="paul@example.org")


def test_the_dashboard_of_a_new_portal_says_that_nothing_waits(editor):
    page = editor.get(reverse("admin:index"))
    for text in [
        "You have no drafts. Anything you start and do not publish appears here.",
        "Nothing is scheduled.",
        "Nothing has been published yet.",
    ]:
        assert text in page.text


def test_every_figure_of_the_dashboard_links_to_the_list_that_it_counts(maria, paul):
    client, publisher = signed_in(maria), signed_in(paul)
    picture = factories.picture()
    public = factories.city(name="Fez", picture=picture, source="Council", checked_on="2020-01-01")
    factories.city(name="Bath")
    factories.city(name="Trashed", trashed_at=timezone.now())
    add(client, City, name="Leeds", country="GB")
    save_form(client, public, motto="Knowledge", _review="")
    Report.objects.create(address="/cities/fez/", message="It is Fès.")
    Report.objects.create(address="/", message="Done.", done_at=timezone.now())
    figures = {
        f"{admin_url(OpenDraft, 'changelist')}?whose=mine&stage__exact=review": (1, client),
        f"{admin_url(City, 'changelist')}?begun=me&state=draft": (1, client),
        f"{admin_url(OpenDraft, 'changelist')}?stage__exact=review": (1, publisher),
        f"{admin_url(OpenDraft, 'changelist')}?stage__exact=failed": (0, publisher),
        f"{admin_url(Report, 'changelist')}?done_at__isempty=1": (1, publisher),
        f"{admin_url(City, 'changelist')}?check=due&state=public": (2, publisher),
        f"{admin_url(City, 'changelist')}?missing=picture&state=public": (1, publisher),
        f"{admin_url(City, 'changelist')}?missing=place&state=public": (2, publisher),
        f"{admin_url(City, 'changelist')}?missing=source&state=public": (1, publisher),
    }
    for address, (number, person) in figures.items():
        shown = links(person)[address]
        assert shown.split()[0] == str(number), address
        assert count_behind(person, address) == number, address


def test_administrators_see_who_has_no_email_address(maria):
    factories.user("Editors", name="Paula", email=None, former_name="paula")
    factories.user("Editors", name="Gone", email=None, former_name="gone", is_active=False)
    administrator = signed_in(factories.user("Administrators"))
    address = f"{admin_url(User, 'changelist')}?account=no-address"
    assert links(administrator)[address] == "1 People without an email address"
    assert count_behind(administrator, address) == 1
    assert address not in links(signed_in(maria))


def test_the_page_of_an_app_has_its_kinds_under_its_name_and_no_front_page(paul):
    page = signed_in(paul).get(reverse("admin:app_list", args=["news"])).text
    assert "<h1>News and events</h1>" in page
    assert "News items" in page
    for words in ("administration", "My work", "Nothing is scheduled.", "Recently published"):
        assert words not in page


@pytest.mark.parametrize("size", [1, 6])
def test_the_dashboard_has_a_constant_number_of_queries(paul, django_assert_num_queries, size):
    client = signed_in(paul)
    for number in range(size):
        city = factories.city(name=f"City {number:02}", published_at=LATER)
        save_form(client, city, motto="One", _draft="")
        other = factories.city(name=f"Other {number:02}", published_at=None)
        save_form(client, other, _publish="")
        add(client, NewsItem, title=f"Story {number}", summary="Soon.")
    client.get(reverse("admin:index"))
    with django_assert_num_queries(18):
        client.get(reverse("admin:index"))


def test_drafts_in_review_are_listed_and_link_to_their_page(maria, paul):
    city = factories.city(name="Fez")
    save_form(signed_in(maria), city, motto="Knowledge", _review="", _note="New motto")
    page = signed_in(paul).get(admin_url(OpenDraft, "changelist"), {"stage__exact": "review"})
    assert f'<a href="{admin_url(City, "draft", city.pk)}">Fez</a>' in page.text
    assert "maria" in page.text
    assert "New motto" in page.text
    assert signed_in(paul).get(admin_url(OpenDraft, "add")).status_code == 403


def test_drafts_of_models_without_the_view_permission_are_not_listed(maria):
    save_form(signed_in(maria), factories.city(name="Fez"), motto="Knowledge")
    stranger = signed_in(factories.user())
    assert count_behind(stranger, admin_url(OpenDraft, "changelist")) == 0


# -- Review, with mail ---------------------------------------------------------------------


def last_mail():
    (sent,) = mail.outbox
    mail.outbox.clear()
    return sent


def decide(client, record, decision, **more):
    draft = Revision.objects.of(record).open().get()
    address = admin_url(record, "draft", record.pk)
    return client.post(address, {"draft": draft.pk, "decision": decision, **more}, follow=True)


def test_a_draft_is_reviewed_returned_and_published(
    maria, paul, django_capture_on_commit_callbacks
):
    city = factories.city(name="Fez")
    editor, publisher = signed_in(maria), signed_in(paul)
    with django_capture_on_commit_callbacks(execute=True):
        save_form(editor, city, motto="Knowlege", _review="", _note="New motto")
    sent = last_mail()
    assert (sent.to, sent.subject) == (["paul@example.org"], "“Fez” is waiting for your review")
    assert "New motto" in sent.body
    assert f"http://testserver{admin_url(City, 'draft', city.pk)}" in sent.body

    with django_capture_on_commit_callbacks(execute=True):
        decide(publisher, city, "return", _note="A d is missing")
    sent = last_mail()
    assert (sent.to, sent.subject) == (["maria@example.org"], "Your draft of “Fez” was returned")
    assert "A d is missing" in sent.body
    assert links(editor)[
        f"{admin_url(OpenDraft, 'changelist')}?whose=mine&stage__exact=returned"
    ].startswith("1 ")

    with django_capture_on_commit_callbacks(execute=True):
        save_form(editor, city, motto="Knowledge", _review="")
    last_mail()
    with django_capture_on_commit_callbacks(execute=True):
        decide(publisher, city, "publish")
    sent = last_mail()
    assert (sent.to, sent.subject) == (["maria@example.org"], "Your draft of “Fez” is public")
    city.refresh_from_db()
    assert city.motto == "Knowledge"
    assert not Revision.objects.open().exists()


def test_a_returned_draft_still_belongs_to_its_author(maria, paul):
    city = factories.city(name="Fez")
    save_form(signed_in(maria), city, motto="Knowlege", _review="")
    decide(signed_in(paul), city, "return", _note="A d is missing")
    mine = f"{admin_url(OpenDraft, 'changelist')}?whose=mine"
    assert count_behind(signed_in(maria), mine) == 1
    assert count_behind(signed_in(paul), mine) == 0


def test_a_new_record_is_reviewed_and_published(maria, paul):
    factories.united_kingdom()
    add(signed_in(maria), City, name="Leeds", country="GB", _review="")
    leeds = City.objects.get()
    page = signed_in(paul).get(admin_url(City, "draft", leeds.pk))
    assert "<ins>" in page.text
    decide(signed_in(paul), leeds, "publish", _because="No source yet")
    leeds.refresh_from_db()
    assert leeds.is_published
    assert not Revision.objects.open().exists()


def test_editors_cannot_approve(maria):
    city = factories.city(name="Fez")
    save_form(signed_in(maria), city, motto="Knowledge", _review="")
    assert decide(signed_in(maria), city, "publish").status_code == 403
    assert decide(signed_in(maria), city, "return").status_code == 403
    city.refresh_from_db()
    assert city.motto == ""


def test_no_mail_is_sent_without_a_mail_server(
    maria, paul, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        save_form(signed_in(maria), factories.city(), motto="Knowledge", _review="")
    assert callbacks == []


# -- The schedule --------------------------------------------------------------------------


def test_the_schedule_names_every_moment_to_come(paul):
    client = signed_in(paul)
    factories.city(name="Fez", published_at=LATER)
    factories.page(title="Opening hours", expires_at=LATER + timedelta(days=1))
    factories.news_item(title="Put away", archived_at=LATER + timedelta(days=2))
    factories.page(title="No draft expires", published_at=None, expires_at=LATER)
    live = factories.city(name="Bath")
    save_form(client, live, motto="Waters", _schedule="", _due_at="2098-12-02T09:00")
    rows = client.get(reverse("admin:schedule")).context["rows"]
    assert [(f"{due.moment:%d %H:%M}", due.name, str(due.what)) for due in rows] == [
        ("02 09:00", "Bath", "its draft is published"),
        ("03 09:00", "Fez, United Kingdom", "is published"),
        ("04 09:00", "Opening hours", "expires"),
        ("05 09:00", "Put away", "is archived"),
    ]
    assert rows[0].address == admin_url(City, "draft", live.pk)


def scheduled(paul, record, **changes):
    """Make a draft of a public record whose moment has come."""
    save_form(signed_in(paul), record, _schedule="", _due_at="2098-12-02T09:00", **changes)
    Revision.objects.open().update(due_at=timezone.now())


def test_due_drafts_are_published_once(paul, capsys):
    city = factories.city(name="Bath")
    scheduled(paul, city, motto="Waters")
    call_command("publish_due")
    call_command("publish_due")
    assert capsys.readouterr().out == "Published: Bath\nNothing was due.\n"
    city.refresh_from_db()
    assert city.motto == "Waters"
    assert Revision.objects.filter(action="published").count() == 1


def test_a_draft_that_cannot_be_published_is_set_aside_and_staff_are_notified(
    paul, django_capture_on_commit_callbacks
):
    city = factories.city(name="Bath")
    scheduled(paul, city, motto="Waters")
    City.objects.update(motto="Something else")
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(CommandError, match="Bath: The record was changed in the same places"),
    ):
        call_command("publish_due")
    assert last_mail().to == ["paul@example.org"]
    assert Revision.objects.open().get().stage == "failed"
    city.refresh_from_db()
    assert city.motto == "Something else"
    assert links(signed_in(paul))[
        f"{admin_url(OpenDraft, 'changelist')}?stage__exact=failed"
    ].startswith("1 ")
    call_command("publish_due")


def test_moments_of_the_schedule_use_the_time_zone_of_the_site_when_clocks_change(paul, settings):
    settings.TIME_ZONE = "Europe/London"
    with timezone.override("Europe/London"):
        page = factories.page()
        save_form(signed_in(paul), page, title="Summer", _schedule="", _due_at="2098-07-01T09:00")
        assert Revision.objects.open().get().due_at == datetime(2098, 7, 1, 8, 0, tzinfo=UTC)
        save_form(signed_in(paul), page, title="Winter", _schedule="", _due_at="2098-12-01T09:00")
        assert Revision.objects.open().get().due_at == datetime(2098, 12, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("", "Choose when to publish the draft."),
        ("2020-01-01T09:00", "This time has passed."),
        ("nonsense", "Enter a valid date"),
        # The clocks skip this hour.
        ("2098-03-30T01:30", "couldn’t be interpreted in time zone"),
    ],
)
def test_an_impossible_moment_is_refused_and_no_typed_text_is_lost(paul, moment, said, settings):
    settings.TIME_ZONE = "Europe/London"
    with timezone.override("Europe/London"):
        page = factories.page(title="Hours")
        answer = save_form(signed_in(paul), page, title="New", _schedule="", _due_at=moment)
    assert answer.status_code == 200
    assert said in answer.text
    assert 'value="New"' in answer.text
    assert not Revision.objects.exists()
    assert Page.objects.get().title == "Hours"


def test_users_without_an_email_address_get_no_mail(maria, django_capture_on_commit_callbacks):
    factories.superuser(email=None, former_name="root")
    with django_capture_on_commit_callbacks(execute=True):
        save_form(signed_in(maria), factories.city(), motto="Knowledge", _review="")
    assert mail.outbox == []
