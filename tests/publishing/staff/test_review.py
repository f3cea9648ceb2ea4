"""The review of a draft: its page, notes, decision, and the way back to the queue."""

from datetime import UTC, datetime

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from publishing.models import Revision
from publishing.revisions import comments
from publishing.revisions.models import open_draft
from publishing.revisions.review_queue import carry_notes, waiting_for
from tests import factories
from tests.admin_pages import add, admin_url, open_form, read_form, save_form
from tests.staff_fixtures import signed_in

LATER = "2098-12-04T09:00"


@pytest.fixture
def city(db):
    return factories.city(name="Leeds", motto="Old", note="Old")


@pytest.fixture
def submitted(contributor, city):
    save_form(contributor, city, motto="New", _review="")
    return city


def page_of(client, record, **query):
    return client.get(admin_url(record, "draft", record.pk), query)


def decide(client, record, decision, **more):
    sent = {"draft": open_draft(record).pk, "decision": decision}
    return client.post(admin_url(record, "draft", record.pk), sent | more, follow=True)


def said(response):
    return [str(message) for message in response.context["messages"]]


# -- The page --------------------------------------------------------------------------------


def test_the_review_frames_the_page_with_the_draft(publisher, submitted, client):
    response = page_of(publisher, submitted)
    framed = admin_url(submitted, "draft_page", submitted.pk)
    assert f'<iframe src="{framed}"' in response.text
    assert "frame-src 'self'" in response["Content-Security-Policy"]
    page = publisher.get(framed)
    assert "New" in page.text
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert (page["X-Robots-Tag"], page["X-Frame-Options"]) == ("noindex, nofollow", "SAMEORIGIN")
    assert "no-store" in page["Cache-Control"]
    submitted.refresh_from_db()
    assert submitted.motto == "Old"
    assert client.get(framed).status_code == 302


def test_the_page_of_a_record_that_was_never_public_is_shown(contributor, publisher, client):
    factories.united_kingdom()
    add(contributor, City, name="Fez", country="GB", _review="")
    fez = City.objects.get()
    assert "Fez" in publisher.get(admin_url(fez, "draft_page", fez.pk)).text
    assert client.get(fez.get_absolute_url()).status_code == 404


def test_there_is_no_page_of_a_record_without_a_draft(publisher, city):
    assert publisher.get(admin_url(city, "draft_page", city.pk)).status_code == 404


def test_a_draft_that_makes_no_page_says_why(publisher, city):
    save_form(publisher, city, name="York", _draft="1")
    factories.city(name="York")
    page = publisher.get(admin_url(city, "draft_page", city.pk))
    assert "There is already York" in page.text


def test_the_notes_of_earlier_saves_travel_to_the_reviewer(contributor, publisher, city):
    save_form(publisher, city, note="Live", _save="1", _note="Of an earlier change")
    save_form(contributor, city, motto="New", _draft="", _note="New motto from the council")
    save_form(contributor, city, motto="Newer", _review="")
    notes = [entry.note for entry in page_of(publisher, city).context["notes"]]
    assert notes == ["New motto from the council"]
    decide(publisher, city, "return", _note="Which year?")
    notes = [entry.note for entry in page_of(publisher, city).context["notes"]]
    assert notes == ["Which year?", "New motto from the council"]


def test_the_queue_shows_the_latest_note_of_the_author(contributor, publisher, city):
    save_form(contributor, city, motto="New", _draft="", _note="New motto")
    save_form(contributor, city, motto="Newer", _review="")
    assert "New motto" in publisher.get(reverse("admin:publishing_opendraft_changelist")).text
    decide(publisher, city, "return", _note="Which year?")
    save_form(contributor, city, motto="Newest", _review="")
    draft = open_draft(city)
    carry_notes([draft])
    assert draft.note == ""


def test_editing_a_draft_returns_to_its_review(publisher, submitted):
    review = admin_url(submitted, "draft", submitted.pk)
    form = f"{admin_url(submitted, 'change', submitted.pk)}?next={review}"
    assert f'href="{form}"' in page_of(publisher, submitted).text.replace("%2F", "/")
    fields = publisher.get(form).context["adminform"].form.initial
    assert fields["motto"] == "New"
    sent = read_form(publisher.get(form), submitted).fields | {"motto": "Newer", "_draft": "1"}
    assert publisher.post(form, sent)["Location"] == review
    assert open_draft(submitted).content["fields"]["motto"] == "Newer"
    elsewhere = form.replace(review, "https://example.com/")
    sent = read_form(publisher.get(elsewhere), submitted).fields
    sent |= {"motto": "Newest", "_draft": "1"}
    assert publisher.post(elsewhere, sent)["Location"].startswith("/admin/")


