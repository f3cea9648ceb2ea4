"""Every public page: its security headers, its structure, and no request to another site."""

import gzip
from itertools import pairwise
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from portal.security_headers import PERMISSIONS
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

POLICY = {
    # Safari knows no manifest-src, and reports it on every page.
    "default-src": ["'self'"],
    "script-src": ["'self'"],
    "style-src": ["'self'"],
    "img-src": ["'self'"],
    "font-src": ["'self'"],
    "connect-src": ["'self'"],
    "object-src": ["'none'"],
    "frame-src": ["'none'"],
    "media-src": ["'none'"],
    "worker-src": ["'none'"],
    "form-action": ["'self'"],
    "base-uri": ["'none'"],
    "frame-ancestors": ["'none'"],
}


@pytest.fixture
def pages(settings, tmp_path):
    """Return one page of each kind, and the errors that an address can cause."""
    settings.MEDIA_ROOT = tmp_path
    intake = factories.intake(year=2024, announced_on="2024-02-14", cities_total=356)
    city = factories.city(
        name="York", intake=intake, latitude=54, longitude=-1, profile="<p>Here.</p>"
    )
    factories.city(name="Pictured", picture=factories.picture())
    network = factories.network(name="Forum", cities=[city])
    organisation = factories.membership(network=network).organisation
    item = factories.news_item(title="Story", cities=[city], body="<p>There.</p>")
    event = factories.event(name="Fair", city=city)
    factories.page(title="About")
    records = (city, city.country, intake, network, organisation, item, event)
    return {
        "/": 200,
        "/cities/": 200,
        "/cities/?view=table": 200,
        "/cities/?view=map": 200,
        "/cities/?country=zz": 200,
        "/cities/pictured/": 200,
        "/countries/": 200,
        "/intakes/": 200,
        "/networks/": 200,
        "/news/": 200,
        "/events/": 200,
        "/about/": 200,
        **{record.get_absolute_url(): 200 for record in records},
        "/nothing/": 404,
        "/media/..%2fx": 400,
    }


def answers(client, pages):
    for address, status in pages.items():
        response = client.get(address)
        assert response.status_code == status, address
        yield address, response


PROTECTIVE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": PERMISSIONS,
}
# Addresses of each kind: whether pages of other sites may show them, and read them by a script.
SHARED = {
    "/": ("same-origin", None),
    "/nothing/": ("same-origin", None),
    "/admin/login/": ("same-origin", None),
    "/cities/suggest/?q=yo": ("same-origin", None),
    "/manifest.webmanifest": ("same-origin", None),
    "/media/none.png": ("same-origin", None),
    "/media/there.png": ("cross-origin", None),
    "/cover.png": ("cross-origin", None),
    "/cities/york/cover.png": ("cross-origin", None),
    "/cities/export.csv": ("cross-origin", "*"),
    "/cities/export.json": ("cross-origin", "*"),
    "/cities/export.geojson": ("cross-origin", "*"),
    "/cities/export.atom": ("cross-origin", "*"),
    "/news/feed/": ("cross-origin", "*"),
    "/events/calendar.ics": ("cross-origin", "*"),
}


