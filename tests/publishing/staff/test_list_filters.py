"""Filters of the desk's lists: folded, shown as chips, by country, change and person."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cities.models import City
from news.models import Event
from partners.models import Network
from portal.models import Page, Tie
from publishing.revisions.models import Action, log
from tests import factories
from tests.admin_pages import admin_url
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db


def listed(client, model, **query):
    page = client.get(admin_url(model, "changelist"), query)
    return [str(record) for record in page.context["cl"].result_list]


@pytest.mark.parametrize(
    ("model", "make"),
    [(City, factories.city), (Network, factories.network), (Event, factories.event)],
    ids=["city", "network", "event"],
)
def test_lists_filter_by_country(superuser, model, make):
    france = factories.country(code="FR", name="France")
    make(name="Lyon", country=france)
    make(name="Leeds", country=factories.united_kingdom())
    assert listed(superuser, model, country="FR") == ["Lyon"]
    assert sorted(listed(superuser, model, country="")) == ["Leeds", "Lyon"]
    page = superuser.get(admin_url(model, "changelist"), {"country": "FR"})
    assert '<option value="FR" selected>France</option>' in page.text


def test_an_unknown_country_is_no_filter(superuser):
    factories.city(name="Leeds")
    page = superuser.get(admin_url(City, "changelist"), {"country": "ZZ"}, follow=True)
    assert "a filter that does not exist" in page.text


def test_countries_of_cities_that_the_person_may_not_see_are_not_offered():
    own = factories.city(name="Leeds")
    factories.city(name="Lyon", country=factories.country(code="FR", name="France"))
    person = factories.user("Editors")
    Tie.objects.create(user=person, city=own)
    assert "France" not in signed_in(person).get(admin_url(City, "changelist")).text


def test_lists_filter_by_the_last_change(superuser):
    for title, days in (("New", 1), ("Older", 100), ("Old", 400)):
        page = factories.page(title=title)
        Page.objects.filter(pk=page.pk).update(updated_at=timezone.now() - timedelta(days=days))
    assert listed(superuser, Page, changed="month") == ["New"]
    assert listed(superuser, Page, changed="year") == ["New", "Older"]
    assert listed(superuser, Page, changed="old") == ["Old"]
    assert superuser.get(admin_url(Page, "changelist")).text.count("field-changed") == 3


def test_lists_filter_by_the_people_who_changed_a_record(superuser):
    maria = factories.user("Editors", name="Maria")
    log(factories.page(title="Hers"), Action.CHANGED, maria)
    factories.page(title="Nobody’s")
    assert listed(superuser, Page, by=maria.pk) == ["Hers"]
    assert listed(superuser, Page, by="me") == []
    assert listed(signed_in(maria), Page, by="me") == ["Hers"]


def test_filters_that_are_set_stand_as_links_that_remove_them(superuser):
    factories.city(name="Leeds")
    address = admin_url(City, "changelist")
    page = superuser.get(address, {"country": "GB", "missing": "picture", "q": "leeds"})
    chips = [(str(c.title), c.value, c.without) for c in page.context["cl"].chips]
    assert chips == [
        ("country", "United Kingdom", "?missing=picture&q=leeds"),
        ("what is missing", "Picture", "?country=GB&q=leeds"),
    ]
    assert "Filters (2 set)" in page.text
    assert "<summary" in superuser.get(address).text
    assert "set)" not in superuser.get(address).text


def test_chips_have_no_counts_when_the_filters_have(superuser):
    factories.city(name="Leeds")
    page = superuser.get(admin_url(City, "changelist"), {"state": "public", "_facets": "True"})
    assert [chip.value for chip in page.context["cl"].chips] == ["Public"]
    assert "Public (1)" in page.text


def test_the_search_of_a_list_has_a_label_and_its_head_does_not_count_the_trash(superuser):
    factories.city(name="Leeds")
    factories.city(name="York", trashed_at=timezone.now())
    page = superuser.get(admin_url(City, "changelist"), {"q": "leeds"}).text
    assert '<label for="searchbar">Search cities</label>' in page
    assert "1 result" in page
    assert "total" not in page


def test_an_empty_list_says_what_to_do(superuser):
    page = superuser.get(admin_url(City, "changelist"), {"q": "zugspitze"}).text
    assert "No cities match." in page
    assert f'<a href="{reverse("admin:search")}?q=zugspitze">' in page
    page = superuser.get(admin_url(City, "changelist")).text
    assert "There are no cities yet." in page
    assert f'<a href="{admin_url(City, "add")}">' in page


def test_a_record_of_another_city_is_refused_in_words_that_tell_nothing():
    person = factories.user("Editors")
    Tie.objects.create(user=person, city=factories.city(name="Leeds"))
    client, other = signed_in(person), factories.city(name="York")
    for key in (other.pk, 999_999):
        page = client.get(admin_url(City, "change", key), follow=True)
        assert "You can only edit what belongs to Leeds." in page.text
        assert "Perhaps it was deleted" not in page.text


def test_no_picker_offers_to_delete_and_none_to_change_a_country(superuser):
    page = superuser.get(admin_url(City, "change", factories.city().pk)).text
    assert "delete_id_" not in page
    assert "change_id_country" not in page
    assert "add_id_country" not in page