def test_people_who_may_not_publish_read_no_words_about_publishing(contributor, submitted):
    other = signed_in(factories.user("Contributors"))
    text = page_of(other, submitted).text.partition('class="draft-facts"')[2]
    for word in ('value="publish"', "Discard", "Return", "Schedule", "Your decision"):
        assert word not in text
    own = page_of(contributor, submitted).text
    assert "Discard draft" in own
    assert 'value="publish"' not in own


# -- The decision ----------------------------------------------------------------------------


@pytest.mark.parametrize("note", ["", "  "])
def test_returning_a_draft_needs_a_note(publisher, submitted, note):
    response = decide(publisher, submitted, "return", _note=note, _due_at=LATER)
    assert "Write a note that tells the author what to change." in response.text
    assert 'aria-describedby="id__note_help id__note_error" aria-invalid="true"' in response.text
    assert f'value="{LATER}"' in response.text
    assert open_draft(submitted).stage == "review"


def test_after_a_decision_the_next_review_is_offered(publisher, submitted):
    for name in ("Bath", "Fez"):
        save_form(
            signed_in(factories.user("Contributors")),
            factories.city(name=name),
            motto="N",
            _review="",
        )
    response = decide(publisher, submitted, "publish")
    assert response.redirect_chain == [
        (f"{reverse('admin:publishing_opendraft_changelist')}?stage__exact=review", 302)
    ]
    bath = City.objects.get(name="Bath")
    link = f'<a href="{submitted.get_absolute_url()}">View it</a>'
    assert said(response) == [
        f"The draft of “Leeds” has been published. {link}",
        f'<a href="{admin_url(bath, "draft", bath.pk)}">Next: Bath (1 more waiting)</a>',
    ]
    decide(publisher, bath, "return", _note="Why?")
    response = decide(publisher, City.objects.get(name="Fez"), "discard")
    assert said(response) == ["The draft of “Fez” has been discarded."]
    assert response.redirect_chain == [(reverse("admin:publishing_opendraft_changelist"), 302)]


def test_the_name_of_a_record_is_escaped_in_messages(publisher, contributor):
    item = factories.news_item(title="<b>Bold</b>")
    save_form(
        contributor, item, summary="A summary that is new and long enough to be one.", _review=""
    )
    response = decide(publisher, item, "publish", _because="x")
    assert "<b>Bold</b>" not in response.text


def test_only_reviews_that_a_person_may_decide_are_offered(contributor, submitted):
    editor, publisher = factories.user("Editors"), factories.user("Publishers")
    assert list(waiting_for(editor)) == []
    assert [draft.label for draft in waiting_for(publisher)] == ["Leeds"]


def test_a_draft_is_approved_in_three_clicks_from_the_front_page(publisher, submitted):
    """The figure, the record in the list, and the button."""
    queue = f"{reverse('admin:publishing_opendraft_changelist')}?stage__exact=review"
    assert queue in publisher.get(reverse("admin:index")).text.replace("&amp;", "&")
    assert admin_url(submitted, "draft", submitted.pk) in publisher.get(queue).text
    decide(publisher, submitted, "publish")
    submitted.refresh_from_db()
    assert submitted.motto == "New"


# -- The schedule ----------------------------------------------------------------------------


