"""`manage.py load_starter`: its writes, its respect for changes of staff, and its errors."""

from datetime import UTC, date, datetime
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.utils import timezone

from cities.models import AlternativeName, Award, City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.models import Page, StarterRow
from tests.portal.starter.folder import StarterFolder, everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def starter(tmp_path):
    return StarterFolder(tmp_path)


def load(starter: StarterFolder, **options: bool) -> str:
    """Write the folder and load it; return the output of the command."""
    output = StringIO()
    call_command("load_starter", folder=starter.write(), stdout=output, stderr=output, **options)
    return output.getvalue()


def faults(starter: StarterFolder, folder=None) -> list[str]:
    """Return the errors that the command lists; it must not have changed the database."""
    before = everything()
    with pytest.raises(CommandError) as refused:
        call_command("load_starter", folder=folder or starter.write(), stdout=StringIO())
    assert everything() == before
    assert refused.value.returncode == 1
    first, *listed, last = str(refused.value).splitlines()
    number = "1 fault" if len(listed) == 1 else f"{len(listed)} faults"
    assert (first, last) == (f"The starter content has {number}:", "Nothing was loaded.")
    return [line.removeprefix("  ") for line in listed]


ALL = "Loaded 18 rows: {} new, {} changed, {} left as staff have them, {} deleted by staff.\n"


# -- Loading ----------------------------------------------------------------------------------


def test_a_row_becomes_a_record_with_all_its_columns(starter):
    before = timezone.now()
    assert load(starter) == ALL.format(18, 0, 0, 0)
    city = City.objects.get(name="Manchester")
    assert (city.slug, city.country_id) == ("manchester", "GB")
    assert city.intake == Intake.objects.get(year=2024)
    assert (city.joined_year, city.joined_on) == (2024, date(2024, 2, 14))
    assert (city.latitude, city.longitude, city.population) == (53.48095, -2.23743, 395515)
    assert (city.name_key, city.note) == (" manchester", "For staff.")
    assert city.profile == "<h2>A city of firsts</h2><p>It was.</p>"
    assert city.checked_on == date(2026, 11, 23)
    assert City.objects.filter(published_at__range=(before, timezone.now())).count() == 3
    assert sorted(city.alternative_names.values_list("name", "language")) == [
        ("Manchesteria", ""),
        ("Manĉestro", "eo"),
    ]
    assert [theme.name for theme in city.themes.all()] == ["Literacy"]
    item = NewsItem.objects.get()
    assert (item.slug, item.author_line, item.intake) == ("two-join", "The portal", city.intake)
    assert item.published_at == datetime(2024, 2, 14, 12, tzinfo=UTC)
    membership = Membership.objects.get()
    assert (membership.role, membership.status) == ("lead; chair", "unconfirmed")
    assert Page.objects.get().body == "<ul><li><p>This &amp; that</p></li></ul>"


def test_a_year_without_an_intake_is_loaded_by_itself(starter):
    load(starter)
    city = City.objects.get(slug="ecully")
    assert (city.joined_year, city.intake, city.confirmed) == (2017, None, False)


def test_a_second_load_changes_nothing(starter):
    load(starter)
    before = everything()
    assert load(starter) == ALL.format(0, 0, 0, 0)
    assert everything() == before


def test_a_check_of_the_files_writes_nothing(starter):
    assert load(starter, check=True) == "No faults in 18 rows.\n"
    assert not StarterRow.objects.exists()
    assert not Country.objects.exists()


def test_a_byte_order_mark_is_no_part_of_the_heading(starter):
    starter.write()
    path = starter.path / "pages.csv"
    starter.raw["pages.csv"] = b"\xef\xbb\xbf" + path.read_bytes()
    assert load(starter) == ALL.format(18, 0, 0, 0)


# -- Staff have changed something -------------------------------------------------------------


def test_a_field_changed_by_staff_is_not_overwritten(starter):
    load(starter)
    City.objects.filter(name="Manchester").update(motto="city of bees", profile="<p>Bees.</p>")
    before = everything()
    assert load(starter) == ALL.format(0, 0, 1, 0)
    assert everything() == before


