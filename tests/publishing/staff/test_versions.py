"""Every state comes back: each entry of the history is viewed, restored and undone."""

from datetime import UTC, datetime

import pytest

from cities.models import City
from publishing.models import Revision
from publishing.revisions import snapshots, transitions
from publishing.revisions.models import Action, log, open_draft
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

PAST = datetime(2024, 2, 14, 12, tzinfo=UTC)


@pytest.fixture
def bristol():
    return factories.city(name="Bristol", motto="Loaded", published_at=PAST)


def address(record, revision, query=""):
    return admin_url(record, "revision", record.pk, revision.pk) + query


def newest(record):
    return Revision.objects.of(record).first()


def press(client, record, revision, query="", **fields):
    """Send one of the forms of an entry; return the messages of the next page."""
    place = address(record, revision, query)
    seen = client.get(place).context["seen"]
    response = client.post(place, {"_seen": seen} | fields, follow=True)
    return [str(message) for message in response.context["messages"]]


# -- The state before the first change -----------------------------------------------------


def test_the_state_before_the_first_change_is_viewed_and_restored(publisher, bristol):
    loaded = snapshots.take(bristol)
    save_form(publisher, bristol, motto="Mistake")
    first = newest(bristol)
    page = publisher.get(admin_url(bristol, "history", bristol.pk)).text
    assert "Before the first change" in page
    assert f'href="{address(bristol, first)}?before=1"' in page
    said = press(publisher, bristol, first, "?before=1")
    assert len(said) == 1
    assert said[0].startswith("Restored the version before the change of ")
    assert snapshots.same(snapshots.take(bristol), loaded)


def test_a_history_that_begins_with_adding_has_no_state_before(publisher):
    city = factories.city(name="New")
    content = snapshots.take(city)
    Revision.objects.create(
        model="cities.city", object_pk=str(city.pk), label="New", action="added", content=content
    )
    save_form(publisher, city, motto="Changed")
    page = publisher.get(admin_url(city, "history", city.pk)).text
    assert "Before the first change" not in page
    assert page.count("#restore") == 2
    assert page.count("#undo") == 1


def test_the_state_before_the_first_change_stands_on_the_last_page_alone(publisher, bristol):
    content = snapshots.take(bristol)
    entries = [
        Revision(
            model="cities.city",
            object_pk=str(bristol.pk),
            label="Bristol",
            action="changed",
            base=content,
            content=content,
        )
        for _number in range(51)
    ]
    Revision.objects.bulk_create(entries)
    place = admin_url(bristol, "history", bristol.pk)
    assert "Before the first change" not in publisher.get(place).text
    assert "Before the first change" in publisher.get(f"{place}?page=2").text


def test_the_history_takes_as_many_queries_as_before(publisher, bristol, django_assert_num_queries):
    save_form(publisher, bristol, motto="New")
    place = admin_url(bristol, "history", bristol.pk)
    publisher.get(place)
    # Five of the person and the page around it, one of the record and two of the entries.
    with django_assert_num_queries(8):
        publisher.get(place)


# -- Undo this change ----------------------------------------------------------------------


def test_a_change_is_undone_without_those_that_came_after_it(publisher, bristol):
    save_form(publisher, bristol, motto="Second")
    second = newest(bristol)
    save_form(publisher, bristol, subdivision="Avon")
    said = press(publisher, bristol, second, _undo="1", _note="It was wrong")
    assert len(said) == 1
    assert said[0].startswith("Undid the change of ")
    bristol.refresh_from_db()
    assert (bristol.motto, bristol.subdivision) == ("Loaded", "Avon")
    entry = newest(bristol)
    assert (entry.action, entry.note) == ("reverted", "Undid: Changed\nIt was wrong")


def test_a_change_of_an_earlier_release_is_undone_in_the_form_of_today(publisher):
    city = factories.city(profile="<blockquote>One.</blockquote><p>Two, since.</p>")
    assert city.profile == "<blockquote><p>One.</p></blockquote><p>Two, since.</p>"
    base, content = snapshots.take(city), snapshots.take(city)
    base["fields"]["profile"] = "<blockquote>Won.</blockquote><p>Two.</p>"
    content["fields"]["profile"] = "<blockquote>One.</blockquote><p>Two.</p>"
    press(publisher, city, log(city, Action.CHANGED, base=base, content=content), _undo="1")
    city.refresh_from_db()
    assert city.profile == "<blockquote><p>Won.</p></blockquote><p>Two, since.</p>"


def test_undoing_takes_back_rows_and_relations(publisher, bristol):
    theme = factories.theme(name="Family learning")
    awards = {"awards-TOTAL_FORMS": "1", "awards-0-year": "2015", "awards-0-id": ""}
    save_form(publisher, bristol, themes=[theme.pk], **awards)
    added = newest(bristol)
    save_form(publisher, bristol, motto="Later")
    press(publisher, bristol, added, _undo="1")
    bristol.refresh_from_db()
    assert (bristol.themes.count(), bristol.awards.count(), bristol.motto) == (0, 0, "Later")


