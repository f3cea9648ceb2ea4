"""The trash: records come back whole, with messages about names and slugs that were taken."""

import pytest
from django.urls import reverse

from cities.models import City
from publishing.models import FormerSlug, Revision
from publishing.revisions import transitions
from tests import factories
from tests.admin_pages import admin_url, errors, open_form, save_form


@pytest.fixture
def city(db):
    return factories.award(city=factories.city(name="Leeds", motto="Old")).city


def recover(client, record):
    response = client.post(admin_url(record, "recover", record.pk), follow=True)
    return response.status_code, words(response)


def words(response):
    """Return the messages of a page without their Undo."""
    return [str(message).partition(" <form")[0] for message in response.context["messages"]]


def test_a_record_comes_back_from_the_trash_with_its_rows_and_links(publisher, city, client):
    network = factories.network(cities=[city])
    response = publisher.post(admin_url(city, "delete", city.pk), {"_note": "Twice"}, follow=True)
    said = "“Leeds” is in the trash. You can take it out again."
    assert words(response) == [said]
    assert client.get(city.get_absolute_url()).status_code == 404
    assert recover(publisher, city) == (200, ["“Leeds” is out of the trash again."])
    assert client.get(city.get_absolute_url()).status_code == 200
    assert (city.awards.count(), list(network.cities.all())) == (1, [city])
    lines = Revision.objects.of(city).values_list("action", "note")
    assert list(lines) == [("recovered", ""), ("trashed", "Twice")]


def test_a_draft_survives_the_trash(publisher, city):
    save_form(publisher, city, motto="New", _draft="1")
    transitions.run(city, transitions.trash)
    transitions.run(city, transitions.recover)
    assert open_form(publisher, city)["motto"] == ["New"]


def test_a_record_in_the_trash_can_be_viewed_and_not_changed(publisher, city):
    form = open_form(publisher, city)
    transitions.run(city, transitions.trash)
    address = admin_url(city, "change", city.pk)
    assert publisher.get(address).status_code == 200
    assert publisher.post(address, form | {"motto": "New"}).status_code == 403
    assert publisher.get(admin_url(city, "history", city.pk)).status_code == 200


@pytest.mark.parametrize("action", ["publish_now", "unpublish", "archive"])
def test_a_record_in_the_trash_takes_no_other_action(publisher, city, action):
    transitions.run(city, transitions.trash)
    factories.city(name="Leeds")
    response = publisher.post(
        admin_url(City, "changelist") + "?state=trashed",
        {
            "action": action,
            "_selected_action": [city.pk],
            "index": "0",
            "_because": "It is asked for",
        },
        follow=True,
    )
    said = "Leeds, United Kingdom: It is in the trash. Take it out first."
    assert [str(message) for message in response.context["messages"]] == [said]
    city.refresh_from_db()
    assert city.state == "trashed"


def test_recovering_a_record_with_a_taken_name_is_refused(publisher, city):
    transitions.run(city, transitions.trash)
    factories.city(name="Leeds")
    assert recover(publisher, city) == (
        200,
        [f"There is already Leeds (United Kingdom). {city.double_hint}"],
    )
    city.refresh_from_db()
    assert city.state == "trashed"


def test_recovering_a_record_with_a_taken_slug_makes_a_new_one(publisher, city, client):
    transitions.run(city, transitions.trash)
    other = factories.city(name="Leeds", country=factories.country(name="Canada"))
    assert other.slug == "leeds"
    recover(publisher, city)
    city.refresh_from_db()
    assert city.slug == "leeds-united-kingdom"
    assert not FormerSlug.objects.exists()
    for record in (city, other):
        assert save_form(publisher, record, motto="New").status_code == 302
    assert "Canada" in client.get("/cities/leeds/").text


def test_a_taken_former_slug_stays_with_its_new_record(publisher, city, client):
    save_form(publisher, city, slug="leeds-city")
    transitions.run(city, transitions.trash)
    other = factories.city(name="Leeds", country=factories.country(name="Canada"))
    recover(publisher, city)
    assert save_form(publisher, other, motto="New").status_code == 302
    save_form(publisher, other, slug="leeds-canada")
    assert client.get("/cities/leeds/").url == "/cities/leeds-canada/"


def test_a_formerly_public_record_is_recovered_with_the_permission_to_publish(
    editor, publisher, city
):
    transitions.run(city, transitions.trash)
    assert recover_status(editor, city) == 403
    response = editor.post(
        admin_url(City, "changelist") + "?state=trashed",
        {"action": "recover", "_selected_action": [city.pk], "index": "0"},
        follow=True,
    )
    said = "Only people who may publish can take these out of the trash: Leeds, United Kingdom."
    assert [str(message) for message in response.context["messages"]] == [said]
    assert recover_status(publisher, city) == 302


def recover_status(client, record):
    return client.post(admin_url(record, "recover", record.pk)).status_code


def test_editors_recover_drafts(editor, city):
    transitions.run(city, transitions.unpublish)
    transitions.run(city, transitions.trash)
    assert recover_status(editor, city) == 302


def test_recovering_is_a_decision_and_not_a_link(publisher, city):
    transitions.run(city, transitions.trash)
    assert publisher.get(admin_url(city, "recover", city.pk)).status_code == 403


def test_deleting_for_good_is_for_administrators_and_logged(publisher, superuser, city):
    address = admin_url(city, "delete", city.pk)
    transitions.run(city, transitions.trash)
    assert publisher.post(address, {"post": "yes"}).status_code == 403
    superuser.post(address, {"post": "yes"})
    assert not City.objects.exists()
    last = Revision.objects.first()
    assert (last.action, last.label, last.base["fields"]["motto"]) == ("purged", "Leeds", "Old")
    assert superuser.get(admin_url(city, "history", city.pk)).url == reverse("admin:index")


def test_contributors_cannot_move_a_record_to_the_trash(contributor, city):
    transitions.run(city, transitions.unpublish)
    assert contributor.post(admin_url(city, "delete", city.pk)).status_code == 403
    assert recover_status(contributor, city) == 403


def test_a_name_of_a_record_in_the_trash_is_free(publisher, city):
    transitions.run(city, transitions.trash)
    other = factories.city(name="York")
    response = save_form(publisher, other, name="Leeds")
    assert response.status_code == 302, errors(response)
