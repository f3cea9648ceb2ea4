"""Drafts of public records: saved, compared, scheduled, returned, published, discarded."""

from datetime import UTC, datetime

import pytest
from django.utils import timezone

from cities.models import City
from publishing.models import Revision
from publishing.revisions import transitions
from publishing.revisions.models import open_draft
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.staff_fixtures import signed_in


@pytest.fixture
def city(db):
    return factories.city(name="Leeds", motto="Old", note="Old")


def decide(client, record, decision, **more):
    """Open the page of the draft and press a button; return the response and its messages."""
    address = admin_url(record, "draft", record.pk)
    page = client.get(address)
    sent = {"draft": page.context["draft"].pk, "_seen": page.context["seen"], "decision": decision}
    response = client.post(address, sent | more, follow=True)
    return response, [str(said) for said in response.context["messages"]]


def stages(record):
    return list(Revision.objects.of(record).values_list("action", "stage"))


def test_a_draft_leaves_the_public_page_and_opens_again(publisher, city, client):
    rows = {"awards-TOTAL_FORMS": "1", "awards-0-year": "2015", "awards-0-id": ""}
    response = save_form(publisher, city, motto="Learn for life", **rows, _draft="1")
    assert response.status_code == 302
    public = client.get(city.get_absolute_url()).text
    assert ("Learn for life" in public, city.awards.count()) == (False, 0)
    form = open_form(publisher, city)
    assert (form["motto"], form["awards-0-year"]) == (["Learn for life"], ["2015"])
    decide(publisher, city, "publish")
    city.refresh_from_db()
    assert (city.motto, city.awards.get().year) == ("Learn for life", 2015)
    assert "Learn for life" in client.get(city.get_absolute_url()).text


def test_a_new_row_of_a_draft_keeps_its_key(publisher, city):
    rows = {"awards-TOTAL_FORMS": "1", "awards-0-year": "2015", "awards-0-id": ""}
    save_form(publisher, city, **rows, _draft="1")
    key = open_form(publisher, city)["awards-0-id"]
    save_form(publisher, city, motto="New", _draft="1")
    assert open_form(publisher, city)["awards-0-id"] == key
    decide(publisher, city, "publish")
    assert [str(city.awards.get().pk)] == key


def test_a_draft_without_changes_is_not_stored(publisher, city):
    response = save_form(publisher, city, _draft="1")
    assert errors(response) == {
        "__all__": ["You have not changed anything, so there is no draft to save."]
    }
    assert stages(city) == []


def test_a_draft_has_to_be_valid(publisher, city):
    response = save_form(publisher, city, joined_year="1900", _draft="1")
    assert list(errors(response)) == ["joined_year"]
    assert stages(city) == []