def test_a_reviewer_schedules_a_draft_for_its_author(
    publisher, city, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    maria = factories.user("Contributors", email="maria@example.org")
    save_form(signed_in(maria), city, motto="New", _review="")
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        response = decide(publisher, city, "schedule", _due_at=LATER, _note="Agreed")
    when = "It will be published on 4 December 2098, 09:00 UTC."
    assert said(response) == [f"The draft of “Leeds” has been scheduled. {when}"]
    draft = open_draft(city)
    assert (draft.stage, draft.author, f"{draft.due_at:%Y-%m-%dT%H:%M}") == (
        "scheduled", maria, LATER,
    )  # fmt: skip
    (one,) = mail.outbox
    assert (one.to, one.subject) == (["maria@example.org"], "Your draft of “Leeds” is scheduled")
    assert "It will be published on 4 December 2098, 09:00 UTC." in one.body
    assert "Their note: Agreed" in one.body
    decide(publisher, city, "unschedule")
    assert (open_draft(city).stage, open_draft(city).author) == ("draft", maria)


@pytest.mark.parametrize("moment", ["", "soon", "2020-01-01T09:00"])
def test_a_moment_that_cannot_be_scheduled_is_refused_at_its_field(publisher, submitted, moment):
    response = decide(publisher, submitted, "schedule", _due_at=moment, _note="Kept")
    assert 'aria-describedby="id__due_at_error"' in response.text
    assert ">Kept</textarea>" in response.text
    assert open_draft(submitted).stage == "review"


def test_a_new_record_is_scheduled_from_its_review(contributor, publisher, client):
    factories.united_kingdom()
    add(contributor, City, name="Fez", country="GB", _review="")
    fez = City.objects.get()
    response = decide(publisher, fez, "schedule", _due_at=LATER, _because="Agreed")
    fez.refresh_from_db()
    assert (fez.state, f"{fez.published_at:%Y-%m-%dT%H:%M}") == ("scheduled", LATER)
    when = "Scheduled for 4 December 2098, 09:00 UTC. Visitors cannot see it until then."
    assert said(response) == [f"The draft of “Fez” has been approved. {when}"]
    assert open_draft(fez) is None
    assert client.get(fez.get_absolute_url()).status_code == 404


def test_a_scheduled_draft_goes_live_at_its_moment(publisher, submitted):
    decide(publisher, submitted, "schedule", _due_at=LATER)
    Revision.objects.filter(stage="scheduled").update(due_at=timezone.now())
    call_command("publish_due", verbosity=0)
    submitted.refresh_from_db()
    assert submitted.motto == "New"


def test_a_draft_that_clashes_is_not_scheduled_unseen(publisher, submitted):
    City.objects.update(motto="Newer")
    response = decide(publisher, submitted, "schedule", _due_at=LATER)
    assert [row.theirs for row in response.context["conflicts"]] == ["Newer"]
    mine = {"_choice:fields/motto": "mine", "_seen": response.context["seen"]}
    decide(publisher, submitted, "schedule", _due_at=LATER, **mine)
    assert open_draft(submitted).stage == "scheduled"
    assert open_draft(submitted).base["fields"]["motto"] == "Newer"


def test_a_draft_with_new_advice_is_not_scheduled_without_a_reason(publisher, city):
    save_form(publisher, city, summary="Short.", _draft="1")
    assert page_of(publisher, city).context["advice"]
    decide(publisher, city, "schedule", _due_at=LATER)
    assert open_draft(city).stage == "draft"


def test_people_who_may_not_publish_do_not_schedule(contributor, submitted):
    assert decide(contributor, submitted, "schedule", _due_at=LATER).status_code == 403


def test_the_moment_of_a_scheduled_draft_has_the_offset_of_its_own_day(publisher, submitted):
    get_user_model().objects.update(time_zone="Europe/London")
    summer = datetime(timezone.now().year + 1, 7, 1, 8, tzinfo=UTC)
    Revision.objects.filter(pk=open_draft(submitted).pk).update(stage="scheduled", due_at=summer)
    assert f"1 July {summer.year}, 09:00 BST (UTC+1)" in page_of(publisher, submitted).text


# -- Cost ------------------------------------------------------------------------------------


# PostgreSQL checks constraints in one statement more.
@pytest.mark.once
@pytest.mark.parametrize("number", [0, 12])
def test_the_number_of_queries_does_not_grow_with_comments(
    publisher, submitted, number, django_assert_num_queries
):
    for _comment in range(number):
        thread = comments.start(submitted, None, "Hm", field="fields/motto").thread
        comments.reply(thread, None, "Hm")
    page_of(publisher, submitted)
    # The comments themselves are a query of their own, if there are threads.
    with django_assert_num_queries(21 + bool(number)):
        page_of(publisher, submitted)


@pytest.mark.parametrize(("number", "queries"), [(0, 1), (12, 2)])
def test_comments_cost_the_form_two_queries_at_most(publisher, submitted, number, queries):
    for _comment in range(number):
        comments.start(submitted, None, "Hm")
    with CaptureQueriesContext(connection) as captured:
        publisher.get(admin_url(submitted, "change", submitted.pk))
    about = [query for query in captured.captured_queries if "publishing_comment" in query["sql"]]
    assert len(about) == queries


def test_pages_in_frames_have_no_scripts_that_the_browser_would_report(publisher, city):
    save_form(publisher, city, motto="New", _draft="")
    history = Revision.objects.of(city).first()
    fields = open_form(publisher, city) | {"motto": "Newer"}
    for page in (
        publisher.get(admin_url(city, "draft_page", city.pk)),
        publisher.get(admin_url(city, "revision_page", city.pk, history.pk)),
        publisher.post(admin_url(city, "preview", city.pk), fields),
    ):
        assert "<h1" in page.text
        assert "<script" not in page.text