def test_a_change_that_was_changed_again_is_not_undone(publisher, bristol):
    save_form(publisher, bristol, motto="Second", subdivision="Avon")
    second = newest(bristol)
    save_form(publisher, bristol, motto="Third")
    page = publisher.get(address(bristol, second))
    assert [conflict.label for conflict in page.context["conflicts"]] == ["Motto"]
    assert 'name="_undo"' not in page.text
    assert "it is now “Third”" in page.text
    said = press(publisher, bristol, second, _undo="1")
    assert said == ["This has been changed again since, so nothing was undone."]
    bristol.refresh_from_db()
    assert (bristol.motto, bristol.subdivision) == ("Third", "Avon")


def test_a_change_that_was_undone_has_nothing_left_to_undo(publisher, bristol):
    save_form(publisher, bristol, motto="Second")
    second = newest(bristol)
    press(publisher, bristol, second, _undo="1")
    page = publisher.get(address(bristol, second)).text
    assert "There is nothing left to undo." in page
    assert 'name="_undo"' not in page


def test_undoing_a_change_is_a_draft_without_the_permission_to_publish(
    publisher, contributor, bristol
):
    save_form(publisher, bristol, motto="Second")
    said = press(contributor, bristol, newest(bristol), _undo="1")
    assert said[0].startswith("Undid the change of ")
    assert said[0].endswith(" in a draft.")
    bristol.refresh_from_db()
    assert bristol.motto == "Second"
    assert open_draft(bristol).content["fields"]["motto"] == "Loaded"


def test_undoing_an_unpublishing_in_the_history_publishes_with_the_old_date(publisher, bristol):
    transitions.run(bristol, transitions.unpublish)
    said = press(publisher, bristol, newest(bristol), _undo="1")
    assert said[1] == f'<a href="{bristol.get_absolute_url()}">Bristol</a> is public again.'
    bristol.refresh_from_db()
    assert (bristol.state.value, bristol.published_at) == ("public", PAST)


def test_only_those_who_may_publish_undo_an_unpublishing(editor, bristol):
    transitions.run(bristol, transitions.unpublish)
    page = editor.get(address(bristol, newest(bristol)))
    assert "There is nothing left to undo." in page.text
    press(editor, bristol, newest(bristol), _undo="1")
    bristol.refresh_from_db()
    assert bristol.state.value == "draft"


def test_undoing_the_discarding_of_a_draft_brings_the_draft_back(publisher, bristol):
    save_form(publisher, bristol, motto="Drafted", _draft="1")
    draft = open_draft(bristol)
    decision = {"draft": draft.pk, "decision": "discard"}
    publisher.post(admin_url(bristol, "draft", bristol.pk), decision)
    assert open_draft(bristol) is None
    press(publisher, bristol, newest(bristol), _undo="1")
    bristol.refresh_from_db()
    assert bristol.motto == "Loaded"
    assert open_draft(bristol).content["fields"]["motto"] == "Drafted"


def test_undoing_asks_again_if_the_record_changed_meanwhile(publisher, bristol):
    save_form(publisher, bristol, motto="Second")
    said = press(publisher, bristol, newest(bristol), _undo="1", _seen="something else")
    assert said == ["Somebody changed this record in the meantime. Check it again."]
    assert City.objects.get(pk=bristol.pk).motto == "Second"


def test_an_entry_without_a_version_cannot_be_undone_or_restored(publisher, bristol):
    entry = Revision.objects.create(
        model="cities.city", object_pk=str(bristol.pk), label="Bristol", action=Action.LOADED
    )
    assert publisher.post(address(bristol, entry), {"_undo": "1"}).status_code == 403
    assert publisher.post(address(bristol, entry)).status_code == 403


# -- A version as a page -------------------------------------------------------------------


def page_address(record, revision, query=""):
    return admin_url(record, "revision_page", record.pk, revision.pk) + query


def test_a_version_is_viewed_as_a_page_and_changes_nothing(publisher, bristol):
    save_form(publisher, bristol, motto="Second motto")
    second = newest(bristol)
    save_form(publisher, bristol, motto="Third motto")
    page = publisher.get(page_address(bristol, second))
    assert "Second motto" in page.text
    assert "Only staff can see this page." in page.text
    assert "noindex" in page["X-Robots-Tag"]
    assert "no-store" in page["Cache-Control"]
    assert page["X-Frame-Options"] == "SAMEORIGIN"
    assert "Loaded" in publisher.get(page_address(bristol, second, "?before=1")).text
    bristol.refresh_from_db()
    assert bristol.motto == "Third motto"
    assert page_address(bristol, second) in publisher.get(address(bristol, second)).text


def test_a_version_whose_name_was_taken_has_no_page(publisher, bristol):
    save_form(publisher, bristol, name="Bath")
    renamed = newest(bristol)
    factories.city(name="Bristol")
    page = publisher.get(page_address(bristol, renamed, "?before=1"))
    assert "There is already Bristol" in page.text


def test_the_page_of_a_version_needs_the_permission_to_view_the_record(publisher, bristol):
    save_form(publisher, bristol, motto="Second")
    place = page_address(bristol, newest(bristol))
    assert signed_in(factories.user()).get(place).status_code == 403
    other = factories.city(name="Other")
    assert publisher.get(page_address(other, newest(bristol))).status_code == 404
