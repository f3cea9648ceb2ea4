"""The starter content itself: all of it loads, and its links and texts are complete."""

import json
import re
from datetime import UTC, date, datetime
from io import StringIO
from pathlib import Path
from shutil import copytree

import pytest
from django.core.management import call_command
from django.db import transaction

from cities.models import AlternativeName, Award, City, Country, Designation, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Membership, Network, Organisation
from portal.management.commands.load_starter import STARTER
from portal.models import Page, StarterRow
from portal.starter.validation import read_starter
from publishing.content.richtext import clean_html
from tests.portal.starter.folder import everything


def load(**options: Path) -> str:
    """Load the starter content; return the output of the command."""
    output = StringIO()
    call_command("load_starter", stdout=output, **options)
    return output.getvalue()


@pytest.fixture(scope="module")
def first_load(django_db_setup, django_db_blocker):
    """Load the starter content once for all tests of this module."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield load()
        transaction.set_rollback(True)


@pytest.fixture
def content(first_load, db):
    """Restore the loaded starter content for each test."""


def test_the_first_load_of_the_starter_content_reports_what_it_did(first_load):
    assert first_load == (
        "Loaded 1,436 rows: 1,436 new, 0 changed, 0 left as staff have them, 0 deleted by staff.\n"
    )


@pytest.mark.parametrize(
    ("model", "number"),
    [
        (Country, 207),
        (Intake, 6),
        (City, 382),
        (AlternativeName, 462),
        (Award, 58),
        (Designation, 1),
        (Theme, 24),
        (Network, 43),
        (Organisation, 105),
        (Membership, 91),
        (Event, 46),
        (NewsItem, 6),
        (Page, 5),
        (StarterRow, 1436),
    ],
)
def test_every_row_of_the_starter_content_is_loaded(content, model, number):
    assert model.objects.count() == number


@pytest.mark.parametrize(
    "model", [Intake, City, Theme, Network, Organisation, Event, NewsItem, Page]
)
def test_every_loaded_record_is_public(content, model):
    assert model.objects.published().count() == model.objects.count()


def test_a_second_load_of_the_starter_content_changes_nothing(content):
    before = everything()
    assert load() == (
        "Loaded 1,436 rows: 0 new, 0 changed, 0 left as staff have them, 0 deleted by staff.\n"
    )
    assert everything() == before


# Values that version 0.1.0 stored for some rows: loads of portals in use start from them.
REMEMBERED = Path(__file__).with_name("rows_of_version_0_1_0.json")


@pytest.fixture
def remembered(content):
    """Set some stored rows to the values that version 0.1.0 loaded; return these."""
    rows = json.loads(REMEMBERED.read_text(encoding="utf-8"))
    for key, values in rows.items():
        assert StarterRow.objects.filter(key=key).update(values=values) == 1
    return rows


def test_a_load_changes_no_record_that_version_0_1_0_loaded(remembered):
    before = everything()
    assert load() == (
        "Loaded 1,436 rows: 0 new, 0 changed, 0 left as staff have them, 0 deleted by staff.\n"
    )
    after = everything()
    label = StarterRow._meta.label
    assert {row["key"] for row in after.pop(label)} == {row["key"] for row in before.pop(label)}
    assert after == before


def test_corrections_and_changes_by_staff_are_merged_where_version_0_1_0_loaded(
    remembered, tmp_path
):
    folder = copytree(STARTER, tmp_path / "starter")
    for file, old, new in [
        ("cities.csv", "city of firsts", "a city of firsts"),
        ("themes.csv", "; Espoo", ""),
        ("news.csv", "Manchester and Wakefield joined the network", "Two cities joined"),
        ("memberships.csv", "lead of the bid", "leader of the bid"),
    ]:
        text = (folder / file).read_text(encoding="utf-8")
        assert old in text
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    City.objects.filter(slug="manchester").update(population=1, profile="<p>Bees.</p>")
    theme = Theme.objects.get(name="Education for sustainable development")
    theme.cities.add(City.objects.get(slug="manchester"))
    NewsItem.objects.filter(title__startswith="Manchester and").update(title="By staff")
    assert load(folder=folder) == (
        "Loaded 1,436 rows: 0 new, 3 changed, 1 left as staff have them, 0 deleted by staff.\n"
    )
    city = City.objects.get(slug="manchester")
    assert (city.motto, city.population) == ("a city of firsts", 1)
    assert city.profile == "<p>Bees.</p>"
    assert sorted(city.name for city in theme.cities.all()) == ["Hamburg", "Manchester", "Shanghai"]
    assert NewsItem.objects.filter(title="By staff").exists()
    assert Membership.objects.filter(role="leader of the bid").exists()


def test_cities_without_a_year_and_years_without_an_intake_are_loaded(content):
    assert City.objects.filter(joined_year=None).count() == 47
    assert City.objects.filter(intake__year=2024).count() == 58
    # 2015, 2017, 2018 and 2023 have no intake.
    assert City.objects.filter(joined_year__isnull=False, intake=None).count() == 30
    assert City.objects.filter(confirmed=False).count() == 13


def test_the_city_of_manchester_is_complete(content):
    city = City.objects.select_related("country", "intake").get(slug="manchester")
    assert (city.name, city.kind, city.status, city.confirmed) == (
        "Manchester",
        City.Kind.CITY,
        City.Status.MEMBER,
        True,
    )
    assert (city.country_id, city.country.slug) == ("GB", "united-kingdom")
    assert city.intake == Intake.objects.get(year=2024)
    assert (city.joined_year, city.joined_on) == (2024, date(2024, 2, 14))
    assert city.motto == "city of firsts"
    assert city.has_place
    assert city.summary.startswith("A city long known for doing things first")
    assert "<h2>A city of firsts</h2>" in city.profile
    assert city.source.startswith("UK National Commission for UNESCO")
    assert city.source_url.startswith("https://unesco.org.uk/manchester-and-wakefield")
    assert city.checked_on == date(2026, 11, 23)
    assert [str(title) for title in city.designations.all()] == ["UNESCO City of Literature"]
    assert not city.awards.exists()
    assert list(city.news_items.values_list("slug", flat=True)) == [
        "manchester-and-wakefield-join-the-network"
    ]


def test_the_network_of_manchester_has_its_unconfirmed_partners(content):
    network = Network.objects.get(slug="manchester-adult-skills-network")
    assert (network.scope, network.country_id) == (Network.Scope.CITY, "GB")
    assert [city.slug for city in network.cities.all()] == ["manchester"]
    assert network.profile.startswith("<")
    partners = network.memberships.select_related("organisation").order_by("organisation__name")
    assert [(str(m.organisation), m.organisation.sector, m.status) for m in partners] == [
        ("Manchester Adult Education Service (MAES)", "adult-education", "unconfirmed"),
        ("Manchester City Council", "local-government", "unconfirmed"),
        ("Manchester Metropolitan University", "university", "unconfirmed"),
        ("The University of Manchester", "university", "unconfirmed"),
    ]


def test_a_partner_of_two_cities_is_one_organisation(content):
    ulster = Organisation.objects.get(name="Ulster University")
    assert [city.slug for city in ulster.cities.all()] == ["belfast", "derry-city-and-strabane"]
    assert ulster.memberships.count() == 2


def test_themes_have_the_cities_that_lead_them(content):
    theme = Theme.objects.get(name="Education for sustainable development")
    assert sorted(city.name for city in theme.cities.all()) == ["Espoo", "Hamburg", "Shanghai"]


def test_notes_of_the_rows_are_stored_for_staff(content):
    assert City.objects.exclude(note="").count() == 169
    assert Membership.objects.exclude(note="").count() == 37


@pytest.mark.parametrize(
    "slug",
    [
        "muharraq",
        "villa-maria",
        "namyangju",
        "al-wakra",
        "clermont-ferrand",
        "nairobi",
        "makueni-county",
        "nasiriyah",
    ],
)
def test_a_city_about_which_sources_differ_says_who_says_what(content, slug):
    city = City.objects.get(slug=slug)
    assert city.what_sources_say.count(". ") >= 1
    assert any(str(year) in city.what_sources_say for year in range(2015, 2026))


def test_the_totals_of_an_intake_carry_their_day(content):
    days = {intake.year: intake.counted_on for intake in Intake.objects.all()}
    assert days[2016] == date(2016, 8, 23)
    assert None not in days.values()


def test_cities_that_may_have_left_are_not_confirmed_and_have_the_year_of_the_last_source(content):
    years = dict(City.objects.filter(confirmed=False).values_list("slug", "last_confirmed"))
    assert (years["cali"], years["bolu"], years["philipsburg"]) == (2020, 2018, 2016)
    # No source that can be cited calls it a member.
    assert [slug for slug, year in years.items() if year is None] == ["modiin"]


def test_the_two_cities_called_la_paz_have_addresses_of_their_own(content):
    found = City.objects.filter(name="La Paz").values_list("slug", "country_id")
    assert sorted(found) == [("la-paz", "MX"), ("la-paz-argentina", "AR")]
    council = Network.objects.get(name__startswith="Consejo Municipal La Paz")
    assert [city.slug for city in council.cities.all()] == ["la-paz"]


def test_networks_name_the_cities_that_their_sources_name(content):
    networks = {network.slug: network.cities.count() for network in Network.objects.all()}
    assert networks["uk-unesco-learning-city-network"] == 9
    assert networks["irish-network-of-learning-cities"] == 6
    assert networks["red-de-ciudades-del-aprendizaje-de-colombia"] == 9
    for network in Network.objects.filter(scope=Network.Scope.CITY):
        assert network.cities.count() == 1, network


@pytest.mark.parametrize("page", ["how-a-city-joins", "what-makes-a-learning-city"])
def test_the_footnotes_of_a_page_lead_to_its_sources(page):
    html = (STARTER / "texts" / "pages" / f"{page}.html").read_text(encoding="utf-8")
    text, _heading, sources = html.partition("<h2>Sources</h2>")
    listed = re.findall(r'href="([^"]+)"', sources)
    notes = re.findall(r'<a href="([^"]+)"><sup>([0-9]+)</sup></a>', text)
    assert {(int(number), address) for address, number in notes} == {*enumerate(listed, start=1)}


def test_cities_are_found_by_their_other_names(content):
    assert "Fez" in [city.name for city in City.objects.search("fes")]
    assert [city.slug for city in City.objects.search("fez")] == ["fez"]


def test_a_news_item_is_dated_on_the_day_of_its_event(content):
    item = NewsItem.objects.get(slug="manchester-and-wakefield-join-the-network")
    assert item.published_at == datetime(2024, 2, 14, 12, tzinfo=UTC)
    assert item.author_line == "Learning Cities Portal"
    assert item.intake == Intake.objects.get(year=2024)
    assert sorted(city.slug for city in item.cities.all()) == ["manchester", "wakefield"]
    assert item.networks.count() == 2


def test_every_link_of_the_texts_leads_to_a_page(content, client):
    links = {
        link
        for text in STARTER.glob("texts/*/*.html")
        for link in re.findall(r'href="(/[^"]*)"', text.read_text(encoding="utf-8"))
    }
    assert {link: client.get(link).status_code for link in sorted(links)} == dict.fromkeys(
        sorted(links), 200
    )
    assert "/cities/wakefield/" in links


def test_every_text_is_used(content):
    texts = {
        clean_html(text.read_text(encoding="utf-8")) for text in STARTER.glob("texts/*/*.html")
    }
    rows = read_starter(STARTER)
    used = {v for row in rows for n in ("profile", "body") if (v := row.values.get(n))}
    assert used == texts
