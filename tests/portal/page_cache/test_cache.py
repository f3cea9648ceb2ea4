"""The page cache at its WSGI interface: cached responses, their visitors and their expiry."""

import gzip
import threading
import time
from datetime import timedelta
from io import BytesIO

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone

from cities.models import City
from portal.accounts.models import User
from portal.metadata.sitemaps import Section
from portal.models import MenuItem, Report, Site
from portal.page_cache import cache
from portal.page_cache.cache import PageCache
from portal.page_cache.version import next_moment, read_version
from publishing.models import Revision
from publishing.revisions import snapshots
from publishing.revisions.models import Action, Stage, log
from tests import factories

pytestmark = pytest.mark.django_db(transaction=True)

PLAIN_ADDRESSES = "/ /cities/ /news/ /events/ /networks/ /numbers/ /countries/ /themes/".split()


class Portal:
    """The portal behind its page cache, with a count of the requests that reach Django."""

    def __init__(self):
        self.asked = 0
        self.django = WSGIHandler()
        self.cache = PageCache(self.count)

    def count(self, environ, start_response):
        self.asked += 1
        return self.django(environ, start_response)

    def get(self, address, method="GET", application=None, **more):
        path, _, query = address.partition("?")
        environ = {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "HTTP_HOST": "testserver",
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(),
        } | more
        given = []
        response = (application or self.cache)(environ, lambda *start: given.extend(start))
        body = b"".join(response)
        if hasattr(response, "close"):
            response.close()
        return int(given[0].split()[0]), dict(given[1]), body

    def asks_django(self, address, **more):
        """Return how often Django answers two requests of an address."""
        before = self.asked
        self.get(address, **more)
        self.get(address, **more)
        return self.asked - before


@pytest.fixture
def portal():
    # Flushing the database removed the row that a migration made.
    Site.objects.get_or_create(pk=1, defaults={"name": "Learning Cities Portal"})
    return Portal()


@pytest.mark.parametrize("address", PLAIN_ADDRESSES)
def test_a_page_is_made_once(portal, address):
    assert portal.asks_django(address) == 1


def test_a_cached_response_is_the_response_of_django_with_caching_headers(portal):
    factories.city(slug="york")
    # An address that is not canonical is answered by Django each time, with an id.
    added = {"ETag", "Cache-Control", "X-Request-ID"}
    for address in ("/cities/york/", "/cities/?country=aa", "/sitemap.xml"):
        for more in ({}, {"HTTP_ACCEPT_ENCODING": "gzip"}):
            status, headers, body = portal.get(address, application=portal.django, **more)
            # The id of the request, which is made anew for each.
            del headers["X-Request-ID"]
            portal.get(address, **more)
            kept_status, kept_headers, kept_body = portal.get(address, **more)
            assert kept_status == status
            if more:
                # Django adds padding of a random length to compressed responses.
                body, kept_body = gzip.decompress(body), gzip.decompress(kept_body)
                kept_headers["Content-Length"] = headers["Content-Length"]
            assert kept_body == body
            assert set(kept_headers) - set(headers) <= added
            assert {name: kept_headers[name] for name in headers} == headers


def test_a_cached_page_has_no_id_of_a_request(portal):
    assert ["X-Request-ID" in portal.get("/")[1] for _ in range(2)] == [False, False]


def test_each_form_of_a_page_is_made_once_from_the_other(portal):
    factories.city(slug="york")
    _status, headers, compressed = portal.get("/cities/york/", HTTP_ACCEPT_ENCODING="gzip, br")
    assert headers["Content-Encoding"] == "gzip"
    _status, headers, plain = portal.get("/cities/york/")
    assert "Content-Encoding" not in headers
    assert gzip.decompress(compressed) == plain
    assert portal.get("/cities/york/", HTTP_ACCEPT_ENCODING="gzip")[2] == compressed
    assert portal.asked == 1
    assert portal.cache.ordinary.bytes == len(compressed) + len(plain) + cache.OVERHEAD


