"""Pages to audit: every route of the portal, each in the states that matter.

Routes without parameters are found automatically. One with parameters that has no page here is
reported, so that a new kind of page cannot be forgotten.
"""

import io
import logging
import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import django
from django.core.files.base import ContentFile
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, reverse
from PIL import Image

from tools.audit.portal import Portal

# Routes whose response is not a page.
NO_PAGES = {
    "sitemap",
    "sitemap-section",
    "robots",
    "security",
    "manifest",
    "favicon",
    "site-picture",
    # For monitoring alone: a visitor gets the 404 page, which is audited.
    "metrics",
    "doctor-seen",
    "city-picture",
    "story-picture",
    "cities:download",
    "networks:download",
    "organisations:download",
    "news:download",
    "events:download",
    "cities:suggest",
    "cities:suggest-countries",
    "find",
    "events:calendar",
    "events:event-calendar",
    "news:feed",
    # For developers and staff; a visitor gets the 404 page, which is audited.
    "components",
    # Kept from search engines, which Lighthouse counts as a fault; tests/browser looks at it.
    "shared-draft",
}


# An action in the browser (see tools.audit.axe.take_step): ("click", selector), ("fill",
# "selector=value"), or ("submit", selector), which waits for the next page.
Step = tuple[str, str]


class AuditPage(NamedTuple):
    """A page to audit: its name in the report, its address, and the status that it should have.

    `session` is the session of a person who is signed in, for pages of the desk; `steps` are taken
    in the browser before the page is looked at, and `answers` is another status that they bring.
    """

    name: str
    path: str
    status: int = 200
    session: str = ""
    steps: tuple[Step, ...] = ()
    answers: int = 200


def find_pages(portal: Portal) -> tuple[list[AuditPage], list[str]]:
    """Return the pages of a portal, and the names of routes with parameters that have no page.

    Some pages are chosen by the content of records, so this reads the portal's data; it also adds
    pictures, because the starter content has none.
    """
    os.environ.update(portal.environment)
    django.setup()
    logging.disable(logging.INFO)
    routes = dict(public_routes())
    pages = [*of_site(), *of_finders(), *of_places(), *of_networks_and_news()]
    known = {name for name, _page in pages} | NO_PAGES
    pages += [
        (name, AuditPage(name, reverse(name)))
        for name, has_parameters in routes.items()
        if not has_parameters and name not in known
    ]
    forgotten = [name for name, needs in routes.items() if needs and name not in known]
    # Importable only after Django's setup.
    from tools.audit.desk import desk_pages

    of_desk, kinds = desk_pages()
    return [*(page for name, page in pages if name in routes), *of_desk], [*forgotten, *kinds]


def public_routes() -> Iterator[tuple[str, bool]]:
    """Yield the name of each named route outside the admin, and whether it has parameters."""
    resolvers: list[tuple[str, Any]] = [("", get_resolver())]
    while resolvers:
        space, node = resolvers.pop()
        for child in node.url_patterns:
            if isinstance(child, URLResolver) and child.namespace != "admin":
                inner = f"{space}{child.namespace}:" if child.namespace else space
                if not str(child.pattern).startswith("admin/"):
                    resolvers.append((inner, child))
            elif isinstance(child, URLPattern) and child.name:
                name = f"{space}{child.name}"
                if not str(child.pattern).startswith("admin/"):
                    yield name, bool(child.pattern.regex.groups)


Routed = Iterator[tuple[str, AuditPage]]


def at(route: str, name: str, query: str = "", args: tuple[Any, ...] = ()) -> Routed:
    """Yield the page of a route; nothing if the route does not exist."""
    try:
        yield route, AuditPage(name, reverse(route, args=args) + query)
    except NoReverseMatch:
        return


def of_record(name: str, rows: Any) -> Routed:
    """Yield the page of the first of these records; nothing if there is none."""
    row = rows.order_by("pk").first()
    if row is not None:
        route = getattr(row, "url_name", "") or "intakes:detail"
        yield route, AuditPage(name, row.get_absolute_url())


