"""The edit session without a request: two people, drafts, reviews, refusals and advice.

`typed` replaces the form of the admin: it saves the record and passes it to the session, or returns
the form if the values are not valid.
"""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from cities.models import City
from publishing.content.states import State
from publishing.models import Revision
from publishing.revisions import snapshots
from publishing.revisions.drafts import keep_draft
from publishing.revisions.edit_session import EditSession
from publishing.revisions.models import open_draft
from publishing.revisions.save_options import SaveOptions
from publishing.staff.quality_checks import Advice
from tests import factories

pytestmark = pytest.mark.django_db

FORM, SAVED = "the form", "an answer that nobody sees"


@pytest.fixture
def city():
    return factories.city(name="Leeds", motto="Old", note="Old")


def opened(record, options=None, **extra):
    """Return the session of a form that a person opens now and sends later."""
    session = EditSession(City.objects.get(pk=record.pk), factories.superuser(), options, **extra)
    session.start = session.current_content()
    return session


def typed(session, **fields):
    def form():
        record = City.objects.get(pk=session.record.pk)
        for name, value in fields.items():
            setattr(record, name, value)
        try:
            record.full_clean()
        except ValidationError:
            return FORM
        if session.error_message:
            return FORM
        record.save()
        session.take_result(record)
        return SAVED

    return form


def save(session, **fields):
    return session.save(typed(session, **fields))


def stored():
    return City.objects.values_list("motto", "note").get()


def actions():
    return list(Revision.objects.order_by("pk").values_list("action", flat=True))


# -- Two people ----------------------------------------------------------------------------


def test_two_people_who_changed_different_fields_are_merged(city):
    mine, theirs = opened(city), opened(city)
    assert save(theirs, note="Theirs") is None
    assert save(mine, motto="Mine") is None
    assert stored() == ("Mine", "Theirs")
    assert (mine.mine["fields"]["note"], mine.theirs["fields"]["note"]) == ("Old", "Theirs")
    assert mine.merged.content["fields"]["motto"] == "Mine"
    assert (mine.outcome.draft, mine.outcome.problems) == (None, [])


def test_a_conflict_is_not_saved(city):
    mine, theirs = opened(city), opened(city)
    save(theirs, motto="Theirs")
    assert save(mine, motto="Mine") is None
    assert mine.outcome is None
    assert mine.merged.conflicts == [
        snapshots.Conflict(("fields", "motto"), "Old", "Mine", "Theirs")
    ]
    assert stored() == ("Theirs", "Old")


@pytest.mark.parametrize(("choice", "motto"), [("mine", "Mine"), ("theirs", "Theirs")])
def test_a_choice_between_two_texts_resolves_the_conflict(city, choice, motto):
    mine, theirs = opened(city), opened(city)
    save(theirs, motto="Theirs")
    seen = snapshots.fingerprint(snapshots.take(city))
    mine.options = SaveOptions(choices={"fields/motto": choice}, seen=seen)
    save(mine, motto="Mine")
    assert stored() == (motto, "Old")


def test_both_texts_are_not_public_before_their_result_was_seen(city):
    mine, theirs = opened(city), opened(city)
    save(theirs, motto="Theirs")
    options = {
        "choices": {"fields/motto": "both"},
        "seen": snapshots.fingerprint(snapshots.take(city)),
    }
    mine.options = SaveOptions(**options)
    save(mine, motto="Mine")
    assert (mine.outcome, stored()) == (None, ("Theirs", "Old"))
    mine.options = SaveOptions(**options, confirmed="something else")
    save(mine, motto="Mine")
    assert (mine.outcome, stored()) == (None, ("Theirs", "Old"))
    mine.options = SaveOptions(**options, confirmed=snapshots.fingerprint(mine.merged.content))
    save(mine, motto="Mine")
    assert stored() == ("Theirs Mine", "Old")