def test_a_client_with_the_page_gets_304(portal):
    factories.city(slug="york")
    _status, first, _body = portal.get("/cities/york/")
    for said in (first["ETag"], first["ETag"].removeprefix("W/"), f'"other", {first["ETag"]}', "*"):
        status, headers, nothing = portal.get("/cities/york/", HTTP_IF_NONE_MATCH=said)
        assert (status, nothing) == (304, b"")
        assert headers["ETag"] == first["ETag"]
        assert headers["Cache-Control"] == first["Cache-Control"]
        assert headers["Vary"] == "Accept-Encoding"
        assert "Content-Length" not in headers
    assert portal.get("/cities/york/", HTTP_IF_NONE_MATCH='"other"')[0] == 200
    assert portal.get("/cities/york/", method="HEAD") == (200, first, b"")
    assert portal.asked == 1
    # A change of another record renders the page again, with the same result.
    factories.theme()
    status, headers, _nothing = portal.get("/cities/york/", HTTP_IF_NONE_MATCH=first["ETag"])
    assert (status, headers["ETag"], portal.asked) == (304, first["ETag"], 2)
    City.objects.update(motto="A new motto")
    assert portal.get("/cities/york/", HTTP_IF_NONE_MATCH=first["ETag"])[0] == 200


def test_a_page_first_requested_with_head_is_cached_whole(portal):
    assert portal.get("/cities/", method="HEAD")[2] == b""
    _status, headers, body = portal.get("/cities/")
    assert len(body) == int(headers["Content-Length"]) > 1000


def changes():
    """Yield every way to change content."""
    city, theme = factories.city(), factories.theme()
    yield lambda: city.save()
    yield lambda: City.objects.update(motto="Changed in bulk")
    yield lambda: City.objects.bulk_update([city], ["name"])
    yield lambda: city.themes.add(theme)
    yield lambda: city.themes.clear()
    yield lambda: factories.news_item()
    yield lambda: MenuItem.objects.create(site_id=1, label="More", address="/more/")
    yield lambda: raw("UPDATE cities_country SET name = 'Elsewhere'")
    yield lambda: raw("DELETE FROM cities_theme")
    yield lambda: city.delete()


