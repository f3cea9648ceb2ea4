"""The Atom feed follows RFC 4287."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from news.models import NewsItem
from tests import factories

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def fetch(client):
    response = client.get("/news/feed/")
    assert response.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    # The feed is the portal's own, so it is safe for this parser.
    return ElementTree.fromstring(response.content)  # noqa: S314


def text(element, path):
    return element.findtext("/".join(ATOM + name for name in path.split("/")))


def links(element):
    return {link.get("rel"): link.get("href") for link in element.findall(f"{ATOM}link")}


@pytest.fixture
def item():
    return factories.news_item(
        title="Łódź & <Fès>",
        summary="Both & more.",
        author_line="A. Writer",
        published_at=datetime(2024, 2, 14, 9, 30, tzinfo=UTC),
        cities=[factories.city(name="Fez"), factories.city(name="Draft", published_at=None)],
    )


def test_the_feed_of_news_describes_itself(item, client):
    feed = fetch(client)
    assert feed.tag == f"{ATOM}feed"
    assert text(feed, "title") == "News from learning cities"
    assert text(feed, "id") == "http://testserver/news/"
    assert links(feed) == {
        "alternate": "http://testserver/news/",
        "self": "http://testserver/news/feed/",
    }
    assert datetime.fromisoformat(text(feed, "updated")) == item.updated_at


def test_an_entry_of_the_feed_describes_its_news_item(item, client):
    (entry,) = fetch(client).findall(f"{ATOM}entry")
    assert text(entry, "title") == "Łódź & <Fès>"
    assert text(entry, "summary") == "Both & more."
    assert text(entry, "author/name") == "A. Writer"
    assert links(entry) == {"alternate": "http://testserver/news/lodz-fes/"}
    assert datetime.fromisoformat(text(entry, "published")) == item.published_at
    assert datetime.fromisoformat(text(entry, "updated")) == item.updated_at
    assert [category.get("term") for category in entry.findall(f"{ATOM}category")] == ["Fez"]


def test_an_entry_of_the_feed_keeps_its_id_when_its_address_changes(item, client):
    (entry,) = fetch(client).findall(f"{ATOM}entry")
    item.slug, item.title = "new", "New"
    item.save()
    (changed,) = fetch(client).findall(f"{ATOM}entry")
    assert text(changed, "id") == text(entry, "id")
    assert links(changed) == {"alternate": "http://testserver/news/new/"}


def test_ids_of_the_feed_are_absolute_and_unique(client):
    for _ in range(3):
        factories.news_item()
    ids = [text(entry, "id") for entry in fetch(client).findall(f"{ATOM}entry")]
    assert len(set(ids)) == 3
    assert all(":" in each for each in ids)


def test_every_entry_of_the_feed_has_an_author(client):
    factories.news_item()
    feed = fetch(client)
    assert text(feed, "author/name") == "Learning Cities Portal"
    # An entry without an author of its own has that of the feed.
    assert text(feed, "entry/author/name") is None


def test_the_feed_has_the_newest_thirty_items_newest_first(client):
    for day in range(1, 32):
        factories.news_item(title=f"Day {day}", published_at=datetime(2024, 1, day, tzinfo=UTC))
    titles = [text(entry, "title") for entry in fetch(client).findall(f"{ATOM}entry")]
    assert titles == [f"Day {day}" for day in range(31, 1, -1)]


def test_the_feed_without_news_is_valid(client):
    feed = fetch(client)
    assert feed.findall(f"{ATOM}entry") == []
    assert text(feed, "updated")


def test_control_characters_do_not_break_the_feed(client):
    NewsItem.objects.filter(pk=factories.news_item().pk).update(title="bell\x07here")
    (entry,) = fetch(client).findall(f"{ATOM}entry")
    assert text(entry, "title") == "bellhere"
