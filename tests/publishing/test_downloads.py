"""Downloads of every list: their rows, columns and formats, and who may read them."""

import csv
import io
import json
from datetime import date

import openpyxl
import pytest
from django.urls import reverse

from portal.views import DOWNLOADS
from tests import factories

pytestmark = pytest.mark.django_db

PLURALS = [view.plural for view in DOWNLOADS]


@pytest.fixture
def records():
    """Return one public record of each kind, tied together; each has a hidden neighbour."""
    fez = factories.city(name="Fez", summary="Tanners.")
    hidden = factories.city(name="Hidden city", published_at=None)
    college = factories.organisation(name="College")
    secret = factories.organisation(name="Hidden organisation", published_at=None)
    network = factories.network(name="Learn Fez")
    for organisation in (college, secret):
        factories.membership(network=network, organisation=organisation)
        organisation.cities.add(fez, hidden)
    network.cities.add(fez, hidden)
    factories.network(name="Hidden network", published_at=None).cities.add(fez)
    factories.news_item(title="Opening", cities=[fez, hidden])
    factories.news_item(title="Hidden story", published_at=None)
    factories.event(name="Fair", city=hidden, starts_on=date(2026, 5, 1))
    factories.event(name="Hidden event", published_at=None)


def rows(client, plural):
    text = b"".join(client.get(f"/{plural}/export.csv").streaming_content).decode()
    return list(csv.DictReader(io.StringIO(text[1:])))


def test_networks_say_their_cities_and_organisations(client, records):
    [row] = rows(client, "networks")
    assert (row["name"], row["cities"], row["organisations"]) == ("Learn Fez", "Fez", "College")
    assert row["url"] == "http://testserver/networks/learn-fez/"


def test_organisations_news_and_events_name_public_cities_alone(client, records):
    [organisation] = rows(client, "organisations")
    [story] = rows(client, "news")
    [event] = rows(client, "events")
    assert (organisation["name"], organisation["cities"]) == ("College", "Fez")
    assert (story["title"], story["cities"]) == ("Opening", "Fez")
    assert (event["name"], event["starts_on"], event["city"]) == ("Fair", "2026-05-01", "")


def test_a_city_says_its_public_networks(client, records):
    [row] = rows(client, "cities")
    assert (row["networks"], row["summary"], row["slug"]) == ("Learn Fez", "Tanners.", "fez")


@pytest.mark.parametrize("plural", PLURALS)
@pytest.mark.parametrize("kind", ["csv", "json", "xlsx"])
def test_no_download_of_a_list_has_anything_hidden(client, records, plural, kind):
    response = client.get(f"/{plural}/export.{kind}")
    content = b"".join(response.streaming_content)
    if kind == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        content = repr(list(sheet.values)).encode()
    assert b"idden" not in content
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert (
        f'"learning-cities{"" if plural == "cities" else f"-{plural}"}.{kind}"'
        in (response["Content-Disposition"])
    )


@pytest.mark.parametrize("plural", PLURALS)
def test_excel_has_the_columns_and_rows_of_the_csv(client, records, plural):
    content = b"".join(client.get(f"/{plural}/export.xlsx").streaming_content)
    heads, *sheet = openpyxl.load_workbook(io.BytesIO(content)).active.values
    table = rows(client, plural)
    assert list(heads) == list(table[0])
    assert [row[0] for row in sheet] == [row[heads[0]] for row in table]


def test_a_download_takes_the_filters_of_its_list(client, records):
    factories.organisation(name="Library", sector="library")
    response = client.get("/organisations/export.json?sector=library")
    data = json.loads(b"".join(response.streaming_content))
    assert [row["name"] for row in data["organisations"]] == ["Library"]
    assert data["source"] == "http://testserver/organisations/?sector=library"


@pytest.mark.parametrize("plural", PLURALS)
def test_an_unknown_filter_is_an_error_that_names_it(client, records, plural):
    response = client.get(f"/{plural}/export.csv?colour=red")
    assert response.status_code == 400
    assert "colour" in response.json()["errors"][0]
    assert response["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("plural", PLURALS)
def test_a_download_takes_the_same_queries_for_any_number_of_rows(
    client, records, plural, django_assert_num_queries, django_assert_max_num_queries
):
    with django_assert_max_num_queries(6) as few:
        rows(client, plural)
    for number in range(5):
        city = factories.city(name=f"City {number}")
        factories.network(name=f"Network {number}").cities.add(city)
        factories.organisation(name=f"Organisation {number}").cities.add(city)
        factories.news_item(title=f"Story {number}", cities=[city])
        factories.event(name=f"Event {number}", city=city)
    with django_assert_num_queries(len(few)):
        rows(client, plural)


def test_the_page_about_the_data_explains_every_column(client, records):
    html = client.get(reverse("data")).content.decode()
    for view in DOWNLOADS:
        for name, column in view.columns.items():
            assert f"<code>{name}</code>" in html
            assert str(column.about).endswith(".")


@pytest.mark.parametrize("plural", PLURALS)
def test_a_list_links_to_its_downloads_and_to_what_they_say(client, records, plural):
    html = client.get(f"/{plural}/").content.decode()
    assert f'href="/{plural}/export.xlsx' in html
    assert 'href="/data/"' in html
