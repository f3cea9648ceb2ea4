"""Texts that leave the portal: feeds, tables, JSON, sitemaps drop what no format holds, no more."""

import csv
import io
import json
import re
from xml.etree import ElementTree as ET

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from cities.models import City
from news.models import NewsItem
from publishing.content.csv import undefused
from publishing.content.text import holdable, is_visible, normal
from tests import factories
from tests.admin_pages import add, errors
from tests.naughty import naughty_strings
from tests.staff_fixtures import publisher

__all__ = ["publisher"]

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
MEANT = [
    "Nuit des idées\u00a0: 10\u202fkm de lecture",
    "学习\u3000城市\u2009中",
    "می\u200cروم ශ්\u200dරී",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \u2764\ufe0f",
    "\U0001f3f4\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
    "\u0600\u0661 葛\U000e0100城",
]


def entries(client, address):
    feed = ET.fromstring(client.get(address).content)  # noqa: S314 (our own)
    return feed.findall(f"{ATOM}entry")


def body(response):
    return b"".join(response.streaming_content).decode()


@pytest.mark.parametrize("text", MEANT)
def test_what_is_meant_survives_in_every_format(client, text):
    city = factories.city(name=f"a {text}", summary=f"b {text}", latitude=1, longitude=2)
    factories.news_item(
        title=f"c {text}", summary=f"d {text}", author_line=f"e {text}", cities=[city]
    )
    [entry] = entries(client, "/news/feed/")
    assert entry.findtext(f"{ATOM}title") == f"c {text}"
    assert entry.findtext(f"{ATOM}summary") == f"d {text}"
    assert entry.findtext(f"{ATOM}author/{ATOM}name") == f"e {text}"
    assert entry.find(f"{ATOM}category").get("term") == f"a {text}"
    [entry] = entries(client, "/cities/export.atom")
    assert entry.findtext(f"{ATOM}title") == f"a {text}, United Kingdom"
    assert entry.findtext(f"{ATOM}summary") == f"b {text}"
    [row] = csv.DictReader(io.StringIO(body(client.get("/cities/export.csv"))[1:]))
    assert row["name"] == f"a {text}"
    assert json.loads(body(client.get("/cities/export.json")))["cities"][0]["name"] == f"a {text}"
    [feature] = json.loads(body(client.get("/cities/export.geojson")))["features"]
    assert feature["properties"]["name"] == f"a {text}"
    page = client.get(city.get_absolute_url()).text
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page)
    data = json.dumps([json.loads(script) for script in scripts], ensure_ascii=False)
    assert f'"a {text}"' in data
    ET.fromstring(client.get("/sitemap-cities.xml").content)  # noqa: S314 (our own)


def test_a_text_from_before_loses_only_what_xml_cannot_hold(client):
    news = factories.news_item(title="x")
    raw = "a\x0b\x07b\u00a0c\ufffed\u200be"
    with connection.cursor() as cursor:
        cursor.execute("UPDATE news_newsitem SET title = %s WHERE id = %s", [raw, news.pk])
    assert NewsItem.objects.get().title == raw
    [entry] = entries(client, "/news/feed/")
    assert entry.findtext(f"{ATOM}title") == "ab\u00a0cd\u200be" == holdable(raw)


def refusal(city):
    try:
        city.clean_fields()
    except ValidationError as error:
        return error.message_dict
    return {}


def test_every_naughty_name_is_kept_as_its_normal_form_or_refused(client):
    country, kept = factories.country(code="FR", name="France"), []
    for number, name in enumerate(naughty_strings()):
        city = City(name=name, slug=f"s{number}", subdivision=f"Part {number}", country=country)
        city.published_at = factories.LONG_AGO
        if refused := refusal(city):
            assert list(refused) == ["name"]
            assert not is_visible(normal(name)) or len(normal(name)) > 120
        else:
            assert city.name == normal(name)
            kept.append(city)
    assert len(kept) > 250
    City.objects.bulk_create(kept)
    names = {city.name for city in kept}
    assert set(City.objects.values_list("name", flat=True)) == names
    rows = csv.DictReader(io.StringIO(body(client.get("/cities/export.csv"))[1:], newline=""))
    assert {undefused(row["name"]) for row in rows} == names
    titles = {e.findtext(f"{ATOM}title") for e in entries(client, "/cities/export.atom")}
    assert titles <= {f"{name}, France" for name in names}


@pytest.mark.parametrize("name", ["\u200b", "\u2800\u3000", "\u0301"])
def test_the_form_refuses_what_nobody_can_see(publisher, name):
    factories.united_kingdom()
    response = add(publisher, City, name=name, country="GB", kind="city", status="member")
    assert list(errors(response)) == ["name"]