def test_a_correction_reaches_an_untouched_field_and_not_a_changed_one(starter):
    load(starter)
    City.objects.filter(name="Manchester").update(motto="city of bees")
    row = starter.row("cities.csv", name="Manchester")
    row |= {"motto": "city of many firsts", "website": "https://www.manchester.gov.uk/"}
    starter.texts["cities/manchester.html"] = "<p>Corrected.</p>"
    assert load(starter) == ALL.format(0, 1, 0, 0)
    city = City.objects.get(name="Manchester")
    assert city.motto == "city of bees"
    assert city.website == "https://www.manchester.gov.uk/"
    assert city.profile == "<p>Corrected.</p>"
    assert load(starter) == ALL.format(0, 0, 1, 0)


def test_a_correction_waits_until_staff_take_their_change_back(starter):
    load(starter)
    City.objects.filter(name="Manchester").update(motto="city of bees")
    starter.row("cities.csv", name="Manchester")["motto"] = "city of many firsts"
    load(starter)
    City.objects.filter(name="Manchester").update(motto="city of firsts")
    load(starter)
    assert City.objects.get(name="Manchester").motto == "city of many firsts"


def test_a_corrected_link_and_a_corrected_date_arrive_together(starter):
    load(starter)
    starter.row("cities.csv", name="Manchester").update(joined_year="2022", joined_on="2022-09-02")
    starter.row("events.csv", name="Festival").update(city="Écully", country="FR")
    assert load(starter) == ALL.format(0, 2, 0, 0)
    city = City.objects.get(name="Manchester")
    assert city.intake == Intake.objects.get(year=2022)
    assert (city.joined_year, city.joined_on) == (2022, date(2022, 9, 2))
    event = Event.objects.get()
    assert (event.city, event.country_id) == (City.objects.get(name="Écully"), "FR")


def test_a_statement_of_several_fields_is_corrected_whole_or_not_at_all(starter):
    load(starter)
    City.objects.filter(name="Manchester").update(longitude=-2.2)
    starter.row("cities.csv", name="Manchester").update(latitude="53.5", longitude="-2.3")
    assert load(starter) == ALL.format(0, 0, 1, 0)
    city = City.objects.get(name="Manchester")
    assert (city.latitude, city.longitude) == (53.48095, -2.2)


def test_a_field_that_staff_and_the_file_changed_alike_counts_as_loaded(starter):
    load(starter)
    City.objects.filter(name="Manchester").update(motto="city of many firsts")
    starter.row("cities.csv", name="Manchester")["motto"] = "city of many firsts"
    assert load(starter) == ALL.format(0, 0, 0, 0)
    starter.row("cities.csv", name="Manchester")["motto"] = "a city of firsts"
    assert load(starter) == ALL.format(0, 1, 0, 0)
    assert City.objects.get(name="Manchester").motto == "a city of firsts"


def test_a_city_renamed_by_staff_is_recognised(starter):
    load(starter)
    city = City.objects.get(name="Manchester")
    city.name, city.slug = "Greater Manchester", "greater-manchester"
    city.save()
    starter.row("cities.csv", name="Manchester")["motto"] = "a city of firsts"
    assert load(starter) == ALL.format(0, 1, 0, 0)
    city.refresh_from_db()
    assert (city.name, city.slug) == ("Greater Manchester", "greater-manchester")
    assert city.motto == "a city of firsts"
    assert City.objects.count() == 3


def test_a_changed_address_of_a_news_item_stays(starter):
    load(starter)
    item = NewsItem.objects.get()
    item.slug = "two-cities-join"
    item.save()
    starter.row("news.csv", slug="two-join")["title"] = "Two cities join"
    load(starter)
    assert list(NewsItem.objects.values_list("slug", "title")) == [
        ("two-cities-join", "Two cities join")
    ]


@pytest.mark.parametrize("loaded", ["<ul>\n<li>This &amp; that</li>\n</ul>", None])
def test_a_text_saved_unchanged_in_the_editor_is_still_corrected(starter, loaded):
    """The text was loaded in the editor's form, or before texts had one."""
    load(starter)
    row = StarterRow.objects.get(model="portal.page")
    row.values["body"] = loaded or row.values["body"]
    row.save()
    starter.texts["pages/about.html"] = "<p>Corrected.</p>"
    load(starter)
    assert Page.objects.get().body == "<p>Corrected.</p>"