def test_saving_a_draft_again_unchanged_writes_no_revision(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    save_form(publisher, city, _draft="1")
    assert stages(city) == [("drafted", "draft")]


def test_publishing_from_the_form_puts_the_whole_draft_live(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    save_form(publisher, city, note="New", _save="1")
    assert City.objects.values_list("motto", "note").get() == ("New", "New")
    assert stages(city) == [("published", ""), ("drafted", "")]


def test_contributors_submit_a_draft_and_publishers_return_or_publish_it(
    contributor, publisher, city
):
    save_form(contributor, city, motto="New", _review="1", _note="Please")
    assert stages(city) == [("submitted", "review")]
    assert decide(contributor, city, "publish")[0].status_code == 403
    assert decide(contributor, city, "return")[0].status_code == 403
    decide(publisher, city, "return", _note="Which year?")
    assert "Which year?" in contributor.get(admin_url(city, "change", city.pk)).text
    save_form(contributor, city, motto="New in 2026", _review="1")
    decide(publisher, city, "publish")
    assert City.objects.get().motto == "New in 2026"
    assert stages(city) == [
        ("published", ""),
        ("submitted", ""),
        ("returned", ""),
        ("submitted", ""),
    ]


def test_a_draft_in_review_stays_there_when_it_is_changed(contributor, publisher, city):
    save_form(contributor, city, motto="New", _review="1")
    save_form(publisher, city, note="Looked up", _draft="1")
    assert stages(city) == [("drafted", "review"), ("submitted", "")]


def test_a_draft_is_discarded_by_its_author_and_by_publishers(contributor, publisher, city):
    other = signed_in(factories.user("Contributors"))
    save_form(contributor, city, motto="New", _review="1")
    assert decide(other, city, "discard")[0].status_code == 403
    assert 'value="discard"' not in other.get(admin_url(city, "draft", city.pk)).text
    decide(contributor, city, "discard")
    assert stages(city)[0] == ("discarded", "")
    save_form(contributor, city, motto="New", _review="1")
    _response, said = decide(publisher, city, "discard")
    assert said == ["The draft of “Leeds” has been discarded."]
    assert City.objects.get().motto == "Old"


def test_a_decision_about_a_draft_that_changed_meanwhile_is_refused(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    draft = open_draft(city)
    save_form(publisher, city, motto="Newer", _draft="1")
    _response, said = decide(publisher, city, "publish", draft=draft.pk)
    assert said == ["Somebody changed this draft in the meantime. Check it again."]
    assert City.objects.get().motto == "Old"


def test_choices_of_a_conflict_count_only_for_the_values_shown(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    City.objects.update(motto="Newer")
    response, _said = decide(publisher, city, "publish")
    assert [row.theirs for row in response.context["conflicts"]] == ["Newer"]
    seen = response.context["seen"]
    City.objects.update(motto="Newest")
    mine = {"_choice:fields/motto": "mine"}
    response, _said = decide(publisher, city, "publish", _seen=seen, **mine)
    assert [row.theirs for row in response.context["conflicts"]] == ["Newest"]
    decide(publisher, city, "publish", **mine)
    assert City.objects.get().motto == "New"


# -- The schedule --------------------------------------------------------------------------


def test_the_moment_of_a_draft_uses_the_time_zone_of_the_site_across_the_change_of_clocks(
    publisher, city, settings
):
    settings.TIME_ZONE = "Europe/London"
    save_form(publisher, city, motto="New", _schedule="1", _due_at="2027-03-28T00:30")
    assert open_draft(city).due_at == datetime(2027, 3, 28, 0, 30, tzinfo=UTC)
    save_form(publisher, city, _schedule="1", _due_at="2027-03-28T02:30")
    assert open_draft(city).due_at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize("moment", ["2027-03-28T01:30", "2027-10-31T01:30"])
def test_a_moment_that_does_not_exist_or_is_ambiguous_is_refused(publisher, city, settings, moment):
    settings.TIME_ZONE = "Europe/London"
    response = save_form(publisher, city, motto="New", _schedule="1", _due_at=moment)
    (said,) = errors(response)["__all__"]
    assert "couldn’t be interpreted in time zone Europe/London" in said
    assert open_draft(city) is None


@pytest.mark.parametrize("moment", ["", "soon", "2020-01-01T09:00", "9999999-01-01T00:00"])
def test_an_impossible_moment_is_refused(publisher, city, moment):
    response = save_form(publisher, city, motto="New", _schedule="1", _due_at=moment)
    assert list(errors(response)) == ["__all__"]
    assert open_draft(city) is None


def test_a_changed_draft_stays_scheduled_and_can_be_unscheduled(publisher, contributor, city):
    save_form(publisher, city, motto="New", _schedule="1", _due_at="2100-01-01T09:00")
    due = open_draft(city).due_at
    save_form(publisher, city, motto="Newer", _draft="1")
    assert (open_draft(city).stage, open_draft(city).due_at) == ("scheduled", due)
    response = save_form(contributor, city, motto="Sneaked in", _draft="1")
    said = "The draft is scheduled, so only a publisher can change it."
    assert errors(response) == {"__all__": [said]}
    assert decide(contributor, city, "discard")[0].status_code == 403
    assert decide(contributor, city, "unschedule")[0].status_code == 403
    decide(publisher, city, "unschedule")
    assert (open_draft(city).stage, open_draft(city).due_at) == ("draft", None)


def test_contributors_cannot_schedule_a_draft(contributor, city):
    response = save_form(contributor, city, motto="New", _schedule="1", _due_at="2100-01-01T09:00")
    said = "You cannot schedule a draft. Submit it for review instead."
    assert errors(response) == {"__all__": [said]}


# -- What becomes of a draft when its record moves -----------------------------------------


def test_a_draft_of_a_record_that_is_no_longer_public_becomes_the_record(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    transitions.run(city, transitions.unpublish)
    assert open_form(publisher, city)["motto"] == ["New"]
    save_form(publisher, city, motto="Newer", _save="1")
    assert City.objects.get().motto == "Newer"
    assert open_draft(city) is None
    assert open_form(publisher, city)["motto"] == ["Newer"]


def test_publishing_an_unpublished_record_publishes_its_draft(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    transitions.run(city, transitions.unpublish)
    save_form(publisher, city, _publish="1", _because="It is asked for")
    city.refresh_from_db()
    assert (city.motto, city.state, open_draft(city)) == ("New", "public", None)


def test_a_record_that_became_public_is_not_changed_without_the_permission_to_publish(
    contributor, city
):
    """The form was opened on a draft, and sent after somebody published it."""
    transitions.run(city, transitions.unpublish)
    form = open_form(contributor, city)
    transitions.run(city, transitions.publish)
    contributor.post(admin_url(city, "change", city.pk), form | {"motto": "New", "_save": "1"})
    assert City.objects.get().motto == "Old"
    assert open_draft(city).content["fields"]["motto"] == "New"


def test_deleting_a_record_for_good_deletes_its_draft(superuser, city):
    save_form(superuser, city, motto="New", _draft="1")
    transitions.run(city, transitions.trash)
    superuser.post(admin_url(city, "delete", city.pk), {"post": "yes"})
    assert not City.objects.exists()
    assert not Revision.objects.open().exists()
    assert superuser.get(admin_url(city, "draft", city.pk)).status_code == 404


def test_a_taken_name_is_shown_where_the_draft_opens(publisher, city):
    save_form(publisher, city, name="York", _draft="1")
    factories.city(name="York")
    response = publisher.get(admin_url(city, "change", city.pk))
    assert response.context["problems"] == [
        f"There is already York (United Kingdom). {City.double_hint}"
    ]


# -- New records ---------------------------------------------------------------------------


def test_a_new_record_is_saved_and_submitted_or_published(contributor, publisher):
    factories.united_kingdom()
    add(contributor, City, name="Leeds", country="GB", _review="1", _note="New member")
    leeds = City.objects.get()
    assert (leeds.state, open_draft(leeds).note) == ("draft", "New member")
    add(publisher, City, name="York", country="GB", _publish="1", _because="Agreed")
    assert City.objects.get(name="York").is_published
    save_form(publisher, leeds, _publish="1", _because="Agreed")
    assert City.objects.get(name="Leeds").is_published
    assert open_draft(leeds) is None
    add(contributor, City, name="Hull", country="GB", _publish="1")
    assert City.objects.get(name="Hull").state == "draft"


# -- Forms that are not what they seem -----------------------------------------------------


def test_a_form_signed_for_another_record_is_refused(publisher, city):
    other = open_form(publisher, factories.city(motto="Other"))["_start"]
    response = save_form(publisher, city, motto="New", _start=other)
    (said,) = errors(response)["__all__"]
    assert said.startswith("This form has been open too long")
    assert City.objects.get(pk=city.pk).motto == "Old"
    assert 'value="New"' in response.text


def test_a_form_without_a_signed_base_begins_from_the_present(publisher, city):
    form = {name: value for name, value in open_form(publisher, city).items() if name != "_start"}
    publisher.post(admin_url(city, "change", city.pk), form | {"motto": "New"})
    assert City.objects.get().motto == "New"


def test_a_form_opened_last_month_is_merged(publisher, city):
    form = open_form(publisher, city)
    City.objects.update(note="Looked up", updated_at=timezone.now())
    publisher.post(admin_url(city, "change", city.pk), form | {"motto": "New"})
    assert City.objects.values_list("motto", "note").get() == ("New", "Looked up")


def test_the_popup_of_a_form_saves_and_answers(publisher, city):
    address = admin_url(city, "change", city.pk) + "?_popup=1"
    response = publisher.post(address, open_form(publisher, city) | {"motto": "New", "_popup": "1"})
    assert "data-popup-response" in response.text
    assert City.objects.get().motto == "New"
