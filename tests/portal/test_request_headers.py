"""Headers and methods of requests, as clients and attackers spell them."""

import gzip

import pytest
from django.test import Client

from portal.page_cache.cache import etag_matches
from portal.request_headers import accepted_codings, normal_host, normalise
from tests import factories
from tests.portal.page_cache.test_cache import Portal

GZIP, PLAIN, BOTH = "gzip", "", "br, gzip"
ENCODINGS = [
    ("gzip", GZIP),
    ("GZIP", GZIP),
    ("x-gzip", GZIP),
    ("gzip, deflate, br, zstd", BOTH),
    ("deflate, gzip;q=0.8", GZIP),
    ("gzip ; q=0.001", GZIP),
    ("gzip;q=1.000", GZIP),
    ("identity;q=0, gzip", GZIP),
    ("identity;q=0.5, gzip;q=1", GZIP),
    ("*", BOTH),
    ("*;q=0.1", BOTH),
    ("br;q=0, *", GZIP),
    ("gzip;q=0", PLAIN),
    ("gzip;q=0.000", PLAIN),
    ("gzip; Q=0", PLAIN),
    ("gzip;q=0, *", "br"),
    ("*;q=0", PLAIN),
    ("*;q=0, gzip", GZIP),
    ("identity", PLAIN),
    ("identity;q=0", PLAIN),
    ("identity;q=1, gzip;q=0.5", PLAIN),
    ("gzip;q=no", PLAIN),
    ("gzip;q=2", PLAIN),
    ("gzipped", PLAIN),
    ("not-gzip", PLAIN),
    ("br", "br"),
    ("gzip;q=0.5, br", BOTH),
    ("br;q=0.5, gzip", BOTH),
    (",,;,", PLAIN),
    ("", PLAIN),
]


@pytest.mark.parametrize(("header", "accepted"), ENCODINGS)
def test_a_coding_is_accepted_by_its_quality(header, accepted):
    assert accepted_codings(header) == accepted
    # A second look changes nothing.
    assert accepted_codings(accepted) == accepted


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("header", "coding"),
    [("gzip;q=0", None), ("*;q=0", None), ("identity;q=0", None), ("br", None), ("gzip", "gzip")],
)
def test_a_page_is_compressed_for_those_who_accept_it(client, header, coding):
    factories.city()
    portal = Portal()
    for _from_cache in (False, True):
        _status, headers, body = portal.get("/cities/", HTTP_ACCEPT_ENCODING=header)
        assert headers.get("Content-Encoding") == coding
        assert b"<h1" in (gzip.decompress(body) if coding else body)
    # A search is not cached, and compressed by Django.
    response = client.get("/cities/?q=x", headers={"accept-encoding": header})
    assert response.headers.get("Content-Encoding") == coding


CHARSETS = ("idna", "latin-1", "utf-16", "utf-7", '"idna"', "nonsense", "punycode")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("parameter", ["; charset=", ";CharSet =", "; charset*=utf-8''"])
@pytest.mark.parametrize("charset", CHARSETS)
def test_an_address_is_read_in_utf_8_whatever_the_request_says_of_its_body(charset, parameter):
    portal = Portal()
    expected = portal.get("/cities/?country=%C3%A9%FF")
    assert expected[0] == 200
    said = {"CONTENT_TYPE": f"text/plain{parameter}{charset}"}
    assert Portal().get("/cities/?country=%C3%A9%FF", **said)[::2] == expected[::2]
    status, _headers, _body = portal.get("/cities/?country=%C3%A9%FF", "POST", **said)
    assert status == 405


def test_a_boundary_stays_in_the_content_type():
    environ = {"REQUEST_METHOD": "POST"}
    environ["CONTENT_TYPE"] = "multipart/form-data; charset=idna; boundary=x-charset=y"
    normalise(environ)
    assert environ["CONTENT_TYPE"] == "multipart/form-data; boundary=x-charset=y"


ETAG = 'W/"0123456789abcdef01234567"'
STRONG = ETAG.removeprefix("W/")


@pytest.mark.parametrize(
    "header", [ETAG, STRONG, f'"x", {ETAG}', f'{STRONG},W/"y"', "*", " * ", f"  {ETAG}  "]
)
def test_an_entity_tag_matches_as_a_whole_whatever_its_strength(header):
    assert etag_matches(header, ETAG)


