"""The state in the list and the form, and the three actions on many records at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from cities.models import City
from news.models import NewsItem
from publishing.models import Revision
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form

pytestmark = pytest.mark.django_db

PAST = datetime(2021, 5, 4, 9, 30, tzinfo=UTC)


@pytest.fixture
def five():
    """Make a city in each of the states."""
    later = timezone.now() + timedelta(days=2)
    return {
        "draft": factories.city(name="Draft", published_at=None),
        "scheduled": factories.city(name="Scheduled", published_at=later),
        "public": factories.city(name="Public", published_at=PAST),
        "expired": factories.city(
            name="Expired", published_at=PAST, expires_at=PAST + timedelta(days=1)
        ),
        "archived": factories.city(name="Archived", published_at=PAST, archived_at=PAST),
    }


def listed(client, model=City, **query):
    response = client.get(admin_url(model, "changelist"), query)
    return [str(row) for row in response.context["cl"].result_list]


def act(client, action, *records, model=City, **fields):
    """Run an action for records, and confirm it; return the messages without their Undo."""
    chosen = {"action": action, "_selected_action": [record.pk for record in records]}
    chosen |= {"_confirmed": "1"}
    response = client.post(
        admin_url(model, "changelist"), chosen | {"index": "0"} | fields, follow=True
    )
    assert response.status_code == 200
    return [str(message).partition(" <form")[0] for message in response.context["messages"]]


def states():
    return {city.name.lower(): city.state.value for city in City.objects.all()}


def test_the_list_of_the_desk_shows_every_record_and_its_state(editor, five):
    later = timezone.localtime(five["scheduled"].published_at)
    response = editor.get(admin_url(City, "changelist"))
    assert listed(editor) == ["Archived", "Draft", "Expired", "Public", "Scheduled"]
    moment = f"{later.day} {later:%b %H:%M}" if later.year == timezone.now().year else ""
    for text in [
        '<span class="state state-draft">Draft</span>',
        f'<span class="state state-scheduled">Scheduled for {moment}',
        '<span class="state state-public">Public</span>',
        '<span class="state state-expired">Expired on 5 May 2021 09:30 UTC</span>',
        '<span class="state state-archived">Archived</span>',
    ]:
        assert text in response.text


def test_the_state_filter_finds_each_state_and_counts_it(editor, five):
    for state in five:
        assert listed(editor, state=state) == [state.capitalize()]
    response = editor.get(admin_url(City, "changelist"), {"_facets": "True"})
    view = response.context["cl"]
    state_filter = view.filter_specs[0]
    assert [choice["display"] for choice in state_filter.choices(view)] == [
        "All",
        "Draft (1)",
        "Scheduled (1)",
        "Public (1)",
        "Expired (1)",
        "Archived (1)",
        "In the trash (0)",
    ]


def test_the_action_publish_now_publishes_and_logs(publisher, five):
    started = timezone.now()
    assert act(publisher, "publish_now", *five.values(), _because="x") == [
        "4 cities are public now. 1 was already public."
    ]
    assert set(states().values()) == {"public"}
    changed = {city.name: city for city in City.objects.all()}
    assert changed["Draft"].published_at >= started
    assert changed["Scheduled"].published_at >= started
    assert changed["Expired"].published_at == PAST
    assert changed["Archived"].published_at == PAST
    assert changed["Public"].updated_at == five["public"].updated_at
    assert sorted(Revision.objects.values_list("label", "action")) == [
        ("Archived", "published"),
        ("Draft", "published"),
        ("Expired", "published"),
        ("Scheduled", "published"),
    ]


def test_the_action_unpublish_makes_drafts_and_logs(publisher, five):
    assert act(publisher, "unpublish", *five.values()) == [
        "4 cities are drafts now. 1 was already a draft."
    ]
    assert set(states().values()) == {"draft"}
    revision = Revision.objects.get(label="Public")
    assert revision.action == "unpublished"
    assert revision.base["fields"]["published_at"] == "2021-05-04T09:30:00+00:00"
    assert revision.content["fields"]["published_at"] is None


def test_the_action_archive_hides_records_and_logs(publisher, five):
    assert act(publisher, "archive", *five.values()) == [
        "4 cities are archived now. 1 was already archived."
    ]
    assert set(states().values()) == {"archived"}


def test_messages_of_an_action_for_one_record_and_for_none(publisher, five):
    assert act(publisher, "publish_now", five["draft"], _because="x") == ["1 city is public now."]
    assert act(publisher, "publish_now", five["draft"]) == ["1 was already public."]


def test_an_expired_draft_can_be_published(publisher):
    item = factories.news_item(
        published_at=None, expires_at=PAST, summary="Something happened in four cities at once."
    )
    assert act(publisher, "publish_now", item, model=NewsItem) == ["1 news item is public now."]
    item.refresh_from_db()
    assert item.expires_at is None


def test_contributors_are_offered_no_action_and_cannot_forge_one(contributor, five):
    response = contributor.get(admin_url(City, "changelist"))
    assert response.context["action_form"] is None
    before = states()
    for action in ["publish_now", "unpublish", "archive", "trash", "recover", "delete_selected"]:
        assert act(contributor, action, *five.values()) == []
    assert states() == before


def test_editors_move_no_public_or_scheduled_record_to_the_trash(editor, five):
    before = states()
    for action in ["publish_now", "unpublish", "archive", "delete_selected"]:
        assert act(editor, action, *five.values()) == ["No action selected."]
    assert states() == before
    names = "Public, United Kingdom, Scheduled, United Kingdom"
    assert act(editor, "trash", *five.values()) == [
        f"Only people who may publish can move these to the trash: {names}.",
        "3 cities are in the trash now.",
    ]
    gone = dict.fromkeys(["archived", "draft", "expired"], "trashed")
    assert states() == before | gone
    assert listed(editor) == ["Public", "Scheduled"]
    assert listed(editor, state="trashed") == ["Archived", "Draft", "Expired"]


def test_a_record_is_recovered_from_the_trash(publisher, five):
    before = states()
    assert act(publisher, "trash", *five.values()) == ["5 cities are in the trash now."]
    assert not City.objects.published().exists()
    address = f"{admin_url(City, 'changelist')}?state=trashed"
    chosen = [record.pk for record in five.values()]
    publisher.post(address, {"action": "recover", "_selected_action": chosen, "index": "0"})
    assert states() == before


def test_a_record_added_by_an_editor_is_a_draft(editor):
    factories.united_kingdom()
    response = add(
        editor,
        City,
        name="Leeds",
        country="GB",
        published_at_0="2020-01-01",
        published_at_1="09:00",
    )
    assert response.status_code == 302, errors(response)
    leeds = City.objects.get(name="Leeds")
    assert (leeds.published_at, leeds.slug, leeds.state.value) == (None, "leeds", "draft")


def test_an_editor_drafts_the_text_of_a_public_record_and_not_its_state(editor, five):
    city = five["public"]
    assert not any(name.startswith("published_at") for name in open_form(editor, city))
    response = save_form(
        editor,
        city,
        motto="Freedom Through Learning",
        published_at_0="",
        published_at_1="",
        archived_at_0="2020-01-01",
        archived_at_1="09:00",
    )
    assert response.status_code == 302
    city.refresh_from_db()
    assert (city.motto, city.published_at, city.archived_at) == ("", PAST, None)
    draft = Revision.objects.open().get()
    assert draft.content["fields"] == draft.base["fields"] | {"motto": "Freedom Through Learning"}
    assert open_form(editor, city)["motto"] == ["Freedom Through Learning"]


def test_a_publisher_schedules_in_the_form(publisher, five):
    moment = {"published_at_0": "2098-12-03", "published_at_1": "09:00:00"}
    response = save_form(publisher, five["draft"], **moment, _because="The launch waits for it")
    assert response.status_code == 302
    five["draft"].refresh_from_db()
    assert five["draft"].published_at == datetime(2098, 12, 3, 9, 0, tzinfo=UTC)
    assert five["draft"].state_label == "Scheduled for 3 Dec 2098 09:00 UTC"


def test_expiring_before_publishing_is_refused_in_a_sentence(publisher, five):
    response = save_form(
        publisher, five["public"], expires_at_0="2020-01-01", expires_at_1="09:00:00"
    )
    assert errors(response) == {
        "__all__": ["“Expires at” must be later than “Publish at”. Change one of them."]
    }


@pytest.mark.parametrize("state", ["draft", "scheduled", "public", "expired", "archived"])
def test_view_on_site_shows_every_state_to_staff(editor, client, five, state):
    city = five[state]
    link = editor.get(admin_url(City, "change", city.pk)).context["absolute_url"]
    response = editor.get(link)
    assert response.status_code == 302
    assert response["Location"] == f"http://testserver{city.get_absolute_url()}"
    assert editor.get(city.get_absolute_url()).status_code == 200
    assert client.get(city.get_absolute_url()).status_code == (200 if state == "public" else 404)


def test_view_on_site_opens_a_page_for_every_kind_of_draft(editor):
    for record in [
        factories.country(),
        factories.intake(published_at=None),
        factories.theme(published_at=None),
        factories.network(published_at=None),
        factories.organisation(published_at=None),
        factories.news_item(published_at=None),
        factories.event(published_at=None),
        factories.page(published_at=None),
    ]:
        link = editor.get(admin_url(record, "change", record.pk)).context["absolute_url"]
        response = editor.get(link, follow=True)
        assert response.status_code == 200, record
