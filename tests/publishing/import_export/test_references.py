"""Cells that name other records: by any name, with the nearest right one if it is not known."""

import pytest
from django.contrib import admin

from cities.models import City, Country
from news.models import NewsItem
from partners.models import Network
from portal.models import Tie
from publishing.import_export.validation import RowValidator
from tests import factories
from tests.publishing.import_export.conftest import Desk
from tests.publishing.import_export.test_values import read, read_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def countries(db):
    names = {
        "KR": "Republic of Korea",
        "KP": "Democratic People’s Republic of Korea",
        "CI": "Côte d’Ivoire",
        "TR": "Türkiye",
        "VN": "Viet Nam",
        "NA": "Namibia",
        "US": "United States of America",
        "AU": "Australia",
    }
    for code, name in names.items():
        factories.country(code=code, name=name)


def test_countries_are_read_by_any_name(publisher, countries):
    cells = {
        "GB": ("GB", ""),
        "gb": ("GB", ""),
        "United Kingdom": ("GB", ""),
        "UNITED KINGDOM": ("GB", ""),
        "UK": ("GB", "United Kingdom"),
        "GBR": ("GB", "United Kingdom"),
        "Great Britain": ("GB", "United Kingdom"),
        "South Korea": ("KR", "Republic of Korea"),
        "Corée du Sud": ("KR", "Republic of Korea"),
        "Korea, Republic of": ("KR", "Republic of Korea"),
        "대한민국": ("KR", "Republic of Korea"),
        "Cote d'Ivoire": ("CI", "Côte d’Ivoire"),
        "Ivory Coast": ("CI", "Côte d’Ivoire"),
        "turkiye": ("TR", "Türkiye"),
        "Turkey": ("TR", "Türkiye"),
        "Vietnam": ("VN", "Viet Nam"),
        "NA": ("NA", ""),
        "united-kingdom": ("GB", "United Kingdom"),
    }
    assert read_city(publisher, "country", cells) == cells


def missing(text):
    return (
        f"“{text}” is not in the portal’s list of countries. If it belongs there, add it under "
        "“Countries”, then check the refused rows again."
    )


def test_a_country_that_is_misspelt_ambiguous_or_missing_is_refused(publisher, countries):
    korea = "Democratic People’s Republic of Korea or Republic of Korea"
    factories.country(code="NE", name="Niger")
    cells = {
        "Untied Kingdom": "Unknown country “Untied Kingdom”. Did you mean United Kingdom?",
        "Untied States": "Unknown country “Untied States”. Did you mean United States of America?",
        "Korea": f"“Korea” may be {korea}. Write which country it is.",
        # The portal has no record of these.
        "France": missing("France"),
        "RDC": missing("RDC"),
        "Nigéria": missing("Nigéria"),
        "England": "Unknown country “England”. Did you mean United Kingdom?",
        # Not Namibia.
        "n/a": "Country: This cannot be empty.",
        "—": "Country: This cannot be empty.",
        "unknown": "Unknown country “unknown”.",
    }
    assert read_city(publisher, "country", cells) == cells


def linked(publisher, *cells):
    """Return what became of each cell with cities: their names and reading, or the sentence."""
    rows = [{"title": "A bridge", "summary": "It opens.", "cities": cell} for cell in cells]
    names = dict(City.objects.values_list("pk", "slug"))
    found = []
    for row in publisher.look(NewsItem, rows).rows.all():
        slugs = [names[key] for key in row.content["links"]["cities"]] if row.content else []
        found.append(row.reason or (slugs, row.readings.get("cities", "")))
    return found


