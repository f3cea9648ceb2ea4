"""Publishing now and later, by every form and action of the desk."""

import re
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from django.utils import timezone

from news.models import NewsItem
from publishing.models import Revision
from publishing.revisions import transitions
from publishing.revisions.models import Action, open_draft
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, read_form, save_form

pytestmark = pytest.mark.django_db

MOMENT = datetime(2098, 12, 4, 9, 0, tzinfo=UTC)
EARLIER, LATER = MOMENT - timedelta(days=1), MOMENT + timedelta(days=1)
TYPED = {"published_at_0": "2098-12-04", "published_at_1": "09:00:00"}
EMPTY = {"published_at_0": "", "published_at_1": ""}
SUMMARY = "Wakefield has joined the network of learning cities this week."
SCHEDULED = "Scheduled for 4 December 2098, 09:00 UTC. Visitors cannot see it until then."
LAUNCH_SCHEDULED = (
    "“Launch” is scheduled for 4 December 2098, 09:00 UTC. Visitors cannot see it until then."
)
VISIBLE = "Visitors can see it now."


def story(**values):
    return factories.news_item(**{"title": "Launch", "summary": SUMMARY, **values})


@pytest.fixture
def draft(db):
    return story(published_at=None)


@pytest.fixture
def scheduled(db):
    return story(published_at=MOMENT)


def messages(client, response):
    """Return the messages on the page after the redirect."""
    assert response.status_code == 302, errors(response)
    return [str(message) for message in client.get(response["Location"]).context["messages"]]


def history(record):
    revisions = Revision.objects.of(record).order_by("made_at", "pk")
    return [revision.get_action_display() for revision in revisions]


def buttons(client, record=None):
    """Return the submit buttons of a form: name → label."""
    page = admin_url(record, "change", record.pk) if record else admin_url(NewsItem, "add")
    return labels(client.get(page))


def labels(response):
    found = re.findall(r'<input type="submit" value="([^"]*)"[^>]* name="(\w+)"', response.text)
    return {name: label for label, name in found}


def act(client, action, *records, **query):
    chosen = {"action": action, "_selected_action": [record.pk for record in records]}
    address = f"{admin_url(NewsItem, 'changelist')}?{urlencode(query)}"
    response = client.post(address, chosen | {"index": "0", "_because": "x"}, follow=True)
    # Without the Undo in the message.
    return [str(message).partition(" <form")[0] for message in response.context["messages"]]


# -- The form ----------------------------------------------------------------------------------


def test_publishing_a_new_record_with_a_future_time_schedules_it(publisher, client):
    values = {"title": "Launch", "summary": SUMMARY, **TYPED}
    said = messages(publisher, add(publisher, NewsItem, **values, _publish="1"))
    item = NewsItem.objects.get()
    assert item.published_at == MOMENT
    assert said == [LAUNCH_SCHEDULED]
    assert history(item) == ["Added", "Scheduled"]
    assert client.get(item.get_absolute_url()).status_code == 404


def test_publishing_a_draft_with_a_future_time_schedules_it(publisher, draft, client):
    said = messages(publisher, save_form(publisher, draft, **TYPED, _publish="1"))
    draft.refresh_from_db()
    assert draft.published_at == MOMENT
    assert said == [LAUNCH_SCHEDULED]
    assert history(draft) == ["Scheduled"]
    assert client.get(draft.get_absolute_url()).status_code == 404


def test_saving_a_draft_with_a_future_time_says_that_it_is_scheduled(publisher, draft):
    said = messages(publisher, save_form(publisher, draft, **TYPED, _save="1"))
    assert said == [LAUNCH_SCHEDULED]
    assert history(draft) == ["Scheduled"]


def test_publishing_without_a_time_takes_effect_at_once(publisher, draft, client):
    started = timezone.now()
    save_form(publisher, draft, _publish="1")
    draft.refresh_from_db()
    assert started <= draft.published_at <= timezone.now()
    assert history(draft) == ["Published"]
    assert client.get(draft.get_absolute_url()).status_code == 200


def test_publishing_keeps_a_time_that_has_passed(publisher, draft):
    past = {"published_at_0": "2021-05-04", "published_at_1": "09:30:00"}
    save_form(publisher, draft, **past, _publish="1")
    draft.refresh_from_db()
    assert draft.published_at == datetime(2021, 5, 4, 9, 30, tzinfo=UTC)


