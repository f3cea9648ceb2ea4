"""Metadata of pages for search engines and social networks, and the well-known files."""

import json
import re
from datetime import UTC, date, datetime

import pytest
from django.contrib.staticfiles import finders
from django.template import Context, Template
from django.utils import timezone
from PIL import Image

from portal.models import Site
from publishing.content.jsonld import breadcrumbs, script
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

SITE = "http://testserver"
PORTAL = {"@type": "Organization", "name": "Learning Cities Portal", "url": f"{SITE}/"}
HOSTILE = '</script><script>alert(1)//"&<!--'


def manchester(**changed):
    facts = {
        "name": "Manchester",
        "official_name": "City of Manchester",
        "summary": "A city that does things first.",
        "joined_year": 2024,
        "latitude": 53.48095,
        "longitude": -2.23743,
        "geonames_id": 2643123,
        "website": "https://www.manchester.gov.uk/",
    }
    return factories.city(**facts | changed)


def data(client, path, kind):
    """Return the one JSON-LD object of a type in a page."""
    html = client.get(path).content.decode()
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    assert len(scripts) == html.count("application/ld+json")
    found = [json.loads(text) for text in scripts]
    (one,) = [each for each in found if each.pop("@type") == kind]
    assert one.pop("@context") == "https://schema.org"
    return one


def kinds(client, path):
    html = client.get(path).content.decode()
    scripts = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html)
    return [json.loads(text)["@type"] for text in scripts]


def trail(client, path):
    steps = data(client, path, "BreadcrumbList")["itemListElement"]
    assert [step["position"] for step in steps] == list(range(1, len(steps) + 1))
    return [(step["name"], step["item"].removeprefix(SITE)) for step in steps]


def canonical(client, path, **extra):
    (link,) = [
        tag["href"]
        for tag in parse(client.get(path, **extra)).attributes("link")
        if tag["rel"] == "canonical"
    ]
    return link


def metas(client, path):
    tags = parse(client.get(path)).attributes("meta")
    return {
        tag.get("property") or tag["name"]: tag["content"]
        for tag in tags
        if tag.get("property") or tag.get("name", "").startswith("twitter")
    }


# -- Canonical links -----------------------------------------------------------------------


def test_the_canonical_address_of_a_list_has_its_filters_and_its_page(client):
    for _ in range(25):
        factories.city()
    second = "/cities/?country=gb&page=2"
    assert canonical(client, second) == SITE + second
    assert canonical(client, "/cities/?country=gb") == f"{SITE}/cities/?country=gb"
    assert canonical(client, "/cities/") == f"{SITE}/cities/"


def test_the_canonical_address_of_a_list_has_no_unknown_filters(client):
    factories.city()
    odd = "/cities/?country=gb&country=zz&contry=fr&page=99"
    assert canonical(client, odd) == f"{SITE}/cities/?country=gb"


def test_the_canonical_address_of_a_record_has_no_query(client):
    factories.city(name="Ely")
    assert canonical(client, "/cities/ely/?x=1") == f"{SITE}/cities/ely/"


def test_the_canonical_address_has_the_host_of_the_request(client, settings):
    settings.ALLOWED_HOSTS = ["learning.example.org"]
    address = canonical(client, "/cities/", headers={"host": "learning.example.org"}, secure=True)
    assert address == "https://learning.example.org/cities/"


def test_every_kind_of_page_has_one_canonical_address(client):
    made = [
        factories.city(),
        factories.intake(),
        factories.network(),
        factories.organisation(),
        factories.news_item(),
        factories.event(),
        factories.page(),
    ]
    paths = [record.get_absolute_url() for record in made]
    paths += ["/", "/countries/united-kingdom/"]
    paths += [f"/{name}/" for name in "cities countries intakes networks news events".split()]
    for path in paths:
        assert canonical(client, path) == SITE + path


def test_an_error_page_has_no_canonical_address_and_is_not_indexed(client):
    response = client.get("/cities/none/")
    page = parse(response)
    assert response.status_code == 404
    assert "canonical" not in [tag["rel"] for tag in page.attributes("link")]
    assert [tag["content"] for tag in page.attributes("meta") if tag.get("name") == "robots"] == [
        "noindex"
    ]
    assert not [tag for tag in page.attributes("meta") if "property" in tag]


# -- Open Graph ----------------------------------------------------------------------------


def test_the_page_of_a_city_names_its_share_image(client):
    manchester()
    assert metas(client, "/cities/manchester/") == {
        "og:site_name": "Learning Cities Portal",
        "og:locale": "en_GB",
        "og:type": "website",
        "og:title": "Manchester, United Kingdom",
        "og:description": "A city that does things first.",
        "og:url": f"{SITE}/cities/manchester/",
        "og:image": f"{SITE}/cities/manchester/cover.png",
        "og:image:type": "image/png",
        "og:image:width": "1200",
        "og:image:height": "630",
        "og:image:alt": "Manchester, United Kingdom, beside the cloth woven from its facts",
        "twitter:card": "summary_large_image",
    }