def test_both_texts_are_kept_as_a_draft_at_once(city):
    mine, theirs = opened(city), opened(city)
    save(theirs, motto="Theirs")
    seen = snapshots.fingerprint(snapshots.take(city))
    mine.options = SaveOptions(drafts=True, choices={"fields/motto": "both"}, seen=seen)
    save(mine, motto="Mine")
    assert mine.outcome.draft.content["fields"]["motto"] == "Theirs\n\nMine"
    assert stored() == ("Theirs", "Old")


def test_a_choice_between_other_texts_does_not_count(city):
    mine, theirs = opened(city), opened(city)
    seen = snapshots.fingerprint(snapshots.take(city))
    save(theirs, motto="Theirs")
    mine.options = SaveOptions(choices={"fields/motto": "mine"}, seen=seen)
    save(mine, motto="Mine")
    assert (mine.outcome, stored()) == (None, ("Theirs", "Old"))


# -- A refused save ------------------------------------------------------------------------


def test_an_invalid_form_is_shown_again_and_leaves_no_trace(city):
    session = opened(city)
    assert save(session, name="", motto="New") == FORM
    assert (session.mine, session.outcome, session.error_message) == ({}, None, "")
    assert (stored(), actions()) == (("Old", "Old"), [])


def test_a_form_with_an_unreadable_base_is_refused(city):
    session = opened(city)
    session.start = {}
    assert save(session, motto="New") == FORM
    assert session.error_message.startswith("This form has been open too long")
    assert session.start == snapshots.take(city)
    assert stored() == ("Old", "Old")


def test_a_rehearsal_returns_the_saved_content_and_rolls_it_back(city):
    session = opened(city)
    assert session.rehearse(typed(session, motto="New")) == SAVED
    assert session.mine["fields"]["motto"] == "New"
    assert (stored(), session.is_rehearsing) == (("Old", "Old"), False)


def test_a_session_of_a_deleted_record_raises(city):
    session = opened(city)
    form = typed(session, motto="New")
    City.objects.all().delete()
    with pytest.raises(City.DoesNotExist):
        session.save(form)


# -- Drafts --------------------------------------------------------------------------------


def test_a_draft_leaves_the_public_record_unchanged(city):
    session = opened(city, SaveOptions(drafts=True, note="Why"))
    save(session, motto="New")
    draft = open_draft(city)
    assert session.outcome.draft == draft
    assert (draft.stage, draft.note, draft.content["fields"]["motto"]) == ("draft", "Why", "New")
    assert (stored(), actions()) == (("Old", "Old"), ["drafted"])


def test_a_draft_without_a_change_is_refused(city):
    session = opened(city, SaveOptions(drafts=True))
    assert save(session) == FORM
    assert session.error_message == "You have not changed anything, so there is no draft to save."


def test_a_form_opens_on_the_draft_and_publishing_closes_it(city):
    save(opened(city, SaveOptions(drafts=True)), motto="New")
    session = EditSession(city, factories.superuser())
    assert session.open(lambda: City.objects.get().motto) == "New"
    assert (session.start["fields"]["motto"], session.clashes) == ("New", [])
    assert stored() == ("Old", "Old")
    save(session, note="New")
    assert (stored(), open_draft(city)) == (("New", "New"), None)
    assert actions() == ["drafted", "published"]


def test_an_opened_draft_shows_changes_of_others(city):
    content = snapshots.take(city)
    content["fields"]["motto"] = "Draft"
    keep_draft(city, content)
    City.objects.update(motto="Live")
    session = EditSession(City.objects.get(), factories.superuser())
    session.open(lambda: None)
    assert session.clashes == [snapshots.Conflict(("fields", "motto"), "Old", "Draft", "Live")]


def test_a_save_without_the_permission_to_publish_is_a_draft(city):
    session = opened(city, may_publish=False)
    save(session, motto="New")
    assert session.outcome.draft.stage == "draft"
    assert stored() == ("Old", "Old")