def test_the_message_names_the_zone_of_the_portal(publisher, draft, settings):
    settings.TIME_ZONE = "Europe/Paris"
    said = messages(publisher, save_form(publisher, draft, **TYPED, _publish="1"))
    assert said[-1].startswith("“Launch” is scheduled for 4 December 2098, 09:00 CET (UTC+1).")
    draft.refresh_from_db()
    assert draft.published_at == MOMENT - timedelta(hours=1)


def test_the_action_publish_now_overrules_the_time_of_a_scheduled_record(
    publisher, scheduled, client
):
    started = timezone.now()
    said = messages(publisher, save_form(publisher, scheduled, title="Now", _publish_now="1"))
    scheduled.refresh_from_db()
    assert scheduled.title == "Now"
    assert started <= scheduled.published_at <= timezone.now()
    assert said == ['“Now” is public. <a href="/news/launch/">View it</a>']
    assert history(scheduled) == ["Changed", "Published"]
    assert client.get(scheduled.get_absolute_url()).status_code == 200


def test_saving_a_scheduled_record_leaves_its_time(publisher, scheduled):
    said = messages(publisher, save_form(publisher, scheduled, title="New", _save="1"))
    scheduled.refresh_from_db()
    assert (scheduled.title, scheduled.published_at) == ("New", MOMENT)
    assert said == [LAUNCH_SCHEDULED.replace("Launch", "New")]
    assert history(scheduled) == ["Changed"]


def test_a_public_record_with_a_new_future_time_is_scheduled(publisher):
    public = story()
    said = messages(publisher, save_form(publisher, public, **TYPED, _save="1"))
    public.refresh_from_db()
    assert public.published_at == MOMENT
    assert said == [LAUNCH_SCHEDULED]
    assert history(public) == ["Scheduled"]


def test_scheduling_a_record_twice_is_logged_once(publisher, draft):
    form = open_form(publisher, draft) | TYPED | {"_publish": "1"}
    for _time in range(2):
        publisher.post(admin_url(draft, "change", draft.pk), form)
    draft.refresh_from_db()
    assert draft.published_at == MOMENT
    assert history(draft) == ["Scheduled"]


def test_publishing_keeps_a_future_time_of_archiving(publisher, draft):
    archive = {"archived_at_0": "2098-12-05", "archived_at_1": "09:00:00"}
    save_form(publisher, draft, **TYPED, **archive, _publish="1")
    draft.refresh_from_db()
    assert (draft.published_at, draft.archived_at) == (MOMENT, LATER)
    save_form(publisher, draft, _publish_now="1")
    draft.refresh_from_db()
    assert (draft.is_published, draft.archived_at) == (True, LATER)


PASSED = {"expires_at_0": "2021-05-04", "expires_at_1": "09:30:00"}
ARCHIVED_BEFORE = {"archived_at_0": "2098-12-03", "archived_at_1": "09:00:00"}


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (PASSED, "“Expires at” has passed. Choose a later time, or clear it."),
        (PASSED | TYPED, "“Expires at” must be later than “Publish at”. Change one of them."),
        (
            ARCHIVED_BEFORE | TYPED,
            "“Archived on” must be later than “Publish at”. Change one of them.",
        ),
    ],
)
def test_dates_under_which_nobody_would_see_a_record_are_refused(publisher, draft, typed, said):
    new = {"title": "Another", "summary": SUMMARY}
    responses = [save_form(publisher, draft, **typed, _publish="1")]
    if not typed.keys() & ARCHIVED_BEFORE.keys():
        # A new record has no date of archiving.
        responses.append(add(publisher, NewsItem, **new, **typed, _publish="1"))
    for response in responses:
        assert response.status_code == 200
        assert said in response.text
        assert read_dates(response) >= typed.items()
    item = NewsItem.objects.get()
    assert (item.published_at, item.expires_at, item.archived_at) == (None, None, None)
    assert history(item) == []


def read_dates(response):
    fields = read_form(response, NewsItem).fields
    return {(name, values[0]) for name, values in fields.items() if "_at_" in name}


def test_publishing_takes_a_record_out_of_the_archive_and_keeps_a_future_time(publisher):
    item = story(published_at=MOMENT, archived_at=factories.LONG_AGO)
    said = messages(publisher, save_form(publisher, item, _publish="1"))
    item.refresh_from_db()
    assert (item.published_at, item.archived_at) == (MOMENT, None)
    assert said == [LAUNCH_SCHEDULED]
    assert history(item) == ["Scheduled"]