def raw(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_every_change_of_content_changes_the_page(portal):
    seen = {read_version()}
    for number, change in enumerate(changes()):
        before = read_version()
        change()
        assert read_version() != before, number
        seen.add(read_version())
    assert len(seen) > 10


def test_a_change_of_private_tables_leaves_the_version_alone(portal, client):
    user = User.objects.create_user("anna@example.org")
    before = read_version()
    client.force_login(user)
    Report.objects.create(address="/", message="Wrong")
    assert read_version() == before


def test_a_rolled_back_change_leaves_the_version_alone(portal):
    city = factories.city()
    before = read_version()
    with transaction.atomic():
        City.objects.update(motto="Only tried")
        connection.check_constraints()
        transaction.set_rollback(True)
    assert read_version() == before
    with transaction.atomic():
        try:
            with transaction.atomic():
                City.objects.update(motto="Only tried")
                connection.check_constraints()
                raise InterruptedError
        except InterruptedError:
            city.motto = "Meant"
            city.save()
    assert read_version() != before


def test_a_new_table_is_content_until_it_is_listed_as_private():
    with connection.cursor() as cursor:
        tables = set(connection.introspection.table_names(cursor))
        names = {
            "sqlite": "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'",
            "postgresql": "SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal",
        }
        cursor.execute(names[connection.vendor])
        watched = {name for (name,) in cursor.fetchall()}
    # The indexes of words and of texts are derived from tables that have triggers.
    apart = ("accounts_", "auth_", "axes_", "cities_texts", "cities_words")
    unwatched = {table for table in tables - watched if not table.startswith(apart)}
    assert unwatched == {
        "account_emailaddress",
        "account_emailconfirmation",
        "mfa_authenticator",
        "django_admin_log",
        "django_content_type",
        "django_migrations",
        "django_session",
        "portal_content_version",
        "portal_report",
        "portal_requestcount",
        "portal_starterrow",
        "portal_tie",
        "publishing_batch",
        "publishing_batchrow",
        "publishing_comment",
        "publishing_commentthread",
        "publishing_headingchoice",
        "publishing_shareddraft",
        "publishing_workingcopy",
    }


def test_requests_of_staff_and_for_other_things_than_pages_bypass_the_page_cache(portal):
    assert portal.asks_django("/cities/", HTTP_COOKIE="sessionid=of-somebody") == 2
    assert portal.asks_django("/cities/", method="POST") == 2
    for address in (
        "/report/",  # Holds a token of this visitor.
        "/admin/login/",
        "/cities/export.csv",
        "/cities/suggest/?q=yo",
        "/no-such-page/",
        "/cities",  # A redirect.
        "/cities/?country=",
        "/cities/?country=zz",  # A page with a notice.
        "/cities/?contry=gb",
        "/news/?utm_source=x",
        "/?a=1",
        "/cities/york/?a=1",
    ):
        assert portal.asks_django(address) == 2, address
    assert portal.cache.ordinary.bytes + portal.cache.user_composed.bytes == 0


def test_the_preview_of_a_hidden_record_is_not_cached(portal, client):
    factories.city(slug="soon", published_at=timezone.now() + timedelta(days=1))
    client.force_login(User.objects.create_superuser("anna@example.org"))
    cookie = f"sessionid={client.cookies['sessionid'].value}"
    assert portal.get("/cities/soon/", HTTP_COOKIE=cookie)[0] == 200
    assert portal.get("/cities/soon/")[0] == 404


@pytest.mark.parametrize(("cookie", "asked"), [("", 1), ("theme=dark", 2)])
def test_a_response_that_sets_a_cookie_is_not_cached(portal, cookie, asked):
    def answer(environ, start_response):
        response = HttpResponse("A page")
        response.cookies.load(cookie)
        start_response("200 OK", list(response.items()))
        return response

    portal.django = answer
    assert portal.asks_django("/cities/") == asked


def test_invented_addresses_evict_only_each_other(portal, settings):
    settings.PAGE_CACHE_MIB = 1
    portal = Portal()
    assert portal.asks_django("/cities/") == 1
    for number in range(60):
        assert portal.get(f"/cities/?q=nothing{number}")[0] == 200
    assert portal.cache.user_composed.bytes <= 256 * 1024
    assert len(portal.cache.user_composed.pages) < 60
    assert portal.asks_django("/cities/") == 0
    assert portal.asks_django("/cities/?q=nothing59") == 0


def test_a_search_is_cached_under_its_canonical_address(portal):
    for number in range(30):
        factories.city(name=f"York {number}")
    for address in ("/search/?q=york", "/search/?q=new+york", "/search/?q=york&kind=cities&page=2"):
        assert portal.asks_django(address) == 1, address
    for address in (
        "/search/?q=york&q=york",
        "/search/?q=york&a=1",
        "/search/?q=york&kind=nothing",
        "/search/?q=york&kind=cities&page=1",
        "/search/?q=york&kind=cities&page=99",
    ):
        assert portal.asks_django(address) == 2, address


def test_files_of_the_sitemap_are_cached_at_the_addresses_that_it_names(portal, monkeypatch):
    monkeypatch.setattr(Section, "limit", 1)
    for _ in range(2):
        factories.city()
    for address in ("/sitemap.xml", "/sitemap-cities.xml", "/sitemap-cities.xml?p=2"):
        assert portal.asks_django(address) == 1, address
    for query in ("p=02", "p=2&p=2", "p=%32", "p=+2", "p=2&a=1"):
        assert portal.asks_django(f"/sitemap-cities.xml?{query}") == 2, query


def test_allowed_hosts_and_https_are_checked_for_cached_pages(portal, settings):
    assert portal.asks_django("/cities/") == 1
    assert portal.get("/cities/", HTTP_HOST="evil.example.org")[0] == 400
    assert portal.get("/cities/", HTTP_HOST="localhost")[0] == 200
    assert b"http://localhost/cities/" in portal.get("/cities/", HTTP_HOST="localhost")[2]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 60
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    portal = Portal()
    for _ in range(2):
        status, headers, _body = portal.get("/cities/", HTTP_X_FORWARDED_PROTO="https")
        assert (status, headers["Strict-Transport-Security"]) == (200, "max-age=60")
        status, headers, _body = portal.get("/cities/")
        assert (status, headers["Location"]) == (301, "https://testserver/cities/")
        assert portal.get("/cities/", HTTP_X_FORWARDED_PROTO="http")[0] == 301


def test_a_record_appears_and_disappears_on_a_cached_page_at_its_moment(portal):
    assert "Soon" not in portal.get("/cities/")[2].decode()
    now = timezone.now()
    appears, goes = now + timedelta(seconds=1), now + timedelta(seconds=2)
    factories.city(name="Soon", published_at=appears, expires_at=goes)
    asked = portal.asked
    seen = []
    while timezone.now() < goes + timedelta(seconds=0.3):
        before = timezone.now()
        _status, headers, body = portal.get("/cities/")
        after = timezone.now()
        is_there = "Soon" in body.decode()
        if (appears <= before and after < goes) or after < appears or before >= goes:
            assert is_there == (appears <= before < goes)
        if after < goes:
            assert headers["Cache-Control"] in {
                f"max-age=0, must-revalidate, s-maxage={seconds}" for seconds in (0, 1)
            }
        seen.append(is_there)
        time.sleep(0.02)
    assert {True, False} == set(seen)
    # Once for each of the three states; a request exactly at a moment may add another.
    assert portal.asked - asked <= 5


def test_a_cached_page_expires_at_the_earliest_next_moment_or_at_midnight(settings):
    settings.TIME_ZONE = "Europe/London"
    now = timezone.now().replace(year=2026, month=7, day=1, hour=12, minute=0)
    with timezone.override("Europe/London"):
        assert next_moment(now).isoformat()[:16] == "2026-07-02T00:00"
        factories.news_item(published_at=now + timedelta(hours=3))
        factories.page(published_at=now - timedelta(hours=1), expires_at=now + timedelta(hours=2))
        assert next_moment(now) == now + timedelta(hours=2)
        assert next_moment(now + timedelta(hours=2)) == now + timedelta(hours=3)


def test_a_cdn_revalidates_a_page_within_a_minute(portal):
    _status, headers, _body = portal.get("/cities/")
    assert headers["Cache-Control"] in {
        f"max-age=0, must-revalidate, s-maxage={seconds}" for seconds in range(61)
    }


def test_one_request_makes_the_page_after_a_change_and_the_others_wait(portal):
    arrived = threading.Barrier(8)
    answers = []

    def visit():
        arrived.wait()
        answers.append(portal.get("/cities/")[2])
        connection.close()

    visitors = [threading.Thread(target=visit) for _ in range(8)]
    for visitor in visitors:
        visitor.start()
    for visitor in visitors:
        visitor.join()
    assert portal.asked == 1
    assert len(answers) == 8
    assert len(set(answers)) == 1


def test_no_page_is_cached_without_the_content_version(portal):
    raw("ALTER TABLE portal_content_version RENAME TO elsewhere")
    try:
        assert portal.get("/health/")[0] == 503
        assert portal.get("/cities/")[0] == 200
        assert portal.asks_django("/cities/") == 2
    finally:
        raw("ALTER TABLE elsewhere RENAME TO portal_content_version")
    assert portal.get("/health/")[0] == 200
    assert portal.asks_django("/cities/") == 1


def test_the_health_check_answers_for_any_host_without_redirects(portal, settings):
    settings.SECURE_SSL_REDIRECT = True
    status, headers, body = portal.get("/health/", HTTP_HOST="10.0.0.7")
    assert (status, body) == (200, b"ok\n")
    assert headers["Cache-Control"] == "no-store"


def test_a_page_cache_without_space_keeps_nothing(settings):
    settings.PAGE_CACHE_MIB = 0
    assert Portal().asks_django("/robots.txt") == 2


def schedule(city, **changes):
    """Schedule a draft of a public city for the next moment."""
    base = snapshots.take(city)
    content = base | {"fields": base["fields"] | changes}
    return log(
        city,
        Action.SCHEDULED,
        base=base,
        content=content,
        stage=Stage.SCHEDULED,
        due_at=timezone.now() + timedelta(seconds=1.5),
    )


def test_a_scheduled_draft_is_published_before_a_cached_page_is_served(portal):
    city = factories.city(slug="york", motto="Old")
    draft = schedule(city, motto="Ever onwards")
    assert b"Old" in portal.get("/cities/york/")[2]
    time.sleep(max(0, (draft.due_at - timezone.now()).total_seconds()))
    assert b"Ever onwards" in portal.get("/cities/york/")[2]
    assert Revision.objects.filter(action=Action.PUBLISHED).count() == 1
    assert portal.asks_django("/cities/york/") == 0


def test_a_draft_that_cannot_be_published_does_not_block_the_page(portal):
    city = factories.city(slug="york", motto="Old")
    draft = schedule(city, motto="Ever onwards")
    City.objects.update(motto="Another")
    time.sleep(max(0, (draft.due_at - timezone.now()).total_seconds()))
    status, _headers, body = portal.get("/cities/york/")
    assert (status, b"Another" in body) == (200, True)
    assert Revision.objects.open().get().stage == Stage.FAILED