@pytest.mark.parametrize(
    ("hours", "sentence"),
    [
        (None, "Choose when to publish the draft."),
        (-1, "This time has passed. Choose a later one, or publish the draft now."),
    ],
)
def test_a_draft_needs_a_future_moment_to_be_scheduled(city, hours, sentence):
    moment = hours and timezone.localtime() + timedelta(hours=hours)
    due_at = moment.strftime("%Y-%m-%dT%H:%M") if moment else ""
    session = opened(city, SaveOptions(schedules=True, due_at=due_at))
    assert save(session, motto="New") == FORM
    assert (session.error_message, open_draft(city)) == (sentence, None)


def test_a_scheduled_draft_stores_its_moment(city):
    moment = (timezone.localtime() + timedelta(days=1)).replace(second=0, microsecond=0)
    session = opened(city, SaveOptions(schedules=True, due_at=moment.strftime("%Y-%m-%dT%H:%M")))
    save(session, motto="New")
    draft = open_draft(city)
    assert (draft.stage, draft.due_at, stored()) == ("scheduled", moment, ("Old", "Old"))


# -- Reviews -------------------------------------------------------------------------------


def test_a_submission_of_a_public_record_is_a_draft_in_review(city):
    told = []
    session = opened(
        city, SaveOptions(submits=True), may_publish=False, notify=lambda *about: told.append(about)
    )
    save(session, motto="New")
    draft = open_draft(city)
    assert (draft.stage, draft.content["fields"]["motto"]) == ("review", "New")
    assert told == [(city, draft)]


def test_a_submission_of_a_hidden_record_saves_it_and_requests_its_review():
    city = factories.city(published_at=None, motto="Old")
    told = []
    session = opened(
        city, SaveOptions(submits=True), may_publish=False, notify=lambda *about: told.append(about)
    )
    save(session, motto="New")
    review = open_draft(city)
    assert (City.objects.get().motto, review.is_review_request) == ("New", True)
    assert (told, actions()) == ([(city, review)], ["changed", "submitted"])


def test_publishing_a_hidden_record_needs_the_permission_to_publish():
    city = factories.city(published_at=None)
    save(opened(city, SaveOptions(publishes=True), may_publish=False), motto="New")
    assert City.objects.get().state == State.DRAFT
    save(opened(city, SaveOptions(publishes=True)), motto="Newer")
    assert City.objects.get().state == State.PUBLIC


# -- Advice --------------------------------------------------------------------------------


def short_motto(record):
    return [Advice("motto", "It is short.")] if len(record.motto) < 4 else []


HELD = "Not published yet: read the advice, or give a reason to publish anyway."


def test_new_advice_holds_back_a_record_that_would_become_public(city):
    City.objects.update(motto="A long motto")
    session = opened(city, check=short_motto)
    assert save(session, motto="No") == FORM
    assert (session.error_message, session.blocking_advice) == (
        HELD,
        [Advice("motto", "It is short.")],
    )
    assert (session.outcome, stored()) == (None, ("A long motto", "Old"))


def test_a_reason_answers_the_advice(city):
    City.objects.update(motto="A long motto")
    session = opened(city, SaveOptions(has_reason=True, note="So be it"), check=short_motto)
    save(session, motto="No")
    assert stored() == ("No", "Old")
    assert Revision.objects.get().note == "So be it"


@pytest.mark.parametrize("options", [SaveOptions(drafts=True), SaveOptions(submits=True)])
def test_advice_holds_no_draft_back(city, options):
    City.objects.update(motto="A long motto")
    session = opened(city, options, check=short_motto)
    save(session, motto="No")
    assert (session.blocking_advice, open_draft(city).content["fields"]["motto"]) == ([], "No")


def test_advice_on_an_already_public_record_holds_nothing_back(city):
    session = opened(city, check=short_motto)
    save(session, note="New")
    assert (session.blocking_advice, stored()) == ([], ("Old", "New"))


def test_a_new_record_is_held_back_before_it_is_saved():
    session = EditSession(None, None, SaveOptions(publishes=True), check=short_motto)

    def add():
        session.take_result(factories.city(motto="No", published_at=None))

    session.look_ahead(add)
    assert (session.error_message, session.blocking_advice) == (
        HELD,
        [Advice("motto", "It is short.")],
    )
    assert not City.objects.exists()