def test_a_record_hidden_by_staff_stays_hidden(starter):
    load(starter)
    City.objects.filter(name="Wakefield").update(archived_at=timezone.now())
    Page.objects.update(published_at=None)
    before = everything()
    load(starter)
    assert everything() == before


def test_a_correction_that_contradicts_staff_is_left_out_and_named(starter):
    load(starter)
    Country.objects.create(code="FX", name="Metropolitan France", region="africa")
    starter.row("countries.csv", code="FR")["name"] = "Metropolitan France"
    assert load(starter) == (
        "countries.csv, line 3: the correction does not fit what staff changed in "
        "“Metropolitan France”, so it was left out (Country with this Name already exists.)\n"
        + ALL.format(0, 0, 1, 0)
    )
    assert Country.objects.get(code="FR").name == "France"


def test_links_arrive_with_a_correction_that_contradicts_staff(starter):
    load(starter)
    NewsItem.objects.update(expires_at=datetime(2024, 3, 1, tzinfo=UTC))
    starter.row("news.csv", slug="two-join").update(
        published_at="2024-04-01T12:00:00Z", cities="Wakefield; Écully"
    )
    said = load(starter)
    assert said.startswith("news.csv, line 2: the correction does not fit what staff changed in “")
    assert said.endswith(ALL.format(0, 1, 0, 0))
    item = NewsItem.objects.get()
    assert item.published_at == datetime(2024, 2, 14, 12, tzinfo=UTC)
    assert [city.name for city in item.cities.all()] == ["Écully", "Wakefield"]


# -- Links ------------------------------------------------------------------------------------


def test_links_that_staff_removed_stay_removed_and_new_ones_arrive(starter):
    load(starter)
    theme = Theme.objects.get()
    theme.cities.remove(City.objects.get(name="Wakefield"))
    assert load(starter) == ALL.format(0, 0, 1, 0)
    assert [city.name for city in theme.cities.all()] == ["Manchester"]

    starter.row("themes.csv", name="Literacy")["coordinating_cities"] += "; Écully"
    assert load(starter) == ALL.format(0, 1, 0, 0)
    assert [city.name for city in theme.cities.all()] == ["Écully", "Manchester"]


def test_links_that_left_the_file_go_and_those_of_staff_stay(starter):
    load(starter)
    item = NewsItem.objects.get()
    item.cities.add(City.objects.get(name="Écully"))
    starter.row("news.csv", slug="two-join")["cities"] = "Wakefield"
    assert load(starter) == ALL.format(0, 1, 0, 0)
    assert [city.name for city in item.cities.all()] == ["Écully", "Wakefield"]


def test_links_to_a_record_whose_row_left_the_files_are_corrected(starter):
    load(starter)
    starter.rows["cities.csv"] = [
        row for row in starter.rows["cities.csv"] if row["name"] != "Wakefield"
    ]
    starter.rows["awards.csv"].clear()
    starter.row("themes.csv", name="Literacy")["coordinating_cities"] = "Manchester"
    starter.row("news.csv", slug="two-join")["cities"] = "Manchester"
    starter.row("events.csv", name="Festival")["city"] = "Manchester"
    assert load(starter) == "Loaded 16 rows: " + ALL.format(0, 3, 0, 0).partition(": ")[2]
    assert City.objects.filter(name="Wakefield").exists()
    assert [city.name for city in Theme.objects.get().cities.all()] == ["Manchester"]
    assert [city.name for city in NewsItem.objects.get().cities.all()] == ["Manchester"]
    assert Event.objects.get().city.name == "Manchester"