@pytest.mark.parametrize("address", SHARED)
def test_other_sites_may_show_pictures_and_read_public_data_alone(
    client, address, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    (tmp_path / "there.png").touch()
    factories.city(name="York")
    factories.event(name="Fair")
    response = client.get(address)
    headers = response.headers
    response.close()
    found = tuple(
        headers.get(name)
        for name in ("Cross-Origin-Resource-Policy", "Access-Control-Allow-Origin")
    )
    assert found == SHARED[address]
    assert headers["Permissions-Policy"] == PERMISSIONS
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_static_files_have_the_headers_too(settings, tmp_path):
    settings.STATIC_ROOT = tmp_path
    settings.WHITENOISE_AUTOREFRESH = True
    (tmp_path / "a.css").write_text("a {}")
    response = Client().get("/static/a.css")
    assert response.status_code == 200
    assert {name: response.headers[name] for name in CROSS_ORIGIN} == CROSS_ORIGIN
    response.close()


CROSS_ORIGIN = {
    name: value for name, value in PROTECTIVE.items() if name not in {"X-Frame-Options"}
}


def test_security_headers_are_the_same_for_every_visitor(client, pages):
    for address, response in answers(client, pages):
        parts = [part.split() for part in response.headers["Content-Security-Policy"].split(";")]
        assert {name: sources for name, *sources in parts} == POLICY, address
        assert "nonce" not in response.content.decode(), address
        assert {name: response.headers.get(name) for name in PROTECTIVE} == PROTECTIVE, address
        assert "Set-Cookie" not in response.headers
        assert "X-Powered-By" not in response.headers


def test_pages_have_no_inline_script_or_style(client, pages):
    for address, response in answers(client, pages):
        page = parse(response)
        for tag, given in page.tags:
            assert "style" not in given, (address, tag)
            assert not [name for name in given if name.startswith("on")], (address, tag)
            assert not given.get("href", "").lower().startswith(("javascript:", "data:"))
            if tag == "script":
                # JSON-LD is data: browsers do not run it.
                assert "src" in given or given["type"] == "application/ld+json", address
        assert not page.attributes("style"), address


def test_no_page_requests_another_site(client, pages):
    outside = []
    for address, response in answers(client, pages):
        for tag, given in parse(response).tags:
            if tag == "a" or (tag == "link" and given["rel"] == "canonical"):
                continue
            sources = [given.get("src", ""), given.get("href", ""), given.get("action", "")]
            sources += [part.split()[0] for part in given.get("srcset", "").split(",") if part]
            hosts = {urlsplit(source).netloc for source in sources} - {""}
            if hosts:
                outside.append((address, tag, hosts))
    assert outside == []


@pytest.mark.parametrize("name", ["tokens.css", "site.css", "admin-desk.css"])
def test_no_style_sheet_requests_another_site(name):
    sheet = Path(finders.find(name)).read_text(encoding="utf-8")
    assert "//" not in sheet.replace("http://www.w3.org/", "")
    assert "@import" not in sheet


def test_every_page_has_a_language_a_title_one_heading_and_a_description(client, pages):
    titles = []
    for address, response in answers(client, pages):
        page = parse(response)
        html = response.content.decode()
        assert page.attributes("html")[0]["lang"] == "en-gb", address
        assert [line for line in page.outline if line.startswith("1 ")] == page.outline[:1], address
        levels = [int(line[0]) for line in page.outline]
        assert all(after <= before + 1 for before, after in pairwise(levels))
        if response.status_code == 200:
            described = [
                m["content"] for m in page.attributes("meta") if m.get("name") == "description"
            ]
            assert len(described) == 1, address
            assert described[0], address
            titles.append(html.partition("<title>")[2].partition("</title>")[0])
        ids = page.values("id")
        assert len(ids) == len(set(ids)), address
    assert all("Learning Cities Portal" in title for title in titles)


def test_every_link_inside_the_portal_leads_to_a_page(client, pages):
    """Directly, without a redirect; except for pages of the starter content."""
    starter = {"/what-makes-a-learning-city/", "/how-a-city-joins/", "/accessibility/", "/privacy/"}
    seen, waiting, broken = set(), {a for a, status in pages.items() if status == 200}, {}
    while waiting:
        address = waiting.pop()
        seen.add(address)
        response = client.get(address)
        if response.status_code != 200:
            broken[address] = response.status_code
            continue
        if not response.headers["Content-Type"].startswith("text/html"):
            # Parsing a download to its end closes it.
            assert response.getvalue()
            continue
        for link in parse(response).addresses:
            if link.startswith("?"):
                link = urlsplit(address).path + (link if link != "?" else "")
            link = link.partition("#")[0]
            if link.startswith("/") and link not in seen | starter:
                waiting.add(link)
    assert broken == {}
    assert len(seen) > 40


def test_https_is_required_where_it_is_switched_on(client, settings):
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 31536000
    settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    response = client.get("/cities/?country=gb")
    assert (response.status_code, response.headers["Location"]) == (
        301,
        "https://testserver/cities/?country=gb",
    )
    answer = client.get("/cities/", secure=True)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_pages_are_compressed_for_clients_that_accept_it(client):
    for _ in range(30):
        factories.city()
    plain = client.get("/cities/").content
    response = client.get("/cities/", headers={"accept-encoding": "gzip"})
    assert response["Content-Encoding"] == "gzip"
    assert len(response.content) < len(plain) / 3
    assert gzip.decompress(response.content) == plain
