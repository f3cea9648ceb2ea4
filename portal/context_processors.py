"""Context processor: the name, menu and contact of the portal, for every template."""

from collections.abc import Hashable, Iterable
from typing import Any

from django.apps import apps as installed_apps
from django.db import DatabaseError
from django.db.models import Subquery
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from cities.models import City
from portal.models import MenuItem, Site
from publishing.caching.content_cache import cached

NAME = "Learning Cities Portal"

# The menu of a new portal: place, words, address. Staff change it in the admin.
MENU = (
    ("top", "Cities", "/cities/"),
    ("top", "Countries", "/countries/"),
    ("top", "Networks", "/networks/"),
    ("top", "Intakes", "/intakes/"),
    ("top", "News", "/news/"),
    ("top", "Numbers", "/numbers/"),
    ("foot-1", "Regions", "/regions/"),
    ("foot-1", "Organisations", "/organisations/"),
    ("foot-1", "Themes", "/themes/"),
    ("foot-1", "Events", "/events/"),
    ("foot-1", "Search", "/search/"),
    ("foot-1", "News feed", "/news/feed/"),
    ("foot-2", "About the portal", "/about/"),
    ("foot-2", "How a city joins", "/how-a-city-joins/"),
    ("foot-2", "Accessibility", "/accessibility/"),
    ("foot-2", "Privacy", "/privacy/"),
    ("foot-2", "Report a mistake", "/report/"),
)


def make_site(using: str = "default", apps: Any = installed_apps, **kwargs: Any) -> None:
    """Create the one Site row with its menu, if there is none. Called after every migration."""
    try:
        sites = apps.get_model("portal", "Site")._default_manager.using(using)
        items = apps.get_model("portal", "MenuItem")._default_manager.using(using)
    except LookupError:
        # A migration to a point before this table existed.
        return
    site, is_new = sites.get_or_create(pk=1, defaults={"name": NAME})
    if is_new:
        for order, (place, label, address) in enumerate(MENU, 1):
            items.create(site=site, place=place, label=label, address=address, order=order)


class Navigation:
    """The site and its menu, from one query."""

    def __init__(self, items: Iterable[MenuItem], site: Site, changed_at: Any = None) -> None:
        self.name, self.contact = site.name, site.contact
        # The last change of a city, which printed pages give as the date of their data.
        self.changed_at = changed_at
        self.menus: dict[str, list[MenuItem]] = {place: [] for place in MenuItem.Place}
        for item in items:
            self.menus[item.place].append(item)
        # What `around` has rendered, and where the pages are that have a search of their own.
        self.parts: dict[Hashable, Any] = {}

    @property
    def top(self) -> list[MenuItem]:
        return self.menus[MenuItem.Place.TOP]

    @property
    def foot(self) -> list[list[MenuItem]]:
        columns = (MenuItem.Place.FOOT_FIRST, MenuItem.Place.FOOT_SECOND)
        return [self.menus[place] for place in columns if self.menus[place]]


def load_site() -> Navigation:
    try:
        changes = City.objects.published().order_by("-updated_at").values("updated_at")
        rows = MenuItem.objects.select_related("site").annotate(changed_at=Subquery(changes[:1]))
        items = list(rows)
    except DatabaseError:
        # An error page must not fail because the menu cannot be read.
        return Navigation((), Site(name=NAME))
    # The second query is for a portal without a menu.
    if items:
        return Navigation(items, items[0].site, items[0].changed_at)
    return Navigation((), Site.objects.first() or Site(name=NAME))


def site_context(request: HttpRequest) -> dict[str, Any]:
    """Return `site`, which is loaded when a template first uses it."""
    return {"site": SimpleLazyObject(lambda: cached("site", load_site))}
