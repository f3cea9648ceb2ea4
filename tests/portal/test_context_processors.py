"""Name, menu, contact and home page, as staff set them."""

from importlib import import_module
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from portal.context_processors import MENU, NAME, make_site
from portal.models import MenuItem, Site
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def site():
    return Site.objects.get()


def test_a_new_portal_has_a_name_and_a_menu(site):
    assert site.name == NAME
    assert [(item.place, item.label, item.address) for item in site.menu.order_by("order")] == list(
        MENU
    )


def test_a_migration_does_not_bring_back_menu_entries_that_staff_removed(site):
    site.menu.filter(label="Numbers").delete()
    make_site()
    assert not MenuItem.objects.filter(label="Numbers").exists()
    assert Site.objects.count() == 1


def test_name_menu_and_contact_are_on_every_page(client, site):
    Site.objects.update(name="Cities that learn", contact="The editors,\nSheffield")
    site.menu.filter(label="Numbers").update(label="Figures")
    page = client.get("/cities/").content.decode()
    assert "<title>Find a city – Cities that learn</title>" in page
    assert '<a href="/numbers/">Figures</a>' in page
    assert "The editors,<br>Sheffield" in page
    assert '<a href="/cities/" aria-current="page">Cities</a>' in page


def test_the_current_section_is_marked_in_the_menu(client):
    city = factories.city(name="Fez")
    page = client.get(city.get_absolute_url()).content.decode()
    assert '<a href="/cities/" aria-current="true">Cities</a>' in page


def test_the_home_page_shows_the_records_that_staff_feature(client, site):
    city = factories.city(name="Fez")
    hidden = factories.city(name="Secretville", published_at=None)
    old = factories.news_item(title="An old story")
    for number in range(4):
        factories.news_item(title=f"Newer {number}", published_at="2024-01-01T00:00Z")
    site.featured_cities.set([city, hidden])
    site.featured_stories.set([old])
    Site.objects.update(home_heading="%(number)s places", home_lead="Read about them.")
    response = client.get("/")
    page = response.content.decode()
    assert "<h1>1 places</h1>" in page
    assert "Read about them." in page
    assert response.context["news"][0].title == "An old story"
    assert len(response.context["news"]) == 4
    assert response.context["featured"] == [city]
    assert "Secretville" not in page


def test_staff_open_the_form_of_the_one_site_and_save_it(admin_client, site):
    response = admin_client.get("/admin/portal/site/")
    assert (response.status_code, response["Location"]) == (302, "/admin/portal/site/1/change/")
    form = {
        "name": "Cities that learn",
        "menu-TOTAL_FORMS": "1",
        "menu-INITIAL_FORMS": "0",
        "menu-0-place": "top",
        "menu-0-order": "1",
        "menu-0-label": "Ours",
        "menu-0-address": "/cities/?country=gb",
    }
    assert admin_client.post("/admin/portal/site/1/change/", form).status_code == 302
    assert Site.objects.get().name == "Cities that learn"
    assert MenuItem.objects.filter(label="Ours", address="/cities/?country=gb").exists()


@pytest.mark.parametrize("address", ["javascript:alert(1)", "//evil.example/", "http://a.b/", "x"])
def test_a_menu_leads_only_to_pages_and_https(site, address):
    item = MenuItem(site=site, label="x", address=address)
    with pytest.raises(Exception, match="Write a path that begins with one"):
        item.full_clean()


def test_the_one_site_cannot_be_added_or_deleted(admin_client):
    assert admin_client.get("/admin/portal/site/add/").status_code == 403
    assert admin_client.post("/admin/portal/site/1/delete/").status_code == 403


def test_the_report_of_a_mistake_says_on_which_page_it_was(client):
    city = factories.city(name="Fez")
    for path, asked in ((city.get_absolute_url(), "%2Fcities%2Ffez%2F"), ("/", "%2F")):
        page = client.get(path).content.decode()
        assert f'<a href="/report/?page={asked}">Report a mistake</a>' in page
    # The next page has its own address, although the footer is cached.
    assert "page=%2Fnews%2F" in client.get("/news/").content.decode()
    assert '<a href="/report/" aria-current="page">' in client.get("/report/").content.decode()


def test_the_menu_of_an_older_portal_gets_the_new_lists_once(site):
    add_lists = import_module("portal.migrations.0013_menu").add_lists
    site.menu.filter(address__in=["/countries/", "/regions/", "/organisations/"]).delete()
    site.menu.create(place="foot-1", label="Lands", address="/countries/", order=10)
    for _ in range(2):
        add_lists(apps, SimpleNamespace(connection=connection))
    labels = [item.label for item in site.menu.filter(place="top")]
    assert labels == ["Cities", "Countries", "Networks", "Intakes", "News", "Numbers"]
    foot = [item.address for item in site.menu.filter(place="foot-1")]
    assert "/countries/" not in foot
    assert [foot.count(address) for address in ("/regions/", "/organisations/")] == [1, 1]
