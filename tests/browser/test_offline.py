"""Taking offline, undo and the trash in Chromium: their clicks, and no barrier on the way."""

import pytest

from cities.models import City
from publishing.models import Revision
from publishing.revisions import transitions
from tests import factories
from tests.admin_pages import admin_url
from tests.browser.test_drafts import has_no_barrier, press, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because pages of the desk may show them."""


@pytest.fixture
def city():
    city = factories.city(name="Leeds", motto="Pro rege et lege")
    factories.network(name="A network", cities=[city])
    return city


@pytest.fixture
def desk(page):
    sign_in(page, factories.user("Publishers", name="Mary Gawthorpe"))
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_city_is_taken_offline_with_one_click_after_the_menu_and_back_with_one(
    desk, city, scheme
):
    desk.emulate_media(color_scheme=scheme)
    before = City.objects.get().published_at
    desk.goto(f"{admin_url(city, 'offline', city.pk)}?to=draft", wait_until="networkidle")
    assert desk.locator("text=A network").is_visible()
    has_no_barrier(desk)
    press(desk, "input[value='Unpublish']")
    assert City.objects.get().published_at is None
    assert desk.evaluate("document.querySelector('form.undo button').offsetHeight") >= 24
    press(desk, "form.undo button")
    assert desk.locator("text=Leeds is public again.").is_visible()
    assert City.objects.get().published_at == before


def test_three_clicks_lead_from_the_list_out_of_the_trash(desk, city):
    transitions.run(city, transitions.trash)
    factories.city(name="York")
    desk.goto(admin_url(City, "changelist"), wait_until="networkidle")
    desk.click("summary:text('Filters')")
    press(desk, "a[href='?state=trashed']")
    press(desk, "#result_list button:text('Take out of the trash')")
    assert City.objects.get(pk=city.pk).state == "public"


def test_a_record_in_the_trash_and_its_history_have_no_barrier(desk, city):
    transitions.run(city, transitions.trash, note="Twice")
    desk.goto(admin_url(city, "change", city.pk), wait_until="networkidle")
    press(desk, "button:text('Take out of the trash')")
    assert City.objects.get().state == "public"
    desk.goto(admin_url(city, "history", city.pk), wait_until="networkidle")
    has_no_barrier(desk)
    key = Revision.objects.of(city).last().pk
    desk.goto(f"{admin_url(city, 'revision', city.pk, key)}?before=1", wait_until="networkidle")
    has_no_barrier(desk)
    with desk.context.expect_page() as opened:
        desk.click("text=View this version as a page")
    opened.value.wait_for_load_state("networkidle")
    assert opened.value.locator("h1").inner_text() == "Leeds"
