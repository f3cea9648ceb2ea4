"""The finder's rows as CSV, JSON, GeoJSON and Atom."""

import csv
import gc
import io
import json
from datetime import date
from xml.etree import ElementTree as ET

import pytest

from cities.downloads import COLUMNS
from cities.models import City
from publishing.content.csv import defused
from publishing.downloads import cell
from publishing.slow_clients import downloads
from tests import factories

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def fez():
    morocco = factories.country(code="MA", name="Morocco", region="arab-states")
    city = factories.city(
        name="Fez",
        country=morocco,
        joined_year=2024,
        joined_on=date(2024, 2, 14),
        latitude=34.0,
        longitude=-5.0,
        population=964891,
        source="UIL",
    )
    city.alternative_names.create(name="Fès", language="fr")
    city.awards.create(year=2017)
    return city


def body(response):
    return b"".join(response.streaming_content).decode()


def test_a_csv_download_opens_in_excel_and_has_every_column(client, fez):
    response = client.get("/cities/export.csv")
    text = body(response)
    assert text[0] == "\ufeff"
    [row] = csv.DictReader(io.StringIO(text[1:]))
    assert list(row) == list(COLUMNS)
    assert (row["name"], row["country_code"], row["joined_on"]) == ("Fez", "MA", "2024-02-14")
    assert (row["alternative_names"], row["award_years"]) == ("Fès", "2017")
    assert (row["latitude"], row["longitude"], row["population"]) == ("34.0", "-5.0", "964891")
    assert (row["membership_confirmed"], row["website"]) == ("yes", "")
    assert row["url"] == "http://testserver/cities/fez/"
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response["Content-Disposition"] == 'attachment; filename="learning-cities.csv"'


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_cells_that_a_spreadsheet_would_run_are_defused(start):
    assert defused(f"{start}1+1") == f"'{start}1+1"


def test_numbers_stay_numbers_in_a_csv_download(fez):
    assert cell(-5.0) == -5.0


def test_a_json_download_names_its_source_and_its_licence(client, fez):
    data = json.loads(body(client.get("/cities/export.json?country=ma")))
    assert data["source"] == "http://testserver/cities/?country=ma"
    assert "GeoNames" in data["licence"]
    [city] = data["cities"]
    assert list(city) == list(COLUMNS)
    assert (city["name"], city["alternative_names"]) == ("Fez", ["Fès"])
    assert city["official_name"] is None


def test_a_geojson_download_has_longitude_first_and_no_geometry_for_an_unknown_place(client, fez):
    factories.city(name="Nowhere", country=fez.country)
    data = json.loads(body(client.get("/cities/export.geojson")))
    assert data["type"] == "FeatureCollection"
    assert [(f["properties"]["name"], f["geometry"]) for f in data["features"]] == [
        ("Fez", {"type": "Point", "coordinates": [-5.0, 34.0]}),
        ("Nowhere", None),
    ]


def test_the_feed_of_cities_is_ordered_by_the_last_change(client, fez):
    younger = factories.city(name="Agadir", country=fez.country)
    feed = ET.fromstring(client.get("/cities/export.atom").content)  # noqa: S314 (our own)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.findall(f"{ATOM}entry")] == [
        f"{younger.name}, Morocco",
        "Fez, Morocco",
    ]


@pytest.mark.parametrize("kind", ["csv", "json", "geojson", "atom"])
def test_downloads_take_the_filters_of_the_finder(client, fez, kind):
    factories.city(name="Elsewhere")
    response = client.get(f"/cities/export.{kind}?q=fes")
    text = body(response) if response.streaming else response.content.decode()
    assert "Fez" in text
    assert "Elsewhere" not in text


@pytest.mark.parametrize("kind", ["csv", "json", "geojson", "atom"])
def test_hidden_cities_are_in_no_download(client, kind):
    factories.city(name="Secretville", published_at=None)
    response = client.get(f"/cities/export.{kind}")
    text = body(response) if response.streaming else response.content.decode()
    assert "Secretville" not in text


def test_a_download_with_an_unknown_filter_is_an_error_that_names_it(client, fez):
    response = client.get("/cities/export.csv?country=zz")
    assert response.status_code == 400
    assert response.json() == {
        "errors": ["We do not recognise the country “zz”, so we ignored that filter."]
    }


def test_an_address_of_a_download_in_another_form_redirects_to_the_canonical_one(client, fez):
    response = client.get("/cities/export.csv?country=MA&utm_source=mail")
    assert (response.status_code, response["Location"]) == (301, "/cities/export.csv?country=ma")


def test_a_download_takes_the_same_queries_for_any_number_of_rows(
    client, fez, django_assert_num_queries
):
    # Facet values, the cities, their names, awards, themes and networks.
    with django_assert_num_queries(6):
        body(client.get("/cities/export.csv"))
    for number in range(30):
        factories.city(name=f"City {number}", country=fez.country)
    with django_assert_num_queries(6):
        body(client.get("/cities/export.csv"))


def test_the_page_of_the_finder_links_to_downloads_of_its_own_rows(client, fez):
    html = client.get("/cities/?country=ma&view=table").content.decode()
    assert 'href="/cities/export.csv?country=ma"' in html


def test_the_feed_of_cities_drops_control_characters_of_a_text(client, fez):
    City.objects.update(summary="A page\x07break")
    feed = ET.fromstring(client.get("/cities/export.atom").content)  # noqa: S314 (our own)
    entry = feed.find(f"{ATOM}entry")
    assert entry.findtext(f"{ATOM}summary") == "A pagebreak"
    first_id = entry.findtext(f"{ATOM}id")
    City.objects.update(slug="fes", name="Fès")
    again = ET.fromstring(client.get("/cities/export.atom").content)  # noqa: S314 (our own)
    assert again.find(f"{ATOM}entry").findtext(f"{ATOM}id") == first_id
    assert feed.findtext(f"{ATOM}author/{ATOM}name") == "Learning Cities Portal"


def test_slow_readers_of_a_download_leave_threads_for_pages(client, fez):
    first, second = [client.get("/cities/export.csv") for _ in range(downloads.most)]
    refused = client.get("/cities/export.json")
    assert (refused.status_code, refused["Retry-After"]) == (503, "60")
    assert refused.json() == {
        "errors": ["Too many downloads are under way. Try again in a minute."]
    }
    assert client.get("/cities/").status_code == 200
    # The feed is short, and is not one of them.
    assert client.get("/cities/export.atom").status_code == 200

    assert "Fez" in body(first)
    assert "Fez" in body(client.get("/cities/export.csv"))
    # A client that disconnects frees its slot too, without having read a line.
    del second
    gc.collect()
    for _ in range(5):
        response = client.get("/cities/export.csv")
        assert response.status_code == 200
        del response
        gc.collect()