# -- The labels --------------------------------------------------------------------------------


def test_the_button_says_whether_it_publishes_or_schedules(publisher, draft, scheduled):
    hidden = {
        "_draft": "Save draft",
        "_publish": "Publish",
        "_schedule": "Schedule to publish",
    }
    assert buttons(publisher) == hidden | {"_addanother": "Save and add another"}
    assert buttons(publisher, draft) == hidden
    assert buttons(publisher, scheduled) == {"_save": "Save", "_publish_now": "Publish now"}
    assert buttons(publisher, story()) == {
        "_draft": "Save draft",
        "_save": "Publish changes",
        "_schedule": "Schedule to publish",
    }


def test_the_button_follows_the_typed_date_when_the_form_comes_back(publisher, draft, scheduled):
    refused = save_form(publisher, draft, **TYPED, title="", _publish="1")
    assert labels(refused)["_publish"] == "Schedule to publish"
    refused = save_form(publisher, scheduled, **EMPTY, title="", _save="1")
    assert labels(refused)["_save"] == "Save as a draft"
    refused = save_form(publisher, story(), **EMPTY, title="", _save="1")
    assert labels(refused)["_save"] == "Unpublish"


def test_contributors_are_offered_no_schedule(contributor, draft, scheduled):
    assert "_publish" not in buttons(contributor, draft)
    assert list(buttons(contributor, scheduled)) == ["_draft", "_review"]


# -- Permissions -------------------------------------------------------------------------------


def test_a_contributor_cannot_publish_or_schedule_by_forging_a_button(
    contributor, draft, scheduled
):
    for button in ["_publish", "_publish_now"]:
        save_form(contributor, draft, **TYPED, **{button: "1"})
        save_form(contributor, scheduled, title=button, **TYPED, **{button: "1"})
    draft.refresh_from_db()
    scheduled.refresh_from_db()
    assert (draft.published_at, scheduled.published_at, scheduled.title) == (None, MOMENT, "Launch")
    assert open_draft(scheduled).content["fields"]["title"] == "_publish_now"


# -- Many at once ------------------------------------------------------------------------------


def test_the_action_publish_now_keeps_a_future_time_of_archiving(publisher):
    item = story(published_at=MOMENT, expires_at=LATER, archived_at=LATER)
    assert act(publisher, "publish_now", item) == ["1 news item is public now."]
    item.refresh_from_db()
    assert item.is_published
    assert (item.expires_at, item.archived_at) == (LATER, LATER)
    assert history(item) == ["Published"]


# -- Drafts ------------------------------------------------------------------------------------


def decide(client, record):
    page = admin_url(record, "draft", record.pk)
    sent = {"decision": "publish", "draft": open_draft(record).pk, "_because": "x"}
    return messages(client, client.post(page, sent))


def test_publishing_the_draft_of_a_scheduled_record_leaves_its_time(
    contributor, publisher, scheduled
):
    save_form(contributor, scheduled, title="Reviewed", _review="1")
    page = publisher.get(admin_url(scheduled, "draft", scheduled.pk))
    assert 'value="publish">Schedule to publish</button>' in page.text
    said = decide(publisher, scheduled)
    scheduled.refresh_from_db()
    assert (scheduled.title, scheduled.published_at) == ("Reviewed", MOMENT)
    assert said == [f"The draft of “Reviewed” has been approved. {SCHEDULED}"]
    assert history(scheduled) == ["Submitted for review", "Scheduled"]


