"""The staff desk in Chromium, with the real Content-Security-Policy: a violation is a console
error, and so fails the test.
"""

from itertools import product

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.auth.models import Group
from django.urls import reverse

from cities.models import City
from partners.models import Network
from portal.accounts.models import User
from publishing.models import OpenDraft, Revision
from tests import factories
from tests.admin_pages import admin_url, save_form
from tests.staff_fixtures import signed_in
from tools.audit.axe import OPTIONS

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because lists show them."""


@pytest.fixture
def desk(page):
    """Return a page of the desk, signed in as a superuser by the form."""
    return sign_in(page)


def sign_in(page):
    user = factories.superuser()
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    return page


def save(page):
    """Save a hidden record and stay in its form."""
    page.locator("[name=_draft]").click()
    page.wait_for_selector(".messagelist .success")


def test_no_page_of_the_desk_breaks_the_content_security_policy(desk):
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


def test_bold_text_is_typed_and_saved(desk):
    city = factories.city(profile="<p>Learning.</p>", published_at=None)
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
    network = factories.network(published_at=None)
    desk.goto(admin_url(network, "change", network.pk))
    desk.click(".field-cities .select2-selection")
    desk.keyboard.type("ecul")
    desk.click(".select2-results__option:text('Écully, France')")
    save(desk)
    assert list(Network.objects.get().cities.all()) == [City.objects.get()]


def test_a_row_is_added_to_a_form(desk):
    city = factories.city(published_at=None)
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


def test_axe_finds_nothing_on_the_pages_of_the_desk(new_page):
    # The Content-Security-Policy would forbid what axe adds to a page.
    desk = sign_in(new_page(bypass_csp=True, reduced_motion="reduce"))
    save_form(signed_in(factories.user("Editors")), factories.city(), motto="New", _review="")
    factories.page(published_at=None, title="Draft")
    for address in [
        reverse("admin:index"),
        reverse("admin:schedule"),
        admin_url(OpenDraft, "changelist"),
        admin_url(Revision, "changelist"),
        admin_url(User, "add"),
    ]:
        desk.goto(address, wait_until="networkidle")
        for width, scheme in product([390, 1280], ["light", "dark"]):
            desk.set_viewport_size({"width": width, "height": 900})
            desk.emulate_media(color_scheme=scheme)
            # Buttons change their colour with a transition.
            desk.evaluate("Promise.all(document.getAnimations().map((fade) => fade.finished))")
            # The search field of a list is Django's own; its label is a picture.
            context = {"include": [["#content"]], "exclude": [["#changelist-search"]]}
            found = Axe().run(desk, context=context, options=OPTIONS).response["violations"]
            told = [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found]
            assert told == [], (address, width, scheme)
