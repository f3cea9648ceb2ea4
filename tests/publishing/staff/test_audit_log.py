"""The audit log: searched by user, action, time, kind and record; read-only."""

import pytest
from django.urls import reverse

from cities.models import City
from publishing.revisions import transitions
from publishing.revisions.models import Action, Revision, log
from tests import factories
from tests.admin_pages import admin_url
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

LIST = "admin:publishing_revision_changelist"


@pytest.fixture
def lines(db):
    ada = factories.user("Editors", name="Ada Lovelace")
    city, story = factories.city(name="Wakefield"), factories.news_item(title="Fair")
    return [
        log(city, Action.CHANGED, ada, "New figure"),
        log(story, Action.ARCHIVED),
    ]


def found(client, **query):
    view = client.get(reverse(LIST), query).context["cl"]
    return [str(line) for line in view.result_list]


def test_the_audit_log_is_searched_by_everything_that_it_says(editor, lines):
    changed, archived = "Wakefield: Changed", "Fair: Archived"
    assert found(editor) == [archived, changed]
    assert found(editor, q="lovelace") == [changed]
    assert found(editor, q="wakefield figure") == [changed]
    assert found(editor, what="archived") == [archived]
    assert found(editor, kind="cities.city") == [changed]
    assert found(editor, who="portal") == [archived]
    assert found(editor, who="me") == []
    year = lines[0].made_at.year
    assert found(editor, made_at__year=year) == [archived, changed]
    assert found(editor, made_at__year=year - 1) == []


def test_an_entry_of_the_audit_log_links_to_the_record_and_to_the_changes(editor, lines):
    page = editor.get(reverse(LIST)).text
    city = City.objects.get()
    assert f'href="{admin_url(City, "change", city.pk)}"' in page
    assert f'href="{admin_url(City, "revision", city.pk, lines[0].pk)}"' in page


def test_an_entry_of_the_audit_log_names_a_deleted_record(superuser):
    city = factories.city(name="Atlantis")
    transitions.run(city, transitions.trash)
    superuser.post(admin_url(City, "delete", city.pk), {"post": "yes"})
    purged = Revision.objects.get(action=Action.PURGED)
    address = admin_url(Revision, "change", purged.pk)
    assert f'href="{address}"' in superuser.get(reverse(LIST)).text
    page = superuser.get(address)
    assert page.status_code == 200
    assert '<th scope="row">Name</th>' in page.text
    assert "Atlantis" in page.text


def test_the_audit_log_cannot_be_changed(superuser, publisher, lines):
    before = list(Revision.objects.values())
    for client in [superuser, publisher]:
        for page, args in [("add", []), ("change", [lines[0].pk]), ("delete", [lines[0].pk])]:
            answer = client.post(admin_url(Revision, page, *args), {"note": "x", "post": "yes"})
            assert answer.status_code == 403
        chosen = {"action": "delete_selected", "_selected_action": [lines[0].pk], "post": "yes"}
        client.post(reverse(LIST), chosen)
    assert list(Revision.objects.values()) == before


def test_the_audit_log_shows_the_entries_of_records_that_the_user_may_view(administrator, editor):
    log(factories.user("Editors", name="mary"), Action.CHANGED)
    assert found(administrator) == ["mary: Changed"]
    assert found(editor) == []


@pytest.fixture
def administrator(db):
    return signed_in(factories.user("Administrators"))


@pytest.mark.parametrize("number", [1, 30])
def test_the_audit_log_has_a_constant_number_of_queries(
    editor, number, django_assert_max_num_queries
):
    for _ in range(number):
        log(factories.city(), Action.CHANGED, factories.user("Editors"))
    with django_assert_max_num_queries(11):
        assert editor.get(reverse(LIST)).status_code == 200