def test_two_rows_about_one_record_of_staff_are_both_merged(starter):
    load(starter)
    # Two rows for one record: staff renamed it to the name of the new row.
    City.objects.filter(name="Manchester").update(name="Greater Manchester", motto="city of bees")
    row = starter.row("cities.csv", name="Manchester")
    starter.rows["cities.csv"].append(row | {"name": "Greater Manchester", "motto": "city of bees"})
    load(starter)
    assert City.objects.filter(name="Greater Manchester").count() == 1
    row["website"] = "https://www.manchester.gov.uk/"
    starter.row("cities.csv", name="Greater Manchester")["subdivision"] = "England"
    load(starter)
    city = City.objects.get(name="Greater Manchester")
    assert (city.website, city.subdivision) == ("https://www.manchester.gov.uk/", "England")


# -- Staff have deleted something -------------------------------------------------------------


def test_a_record_deleted_by_staff_does_not_come_back(starter):
    load(starter)
    # The city's two alternative names, its designation and its links are deleted with it.
    City.objects.get(name="Manchester").delete()
    Page.objects.all().delete()
    before = everything()
    starter.row("cities.csv", name="Manchester")["motto"] = "a city of firsts"
    assert load(starter) == ALL.format(0, 0, 0, 5)
    assert everything() == before


def test_a_row_of_a_city_deleted_by_staff_does_not_come_back(starter):
    load(starter)
    AlternativeName.objects.get(language="eo").delete()
    Award.objects.all().delete()
    Membership.objects.all().delete()
    before = everything()
    assert load(starter) == ALL.format(0, 0, 0, 3)
    assert everything() == before


def test_new_rows_of_a_deleted_city_are_not_loaded(starter):
    load(starter)
    City.objects.get(name="Manchester").delete()
    starter.rows["awards.csv"].append({"city": "Manchester", "country": "GB", "year": "2021"})
    starter.row("events.csv", name="Festival").update(city="Manchester", country="GB")
    starter.rows["organisations.csv"].append(
        {"name": "Library", "sector": "library", "cities": "Manchester; Wakefield"}
    )
    load(starter)
    assert Award.objects.count() == 1
    assert Event.objects.get().city == City.objects.get(name="Wakefield")
    assert [city.name for city in Organisation.objects.get(name="Library").cities.all()] == [
        "Wakefield"
    ]


def test_a_row_removed_from_the_files_leaves_its_record(starter):
    load(starter)
    starter.rows["awards.csv"].clear()
    load(starter)
    assert Award.objects.count() == 1


# -- Staff were first -------------------------------------------------------------------------


def test_a_record_made_by_staff_first_is_adopted_unchanged(starter):
    country = Country.objects.create(code="GB", name="Britain", region="africa")
    city = City.objects.create(name="Manchester", country=country, motto="city of bees")
    page = Page.objects.create(slug="about", title="Who we are")
    # The same URL, written differently.
    Organisation.objects.create(name="City-Council", sector="school")
    assert load(starter) == ALL.format(14, 0, 4, 0)
    country.refresh_from_db()
    city.refresh_from_db()
    page.refresh_from_db()
    assert (country.name, country.region) == ("Britain", "africa")
    assert (city.motto, city.summary, city.published_at) == ("city of bees", "", None)
    assert (page.title, page.published_at) == ("Who we are", None)
    assert [o.name for o in Organisation.objects.all()] == ["City-Council"]
    assert city.alternative_names.count() == 2

    before = everything()
    assert load(starter) == ALL.format(0, 0, 4, 0)
    assert everything() == before


def test_a_city_of_the_same_name_in_another_country_is_another_city(starter):
    country = Country.objects.create(code="US", name="United States", region="africa")
    City.objects.create(name="Manchester", country=country)
    assert load(starter) == ALL.format(18, 0, 0, 0)
    assert sorted(City.objects.filter(name="Manchester").values_list("slug", flat=True)) == [
        "manchester",
        "manchester-united-kingdom",
    ]


def test_a_conflicting_record_of_staff_is_named(starter):
    Country.objects.create(code="XX", name="France", region="africa")
    before = everything()
    with pytest.raises(CommandError) as refused:
        load(starter)
    assert str(refused.value).startswith(
        "countries.csv, line 3: a record that staff made stands in the way of this row ("
    )
    assert str(refused.value).endswith("). Nothing was loaded.")
    assert everything() == before


