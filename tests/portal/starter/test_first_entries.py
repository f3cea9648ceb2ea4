"""The loaded content is the first entry of the history of each record."""

from io import StringIO

import pytest
from django.core.management import call_command

from cities.models import Award, City
from portal.models import StarterRow
from publishing.models import Revision
from publishing.revisions import snapshots
from tests.admin_pages import admin_url, save_form
from tests.portal.starter.folder import StarterFolder
from tests.staff_fixtures import publisher as publisher

pytestmark = pytest.mark.django_db


@pytest.fixture
def load(tmp_path):
    folder = StarterFolder(tmp_path).write()
    return lambda: call_command("load_starter", folder=folder, stdout=StringIO())


def entries(record):
    return list(Revision.objects.of(record).values_list("action", flat=True))


def test_each_loaded_record_has_a_first_entry_with_its_rows(load):
    load()
    assert set(Revision.objects.values_list("action", flat=True)) == {"loaded"}
    rows = StarterRow.objects.exclude(model__in=["cities.award", "partners.membership"])
    parts = ["cities.alternativename", "cities.designation"]
    assert (
        Revision.objects.count()
        == rows.exclude(model__in=parts).values("model", "object_pk").distinct().count()
    )
    city = Award.objects.first().city
    entry = Revision.objects.of(city).get()
    assert entry.content == snapshots.take(city)
    assert entry.content["rows"]["awards"]
    assert (entry.base, entry.person, entry.made_at) == (None, None, city.created_at)


def test_loading_again_adds_no_entry(load):
    load()
    before = Revision.objects.count()
    load()
    assert Revision.objects.count() == before


def test_the_first_mistake_in_a_loaded_record_is_restored(load, publisher):
    load()
    city = City.objects.get(name="Manchester")
    loaded = snapshots.take(city)
    save_form(publisher, city, motto="Mistake")
    page = publisher.get(admin_url(city, "history", city.pk)).text
    assert "Loaded with the starter content" in page
    assert "Before the first change" not in page
    first = Revision.objects.of(city).last()
    address = admin_url(city, "revision", city.pk, first.pk)
    seen = publisher.get(address).context["seen"]
    publisher.post(address, {"_seen": seen})
    assert snapshots.same(snapshots.take(city), loaded)
    assert entries(city) == ["restored", "changed", "loaded"]


def test_a_portal_that_was_used_before_gets_the_state_before_the_first_change(load, publisher):
    load()
    city = City.objects.get(name="Manchester")
    loaded = snapshots.take(city)
    Revision.objects.all().delete()
    save_form(publisher, city, motto="First")
    save_form(publisher, city, motto="Second")
    load()
    assert entries(city) == ["changed", "changed", "loaded"]
    first = Revision.objects.of(city).last()
    assert snapshots.same(first.content, loaded)


def test_a_record_that_staff_began_is_not_called_loaded(load, publisher):
    load()
    city = City.objects.get(name="Manchester")
    Revision.objects.of(city).update(action="added")
    load()
    assert entries(city) == ["added"]
