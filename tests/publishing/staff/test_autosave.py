"""Autosaves: private, restored after an interruption, deleted with the save."""

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from cities.models import City
from publishing.models import Revision, WorkingCopy
from tests import factories
from tests.admin_pages import admin_url, errors, open_form, read_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(db):
    return signed_in(factories.user("Publishers", name="Maria Duarte"))


def type_into(client, record, **typed):
    """Type into a form and leave it; return the response to the autosave and the form's fields."""
    form = open_form(client, record) | typed
    response = client.post(admin_url(record, "working", record.pk), form)
    assert response.status_code == 200
    return form, response.json()


def take_up(client, model, page, *args):
    address = admin_url(model, page, *args)
    copy = WorkingCopy.objects.get(data__isnull=False)
    assert f'href="?_take={copy.pk}"' in client.get(address).text
    response = client.get(address, {"_take": copy.pk})
    assert response.status_code == 200
    return response


def test_an_invalid_form_is_autosaved_and_restored(editor):
    city = factories.city(name="Fez", motto="")
    typed = {
        "name": "",
        "motto": "Half a sen",
        "profile": "<p>Rich <strong>text",
        "awards-TOTAL_FORMS": "1",
        "awards-0-year": "20",
        "awards-0-city": city.pk,
    }
    form, answer = type_into(editor, city, **typed, _left="1")
    assert answer["kept"] is True
    response = take_up(editor, City, "change", city.pk)
    fields = read_form(response, city).fields
    assert {name: fields[name] for name in typed if name != "awards-0-city"} == {
        "name": [""],
        "motto": ["Half a sen"],
        "profile": ["<p>Rich <strong>text"],
        "awards-TOTAL_FORMS": ["1"],
        "awards-0-year": ["20"],
    }
    assert fields["_copy"] == form["_copy"]
    salt = f"publishing.editing:cities.city:{city.pk}"
    starts = [signing.loads(said["_start"][0], salt=salt) for said in (fields, form)]
    assert starts[0] == starts[1]
    assert "Unsaved changes restored. Save to keep them." in response.text
    assert "Please correct the error" not in response.text
    city.refresh_from_db()
    assert city.name == "Fez"
    assert not Revision.objects.exists()


def test_a_form_for_a_new_record_is_autosaved_and_restored(editor):
    form = read_form(editor.get(admin_url(City, "add")), City).fields | {"name": "Newtown"}
    editor.post(admin_url(City, "add_working"), form)
    fields = read_form(take_up(editor, City, "add"), City).fields
    assert fields["name"] == ["Newtown"]
    saved = editor.post(admin_url(City, "add"), fields | {"country": factories.country().pk})
    assert saved.status_code == 302, errors(saved)
    assert "You have unsaved changes" not in editor.get(admin_url(City, "add")).text


def test_saving_a_restored_form_merges_with_what_others_saved(editor, publisher):
    city = factories.city(motto="Old motto", summary="Old summary")
    type_into(editor, city, motto="My motto")
    save_form(publisher, city, summary="Their summary", _because="Short on purpose")
    fields = read_form(take_up(editor, City, "change", city.pk), city).fields
    assert editor.post(admin_url(city, "change", city.pk), fields).status_code == 302
    draft = Revision.objects.open().get()
    assert (draft.content["fields"]["motto"], draft.content["fields"]["summary"]) == (
        "My motto",
        "Their summary",
    )


def test_an_autosave_is_deleted_with_the_save_and_a_late_request_does_not_revive_it(publisher):
    city = factories.city()
    form, _answer = type_into(publisher, city, motto="My motto")
    publisher.post(admin_url(city, "change", city.pk), form | {"_save": "1"})
    late = publisher.post(admin_url(city, "working", city.pk), form)
    assert late.json()["kept"] is False
    assert "You have unsaved changes" not in publisher.get(admin_url(city, "change", city.pk)).text
    assert list(WorkingCopy.objects.values_list("data", flat=True)) == [None]


def test_an_autosave_stays_when_the_form_is_refused(publisher):
    city = factories.city()
    form, _answer = type_into(publisher, city, name="")
    response = publisher.post(admin_url(city, "change", city.pk), form)
    assert read_form(response, city).fields["_copy"] == form["_copy"]
    assert WorkingCopy.objects.get().data