def test_a_corrected_name_finds_the_record_that_staff_renamed_alike(starter):
    load(starter)
    Network.objects.update(name="Manchester Skills Network")
    for file in ("networks.csv", "memberships.csv", "news.csv"):
        for row in starter.rows[file]:
            for column, cell in row.items():
                if cell == "Manchester Adult Skills Network":
                    row[column] = "Manchester Skills Network"
    load(starter)
    assert [network.name for network in Network.objects.all()] == ["Manchester Skills Network"]
    assert Membership.objects.count() == 1


# -- Faults -----------------------------------------------------------------------------------

# A cell of the first row, its faulty value, and the column and sentence of the error.
CELLS = [
    ("cities.csv", "name", "", "name", "This cell has to be filled."),
    ("cities.csv", "confirmed", "", "confirmed", "This cell has to be filled."),
    ("cities.csv", "confirmed", "true", "confirmed", "“true” is not one of: yes, no."),
    (
        "cities.csv",
        "status",
        "friend",
        "status",
        "“friend” is not one of: announced, member, withdrawn, lapsed.",
    ),
    ("cities.csv", "latitude", "nan", "latitude", "“nan” is not a number, such as -12.345."),
    (
        "cities.csv",
        "longitude",
        "-181",
        "longitude",
        "Ensure this value is greater than or equal to -180.",
    ),
    (
        "cities.csv",
        "longitude",
        "",
        "latitude, longitude",
        "Give both latitude (−90 to 90) and longitude (−180 to 180), or neither.",
    ),
    (
        "cities.csv",
        "population",
        "1_000",
        "population",
        "“1_000” is not a whole number, such as 2024.",
    ),
    (
        "cities.csv",
        "population",
        "3000000000",
        "population",
        "3000000000 is too large; at most 2147483647 can be stored.",
    ),
    (
        "cities.csv",
        "joined_on",
        "14.2.2024",
        "joined_on",
        "“14.2.2024” is not a date, such as 2024-02-14.",
    ),
    (
        "cities.csv",
        "joined_on",
        "2024-02-30",
        "joined_on",
        "“2024-02-30” is not a date, such as 2024-02-14.",
    ),
    (
        "cities.csv",
        "joined_on",
        "2023-02-14",
        "joined_year, joined_on",
        "The joining date must be in the joining year.",
    ),
    (
        "cities.csv",
        "joined_year",
        "2023",
        "joined_year, joined_on",
        "The joining date must be in the joining year.",
    ),
    ("cities.csv", "website", "unesco.org", "website", "Enter a valid URL."),
    (
        "cities.csv",
        "motto",
        "x" * 151,
        "motto",
        "This has 151 characters; at most 150 are allowed.",
    ),
    ("cities.csv", "motto", "a\x00b", "motto", "There is a control character in this cell."),
    ("cities.csv", "country", "ZZ", "country", "“ZZ” is not in countries.csv."),
    (
        "city_texts.csv",
        "summary",
        "x" * 601,
        "summary",
        "This has 601 characters; at most 600 are allowed.",
    ),
    (
        "city_texts.csv",
        "profile",
        "leeds.html",
        "profile",
        "There is no file texts/cities/leeds.html.",
    ),
    (
        "city_texts.csv",
        "profile",
        "../pages/about.html",
        "profile",
        "There is no file texts/cities/../pages/about.html.",
    ),
    ("awards.csv", "city", "Leeds", "city", "“Leeds” is not in cities.csv with the country “GB”."),
    (
        "awards.csv",
        "country",
        "FR",
        "city",
        "“Wakefield” is not in cities.csv with the country “FR”.",
    ),
    (
        "themes.csv",
        "coordinating_cities",
        "Manchester; Leeds",
        "coordinating_cities",
        "“Leeds” is not in cities.csv.",
    ),
    (
        "themes.csv",
        "coordinating_cities",
        "Manchester;; Wakefield",
        "coordinating_cities",
        "A name in this list is empty or stands there twice.",
    ),
    (
        "networks.csv",
        "scope",
        "local",
        "scope",
        "“local” is not one of: city, national, cross-border.",
    ),
    ("memberships.csv", "network", "Skills", "network", "“Skills” is not in networks.csv."),
    (
        "memberships.csv",
        "organisation",
        "Council",
        "organisation",
        "“Council” is not in organisations.csv.",
    ),
    (
        "memberships.csv",
        "city",
        "Wakefield",
        "city",
        "“Wakefield” is not among the cities of “City Council” in organisations.csv.",
    ),
    (
        "events.csv",
        "ends_on",
        "2024-01-01",
        "starts_on, ends_on",
        "The last day cannot be before the first day.",
    ),
    (
        "events.csv",
        "starts_on",
        "",
        "starts_on, date_note",
        "Give the first day, or say in “note on the date” when it takes place.",
    ),
    (
        "news.csv",
        "published_at",
        "2024-02-14",
        "published_at",
        "“2024-02-14” is not a moment with its zone, such as 2024-02-14T12:00:00Z.",
    ),
    ("news.csv", "intake", "2023", "intake", "“2023” is not in intakes.csv."),
    ("news.csv", "slug", "Two", "slug", "Use small letters, and no address of the portal itself."),
    (
        "pages.csv",
        "slug",
        "cities",
        "slug",
        "Use small letters, and no address of the portal itself.",
    ),
]


