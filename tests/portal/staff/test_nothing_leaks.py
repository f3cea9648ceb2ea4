"""Mails and drafts go to nobody who may not see the record; what was typed has a way back."""

import pytest
from django.contrib.messages import get_messages
from django.core import mail
from django.test import Client
from django.urls import reverse

from cities.models import City
from news.models import NewsItem
from portal.accounts.models import User
from portal.models import Tie
from publishing.models import Picture
from publishing.revisions.autosave import WorkingCopy
from publishing.revisions.models import open_draft
from tests import factories
from tests.admin_pages import admin_url, open_form, read_form, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def city():
    return factories.city(name="Leeds")


def limited(role, name):
    """Make a user who looks after another city."""
    person = factories.user(role, name=name)
    Tie.objects.create(user=person, city=factories.city(name="York"))
    return person


def drafted(author, city):
    save_form(signed_in(author), city, motto="New", _review="")
    return open_draft(city)


def test_the_author_of_a_draft_who_lost_the_record_gets_no_mail_about_it(
    publisher, city, settings, django_capture_on_commit_callbacks
):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    author = factories.user("Contributors")
    draft = drafted(author, city)
    Tie.objects.create(user=author, city=factories.city(name="York"))
    mail.outbox.clear()
    decision = {"draft": draft.pk, "decision": "return", "_note": "Ask the mayor."}
    with django_capture_on_commit_callbacks(execute=True):
        publisher.post(admin_url(City, "draft", city.pk), decision)
    assert (open_draft(city).stage, mail.outbox) == ("returned", [])


def test_drafts_are_handed_over_to_those_alone_who_may_see_them(city):
    administrator = signed_in(factories.user("Administrators"))
    writer = factories.user("Contributors", name="Olga")
    other = limited("Editors", "Petra")
    drafted(writer, city)
    address = admin_url(User, "account", writer.pk)
    page = administrator.post(address, {"act": "hand_over", "to": str(other.pk)}, follow=True)
    assert [str(message) for message in get_messages(page.wsgi_request)] == [
        "Handed over 0 drafts to Petra.",
        "1 draft stays with Olga, because Petra may not see it.",
    ]
    assert open_draft(city).author == writer


def test_unsaved_work_of_a_record_that_is_gone_can_be_discarded(publisher, city):
    form = open_form(publisher, city)
    publisher.post(admin_url(City, "working", city.pk), form | {"motto": "Typed"})
    City.objects.all().delete()
    (work,) = publisher.get(reverse("admin:index")).context["unsaved"]
    dropped = publisher.post(work.discard_address, {"_drop": str(work.key), "_home": "1"})
    assert (dropped.status_code, dropped["Location"]) == (302, reverse("admin:index"))
    assert WorkingCopy.objects.count() == 0


def test_nobody_discards_the_unsaved_work_of_somebody_else(publisher, editor, city):
    form = open_form(publisher, city)
    publisher.post(admin_url(City, "working", city.pk), form | {"motto": "Typed"})
    copy = WorkingCopy.objects.get()
    editor.post(admin_url(City, "working", city.pk), {"_drop": str(copy.pk)})
    assert WorkingCopy.objects.get() == copy


def test_a_form_sent_after_signing_out_says_that_the_text_is_one_page_back():
    page = Client().post(admin_url(NewsItem, "add"), {"title": "Typed"}, follow=True)
    said = (
        "Nothing was saved, because you were signed out. What you typed is one page back: go back, "
        "copy it, and sign in again."
    )
    assert [str(message) for message in page.context["messages"]] == [said]
    assert said in page.text


@pytest.mark.parametrize("mode", ["cors", "same-origin"])
def test_a_script_that_asks_after_signing_out_leaves_no_message(mode):
    headers = {"Sec-Fetch-Mode": mode}
    page = Client().post(admin_url(NewsItem, "add"), {}, follow=True, headers=headers)
    assert list(page.context["messages"]) == []


def test_signing_out_twice_says_nothing_of_a_lost_text():
    page = Client().post(reverse("admin:logout"), follow=True)
    assert list(page.context["messages"]) == []


def test_saving_a_picture_or_a_person_is_reported_in_the_words_of_the_desk(superuser):
    picture, person = factories.picture(title="Dome"), factories.user("Editors", name="Olga")
    for record, name in ((picture, "Dome"), (person, "Olga")):
        address = admin_url(type(record), "change", record.pk)
        fields = read_form(superuser.get(address), record).fields
        page = superuser.post(address, fields | {"_save": "1"}, follow=True)
        said = [str(message) for message in page.context["messages"]]
        assert said[-1] == f"“{name}” is saved."
    assert Picture.objects.count() == 1
