"""Scheduled drafts: published once, at their moment, by any process; failures are set aside."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models.signals import pre_save
from django.utils import timezone

from cities.models import City
from publishing.models import Revision
from publishing.revisions import snapshots, transitions
from publishing.revisions.drafts import MergeConflict, keep_draft, lock, publish_draft, write
from publishing.revisions.models import Action, Stage, open_draft
from publishing.revisions.scheduling import publish_due, publish_scheduled
from tests import factories
from tests.admin_pages import admin_url

NOON = datetime(2026, 3, 29, 12, 0, tzinfo=UTC)


def scheduled(city, **fields):
    content = snapshots.take(city)
    content["fields"] |= fields
    return keep_draft(
        city,
        content,
        Action.SCHEDULED,
        factories.user("Publishers"),
        "Why",
        stage=Stage.SCHEDULED,
        due_at=NOON,
    )


def at_once(*jobs):
    """Run the jobs in threads that start together; return the results or exceptions."""
    gate = Barrier(len(jobs))

    def run(job):
        try:
            gate.wait(20)
            return job()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))


@pytest.mark.django_db
def test_a_draft_is_published_at_its_moment_and_not_before():
    city = factories.city(motto="Old")
    draft = scheduled(city, motto="New")
    assert publish_due(NOON - timedelta(seconds=1)) == ([], [])
    assert City.objects.get().motto == "Old"
    assert publish_due(NOON) == ([draft], [])
    assert City.objects.get().motto == "New"
    assert publish_due(NOON) == ([], [])
    last = Revision.objects.of(city).first()
    assert (last.action, last.person, last.note) == ("published", draft.person, "Why")
    assert open_draft(city) is None


@pytest.mark.django_db(transaction=True)
def test_several_processes_publish_a_draft_once():
    cities = [factories.city(motto="Old") for _number in range(3)]
    drafts = [scheduled(city, motto="New") for city in cities]
    results = at_once(*[lambda: publish_due(NOON)] * 4)
    assert sorted(draft.pk for done, _failed in results for draft in done) == [
        draft.pk for draft in drafts
    ]
    assert [failed for _done, failed in results] == [[]] * 4
    assert Revision.objects.filter(action=Action.PUBLISHED).count() == 3
    assert set(City.objects.values_list("motto", flat=True)) == {"New"}


@pytest.mark.django_db(transaction=True)
def test_several_processes_set_a_failed_draft_aside_once():
    city = factories.city(motto="Old")
    scheduled(city, motto="New")
    City.objects.update(motto="Newer")
    results = at_once(*[lambda: publish_due(NOON)] * 3)
    assert sorted(len(failed) for _done, failed in results) == [0, 0, 1]
    assert Revision.objects.filter(action=Action.FAILED).count() == 1


@pytest.mark.django_db
def test_a_conflict_stops_a_scheduled_draft_and_its_reason_is_stored():
    city = factories.city(motto="Old", note="Old")
    scheduled(city, motto="New")
    City.objects.update(motto="Newer")
    done, (failed,) = publish_due(NOON)
    said = "The record was changed in the same places as the draft."
    assert (done, failed.reason, failed.note) == ([], said, said)
    assert City.objects.get().motto == "Newer"
    draft = open_draft(city)
    assert (draft, draft.stage, draft.content["fields"]["motto"]) == (failed, "failed", "New")
    assert publish_due(NOON) == ([], [])


@pytest.mark.django_db
def test_the_mail_about_a_failed_draft_has_a_whole_link(django_capture_on_commit_callbacks):
    city = factories.city(motto="Old")
    draft = scheduled(city, motto="New")
    Revision.objects.filter(pk=draft.pk).update(due_at=factories.LONG_AGO)
    transitions.run(city, transitions.unpublish)
    with django_capture_on_commit_callbacks(execute=True):
        publish_scheduled()
    (sent,) = mail.outbox
    assert f"\nhttp://testserver{admin_url(City, 'draft', city.pk)}\n" in sent.body


@pytest.mark.django_db
@pytest.mark.parametrize("how", [transitions.unpublish, transitions.archive, transitions.trash])
def test_a_draft_of_a_hidden_record_is_not_published(how):
    city = factories.city(motto="Old")
    scheduled(city, motto="New")
    transitions.run(city, how)
    _done, (failed,) = publish_due(NOON)
    assert failed.reason == "The record is no longer public."
    assert City.objects.get().motto == "Old"


@pytest.mark.django_db
def test_a_draft_of_a_deleted_record_does_not_stop_the_others():
    gone, there = factories.city(), factories.city(motto="Old")
    draft = scheduled(gone, motto="New")
    scheduled(there, motto="New")
    gone.delete()
    done, (failed,) = publish_due(NOON)
    assert (failed, failed.reason) == (draft, "The record has been deleted.")
    assert [one.label for one in done] == [there.name]


@pytest.mark.django_db
def test_a_draft_with_a_taken_name_is_set_aside_with_its_reason():
    city = factories.city(name="Leeds")
    scheduled(city, name="York")
    factories.city(name="York")
    _done, (failed,) = publish_due(NOON)
    assert failed.reason == f"There is already York (United Kingdom). {city.double_hint}"


@pytest.mark.django_db
def test_an_unexpected_error_stops_neither_visitors_nor_the_other_drafts():
    first, last = factories.city(motto="Old"), factories.city(motto="Old")
    for city in (first, last):
        scheduled(city, motto="New")

    def fail(instance, **kwargs):
        if instance.pk == first.pk:
            raise ZeroDivisionError

    pre_save.connect(fail, sender=City)
    try:
        done, (failed,) = publish_due(NOON)
    finally:
        pre_save.disconnect(fail, sender=City)
    assert (
        failed.reason
        == "Something went wrong in the portal. An administrator can find the cause in its log."
    )
    assert [draft.object_pk for draft in done] == [str(last.pk)]


@pytest.mark.django_db
def test_a_closed_draft_is_not_published():
    city = factories.city(motto="Old")
    draft = scheduled(city, motto="New")
    draft.close()
    with pytest.raises(ValidationError, match="Somebody changed this draft in the meantime"):
        publish_draft(draft)
    assert City.objects.get().motto == "Old"


@pytest.mark.django_db
def test_publishing_a_draft_keeps_what_others_changed_elsewhere():
    city = factories.city(motto="Old", note="Old")
    draft = scheduled(city, motto="New")
    City.objects.update(note="Checked")
    publish_draft(draft)
    assert City.objects.values_list("motto", "note").get() == ("New", "Checked")


@pytest.mark.django_db
def test_choices_solve_a_conflict_of_a_draft():
    city = factories.city(motto="Old")
    draft = scheduled(city, motto="New")
    City.objects.update(motto="Newer")
    with pytest.raises(MergeConflict) as unresolved:
        publish_draft(draft)
    assert [conflict.key for conflict in unresolved.value.conflicts] == ["fields/motto"]
    publish_draft(draft, choices={"fields/motto": "mine"})
    assert City.objects.get().motto == "New"


@pytest.mark.django_db(transaction=True)
def test_one_record_has_one_draft():
    city = factories.city(motto="Old")
    contents = [snapshots.take(city) | {"fields": {"motto": text}} for text in ("A", "B", "C")]

    def keep(content):
        with transaction.atomic():
            keep_draft(lock(city), content)

    at_once(*[lambda content=content: keep(content) for content in contents])
    assert Revision.objects.count() == 3
    assert Revision.objects.open().count() == 1


@pytest.mark.django_db
def test_saving_an_unchanged_record_writes_no_revision():
    city = factories.city()
    before = City.objects.values().get()
    assert write(city, snapshots.take(city), Action.CHANGED) == []
    assert not Revision.objects.exists()
    assert City.objects.values().get() == before
    assert timezone.now() > city.updated_at