@pytest.mark.parametrize(("file", "column", "cell", "place", "sentence"), CELLS)
def test_a_faulty_cell_is_named_by_file_line_and_column(
    starter, file, column, cell, place, sentence
):
    starter.rows[file][0][column] = cell
    first, *others = faults(starter)
    assert first == f"{file}, line 2, column {place}: {sentence}"
    # Rows that name the city, or its country, cannot find it any more.
    assert not others or (file, column) in {("cities.csv", "name"), ("cities.csv", "country")}


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", ["pages.csv, line 1: The file is empty; not even the headings are there."]),
        (
            b"slug,title,summary\n",
            ["pages.csv, line 1, column body: This column is missing."],
        ),
        (
            b"slug,title,summary,body,colour,slug\n",
            [
                (
                    "pages.csv, line 1, column colour: No column of this name is known; "
                    "there are: slug, title, summary, body."
                ),
                "pages.csv, line 1, column slug: This column stands here more than once.",
            ],
        ),
        (
            b"slug,title,summary,body\nhelp,Help\nabout,About,,,\n",
            [
                "pages.csv, line 2: This row has 2 cells instead of 4.",
                "pages.csv, line 3: This row has 5 cells instead of 4.",
            ],
        ),
        (
            b"slug,title,summary,body\n\nabout,Fa\xe7ade,,\n",
            ["pages.csv, line 3: This is not UTF-8. Save the file as UTF-8."],
        ),
        (
            b'slug,title,summary,body\nabout,About,,\nhelp,"Help,,\n',
            [
                (
                    "pages.csv, line 3: This row and what follows cannot be read as CSV "
                    "(unexpected end of data)."
                )
            ],
        ),
        (
            # A cell of three lines and an empty line do not shift the line numbers.
            b'slug,title,summary,body\nhelp,Help,"one\ntwo\nthree",\n\nabout,,,\n',
            ["pages.csv, line 6, column title: This cell has to be filled."],
        ),
        (
            b"slug,title,summary,body\nabout,About,,\nhelp,Help,,\nabout,About us,,\n",
            ["pages.csv, line 4, column slug: “about” stands in line 2 already."],
        ),
    ],
)
def test_a_faulty_file_is_named_by_its_lines(starter, content, expected):
    starter.raw["pages.csv"] = content
    assert faults(starter) == expected


def test_a_missing_file_is_named_once_and_not_by_each_of_its_rows(starter):
    folder = starter.write()
    (folder / "countries.csv").unlink()
    (folder / "collected_on.txt").unlink()
    assert faults(starter, folder) == [
        "countries.csv: The file is missing.",
        "collected_on.txt: The file is missing.",
    ]


def test_the_day_of_collection_has_to_be_a_date(starter):
    starter.raw["collected_on.txt"] = b"November 2026\n"
    assert faults(starter) == [
        "collected_on.txt: “November 2026” is not a date, such as 2024-02-14."
    ]