def of_site() -> Routed:
    from portal.models import Page

    yield from at("home", "home")
    for page in Page.objects.published().order_by("slug"):
        yield "page", AuditPage(f"page, {page.slug}", page.get_absolute_url())
    yield "page", AuditPage("not found", "/no-such-page/", 404)
    yield from at("search", "search, empty")
    yield from at("search", "search, found", "?q=learning")
    yield from at("search", "search, misspelt", "?q=wakfield")
    yield from at("search", "search, nothing found", "?q=xyzzy")
    yield from at("search", "search, one kind", "?q=city&kind=cities")
    yield from at("numbers", "numbers")
    yield from at("report", "report", "?page=/cities/")
    yield from at("report-thanks", "report, thanks")


def of_finders() -> Routed:
    finder = "cities:list"
    yield from at(finder, "finder, cards")
    yield from at(finder, "finder, page 2", "?page=2")
    yield from at(finder, "finder, table", "?sort=population&view=table")
    yield from at(finder, "finder, map", "?view=map")
    filtered = "?region=europe-and-north-america&intake=2024"
    yield from at(finder, "finder, filtered", filtered)
    yield from at(finder, "finder, filtered table", f"{filtered}&view=table")
    yield from at(finder, "finder, filtered map", f"{filtered}&view=map")
    yield from at(finder, "finder, misspelt", "?q=wakfield")
    yield from at(finder, "finder, empty", "?q=manchester&country=fr&intake=2024")
    yield from at(finder, "finder, not understood", "?country=zz&contry=gb")
    yield from at("networks:list", "networks")
    yield from at("networks:list", "networks, empty", "?q=xyzzy")
    yield from at("news:list", "news")
    yield from at("news:list", "news, filtered", "?country=gb")
    yield from at("news:list", "news, empty", "?q=xyzzy")


def of_places() -> Routed:
    from cities.models import City, Country, Intake, Region, Theme

    cities = City.objects.published()
    placed = cities.filter(latitude__isnull=False)
    with_picture(placed.filter(profile="", summary=""), "A city")
    yield from of_record("city, with profile", placed.exclude(profile=""))
    yield from of_record("city, with networks", placed.filter(networks__isnull=False))
    yield from of_record("city, no profile", placed.filter(profile="", picture=None))
    yield from of_record("city, no place", cities.filter(latitude__isnull=True))
    yield from of_record("city, year not known", cities.filter(joined_year__isnull=True))
    yield from of_record("city, photograph", cities.filter(picture__isnull=False))
    yield from at("countries:list", "countries")
    counted: Any = Country.objects.published().with_city_counts()
    yield from of_record("country", counted.filter(code="GB"))
    yield from of_record("country, one city", counted.filter(city_count=1))
    yield from at("intakes:list", "intakes")
    yield from of_record("intake, 2024", Intake.objects.published().filter(year=2024))
    yield from of_record("intake, without totals", Intake.objects.filter(cities_total=None))
    yield from at("regions:detail", "region", args=(Region.AFRICA.value,))
    yield from at("themes:list", "themes")
    themes = Theme.objects.published().with_city_counts()
    yield from of_record("theme", themes.filter(city_count__gt=0))
    yield from of_record("theme, no city", themes.filter(city_count=0))


def of_networks_and_news() -> Routed:
    from news.models import Event, NewsItem
    from partners.models import Network, Organisation

    networks = Network.objects.published()
    with_picture(networks.filter(memberships__isnull=True), "A network")
    yield from of_record("network, in a city", networks.filter(scope="city", picture=None))
    yield from of_record("network, national", networks.filter(scope="national"))
    yield from of_record("network, photograph", networks.filter(picture__isnull=False))
    yield from of_record("organisation", Organisation.objects.published())
    news = NewsItem.objects.published()
    with_picture(news.filter(cities__isnull=True), "A story")
    yield from of_record("story, with cities", news.filter(cities__isnull=False, picture=None))
    yield from of_record("story, photograph", news.filter(picture__isnull=False))
    yield from at("events:list", "events")
    yield from of_record("event", Event.objects.published())


def with_picture(rows: Any, title: str) -> None:
    """Give the first of these records a generated photograph, as large as a real one."""
    from publishing.models import Picture

    row = rows.order_by("pk").first()
    if row is None:
        return
    file = io.BytesIO()
    Image.radial_gradient("L").resize((1600, 1067)).convert("RGB").save(file, "JPEG", quality=85)
    row.picture = Picture.objects.create(
        title=title,
        file=ContentFile(file.getvalue(), name="photograph.jpg"),
        alternative_text="A light in the dark",
        credit="The audit",
        licence="CC0",
    )
    row.save()