def test_the_author_of_a_draft_is_told_that_it_is_scheduled_and_not_public(
    contributor, publisher, scheduled, settings, mailoutbox, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    save_form(contributor, scheduled, title="Reviewed", _review="1")
    author = open_draft(scheduled).author
    author.email = "author@example.org"
    author.save()
    with django_capture_on_commit_callbacks(execute=True):
        decide(publisher, scheduled)
    assert mailoutbox[-1].subject == "Your draft of “Launch” is scheduled"
    assert SCHEDULED in mailoutbox[-1].body


def test_advice_is_answered_by_scheduling(publisher):
    item = story(published_at=None, summary="Short.")
    held = save_form(publisher, item, **TYPED, _publish="1")
    assert 'name="_publish" value="Schedule anyway"' in held.text
    item.refresh_from_db()
    assert item.published_at is None


def test_a_draft_can_change_the_time_of_a_scheduled_record(publisher, scheduled):
    later = {"published_at_0": "2098-12-05"}
    said = messages(publisher, save_form(publisher, scheduled, **later, _draft="1"))
    assert said[-1] == (
        "The record will be published on 4 December 2098, 09:00 UTC without this draft, "
        "unless you publish the draft first."
    )
    decide(publisher, scheduled)
    scheduled.refresh_from_db()
    assert scheduled.published_at == LATER


def test_a_draft_that_moves_a_public_record_ahead_says_that_it_schedules(publisher):
    public = story()
    save_form(publisher, public, **TYPED, _draft="1")
    page = publisher.get(admin_url(public, "draft", public.pk))
    assert 'value="publish">Schedule to publish</button>' in page.text
    assert decide(publisher, public) == [f"The draft of “Launch” has been approved. {SCHEDULED}"]
    public.refresh_from_db()
    assert public.published_at == MOMENT


def test_the_form_of_a_draft_has_the_buttons_of_the_record_that_visitors_see(publisher):
    public = story()
    save_form(publisher, public, **EMPTY, _draft="1")
    assert list(buttons(publisher, public)) == ["_draft", "_save", "_schedule"]


def test_a_form_that_comes_back_has_the_buttons_of_the_record_as_it_is(publisher, draft):
    refused = save_form(publisher, draft, **TYPED, title="", _save="1")
    assert "_save" not in labels(refused)


def test_approving_an_archived_record_keeps_its_future_time(contributor, publisher):
    item = story(published_at=MOMENT, archived_at=factories.LONG_AGO)
    save_form(contributor, item, _review="1")
    assert decide(publisher, item) == [f"The draft of “Launch” has been approved. {SCHEDULED}"]
    item.refresh_from_db()
    assert (item.published_at, item.archived_at) == (MOMENT, None)


def test_approving_an_expired_record_is_refused_until_its_date_is_changed(contributor, publisher):
    item = story(expires_at=factories.LONG_AGO + timedelta(days=1))
    save_form(contributor, item, _review="1")
    sent = {"decision": "publish", "draft": open_draft(item).pk, "_because": "x"}
    response = publisher.post(admin_url(item, "draft", item.pk), sent)
    said = [str(message) for message in response.context["messages"]]
    assert said == ["“Expires at” has passed. Choose a later time, or clear it."]
    assert item.expires_at == NewsItem.objects.get().expires_at


# -- History, trash ----------------------------------------------------------------------------


def test_restoring_a_version_from_before_the_schedule_keeps_the_time(publisher, draft):
    save_form(publisher, draft, title="Second", _save="1")
    first = Revision.objects.of(draft).first()
    save_form(publisher, draft, title="Third", **TYPED, _publish="1")
    publisher.post(admin_url(draft, "revision", draft.pk, first.pk), {"_note": ""})
    draft.refresh_from_db()
    assert (draft.title, draft.published_at) == ("Second", MOMENT)


def test_a_record_recovered_from_the_trash_is_scheduled_again_and_the_message_says_so(
    publisher, scheduled
):
    transitions.run(scheduled, transitions.trash)
    response = publisher.post(admin_url(scheduled, "recover", scheduled.pk))
    assert messages(publisher, response) == [
        "“Launch” is out of the trash again.",
        SCHEDULED,
    ]
    scheduled.refresh_from_db()
    assert scheduled.published_at == MOMENT


def test_recovering_a_record_names_a_date_that_passed_in_the_trash(publisher):
    passed = timezone.now() - timedelta(hours=1)
    item = story(published_at=passed, trashed_at=passed - timedelta(days=1))
    recover = admin_url(item, "recover", item.pk)
    assert messages(publisher, publisher.post(recover)) == [
        "“Launch” is out of the trash again.",
        VISIBLE,
    ]
    # A second click, when the record has left the trash.
    assert publisher.post(recover).status_code == 302


def test_recovering_records_counts_those_that_visitors_see(publisher, scheduled):
    passed = story(title="Passed")
    for item in [scheduled, passed]:
        transitions.run(item, transitions.trash)
    assert act(publisher, "recover", scheduled, passed, state="trashed") == [
        "2 news items are out of the trash again.",
        "Visitors can see 1 of them now.",
    ]


# -- The verbs ---------------------------------------------------------------------------------


def test_the_action_publish_leaves_a_scheduled_record_and_publish_now_publishes_it(scheduled):
    assert transitions.run(scheduled, transitions.publish) is False
    assert transitions.run(scheduled, transitions.publish_now) is True
    assert Revision.objects.get().action == Action.PUBLISHED