def test_a_missing_folder_of_starter_content_is_named(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere is not a folder\.$"):
        call_command("load_starter", folder=tmp_path / "nowhere")


def test_duplicate_cities_and_country_names_in_the_files_are_named(starter):
    starter.rows["cities.csv"].append(dict(starter.row("cities.csv", name="Wakefield")))
    starter.row("countries.csv", code="FR")["name"] = "United Kingdom"
    assert faults(starter) == [
        "countries.csv, line 3, column name: “United Kingdom” stands in line 2 already.",
        "cities.csv, line 5, column country, name: “GB | Wakefield” stands in line 3 already.",
    ]


def test_an_ambiguous_name_of_two_cities_is_named(starter):
    starter.rows["cities.csv"].append(
        starter.row("cities.csv", name="Wakefield") | {"country": "FR"}
    )
    # The country next to the city makes the name unambiguous.
    assert faults(starter) == [
        (
            "themes.csv, line 2, column coordinating_cities: "
            "“Wakefield” is the name of several rows of cities.csv."
        ),
        "news.csv, line 2, column cities: “Wakefield” is the name of several rows of cities.csv.",
    ]


def test_tags_that_the_sanitiser_would_remove_are_named_in_their_text(starter):
    starter.texts["pages/about.html"] = (
        "<h1>About</h1>\n<p class='x'>One <a href='/cities/'>two</a></p>\n"
        "<script>alert(1)</script>\n<p>three</p>\n"
    )
    listed = faults(starter)
    assert listed == [
        (
            "texts/pages/about.html, line 1: "
            "<h1> is not allowed here, or it is not closed as it should be."
        ),
        (
            "texts/pages/about.html, line 1: "
            "</h1> is not allowed here, or it is not closed as it should be."
        ),
        "texts/pages/about.html, line 2: <p> may not have this here: class.",
        (
            "texts/pages/about.html, line 3: "
            "<script> is not allowed here, or it is not closed as it should be."
        ),
        (
            "texts/pages/about.html, line 3: "
            "</script> is not allowed here, or it is not closed as it should be."
        ),
    ]


def test_a_text_has_to_be_in_utf8(starter):
    folder = starter.write()
    (folder / "texts" / "pages" / "about.html").write_bytes(b"<p>One</p>\n<p>Fa\xe7ade</p>")
    assert faults(starter, folder) == [
        "texts/pages/about.html, line 2: This is not UTF-8. Save the file as UTF-8."
    ]


def test_all_errors_of_all_files_are_listed_at_once(starter):
    starter.row("countries.csv", code="FR")["region"] = "europe"
    starter.row("intakes.csv", year="2024")["announced_on"] = "2023-02-14"
    starter.row("cities.csv", name="Manchester").update(latitude="91", website="x", kind="town")
    starter.row("alternative_names.csv", language="eo")["city"] = "Leeds"
    starter.row("pages.csv", slug="about")["body"] = "none.html"
    assert faults(starter) == [
        (
            "countries.csv, line 3, column region: “europe” is not one of: africa, arab-states, "
            "asia-and-the-pacific, europe-and-north-america, latin-america-and-the-caribbean."
        ),
        (
            "intakes.csv, line 3, column year, announced_on: "
            "“Announced on” must be in the year of the intake."
        ),
        (
            "cities.csv, line 2, column kind: “town” is not one of: "
            "city, district, county, borough, commune, province, consortium."
        ),
        "cities.csv, line 2, column latitude: Ensure this value is less than or equal to 90.",
        "cities.csv, line 2, column website: Enter a valid URL.",
        (
            "alternative_names.csv, line 2, column city: "
            "“Leeds” is not in cities.csv with the country “GB”."
        ),
        "pages.csv, line 2, column body: There is no file texts/pages/none.html.",
    ]


def test_an_error_in_a_later_load_leaves_all_records_unchanged(starter):
    load(starter)
    starter.row("countries.csv", code="FR")["name"] = "République française"
    starter.row("pages.csv", slug="about")["title"] = ""
    assert faults(starter) == ["pages.csv, line 2, column title: This cell has to be filled."]
    assert Intake.objects.count() == 2