@pytest.mark.parametrize(
    "header",
    ["", f"{ETAG}extra", STRONG[1:-1], f'"{STRONG[2:]}', f"x{STRONG}", '"*"', "w/" + STRONG],
)
def test_a_part_of_an_entity_tag_matches_nothing(header):
    assert not etag_matches(header, ETAG)


HOSTS = [
    ("Example.ORG", "example.org"),
    ("example.org.", "example.org"),
    ("example.org:80", "example.org"),
    ("example.org:443", "example.org"),
    ("example.org.:99999", "example.org"),
    ("example.org:1", "example.org"),
    ("example.org:8000", "example.org:8000"),
    ("127.0.0.1.:99999", "127.0.0.1"),
    ("[::1]:8000", "[::1]:8000"),
    ("[::1]:99", "[::1]"),
    # Django refuses these.
    ("example.org:x", "example.org:x"),
    ("exa mple", "exa mple"),
    ("example.org/x", "example.org/x"),
]


@pytest.mark.parametrize(("host", "normal"), HOSTS)
def test_a_host_has_one_form(host, normal):
    assert normal_host(host, "8000") == normal


def test_a_port_is_ours_if_it_is_named_with_a_host_or_is_that_of_a_server_without_proxy(settings):
    settings.BEHIND_PROXY = True
    assert normal_host("example.org:8000", "8000") == "example.org"
    settings.PUBLIC_PORTS = frozenset({"8443"})
    assert normal_host("example.org:8443", "8000") == "example.org:8443"


@pytest.mark.django_db(transaction=True)
def test_no_host_of_a_visitor_stands_in_canonical_links_or_in_the_cache(client):
    factories.city()
    portal = Portal()
    for host in ("testserver", "TestServer", "testserver.", "testserver:80", "testserver.:99999"):
        status, _headers, body = portal.get("/cities/", HTTP_HOST=host)
        assert (status, b'rel="canonical" href="http://testserver/cities/"' in body) == (200, True)
    assert portal.asked == 1
    response = client.get("/cities/", headers={"host": "localhost.:99999"})
    assert 'rel="canonical" href="http://localhost/cities/"' in response.text
    assert client.get("/cities/", headers={"host": "evil.example:80"}).status_code == 400


@pytest.fixture
def addresses(db):
    city = factories.city()
    network = factories.membership(network=factories.network(cities=[city])).network
    story, page = factories.news_item(), factories.page()
    records = [city, city.country, factories.intake(), factories.theme(), network, story, page]
    own = [record.get_absolute_url() for record in [*records, factories.event()]]
    lists = ["/", "/cities/", "/countries/", "/intakes/", "/themes/", "/networks/", "/news/"]
    files = ["/news/feed/", "/sitemap.xml", "/robots.txt", "/manifest.webmanifest", "/favicon.ico"]
    more = ["/events/", "/search/", "/numbers/", "/report/thanks/", "/cover.png", "/shared/x/"]
    finder = ["/cities/suggest/?q=a", "/cities/export.csv", "/cities/export.json", "/media/x.jpg"]
    return [*own, *lists, *files, *more, *finder, f"{city.get_absolute_url()}cover.png"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "TRACE", "BREW"])
def test_a_public_page_names_the_methods_that_it_answers(addresses, method):
    client = Client(enforce_csrf_checks=True)
    for address in addresses:
        response = client.generic(method, address)
        assert response.status_code == 405, address
        assert {"GET", "HEAD"} <= set(response["Allow"].split(", ")), address


@pytest.mark.django_db
def test_the_form_of_a_report_takes_a_post_and_still_wants_its_token():
    client = Client(enforce_csrf_checks=True)
    assert client.post("/report/", {"address": "/", "message": "x"}).status_code == 403
    assert client.put("/report/").status_code == 405
    assert client.post("/nothing-here/").status_code == 405  # A page of text, or none.
    assert client.post("/a/b/c/").status_code == 404
    assert client.post("/admin/login/", {}).status_code == 403


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["2", "99999", "x", "0", "9" * 40])
@pytest.mark.parametrize("ending", ["csv", "json", "geojson", "atom"])
def test_a_download_has_no_pages(client, page, ending):
    factories.city()
    response = client.get(f"/cities/export.{ending}?page={page}")
    assert (response.status_code, response.json()) == (
        400,
        {"errors": ["This page has no filter “page”, so we ignored it."]},
    )