def test_the_page_of_a_story_is_an_article_with_its_share_image(client):
    factories.news_item(title="“It” <began> & went on", slug="it-began")
    said = metas(client, "/news/it-began/")
    assert said["og:type"] == "article"
    assert said["og:title"] == "“It” <began> & went on"
    assert said["og:image"] == f"{SITE}/news/it-began/cover.png"


def test_other_pages_name_the_share_image_of_the_portal(client):
    said = metas(client, "/")
    assert said["og:title"] == "Learning Cities Portal"
    assert said["og:image"] == f"{SITE}/cover.png"
    assert metas(client, "/events/")["og:image"] == said["og:image"]


def test_metadata_has_the_name_that_staff_gave_the_portal(client):
    Site.objects.update(name="Cities & Co")
    factories.news_item(title="It began")
    assert metas(client, "/events/")["og:site_name"] == "Cities & Co"
    assert metas(client, "/")["og:title"] == "Cities & Co"
    assert data(client, "/", "WebSite")["name"] == "Cities & Co"
    assert data(client, "/news/it-began/", "NewsArticle")["publisher"]["name"] == "Cities & Co"
    assert client.get("/manifest.webmanifest").json()["name"] == "Cities & Co"


def test_metadata_has_the_title_of_the_page(client):
    factories.city(name="Ely & Co")
    html = client.get("/cities/ely-co/").content.decode()
    assert "<title>Ely &amp; Co, United Kingdom – Learning Cities Portal</title>" in html
    assert "<title>Learning Cities Portal</title>" in client.get("/").content.decode()


def test_captured_blocks_in_metadata_are_escaped_once():
    html = Template(
        "{% load metadata %}{% capture kept %} {{ text }} {% endcapture %}[{{ kept }}]{{ kept }}"
    ).render(Context({"text": '<"&'}))
    assert html == "[&lt;&quot;&amp;]&lt;&quot;&amp;"


# -- Structured data -----------------------------------------------------------------------


def test_the_json_ld_of_a_city_has_all_its_facts(client):
    city = manchester()
    factories.alternative_name(city=city, name="Manceinion", language="cy")
    factories.alternative_name(city=city, name="City of Manchester")
    assert kinds(client, "/cities/manchester/") == ["City", "BreadcrumbList"]
    assert data(client, "/cities/manchester/", "City") == {
        "name": "Manchester",
        "url": f"{SITE}/cities/manchester/",
        "alternateName": ["City of Manchester", "Manceinion"],
        "description": "A city that does things first.",
        "image": f"{SITE}/cities/manchester/cover.png",
        "containedInPlace": {
            "@type": "Country",
            "name": "United Kingdom",
            "identifier": "GB",
            "url": f"{SITE}/countries/united-kingdom/",
        },
        "geo": {"@type": "GeoCoordinates", "latitude": 53.48095, "longitude": -2.23743},
        "sameAs": ["https://www.manchester.gov.uk/", "https://www.geonames.org/2643123/"],
        "additionalProperty": {
            "@type": "PropertyValue",
            "name": "UNESCO Global Network of Learning Cities",
            "value": "Member",
        },
    }
    assert trail(client, "/cities/manchester/") == [
        ("Home", "/"),
        ("Cities", "/cities/"),
        ("United Kingdom", "/countries/united-kingdom/"),
        ("Manchester", "/cities/manchester/"),
    ]


def test_the_json_ld_of_a_district_is_an_area_without_unknown_facts(client):
    factories.city(name="Wakefield", kind="district", confirmed=False)
    said = data(client, "/cities/wakefield/", "AdministrativeArea")
    assert set(said) == {"name", "url", "image", "containedInPlace"}


@pytest.mark.parametrize(
    ("facts", "member"),
    [
        ({}, True),
        ({"confirmed": False}, False),
        ({"status": "announced"}, False),
        ({"status": "withdrawn"}, False),
        ({"status": "lapsed"}, False),
    ],
)
def test_json_ld_names_only_confirmed_members(client, facts, member):
    factories.city(name="Ely", **facts)
    assert ("additionalProperty" in data(client, "/cities/ely/", "City")) is member


