"""Advice in the form, and publishing with open advice."""

import pytest

from cities.models import City
from news.models import NewsItem
from publishing.models import Revision
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form
from tests.publishing.staff.test_state_actions import act

pytestmark = pytest.mark.django_db

GOOD = "Wakefield has joined the network of learning cities this week."
HELD = "Not published yet: read the advice, or give a reason to publish anyway."
TITLES = {"title": "Wakefield joins", "summary": GOOD}


@pytest.fixture
def story():
    return factories.news_item(title="Draft", published_at=None, summary="Short.")


def notes():
    return list(Revision.objects.order_by("pk").values_list("action", "note"))


def advice(response):
    return [(finding.field, finding.message) for finding in response.context["advice"]]


SHORT = ("summary", "The summary has 6 characters; between 40 and 300 read best.")


def test_the_form_shows_advice_with_links_to_its_fields(editor, story):
    response = editor.get(admin_url(story, "change", story.pk))
    assert advice(response) == [SHORT]
    assert (
        '<a href="#id_summary" data-field="summary">Summary</a>: The summary has' in response.text
    )


def test_a_city_without_coordinates_has_a_warning(editor):
    city = factories.city()
    response = editor.get(admin_url(city, "change", city.pk))
    assert ("latitude", "Without coordinates, the city does not appear on any map.") in advice(
        response
    )


def test_publishing_with_open_advice_asks_for_a_reason(publisher, story):
    response = save_form(publisher, story, title="New title", _publish="1")
    assert (response.status_code, errors(response)) == (200, {"__all__": [HELD]})
    assert advice(response) == [SHORT]
    assert 'value="New title"' in response.text
    story.refresh_from_db()
    assert (story.title, story.is_published, notes()) == ("Draft", False, [])
    response = save_form(publisher, story, _publish="1", _note="First", _because="It is urgent")
    assert response.status_code == 302
    story.refresh_from_db()
    assert story.is_published
    assert notes() == [("published", "First\nIt is urgent")]


def test_a_record_without_advice_is_published_at_once(publisher, story):
    assert save_form(publisher, story, summary=GOOD, _publish="1").status_code == 302
    story.refresh_from_db()
    assert story.is_published


def test_a_draft_is_saved_whatever_its_warnings(editor, story):
    assert save_form(editor, story, title="New title", _save="1").status_code == 302
    assert save_form(editor, story, title="Newer", _review="1").status_code == 302


def test_a_public_record_asks_only_about_warnings_of_the_change(publisher):
    item = factories.news_item(title="Public", summary="Short.")
    assert save_form(publisher, item, title="Still public", _save="1").status_code == 302
    response = save_form(publisher, item, body="<h4>Deep</h4>", _save="1")
    assert errors(response) == {"__all__": [HELD]}
    assert save_form(publisher, item, body="<h4>Deep</h4>", _draft="1").status_code == 302
    item.refresh_from_db()
    assert (item.title, item.body) == ("Still public", "")


def test_a_scheduled_change_asks_about_its_warnings_when_it_is_scheduled(publisher):
    item = factories.news_item(summary=GOOD)
    due = {"_schedule": "1", "_due_at": "2098-12-03T09:00", "body": "<h4>Deep</h4>"}
    assert errors(save_form(publisher, item, **due)) == {"__all__": [HELD]}
    assert save_form(publisher, item, **due, _because="Agreed").status_code == 302
    assert notes() == [("scheduled", "Agreed")]


@pytest.mark.parametrize(
    "asked",
    [{"_publish": "1"}, {"_save": "1", "published_at_0": "2098-12-03", "published_at_1": "09:00"}],
)
def test_a_new_record_that_would_become_public_asks_about_its_warnings(publisher, asked):
    new = {"title": "Wakefield joins", "summary": "Short.", **asked}
    response = add(publisher, NewsItem, **new)
    assert errors(response) == {"__all__": [HELD]}
    assert advice(response) == [SHORT]
    assert not NewsItem.objects.exists()
    response = add(publisher, NewsItem, **new, _because="Agreed")
    assert response.status_code == 302
    assert [str(m) for m in publisher.get(response.url).context["messages"]] != []
    assert NewsItem.objects.get().published_at is not None
    assert {note for _action, note in notes()} == {"Agreed"}


def test_a_new_record_without_advice_is_published_with_one_message(publisher):
    response = add(publisher, NewsItem, **TITLES, _publish="1")
    assert len(list(publisher.get(response.url).context["messages"])) == 1
    assert NewsItem.objects.get().is_published


def test_the_action_publish_asks_about_records_with_advice(publisher, story):
    sound = factories.news_item(title="Sound", published_at=None, summary=GOOD)
    public = factories.news_item(title="Public", summary="Short.")
    chosen = {
        "action": "publish_now",
        "_selected_action": [item.pk for item in (story, sound, public)],
    }
    response = publisher.post(admin_url(NewsItem, "changelist"), chosen)
    assert response.templates[0].name == "admin/publishing/advised.html"
    [(record, _address, findings)] = response.context["advised"]
    assert (record, [finding[0] for finding in findings]) == (story, ["summary"])
    assert response.context["others"] == 2
    assert notes() == []
    assert act(publisher, "publish_now", story, sound, public, model=NewsItem, _only_sound="1") == [
        "1 news item is public now. 1 was already public."
    ]
    story.refresh_from_db()
    assert not story.is_published
    assert act(publisher, "publish_now", story, model=NewsItem, _because="Agreed") == [
        "1 news item is public now."
    ]
    assert notes() == [("published", ""), ("published", "Agreed")]


def test_the_action_publish_asks_about_all_rows_of_a_list_at_once(publisher):
    stories = [factories.news_item(published_at=None, summary="Short.") for _ in range(3)]
    chosen = {"action": "publish_now", "select_across": "1", "_selected_action": [stories[0].pk]}
    response = publisher.post(admin_url(NewsItem, "changelist"), chosen | {"index": "0"})
    assert len(response.context["advised"]) == 3
    assert len(response.context["keys"]) == 1
    publisher.post(admin_url(NewsItem, "changelist"), chosen | {"_because": "Agreed"})
    assert NewsItem.objects.published().count() == 3


def test_the_page_of_a_draft_asks_before_it_goes_live(editor, publisher):
    item = factories.news_item(summary=GOOD)
    save_form(editor, item, body="<h4>Deep</h4>", _draft="1")
    draft = Revision.objects.open().get()
    address = admin_url(item, "draft", item.pk)
    assert [field for field, _said in advice(publisher.get(address))] == ["body"]
    decision = {"decision": "publish", "draft": draft.pk}
    response = publisher.post(address, decision)
    assert [str(message) for message in response.context["messages"]] == [HELD]
    item.refresh_from_db()
    assert item.body == ""
    publisher.post(address, decision | {"_because": "Agreed"})
    item.refresh_from_db()
    assert item.body == "<h4>Deep</h4>"
    assert notes()[-1] == ("published", "Agreed")


def test_the_form_of_an_invalid_city_still_opens_with_its_errors(publisher):
    city = factories.city(published_at=None)
    response = save_form(publisher, city, latitude="x", longitude="", _publish="1")
    assert "latitude" in errors(response)
    assert City.objects.get().published_at is None
    assert open_form(publisher, city)["latitude"] == [""]
