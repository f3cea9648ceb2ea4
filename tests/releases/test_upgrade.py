"""Upgrades of a portal of each released version to this one."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import connection
from django.db.models import F, Q
from django.test import Client

from cities.models import City
from news.models import NewsItem
from portal.accounts.models import User
from publishing.models import Revision
from tests.admin_pages import admin_url, open_form, read_form, save_form
from tests.releases.soundness import assert_sound, query

# Rows that Django writes for the present models.
OF_DJANGO = {"auth_group_permissions", "auth_permission", "django_content_type"}
STATES = ("draft", "scheduled", "published", "expired", "archived", "trashed")
SHARED = "a-link-to-the-open-draft"


@pytest.fixture
def upgraded(released):
    """Upgrade the database of a release; return the numbers of rows before."""
    before = numbers_of_rows()
    call_command("migrate", interactive=False, verbosity=0)
    return before


def numbers_of_rows():
    """Return the number of rows of each existing table of a model."""
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    counted = {name: query(f'SELECT count(*) FROM "{name}"')[0][0] for name in tables}  # noqa: S608
    return {name: number for name, number in counted.items() if name not in OF_DJANGO}


def test_a_release_is_upgraded_with_all_its_content(released, upgraded):
    after = numbers_of_rows()
    if released == "0.1.0":
        # Two lists have got a page, and the menus a link to each.
        upgraded["portal_menuitem"] += 2
    assert {name: after[name] for name in upgraded} == upgraded
    assert [name for name, number in upgraded.items() if not number and is_ours(name)] == []
    found = dict(City.objects.filter(name__startswith="City ").values_list("name", "motto"))
    assert found == {f"City {state}": f"Motto {state}" for state in STATES}
    statuses = {state: Client().get(f"/cities/city-{state}/").status_code for state in STATES}
    assert statuses == dict.fromkeys(STATES, 404) | {"published": 200}
    answer = Client().get("/cities/draft-published/")
    assert (answer.status_code, answer["Location"]) == (301, "/cities/draft-published-now/")
    assert_sound()


def test_records_of_a_release_keep_their_dates_as_those_of_first_publication(upgraded):
    for model in (City, NewsItem):
        dated = model.objects.filter(published_at__isnull=False)
        assert dated.exists()
        assert list(dated.exclude(first_published_at=F("published_at"))) == []
        assert not model.objects.filter(published_at=None, first_published_at__isnull=False)


def is_ours(table):
    return table.startswith(("publishing_", "cities_", "partners_", "news_", "portal_"))


def signed_in(name):
    """Return a client that was signed in before the upgrade."""
    is_named = Q(former_name=name) | Q(email=f"{name}@example.org")
    person = str(User.objects.get(is_named).pk)
    for session in Session.objects.all():
        if session.get_decoded()["_auth_user_id"] == person:
            client = Client()
            client.cookies["sessionid"] = session.pk
            return client
    raise LookupError(name)


def test_drafts_of_a_release_open_and_are_published(upgraded):
    paula = signed_in("paula")
    city = City.objects.get(name="Draft open")
    assert "Draft motto" in Client().get(f"/shared/{SHARED}/").text
    assert open_form(paula, city)["motto"] == ["Draft motto"]
    assert "Live motto" in Client().get(city.get_absolute_url()).text
    assert save_form(paula, city, _save="1").status_code == 302
    assert "Draft motto" in Client().get(city.get_absolute_url()).text

    waiting = City.objects.get(name="Draft review")
    draft = Revision.objects.of(waiting).open().get()
    decision = {"draft": draft.pk, "decision": "publish"}
    paula.post(admin_url(waiting, "draft", waiting.pk), decision)
    waiting.refresh_from_db()
    assert waiting.motto == "Draft motto"

    scheduled = City.objects.get(name="Draft scheduled")
    due = Revision.objects.of(scheduled).open().get().due_at
    Revision.objects.filter(stage="scheduled").update(due_at=due.replace(year=2025))
    call_command("publish_due", verbosity=0)
    scheduled.refresh_from_db()
    assert scheduled.motto == "Draft motto"


def test_the_history_and_the_unsaved_changes_of_a_release_are_shown(upgraded):
    paula, tina = signed_in("paula"), signed_in("tina")
    city = City.objects.get(name="Draft published")
    assert "Paula Publisher" in paula.get(admin_url(city, "history", city.pk)).text
    opened = City.objects.get(name="Draft open")
    form = tina.get(admin_url(opened, "change", opened.pk)).text
    (key,) = re.findall(r'href="\?_take=([^"&]+)', form)
    taken = tina.get(admin_url(opened, "change", opened.pk), {"_take": key})
    assert read_form(taken, opened).fields["motto"] == ["Half a sen"]
