"""Unsaved work: one copy for each record, offered if it differs, listed on the front page."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from news.models import NewsItem
from publishing.models import WorkingCopy
from publishing.revisions.autosave import GONE, folded, unsaved
from tests import factories
from tests.admin_pages import admin_url, open_form, read_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def person(db):
    return factories.user("Publishers")


@pytest.fixture
def desk(person):
    return signed_in(person)


@pytest.fixture
def city(db):
    return factories.city(name="Fez", motto="Old", summary="")


def type_into(client, record, *, leaves=True, **typed):
    """Type into the form of a record and leave it; return the fields of the form."""
    form = open_form(client, record) | typed | {"_changed": " ".join(typed)}
    sent = form | ({"_left": "1"} if leaves else {})
    assert client.post(admin_url(record, "working", record.pk), sent).json()["kept"]
    return form


def offer(client, record):
    response = client.get(admin_url(record, "change", record.pk))
    return response.context.get("copy_fields")


def mottos():
    copies = WorkingCopy.objects.filter(data__isnull=False).order_by("touched_at")
    return [copy.posted()["motto"] for copy in copies]


def test_copies_of_one_record_become_one_when_their_forms_are_gone(desk, city):
    type_into(desk, city, motto="Mine")
    type_into(desk, city, summary="In short")
    assert offer(desk, city) == ["Motto", "Summary"]
    copy = WorkingCopy.objects.get()
    restored = read_form(desk.get(admin_url(city, "change", city.pk), {"_take": copy.pk}), city)
    assert (restored.fields["motto"], restored.fields["summary"]) == (["Mine"], ["In short"])


def test_in_a_field_that_two_copies_changed_the_newer_one_wins(desk, city):
    type_into(desk, city, motto="Older")
    type_into(desk, city, motto="Newer")
    assert offer(desk, city) == ["Motto"]
    assert mottos() == ["Newer"]


def test_the_copy_of_an_open_form_is_left_alone(desk, city):
    form = type_into(desk, city, leaves=False, motto="Open")
    type_into(desk, city, motto="Left")
    assert offer(desk, city) == ["Motto"]
    assert mottos() == ["Open", "Left"]
    # The form is gone when it gives no sign of life.
    WorkingCopy.objects.update(seen_at=timezone.now() - GONE - timedelta(seconds=1))
    look = {name: form[name] for name in ("_copy", "_opened", "_person")} | {"_look": "1"}
    assert desk.post(admin_url(city, "working", city.pk), look).json()["kept"] is True
    assert WorkingCopy.objects.get(pk=form["_copy"][0]).is_gone is False


def test_rows_are_folded_as_a_whole():
    older = [["awards-TOTAL_FORMS", "1"], ["awards-0-year", "2015"], ["motto", "A"]]
    newer = [["awards-TOTAL_FORMS", "0"], ["motto", "B"]]
    result = folded([*older, ["_changed", "awards motto"]], [*newer, ["_changed", "motto"]])
    assert result == [
        ["motto", "B"],
        ["awards-TOTAL_FORMS", "1"],
        ["awards-0-year", "2015"],
        ["_changed", "awards motto"],
    ]


def test_a_copy_that_says_what_the_form_says_is_not_offered(desk, city):
    type_into(desk, city, motto="Mine")
    City.objects.update(motto="Mine")
    assert offer(desk, city) is None


def test_a_save_ends_earlier_copies_of_the_record_but_not_those_of_open_forms(desk, city):
    type_into(desk, city, motto="Earlier")
    type_into(desk, city, leaves=False, motto="In another tab")
    assert save_form(desk, city, summary="Saved", _draft="1").status_code == 302
    assert mottos() == ["In another tab"]


def test_new_records_keep_a_copy_each_told_apart_by_their_titles(desk, person):
    for title in ("First story", "Second story"):
        form = read_form(desk.get(admin_url(NewsItem, "add")), NewsItem).fields
        typed = form | {"title": title, "_changed": "title", "_left": "1"}
        desk.post(admin_url(NewsItem, "add_working"), typed)
    assert [work.title for work in unsaved(person)] == ["Second story", "First story"]
    page = desk.get(admin_url(NewsItem, "add")).text
    assert "“Second story”." in page
    assert page.count("data-copy") == 1


def test_unsaved_work_lists_each_record_once_with_the_newest_first(desk, person, city):
    other = factories.city(name="Fes")
    type_into(desk, city, motto="A")
    type_into(desk, other, motto="B")
    type_into(desk, city, summary="C")
    found = unsaved(person)
    assert [(work.title, work.kind) for work in found] == [("Fez", "city"), ("Fes", "city")]
    copy = WorkingCopy.objects.order_by("-touched_at").first()
    assert found[0].address == f"{admin_url(city, 'change', city.pk)}?_take={copy.pk}"
    assert found[0].touched_at == copy.touched_at


def test_unsaved_work_is_listed_on_the_front_page_and_discarded_there(desk, city):
    type_into(desk, city, motto="Mine")
    page = desk.get(reverse("admin:index"))
    assert "Unsaved work" in page.text
    (work,) = page.context["unsaved"]
    response = desk.post(work.discard_address, {"_drop": work.key, "_home": "1"})
    assert response["Location"] == reverse("admin:index")
    assert "Unsaved work" not in desk.get(reverse("admin:index")).text


def test_unsaved_work_is_private_and_needs_the_permission_to_go_on(desk, person, city):
    type_into(desk, city, motto="Mine")
    assert unsaved(factories.user("Publishers")) == []
    person.groups.clear()
    assert unsaved(type(person).objects.get(pk=person.pk)) == []


def test_a_colleague_is_told_of_by_a_sign_of_life_alone(desk, city):
    form = open_form(desk, city)
    maria = signed_in(factories.user("Publishers", name="Maria Duarte"))
    type_into(maria, city, motto="Hers")
    look = {name: form[name] for name in ("_copy", "_opened", "_person")} | {"_look": "1"}
    answer = desk.post(admin_url(city, "working", city.pk), look).json()
    assert answer["news"] == ["Maria Duarte is editing this; last change just now."]
    assert WorkingCopy.objects.count() == 1


def test_the_offer_names_the_moment_and_the_fields(desk, city):
    type_into(desk, city, motto="Mine")
    WorkingCopy.objects.update(
        touched_at=timezone.now().replace(month=1, day=2, hour=20, minute=43)
    )
    text = " ".join(desk.get(admin_url(city, "change", city.pk)).text.split())
    assert "You have unsaved changes from 2 Jan, 20:43. Changed: Motto.</p>" in text
