"""The staff desk in a browser, under the real policy for content: a violation is a console error,
and so fails the test."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cities.models import City
from partners.models import Network
from tests import factories
from tests.admin.pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(renditions):
    """The lists show pictures."""


@pytest.fixture
def desk(page):
    """The desk, signed in as a superuser by the form."""
    user = factories.superuser()
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.username)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    return page


def save(page):
    page.locator("[name=_continue]").first.click()
    page.wait_for_selector(".messagelist .success")


def test_no_page_of_the_desk_breaks_the_policy(desk):
    records = [
        factories.award().city,
        factories.membership().network,
        factories.news_item(),
        factories.picture(),
        Group.objects.get(name="Editors"),
    ]
    for record in records:
        for kind, key in [
            ("changelist", []),
            ("add", []),
            ("change", [record.pk]),
            ("history", [record.pk]),
            ("delete", [record.pk]),
        ]:
            desk.goto(admin_url(record, kind, *key), wait_until="networkidle")
    for name in ["admin_password_reset", "password_reset_done", "admin:password_change"]:
        desk.goto(reverse(name), wait_until="networkidle")


def test_bold_text_is_typed_and_kept(desk):
    city = factories.city(profile="<p>Learning.</p>")
    desk.goto(admin_url(city, "change", city.pk))
    desk.locator(".prose-editor > .ProseMirror").click()
    desk.keyboard.press("Control+End")
    desk.keyboard.type(" And ")
    desk.keyboard.press("Control+b")
    desk.keyboard.type("more")
    save(desk)
    city.refresh_from_db()
    assert city.profile == "<p>Learning. And <strong>more</strong></p>"


def test_a_relation_is_found_by_typing(desk):
    factories.city(name="Écully", country=factories.country(name="France"))
    network = factories.network()
    desk.goto(admin_url(network, "change", network.pk))
    desk.click(".field-cities .select2-selection")
    desk.keyboard.type("ecul")
    desk.click(".select2-results__option:text('Écully, France')")
    save(desk)
    assert list(Network.objects.get().cities.all()) == [City.objects.get()]


def test_a_row_is_added_to_a_form(desk):
    city = factories.city()
    desk.goto(admin_url(city, "change", city.pk))
    desk.click("#awards-group .add-row a")
    desk.fill("#id_awards-0-year", "2015")
    save(desk)
    assert [award.year for award in city.awards.all()] == [2015]


@pytest.mark.parametrize("width", [390, 1280])
def test_no_page_scrolls_sideways(desk, width):
    network = factories.membership().network
    desk.set_viewport_size({"width": width, "height": 900})
    for address in [
        reverse("admin:index"),
        admin_url(City, "changelist"),
        admin_url(City, "add"),
        admin_url(Network, "change", network.pk),
    ]:
        desk.goto(address, wait_until="networkidle")
        assert desk.evaluate("document.documentElement.scrollWidth") == width, address
