"""The sitemap: every public page with the moment of its last change, and no hidden one."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape

import pytest
from django.utils import timezone

from news.models import NewsItem
from portal.metadata.sitemaps import Section
from tests import factories

pytestmark = pytest.mark.django_db

START = datetime(2024, 2, 1, 12, tzinfo=UTC)


def changed(record, day):
    type(record).objects.filter(pk=record.pk).update(updated_at=START + timedelta(days=day - 1))
    return record


def read(client, address, kind):
    """Return the path and last change of each entry of a file."""
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/xml"
    found = re.findall(
        rf"<{kind}><loc>http://testserver([^<]*)</loc>(?:<lastmod>([^<]*)</lastmod>)?</{kind}>",
        response.content.decode(),
    )
    assert len(found) == response.content.count(b"<loc>")
    return [(unescape(path), day) for path, day in found]


def files(client):
    """Return the path and last change of each file of the sitemap."""
    return [(path, day[:10]) for path, day in read(client, "/sitemap.xml", "sitemap")]


def entries(client):
    """Return the path and last change of every entry, in order."""
    return [entry for path, _day in files(client) for entry in read(client, path, "url")]


def test_the_sitemap_has_every_public_page_with_its_last_change(client):
    ireland = factories.country(code="IE", name="Ireland")
    changed(factories.city(name="Cork", country=ireland), 3)
    changed(factories.city(name="Manchester"), 5)
    changed(factories.city(name="Derby", joined_year=2018), 4)
    changed(factories.intake(year=2024), 6)
    changed(factories.theme(name="Literacy"), 6)
    changed(factories.network(name="MALLI"), 7)
    changed(factories.organisation(name="The Library"), 8)
    changed(factories.news_item(title="It began"), 9)
    changed(factories.event(name="Festival"), 10)
    changed(factories.page(title="About"), 11)
    assert dict(entries(client)) == {
        "/": "2024-02-09",
        "/numbers/": "2024-02-09",
        "/data/": "2024-02-09",
        "/regions/": "2024-02-05",
        "/regions/europe-and-north-america/": "2024-02-05",
        "/themes/": "2024-02-06",
        "/themes/literacy/": "2024-02-06",
        "/cities/": "2024-02-05",
        "/cities/cork/": "2024-02-03",
        "/cities/manchester/": "2024-02-05",
        "/cities/derby/": "2024-02-04",
        "/countries/": "2024-02-05",
        "/countries/ireland/": "2024-02-03",
        "/countries/united-kingdom/": "2024-02-05",
        "/intakes/": "2024-02-06",
        "/intakes/2024/": "2024-02-06",
        "/intakes/2018/": "2024-02-04",
        "/networks/": "2024-02-07",
        "/networks/malli/": "2024-02-07",
        "/organisations/": "2024-02-08",
        "/organisations/the-library/": "2024-02-08",
        "/news/": "2024-02-09",
        "/news/it-began/": "2024-02-09",
        "/events/": "2024-02-10",
        "/events/festival/": "2024-02-10",
        "/about/": "2024-02-11",
    }


def test_every_address_of_the_sitemap_answers(client):
    factories.page(title="About")
    for make in (factories.city, factories.intake, factories.network, factories.organisation):
        make()
    for make in (factories.news_item, factories.event):
        make()
    for path, _changed in entries(client):
        assert client.get(path).status_code == 200, path


def test_no_hidden_record_is_in_the_sitemap(client):
    hidden = {"published_at": None}
    past = {"archived_at": timezone.now()}
    factories.city(country=factories.country(name="Hidden land"), **hidden)
    factories.city(published_at=timezone.now() + timedelta(days=1))
    for make in (factories.intake, factories.network, factories.organisation):
        make(**hidden)
        make(**past)
    for make in (factories.news_item, factories.event, factories.page):
        make(**hidden)
        make(**past)
    lists = ["/", "/numbers/", "/data/", "/cities/", "/countries/", "/regions/", "/themes/"]
    lists += ["/intakes/"]
    lists += ["/networks/", "/organisations/", "/news/", "/events/"]
    assert entries(client) == [(path, "") for path in lists]


def test_a_scheduled_page_is_in_the_sitemap_from_its_moment_on(client):
    news = factories.news_item(published_at=timezone.now() + timedelta(days=1))
    assert (news.get_absolute_url(), "") not in [(path, "") for path, _ in entries(client)]
    NewsItem.objects.update(published_at=timezone.now() - timedelta(seconds=1))
    assert news.get_absolute_url() in [path for path, _ in entries(client)]


@pytest.mark.parametrize("size", [1, 30])
def test_the_sitemap_takes_the_same_queries_for_any_number_of_records(
    client, django_assert_num_queries, size
):
    for _ in range(size):
        factories.city(country=factories.country(), intake=factories.intake())
        for make in (factories.network, factories.organisation, factories.page):
            make()
        for make in (factories.news_item, factories.event, factories.theme):
            make()
    with django_assert_num_queries(57):
        # Twelve overviews and one region.
        assert len(entries(client)) == 12 + 1 + 9 * size


def test_a_sitemap_file_changes_when_its_newest_record_is_hidden(client):
    changed(factories.city(name="Derby"), 1)
    newest = changed(factories.city(name="Fez"), 2)
    before = client.get("/sitemap-cities.xml")
    assert ("/sitemap-cities.xml", "2024-02-02") in files(client)
    newest.delete()
    # The date of the file went back, so a conditional request must not be answered with 304.
    since = {"If-Modified-Since": "Fri, 02 Feb 2024 12:00:00 GMT"}
    for address in ("/sitemap.xml", "/sitemap-cities.xml"):
        assert client.get(address, headers=since).status_code == 200
    assert client.get("/sitemap-cities.xml").content != before.content
    assert ("/sitemap-cities.xml", "2024-02-01") in files(client)


def test_sections_of_the_sitemap_without_a_page_are_not_named(client):
    assert [path for path, _day in files(client)] == ["/sitemap-overviews.xml"]
    assert client.get("/sitemap-nothing.xml").status_code == 404


def test_many_records_are_divided_into_files_of_the_sitemap(client, monkeypatch):
    monkeypatch.setattr(Section, "limit", 2)
    for name in "ABCDE":
        factories.city(name=name)
    paths = [path for path, _day in files(client)]
    assert [path for path in paths if "cities" in path] == [
        "/sitemap-cities.xml",
        "/sitemap-cities.xml?p=2",
        "/sitemap-cities.xml?p=3",
    ]
    found = [path for path, _day in entries(client) if path.startswith("/cities/")]
    assert found == [
        "/cities/",
        "/cities/a/",
        "/cities/b/",
        "/cities/c/",
        "/cities/d/",
        "/cities/e/",
    ]
    for page in ("4", "0", "x", "٢x"):
        assert client.get(f"/sitemap-cities.xml?p={page}").status_code == 404
