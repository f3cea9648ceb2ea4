"""“Edit this page” on public pages, without a trace for visitors."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.portal.staff.two_cities import ROLES, SECRET, place, somebody
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


def bar(client, path):
    return client.get(reverse("admin:bar"), {"path": path})


def links(client, path):
    return {one["text"]: one["address"] for one in bar(client, path).json()["links"]}


def test_public_pages_are_the_same_for_everybody(publisher):
    city = factories.city(name="Bristol")
    publisher.get(reverse("admin:index"))
    for path in (city.get_absolute_url(), "/", "/cities/"):
        visitor = Client().get(path)
        assert publisher.get(path).content == visitor.content
        assert not visitor.cookies
        assert "cookie" not in visitor.get("Vary", "").lower()


def test_the_cookie_comes_with_the_desk_and_goes_with_signing_out():
    client = Client()
    client.get(reverse("admin:login"))
    assert "desk" not in client.cookies
    person = factories.user("Editors", name="Maria")
    client.post(
        reverse("admin:login"),
        {"username": person.email, "password": factories.PASSWORD, "next": "/admin/"},
        follow=True,
    )
    cookie = client.cookies["desk"]
    assert (cookie.value, cookie["samesite"], cookie["path"]) == ("1", "Lax", "/")
    client.post(reverse("admin:logout"))
    assert client.cookies["desk"].value == ""


def test_staff_can_edit_the_page_and_see_its_state_and_draft(publisher):
    city = factories.city(name="Bristol")
    save_form(publisher, city, motto="Virtue", _draft="")
    answer = bar(publisher, city.get_absolute_url())
    assert answer.json()["state"] == "Public"
    assert "no-store" in answer["Cache-Control"]
    found = links(publisher, city.get_absolute_url())
    assert found["Edit this page"] == admin_url(City, "change", city.pk)
    assert found["New city"] == admin_url(City, "add")
    (draft,) = [address for text, address in found.items() if text.startswith("Draft by ")]
    assert draft == admin_url(City, "draft", city.pk)


@pytest.mark.parametrize("path", ["/", "/nowhere/at/all/", "", "\0", "/cities/none/", "x" * 5000])
def test_other_pages_have_a_link_to_the_desk(publisher, path):
    found = links(publisher, path)
    assert "Edit this page" not in found
    assert found["Desk"] == reverse("admin:index")


def test_a_list_offers_a_new_record(publisher):
    assert links(publisher, "/news/")["New news item"]


def test_a_trashed_record_is_not_offered(publisher):
    city = factories.city(name="Bristol", trashed_at=timezone.now())
    assert "Edit this page" not in links(publisher, city.get_absolute_url())


@pytest.mark.parametrize("role", ROLES)
def test_the_bar_respects_permissions_and_ties(role):
    own, other = place("Wakefield", "Hidden"), place("Manchester", SECRET)
    client = somebody(role, own[City])
    if role == "anonymous":
        answer = bar(client, own[City].get_absolute_url())
        assert (answer.status_code, answer.json()) == (403, {})
        return
    may_edit = role != "no group"
    assert ("Edit this page" in links(client, own[City].get_absolute_url())) == may_edit
    is_tied = role.startswith("tied ")
    answer = bar(client, other[City].get_absolute_url())
    assert ("Edit this page" in answer.text) == (may_edit and not is_tied)
    assert ("Draft by" in answer.text) == (may_edit and not is_tied)
    assert (answer.json()["state"] == "Public") == (may_edit and not is_tied)


def test_the_bar_takes_a_constant_number_of_queries(django_assert_num_queries):
    city = factories.city()
    client = signed_in(factories.user("Editors"))
    with django_assert_num_queries(6):
        bar(client, city.get_absolute_url())
