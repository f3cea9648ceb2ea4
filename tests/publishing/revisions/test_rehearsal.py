"""Rehearsals: no row, mail, hook, message or cache entry is left."""

import contextlib
from io import StringIO

import pytest
from django.contrib.admin.models import LogEntry
from django.core import mail
from django.core.cache import cache
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from cities.models import Award, City
from publishing.models import Revision, WorkingCopy
from publishing.revisions import snapshots
from publishing.revisions.rehearsal import is_rehearsal, rehearse
from tests import factories
from tests.admin_pages import admin_url, open_form
from tests.staff_fixtures import signed_in


def everything():
    """Return all rows of all tables."""
    out = StringIO()
    call_command("dumpdata", "--all", exclude=["sessions"], stdout=out)
    return out.getvalue()


@pytest.mark.django_db
def test_a_rehearsal_changes_no_table():
    city = factories.award().city
    before = everything()
    with rehearse():
        factories.membership()
        city.name = "Another"
        city.slug = "another"
        city.save()
        city.awards.all().delete()
        assert everything() != before
        assert is_rehearsal()
    assert everything() == before
    assert not is_rehearsal()


@pytest.mark.django_db(transaction=True)
def test_no_hook_or_mail_leaves_a_rehearsal(django_capture_on_commit_callbacks):
    def tell():
        mail.send_mail("Published", "…", None, ["staff@testserver"])

    with rehearse():
        transaction.on_commit(tell)
    with transaction.atomic():
        with rehearse():
            transaction.on_commit(tell)
        assert connection.run_on_commit == []
    assert mail.outbox == []


@pytest.mark.django_db
def test_an_error_in_a_rehearsal_is_raised_and_changes_nothing():
    before = everything()
    with pytest.raises(ZeroDivisionError), rehearse():
        raise ZeroDivisionError(factories.city())
    assert everything() == before
    assert not is_rehearsal()


@pytest.mark.django_db(transaction=True)
def test_a_rehearsal_refuses_what_a_commit_would_refuse():
    """Deferred foreign keys are checked at a commit, and a rehearsal never commits."""
    city = factories.city()
    with pytest.raises(IntegrityError), rehearse():
        Award.objects.create(city_id=city.pk + 1, year=2015)
    assert not Award.objects.exists()


@pytest.mark.django_db
def test_rehearsals_can_be_nested():
    with rehearse():
        outer = factories.city()
        with rehearse():
            factories.city()
        assert is_rehearsal()
        assert list(City.objects.all()) == [outer]
    assert not City.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize("button", ["_draft", "_review"])
def test_a_form_saved_as_a_draft_writes_one_row_in_one_table(button):
    city = factories.award(city=factories.city(motto="Old")).city
    client = signed_in(factories.user("Contributors"))
    form = open_form(client, city)
    cache.set("kept", 1)
    before, content = everything(), snapshots.take(city)
    response = client.post(
        admin_url(city, "change", city.pk), form | {"motto": "New", button: "1"}, follow=True
    )
    (said,) = response.context["messages"]
    assert str(said).endswith("The public page has not changed.")
    assert (mail.outbox, LogEntry.objects.count(), cache.get("kept")) == ([], 0, 1)
    assert snapshots.take(city) == content
    Revision.objects.get().delete()
    # The key of a saved form is stored for a day, so that no late request revives its autosave.
    WorkingCopy.objects.get().delete()
    assert everything() == before


@pytest.mark.django_db
def test_a_refused_form_writes_nothing():
    city = factories.city()
    client = signed_in(factories.user("Publishers"))
    form = open_form(client, city)
    before = everything()
    response = client.post(admin_url(city, "change", city.pk), form | {"name": ""})
    assert response.status_code == 200
    assert list(response.context["messages"]) == []
    assert everything() == before


@pytest.mark.django_db
def test_opening_a_draft_changes_nothing():
    city = factories.city(motto="Old")
    client = signed_in(factories.user("Publishers"))
    form = open_form(client, city)
    client.post(admin_url(city, "change", city.pk), form | {"motto": "New", "_draft": "1"})
    before = everything()
    assert open_form(client, city)["motto"] == ["New"]
    assert everything() == before


@pytest.mark.django_db
def test_a_forged_save_as_new_has_no_message_of_success():
    city = factories.city()
    client = signed_in(factories.user("Editors"))
    form = open_form(client, city)
    with contextlib.suppress(IntegrityError):
        client.post(admin_url(city, "change", city.pk), form | {"_saveasnew": "1"})
    response = client.get(admin_url(city, "changelist"))
    assert [str(message) for message in response.context["messages"]] == []
    assert list(City.objects.all()) == [city]