def test_an_autosave_is_discarded(editor):
    city = factories.city()
    type_into(editor, city, motto="My motto")
    copy = WorkingCopy.objects.get()
    response = editor.post(admin_url(city, "working", city.pk), {"_drop": copy.pk}, follow=True)
    assert response.redirect_chain == [("../change/", 302)]
    assert not WorkingCopy.objects.exists()


def test_two_tabs_do_not_overwrite_the_autosaves_of_each_other(editor):
    city = factories.city()
    type_into(editor, city, motto="First tab")
    type_into(editor, city, motto="Second tab")
    assert WorkingCopy.objects.count() == 2


def test_the_autosave_of_a_form_that_is_still_open_is_restored_under_a_key_of_its_own(editor):
    city = factories.city()
    form, _answer = type_into(editor, city, motto="Open")
    fields = read_form(take_up(editor, City, "change", city.pk), city).fields
    assert fields["motto"] == ["Open"]
    assert fields["_copy"] != form["_copy"]


def test_an_autosave_is_one_row_and_no_history(editor):
    city = factories.city()
    form, _answer = type_into(editor, city, motto="A")
    for motto in ("AB", "ABC"):
        editor.post(admin_url(city, "working", city.pk), form | {"motto": motto})
    assert WorkingCopy.objects.get().posted()["motto"] == "ABC"
    assert not Revision.objects.exists()


def test_autosaves_are_private(editor, maria):
    city = factories.city()
    form, _answer = type_into(editor, city, motto="Secret")
    copy = WorkingCopy.objects.get()
    page = maria.get(admin_url(city, "change", city.pk), {"_take": copy.pk})
    assert "Secret" not in page.text
    assert "You have unsaved changes" not in page.text
    maria.post(admin_url(city, "working", city.pk), {"_drop": copy.pk})
    # The form of another user, with the key of the first.
    theirs = open_form(maria, city) | {"_copy": form["_copy"], "motto": "Mine"}
    assert maria.post(admin_url(city, "working", city.pk), theirs).json()["kept"] is False
    assert WorkingCopy.objects.get().posted()["motto"] == "Secret"


def test_an_autosave_refuses_a_form_opened_by_another_user(editor, maria):
    city = factories.city()
    form = open_form(editor, city)
    assert maria.post(admin_url(city, "working", city.pk), form).status_code == 400
    assert not WorkingCopy.objects.exists()


def test_the_second_editor_is_told_of_the_first(editor, maria):
    city = factories.city()
    type_into(maria, city, motto="Hers")
    WorkingCopy.objects.update(touched_at=timezone.now() - timedelta(minutes=5))
    said = "Maria Duarte is editing this; last change 5 minutes ago."
    assert said in editor.get(admin_url(city, "change", city.pk)).text
    _form, answer = type_into(editor, city, motto="Mine")
    assert answer["news"] == [said]


def test_the_first_editor_is_told_that_the_second_saved(editor, maria):
    city = factories.city()
    form = open_form(editor, city)
    save_form(maria, city, motto="Hers")
    answer = editor.post(admin_url(city, "working", city.pk), form).json()
    said = "Maria Duarte saved this just now. When you save, your changes and theirs are combined."
    assert answer["news"] == [said]


def test_old_autosaves_are_deleted(editor):
    city = factories.city()
    type_into(editor, city, motto="Old")
    WorkingCopy.objects.update(touched_at=timezone.now() - timedelta(days=31))
    for number in range(7):
        type_into(editor, city, motto=str(number))
    mottos = {copy.posted()["motto"] for copy in WorkingCopy.objects.all()}
    assert mottos == {"2", "3", "4", "5", "6"}


def test_an_autosave_needs_the_permission_to_change(client):
    city = factories.city()
    client.force_login(factories.user())
    assert client.post(admin_url(city, "working", city.pk)).status_code == 403
    assert client.post(admin_url(City, "add_working")).status_code == 403


def test_an_autosave_request_without_a_session_leads_to_the_sign_in(client):
    city = factories.city()
    assert client.get(admin_url(city, "working", city.pk)).status_code == 302


def test_an_autosave_request_gets_a_fresh_csrf_token(editor):
    city = factories.city()
    answer = editor.get(admin_url(city, "working", city.pk)).json()
    assert answer["person"] == editor.session["_auth_user_id"]
    assert len(answer["token"]) == 64