def test_the_json_ld_of_a_network_names_its_members(client):
    ely = factories.city(name="Ely")
    hidden = factories.city(published_at=None)
    made = factories.network(
        name="The Network",
        summary="They meet.",
        website="https://n.example",
        cities=[ely, hidden],
    )
    college = factories.organisation(name="The College", cities=[ely, hidden])
    factories.membership(network=made, organisation=college, status="member")
    for status in ("engaged", "planned", "unconfirmed"):
        factories.membership(network=made, status=status)
    network = {
        "@type": "Organization",
        "name": "The Network",
        "url": f"{SITE}/networks/the-network/",
    }
    organisation = {
        "@type": "Organization",
        "name": "The College",
        "url": f"{SITE}/organisations/the-college/",
    }
    served = [{"@type": "City", "name": "Ely", "url": f"{SITE}/cities/ely/"}]
    assert data(client, "/networks/the-network/", "Organization") == {
        "name": "The Network",
        "url": network["url"],
        "description": "They meet.",
        "sameAs": "https://n.example",
        "areaServed": served,
        "member": [organisation],
    }
    assert data(client, "/organisations/the-college/", "Organization") == {
        "name": "The College",
        "url": organisation["url"],
        "areaServed": served,
        "memberOf": [network],
    }


def test_the_json_ld_of_a_national_network_names_its_country(client):
    uk = factories.united_kingdom()
    factories.network(name="Nation", scope="national", country=uk)
    assert data(client, "/networks/nation/", "Organization")["areaServed"] == [
        {
            "@type": "Country",
            "name": "United Kingdom",
            "identifier": "GB",
            "url": f"{SITE}/countries/united-kingdom/",
        }
    ]


def test_the_json_ld_of_a_story_has_all_its_facts(client):
    day = datetime(2024, 2, 14, 9, 30, tzinfo=UTC)
    ely = factories.city(name="Ely")
    made = factories.news_item(
        title="It began", published_at=day, cities=[ely, factories.city(published_at=None)]
    )
    address = f"{SITE}/news/it-began/"
    assert data(client, "/news/it-began/", "NewsArticle") == {
        "headline": "It began",
        "description": "Something happened.",
        "url": address,
        "mainEntityOfPage": address,
        "datePublished": "2024-02-14T09:30:00+00:00",
        "dateModified": made.updated_at.isoformat(),
        "image": f"{address}cover.png",
        "author": PORTAL,
        "publisher": PORTAL,
        "about": [{"@type": "City", "name": "Ely", "url": f"{SITE}/cities/ely/"}],
    }


def test_the_json_ld_of_an_event_with_a_date_has_all_its_facts(client):
    factories.event(
        name="Forum",
        description="They talk.",
        starts_on=date(2024, 12, 2),
        ends_on=date(2024, 12, 5),
        place="Town hall",
        city=factories.city(name="Ely"),
        website="https://forum.example",
    )
    assert data(client, "/events/forum/", "Event") == {
        "name": "Forum",
        "description": "They talk.",
        "url": f"{SITE}/events/forum/",
        "startDate": "2024-12-02",
        "endDate": "2024-12-05",
        "location": {
            "@type": "Place",
            "name": "Town hall",
            "address": {
                "@type": "PostalAddress",
                "addressLocality": "Ely",
                "addressCountry": "GB",
            },
        },
        "sameAs": "https://forum.example",
    }


def test_the_json_ld_of_an_event_does_not_name_a_hidden_city(client):
    factories.event(name="Forum", city=factories.city(name="Secret", published_at=None))
    assert "location" not in data(client, "/events/forum/", "Event")


def test_a_yearly_day_without_a_date_has_no_json_ld(client):
    factories.event(name="Day", starts_on=None, date_note="24 January each year")
    assert kinds(client, "/events/day/") == ["BreadcrumbList"]


def test_the_json_ld_of_the_home_page_offers_its_search(client):
    assert data(client, "/", "WebSite") == {
        "name": "Learning Cities Portal",
        "url": f"{SITE}/",
        "potentialAction": {
            "@type": "SearchAction",
            "target": {
                "@type": "EntryPoint",
                "urlTemplate": f"{SITE}/cities/?q={{search_term_string}}",
            },
            "query-input": "required name=search_term_string",
        },
    }


def test_json_ld_has_every_visible_breadcrumb(client):
    made = [
        factories.city(name="Ely"),
        factories.intake(year=2024),
        factories.network(),
        factories.organisation(),
        factories.news_item(),
        factories.event(),
        factories.page(),
    ]
    paths = [record.get_absolute_url() for record in made]
    paths += ["/countries/united-kingdom/"]
    paths += [f"/{name}/" for name in "cities countries intakes networks news events".split()]
    for path in paths:
        html = client.get(path).content.decode()
        shown = html.partition('<ol class="crumbs-list">')[2].partition("</ol>")[0]
        seen = [
            (re.sub("<.*?>", "", label), address)
            for address, label in re.findall(r'<a href="([^"]*)">(.*?)</a>', shown)
        ]
        assert trail(client, path)[:-1] == seen
        assert trail(client, path)[-1][1] == path


