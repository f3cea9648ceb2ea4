"""A copy of the data about a person, and its erasure."""

import json
from datetime import timedelta
from io import StringIO
from uuid import uuid4

import pytest
from axes.models import AccessAttempt, AccessLog
from django.apps import apps
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone

from cities.models import City
from portal import personal_data
from portal.accounts.models import User
from portal.models import Report, Tie
from publishing.models import Batch, Revision, SharedDraft
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.comments import Comment, CommentThread
from tests import factories
from tests.admin_pages import save_form

# Texts that name a record, a file or an account, and no person who did something.
NO_PERSON = {
    "accounts.user.email",
    "accounts.user.former_name",
    "publishing.batch.file_name",
    "publishing.commentthread.record_name",
}


def run(*command, **options):
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue()


@pytest.fixture
def ann(db):
    """An editor who has left a trace in every table that names people."""
    factories.superuser(name="Chief")
    ann = factories.user("Publishers", name="Ann Example", email="ann@example.org")
    ann.set_password("right words")
    ann.save()
    city = factories.city(name="Fez")
    client = Client()
    client.force_login(ann, "portal.roles.Backend")
    assert save_form(client, city, motto="Written by Ann", _save="1").status_code == 302
    place = {"model": "cities.city", "object_pk": str(city.pk)}
    named = {"person": ann, "person_name": "Ann Example"}
    thread = CommentThread.objects.create(
        **place, resolved_by=ann, resolved_name="Ann Example", resolved_at=timezone.now()
    )
    Comment.objects.create(thread=thread, text="Write to ann@example.org", **named)
    Comment.objects.create(thread=thread, text="Ann Example knows.", person_name="Chief")
    soon = timezone.now() + timedelta(days=1)
    SharedDraft.objects.create(**place, **named, token_hash="a secret hash", expires_at=soon)
    Batch.objects.create(model="cities.city", **named, undone_by="Ann Example", content=b"secret")
    WorkingCopy.objects.create(pk=uuid4(), person=ann, data=[["motto", "Half"]], **place)
    Tie.objects.create(user=ann, city=city)
    about = {"model": "accounts.user", "object_pk": str(ann.pk), "label": "Ann Example"}
    Revision.objects.create(**about, action="changed", note="Handed over to Ann Example.")
    AccessAttempt.objects.create(username="Ann@example.org", failures_since_start=1)
    AccessLog.objects.create(username="ann@example.org", ip_address="8.8.4.4")
    AccessLog.objects.create(username="bob@example.org", ip_address="8.8.8.8")
    Report.objects.create(address="/", message="Wrong.", email="ann@example.org")
    Report.objects.create(address="/", message="Wrong too.", note="As Ann Example says.")
    return ann


def test_a_person_gets_a_copy_of_all_that_names_them_without_secrets(ann):
    text = run("export_person", "ann@example.org")
    data = json.loads(text)
    assert data["account"]["name"] == "Ann Example"
    assert data["roles"] == ["Publishers"]
    numbers = {label: len(rows) for label, rows in data["tables"].items()}
    assert numbers == {
        "accounts.user_groups": 1,
        "axes.accessattempt": 1,
        "axes.accesslog": 2,
        "portal.report": 1,
        "portal.tie": 1,
        "publishing.batch": 1,
        "publishing.comment": 1,
        "publishing.commentthread": 1,
        "publishing.revision": 2,
        "publishing.shareddraft": 1,
        "publishing.workingcopy": 2,
        "sessions.session": 1,
    }
    for secret in (ann.password, "a secret hash", Session.objects.first().pk):
        assert secret not in text


def test_an_erased_person_is_named_nowhere_and_what_they_did_stays(ann):
    plan = run("erase_person", "ann@example.org")
    assert plan.splitlines()[-1] == "Nothing was changed. To erase this person, add --yes."
    assert "becomes “A former colleague” and cannot sign in." in plan
    assert User.objects.filter(email="ann@example.org").exists()
    run("erase_person", "Ann@Example.org", yes=True)
    for table in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute(f'SELECT * FROM "{table}"')  # noqa: S608
            found = [row for row in cursor.fetchall() if is_named(row)]
        assert found == [], table
    assert City.objects.get().motto == "Written by Ann"
    changed = Revision.objects.filter(model="cities.city").first()
    assert (changed.person_id, changed.person_name) == (ann.pk, "A former colleague")
    ann.refresh_from_db()
    assert (str(ann), ann.is_active, ann.groups.count()) == ("A former colleague", False, 0)
    assert [comment.text for comment in Comment.objects.order_by("pk")] == [
        "Write to A former colleague",
        "A former colleague knows.",
    ]
    assert [report.note for report in Report.objects.all()] == ["As A former colleague says."]
    assert [row.username for row in AccessLog.objects.all()] == ["bob@example.org"]
    assert not WorkingCopy.objects.exists()
    assert not Tie.objects.exists()
    assert not Session.objects.exists()
    with pytest.raises(CommandError, match=r"There is nothing about ann@example\.org\."):
        run("erase_person", "ann@example.org")


def is_named(row):
    text = repr(row).lower()
    return "ann@example.org" in text or "ann example" in text


@pytest.mark.django_db
def test_a_visitor_can_be_exported_and_erased_without_an_account():
    Report.objects.create(address="/", message="Wrong.", email="visitor@example.org")
    data = json.loads(run("export_person", "visitor@example.org"))
    assert data["account"] is None
    assert [row["message"] for row in data["tables"]["portal.report"]] == ["Wrong."]
    run("erase_person", "visitor@example.org", yes=True)
    assert not Report.objects.exists()
    with pytest.raises(CommandError, match="There is nothing about visitor"):
        run("export_person", "visitor@example.org")


@pytest.mark.django_db
def test_the_last_superuser_is_not_erased():
    chief = factories.superuser(name="Chief")
    with pytest.raises(CommandError, match="the last superuser: create another one first"):
        run("erase_person", chief.email, yes=True)
    chief.refresh_from_db()
    assert chief.is_active


def test_every_table_that_names_a_person_is_decided_about():
    """A new relation cascades or is set to null; a new name or address is named above."""
    for field in personal_data.relations():
        assert field.remote_field.on_delete in {models.CASCADE, models.SET_NULL}, field
    of_accounts = {
        f.model for f in personal_data.relations() if personal_data.belongs_to_account(f)
    }
    undecided = []
    for model in apps.get_models():
        label = model._meta.label_lower
        decided = {
            personal_data.BY_ADDRESS.get(label),
            *personal_data.NAME_COPIES.get(label, ()),
            *personal_data.TEXTS.get(label, ()),
        }
        undecided += [
            f"{label}.{field.name}"
            for field in model._meta.local_concrete_fields
            if names_people(field) and field.name not in decided and model not in of_accounts
        ]
    assert set(undecided) <= NO_PERSON


def names_people(field):
    if not isinstance(field, models.CharField):
        return False
    said = ("email", "username", "person", "undone_by", "_by")
    return isinstance(field, models.EmailField) or (
        field.name.endswith(("_name", *said))
        and field.model._meta.app_label not in {"cities", "news", "partners"}
    )