def test_cities_are_read_by_name_and_country_address_and_number(publisher, countries):
    first = factories.city(name="Newcastle", slug="newcastle-upon-tyne")
    factories.city(name="Newcastle", slug="newcastle", country=Country.objects.get(pk="AU"))
    derry = factories.city(name="Derry City and Strabane", slug="derry")
    factories.alternative_name(city=derry, name="Londonderry")
    factories.city(name="Écully", slug="lyon-west")
    label = "Derry City and Strabane, United Kingdom"
    assert linked(
        publisher,
        "newcastle",
        "Newcastle, UK",
        "Newcastle (Australia)",
        f"#{first.pk}",
        "Ecully; derry",
        "Londonderry",
        "Écully, Derry City and Strabane",
        "n/a",
    ) == [
        (["newcastle"], ""),
        (["newcastle-upon-tyne"], "Newcastle, United Kingdom"),
        (["newcastle"], "Newcastle, Australia"),
        (["newcastle-upon-tyne"], ""),
        (["derry", "lyon-west"], "Écully, United Kingdom; derry"),
        (["derry"], label),
        (["derry", "lyon-west"], ""),
        ([], "empty"),
    ]


def test_a_city_that_is_misspelt_or_ambiguous_is_refused(publisher, countries):
    factories.city(name="Newcastle", slug="newcastle-upon-tyne")
    factories.city(name="Newcastle", slug="newcastle-nsw", country=Country.objects.get(pk="AU"))
    factories.city(name="Wakefield")
    assert linked(publisher, "Newcastle", "Wakefeild", "Newcastle, France", "Atlantis", "#0") == [
        (
            "“Newcastle” may be Newcastle, Australia or Newcastle, United Kingdom. "
            "Write which city it is."
        ),
        "Unknown city “Wakefeild”. Did you mean Wakefield, United Kingdom?",
        "Unknown city “Newcastle, France”.",
        "Unknown city “Atlantis”.",
        "Unknown city “#0”.",
    ]


def test_themes_networks_and_intakes_are_read_by_their_names(publisher):
    factories.united_kingdom()
    factories.intake(year=2024)
    theme = factories.theme(name="Health and Well-being", slug="health")
    row = {"name": "Derby", "country": "UK", "intake": "2024", "themes": "health and well being"}
    [found] = publisher.look(City, [row]).rows.all()
    assert found.content["links"]["themes"] == [theme.pk]
    assert found.readings == {"country": "United Kingdom", "themes": "Health and Well-being"}
    [found] = publisher.look(City, [row | {"intake": "2042", "themes": "helth"}]).rows.all()
    assert found.problems == {
        "intake": "Unknown intake “2042”. Did you mean 2024?",
        "themes": "Unknown theme “helth”.",
    }


def test_an_empty_word_empties_a_link_that_may_be_empty(publisher):
    cells = {"n/a": (None, "empty"), "unknown": (None, "empty")}
    assert read(publisher, Network, "country", cells, name="A network", scope="city") == cells


def test_nothing_outside_the_places_of_a_person_is_found_or_suggested(publisher):
    mine, other = factories.city(name="Wakefield"), factories.city(name="Manchester")
    person = factories.user("Publishers")
    Tie.objects.create(user=person, city=mine)
    tied = Desk(person)
    assert linked(tied, "Wakefield", "Manchester", "Manchestre", f"#{other.pk}") == [
        (["wakefield"], ""),
        "Unknown city “Manchester”.",
        "Unknown city “Manchestre”.",
        f"Unknown city “#{other.pk}”.",
    ]


@pytest.mark.parametrize("number", [10, 40])
def test_names_are_found_without_a_query_for_each_row(
    publisher, rf, number, django_assert_num_queries
):
    factories.intake(year=2024)
    for _city in range(number):
        factories.city(country=factories.country())
    cities = list(City.objects.select_related("country"))
    rows = [
        {"name": f"New {c.name}", "country": c.country.name, "intake": "2024", "latitude": ""}
        for c in cities
    ]
    batch = publisher.look(City, rows)
    request = rf.get("/")
    request.user = publisher.user
    rows = list(batch.rows.all())
    validator = RowValidator(admin.site.get_model_admin(City), request, batch)
    with django_assert_num_queries(QUERIES_OF_A_CHUNK):
        validator.check(rows)
    assert {row.outcome for row in rows} == {"new"}


# Twelve of them are savepoints of checks, for a test runs in a transaction.
QUERIES_OF_A_CHUNK = 40