@pytest.mark.parametrize(
    ("make", "field"),
    [
        (factories.city, "name"),
        (factories.network, "name"),
        (factories.organisation, "name"),
        (factories.news_item, "title"),
        (factories.event, "name"),
        (factories.page, "title"),
    ],
)
def test_no_text_ends_the_script_of_json_ld(client, make, field):
    record = make(**{field: HOSTILE, "slug": "hostile"})
    path = record.get_absolute_url()
    html = client.get(path).content.decode()
    assert "<script>alert" not in html
    assert html.count("<!--") == 0
    assert trail(client, path)[-1] == (HOSTILE, path)


def test_the_script_of_json_ld_holds_its_text_unchanged():
    text = script({"name": "Fès </script> & <!-- ]]>"})
    body = text.removeprefix('<script type="application/ld+json">').removesuffix("</script>")
    assert not set("<>&") & set(body)
    assert json.loads(body) == {
        "@context": "https://schema.org",
        "name": "Fès </script> & <!-- ]]>",
    }


def test_breadcrumbs_start_at_the_home_page():
    assert breadcrumbs([("/news/", "News")], lambda path: f"x:{path}") == {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": 1, "name": "Home", "item": "x:/"},
            {"@type": "ListItem", "position": 2, "name": "News", "item": "x:/news/"},
        ],
    }


# -- Files at fixed addresses --------------------------------------------------------------


def test_robots_may_read_everything_but_the_desk(client):
    response = client.get("/robots.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    assert response.content.decode() == (
        "User-agent: *\nDisallow: /admin/\n\nSitemap: http://testserver/sitemap.xml\n"
    )


@pytest.mark.parametrize(
    ("contact", "written"),
    [
        ("security@example.org", "mailto:security@example.org"),
        ("mailto:security@example.org", "mailto:security@example.org"),
        ("https://example.org/report", "https://example.org/report"),
    ],
)
def test_security_txt_names_a_contact(client, settings, contact, written):
    settings.SECURITY_CONTACT = contact
    response = client.get("/.well-known/security.txt")
    assert response["Content-Type"] == "text/plain; charset=utf-8"
    lines = response.content.decode().splitlines()
    expires = datetime.fromisoformat(lines.pop(1).removeprefix("Expires: "))
    assert 362 <= (expires - timezone.now()).days < 365
    assert lines == [
        f"Contact: {written}",
        "Preferred-Languages: en",
        "Canonical: http://testserver/.well-known/security.txt",
    ]


def test_security_txt_is_not_found_without_a_contact(client):
    assert client.get("/.well-known/security.txt").status_code == 404


def test_the_manifest_is_linked_and_its_icons_are_there(client):
    links = parse(client.get("/")).attributes("link")
    assert [tag["href"] for tag in links if tag["rel"] == "manifest"] == ["/manifest.webmanifest"]
    response = client.get("/manifest.webmanifest")
    assert response["Content-Type"] == "application/manifest+json"
    manifest = response.json()
    icons = manifest.pop("icons")
    assert manifest == {
        "name": "Learning Cities Portal",
        "description": "Learning cities around the world, the networks that lead learning in "
        "them, and their news.",
        "lang": "en-gb",
        "dir": "ltr",
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#FBFBF8",
        "theme_color": "#FBFBF8",
    }
    assert [(icon["src"], icon["sizes"], icon["purpose"]) for icon in icons] == [
        ("/static/icons/icon-192.png", "192x192", "any"),
        ("/static/icons/icon-192.png", "192x192", "maskable"),
        ("/static/icons/icon-512.png", "512x512", "any"),
        ("/static/icons/icon-512.png", "512x512", "maskable"),
    ]


@pytest.mark.parametrize(
    ("name", "size"), [("icon-192.png", (192, 192)), ("icon-512.png", (512, 512))]
)
def test_pictures_named_in_metadata_exist(name, size):
    path = finders.find(f"icons/{name}")
    assert path is not None
    with Image.open(path) as picture:
        assert (picture.format, picture.size) == ("PNG", size)


def test_the_icon_is_found_at_the_address_that_old_programs_use(client):
    response = client.get("/favicon.ico")
    assert (response.status_code, response["Location"]) == (302, "/static/icons/favicon.ico")


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/manifest.webmanifest"])
def test_well_known_files_may_be_cached_for_an_hour(client, path):
    response = client.get(path)
    assert response["Cache-Control"] == "public, max-age=3600"
    assert response.get("Vary", "Accept-Encoding") == "Accept-Encoding"
