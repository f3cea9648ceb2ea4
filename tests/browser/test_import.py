"""A table with mistakes is uploaded, corrected, imported and undone in Chromium."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from cities.models import City
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "slug,name,country,population\nwakefield,Wakefield,GB,many\n,Derby,Atlantis,\n,Leeds,GB,\n"
MENDED = "slug,name,country,population\nwakefield,Wakefield,GB,353000\n,Derby,GB,\n,Leeds,GB,\n"


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because lists show them."""


def sign_in(page):
    user = factories.user("Publishers")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.username)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")


def upload(page, text, live=True):
    page.goto(admin_url(City, "changelist"))
    page.click(".object-tools >> text=Import")
    file = {"name": "cities.csv", "mimeType": "text/csv", "buffer": text.encode()}
    page.set_input_files("#id_file", file)
    if live:
        page.check("input[name=mode][value=live]")
    page.click("text=Upload and look")


def shown(page):
    return page.locator(".import-row h2").all_inner_texts()


def look_with_axe(page):
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_a_table_with_mistakes_is_corrected_imported_and_undone(page):
    factories.city(name="Wakefield", population=300_000)
    sign_in(page)
    upload(page, WRONG)
    page.wait_for_selector("text=This is what the import would do")
    assert shown(page) == ["Row 2: Refused · Wakefield", "Row 3: Refused", "Row 4: New · Leeds"]
    reasons = page.locator(".import-reason").all_inner_texts()
    assert reasons == [
        "population: Enter a whole number.",
        "country: there is no country “Atlantis” that you may choose",
    ]
    look_with_axe(page)
    page.click("text=Do not import")
    page.wait_for_selector("text=Nothing was imported, and the file is forgotten.")
    look_with_axe(page)

    upload(page, MENDED)
    page.wait_for_selector("text=This is what the import would do")
    page.click("nav >> text=Changed")
    assert shown(page) == ["Row 2: Changed · Wakefield"]
    assert page.locator("del").inner_text().split() == ["removed:", "300000"]
    assert City.objects.get().population == 300_000
    page.click("text=Import 3 rows")
    page.wait_for_selector("text=The rows are imported.")
    assert list(City.objects.published().values_list("name", "population")) == [
        ("Derby", None),
        ("Leeds", None),
        ("Wakefield", 353_000),
    ]

    page.click("text=Take this import back")
    page.wait_for_selector("text=Leave it as it is")
    look_with_axe(page)
    page.click("input:text('Take the import back')")
    page.wait_for_selector("text=The import is taken back.")
    assert list(City.objects.published().values_list("name", "population")) == [
        ("Wakefield", 300_000)
    ]


def test_an_import_works_with_a_button_without_javascript(new_page):
    factories.united_kingdom()
    page = new_page(java_script_enabled=False)
    sign_in(page)
    upload(page, MENDED, live=False)
    page.click("input:text('Look at more')")
    page.click("text=Import 3 rows")
    page.wait_for_selector("text=The rows are imported.")
    assert City.objects.count() == 3


@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_an_import_fit_and_axe_finds_nothing(page, width):
    page.set_viewport_size({"width": width, "height": 900})
    factories.city(name="Wakefield", profile="<p>" + "Words of a profile. " * 40 + "</p>")
    sign_in(page)
    upload(page, MENDED)
    page.wait_for_selector("text=This is what the import would do")
    for address in [page.url, admin_url(City, "import"), admin_url(City, "changelist")]:
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        if "import" in address:
            look_with_axe(page)
