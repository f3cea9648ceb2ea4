"""A table with mistakes is uploaded, corrected, imported and undone in Chromium."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse

from cities.models import City
from publishing.models import BatchRow
from tests import factories
from tests.admin_pages import admin_url
from tests.publishing.import_export.commission import CITIES, LIST, make_countries

pytestmark = pytest.mark.django_db(transaction=True)

WRONG = "slug,name,country,population\nwakefield,Wakefield,GB,many\n,Derby,Atlantis,\n,Leeds,GB,\n"
MENDED = "slug,name,country,population\nwakefield,Wakefield,GB,353000\n,Derby,GB,\n,Leeds,GB,\n"

MIXED = (
    "slug,name,country,population,profile\n"
    f"wakefield,Wakefield,GB,353000,{'<p>New words of a profile.</p>' * 20}\n"
    ",Derby,Untied Kingdom,,\n,Hull,Untied Kingdom,many,\n"
    f",القاهرة,GB,1,{'A long text. ' * 30}\n,{'Long' * 30},GB,,\n,Leeds,GB,2,\n"
)

# With an encoding and an order of days to choose.
QUESTIONS = LIST.replace(b"14.02.2024", b"03.04.2024").replace(b"17/02/2022", b"03.04.2024")


@pytest.fixture(autouse=True)
def media(renditions):
    """Serve pictures, because lists show them."""


def sign_in(page, user=None):
    user = user or factories.user("Publishers")
    page.goto(reverse("admin:index"))
    page.fill("#id_username", user.email)
    page.fill("#id_password", factories.PASSWORD)
    page.click("text=Sign in >> nth=-1")
    page.wait_for_selector("h1:text('Staff desk')")
    return user


def upload(page, text, live=True):
    data = text if isinstance(text, bytes) else text.encode()
    page.goto(admin_url(City, "changelist"))
    page.click(".object-tools >> text=Import")
    file = {"name": "cities.csv", "mimeType": "text/csv", "buffer": data}
    page.set_input_files("#id_file", file)
    if live:
        page.check("input[name=mode][value=live]")
    page.click("text=Upload and preview")


def shown(page):
    """Return the number, the result and the record of each row in view."""
    rows = page.locator("tbody.import-row").all()
    parts = (".import-number b", ".import-outcome", "th")
    return [" ".join(row.locator(part).first.inner_text() for part in parts) for row in rows]


def focused(page):
    return page.evaluate("document.activeElement.textContent.trim() || document.activeElement.id")


def look_with_axe(page):
    found = Axe().run(page).response["violations"]
    assert [(rule["id"], [node["html"] for node in rule["nodes"]]) for rule in found] == []


def test_a_table_with_mistakes_is_corrected_imported_and_undone(page):
    factories.city(name="Wakefield", population=300_000)
    sign_in(page)
    upload(page, WRONG)
    page.wait_for_selector("text=This is what the import would do")
    assert shown(page) == ["2 Refused Wakefield", "3 Refused Derby", "4 New Leeds"]
    reasons = page.locator(".import-reason").all_inner_texts()
    assert reasons == list(BatchRow.objects.exclude(reason="").values_list("reason", flat=True))
    look_with_axe(page)
    page.click("text=Do not import")
    page.wait_for_selector("text=Nothing was imported, and the file has been deleted.")
    look_with_axe(page)

    upload(page, MENDED)
    page.wait_for_selector("text=This is what the import would do")
    page.click("nav >> text=Changed")
    assert shown(page) == ["2 Changed Wakefield"]
    assert page.locator("del").inner_text().split() == ["removed:", "300000"]
    assert City.objects.get().population == 300_000
    page.click("text=Import 3 rows")
    page.wait_for_selector("text=The rows have been imported.")
    assert list(City.objects.published().values_list("name", "population")) == [
        ("Derby", None),
        ("Leeds", None),
        ("Wakefield", 353_000),
    ]

    look_with_axe(page)
    page.click("text=Undo this import")
    page.wait_for_selector("text=Cancel")
    look_with_axe(page)
    page.click("input:text('Undo the import')")
    page.wait_for_selector("text=The import has been undone.")
    assert list(City.objects.published().values_list("name", "population")) == [
        ("Wakefield", 300_000)
    ]


def all_cities():
    names = ("name", "country", "joined_on", "population", "latitude", "longitude")
    return set(City.objects.published().values_list(*names))


@pytest.mark.essential
def test_the_list_of_a_commission_gets_in_without_editing_the_file(page):
    make_countries()
    factories.city(name="Wakefield", population=300_000)
    before = all_cities()
    sign_in(page)
    upload(page, LIST)
    page.wait_for_selector("h1:text('Match the columns of “cities.csv”')")
    chosen = page.locator(".import-headings option:checked").all_inner_texts()
    columns = ["Name", "Country", "Joining date", "Population", "Latitude", "Longitude"]
    assert chosen == [*columns, "Leave out"]
    page.click("text=Continue to the preview")
    page.wait_for_selector("text=This is what the import would do")
    page.click("nav >> text=Refused")
    assert shown(page) == ["6 Refused Bamako-Est", "12 Refused Ville Sans Pays"]
    page.click("text=Use United Kingdom")
    page.locator("[data-said]").filter(has_text="Row 12: New · Ville Sans Pays.").wait_for()
    factories.country(code="ML", name="Mali")
    page.click("text=Check the refused rows again")
    page.click("text=Import 40 rows")
    page.wait_for_selector("text=The rows have been imported.")
    assert all_cities() == CITIES
    page.click("text=Undo this import")
    page.click("input:text('Undo the import')")
    page.wait_for_selector("text=The import has been undone.")
    assert all_cities() == before


def test_rows_are_corrected_in_the_table_with_the_keyboard(page):
    factories.city(name="Wakefield", population=300_000)
    sign_in(page)
    upload(page, WRONG.replace("Atlantis", "Untied Kingdom"))
    page.wait_for_selector("text=This is what the import would do")
    page.focus("#row-3 .import-use")
    page.keyboard.press("Enter")
    status = page.locator("[data-said]")
    status.filter(has_text="Row 3: New · Derby.").wait_for()
    assert focused(page) == "Correct row 3"
    page.focus("#row-2 a[data-correct]")
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-row]")
    assert focused(page) == "cell-3"
    look_with_axe(page)
    page.keyboard.press("Escape")
    assert focused(page) == "Correct row 2"
    page.keyboard.press("Enter")
    page.wait_for_selector("form[data-row]")
    page.keyboard.type("some")
    page.keyboard.press("Enter")
    status.filter(has_text="The row has been saved, but it is still refused.").wait_for()
    assert focused(page) == "cell-3"
    page.keyboard.press("Control+A")
    page.keyboard.type("353000")
    page.keyboard.press("Enter")
    status.filter(has_text="Row 2: Changed · Wakefield.").wait_for()
    assert focused(page) == "Correct row 2"
    page.focus("#row-4 button")
    page.keyboard.press("Enter")
    status.filter(has_text="Row 4: Left out · Leeds.").wait_for()
    assert shown(page) == ["2 Changed Wakefield", "3 New Derby", "4 Left out Leeds"]
    page.click("text=Import 2 rows")
    page.wait_for_selector("text=The rows have been imported.")
    assert set(City.objects.values_list("name", "population")) == {
        ("Wakefield", 353_000), ("Derby", None),
    }  # fmt: skip


def test_what_was_typed_stays_when_the_session_ended(new_page):
    page = new_page()
    factories.united_kingdom()
    user = sign_in(page)
    upload(page, "name,country\nDerby,Untied Kingdom\n")
    page.click("text=Correct")
    page.fill("#cell-0", "Derby by night")
    page.fill("#cell-1", "GB")
    page.context.clear_cookies(name="sessionid")
    page.click("form[data-row] >> text=Save and check >> nth=-1")
    page.locator("[data-said]").filter(has_text="Not saved.").wait_for()
    other = page.context.new_page()
    sign_in(other, user)
    page.click("form[data-row] >> text=Save and check >> nth=-1")
    page.locator("[data-said]").filter(has_text="Row 2: New · Derby by night.").wait_for()


def test_a_row_is_corrected_on_a_page_of_its_own_without_javascript(new_page):
    factories.united_kingdom()
    page = new_page(java_script_enabled=False)
    sign_in(page)
    upload(page, "name,country\nDerby,Untied Kingdom\nHull,Untied Kingdom\n", live=False)
    page.click("input:text('Check more rows')")
    page.click("#row-2 >> text=Correct")
    page.fill("#cell-1", "Lemuria")
    page.click("button:text('Save and check') >> nth=-1")
    page.wait_for_selector("text=The row has been saved, but it is still refused.")
    page.fill("#cell-1", "GB")
    page.click("button:text('Save and check') >> nth=-1")
    page.wait_for_selector("text=Row 2: New · Derby.")
    page.click("#row-3 >> text=Leave out")
    page.wait_for_selector("text=Row 3: Left out · Hull.")
    page.click("text=Import 1 row")
    page.wait_for_selector("text=The rows have been imported.")
    assert list(City.objects.values_list("name", flat=True)) == ["Derby"]


def test_an_import_works_with_a_button_without_javascript(new_page):
    factories.united_kingdom()
    page = new_page(java_script_enabled=False)
    sign_in(page)
    upload(page, MENDED, live=False)
    page.click("input:text('Check more rows')")
    page.click("text=Import 3 rows")
    page.wait_for_selector("text=The rows have been imported.")
    assert City.objects.count() == 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_pages_of_an_import_fit_and_axe_finds_nothing(page, width, theme):
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=theme)
    factories.city(name="Wakefield", profile="<p>" + "Words of a profile. " * 40 + "</p>")
    sign_in(page)
    upload(page, QUESTIONS)
    page.wait_for_selector("text=Which of these looks right?")
    page.wait_for_selector("text=Day first: 3 April 2024")
    columns = page.url
    upload(page, MIXED)
    page.wait_for_selector("text=This is what the import would do")
    row = f"{page.url}row/3/"
    addresses = [columns, page.url, f"{page.url}?columns=all", row, admin_url(City, "import")]
    for address in [*addresses, admin_url(City, "changelist")]:
        page.goto(address, wait_until="networkidle")
        assert page.evaluate("document.documentElement.scrollWidth") == width, address
        if "import" in address:
            look_with_axe(page)
