"""The page of this portal that a report is about: its address and its title."""

from __future__ import annotations

from typing import Any, NamedTuple
from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import Resolver404, ResolverMatch, resolve, reverse
from django.utils.translation import gettext as _

from cities.models import Intake, Region
from portal.models import MenuItem
from publishing.content.text import normal
from publishing.content.text_references import page_at

LONGEST_ADDRESS = 500
# Not pages that visitors read: the desk, drafts, and this form.
NOT_REPORTED = ("admin:", "report", "shared-draft", "components")


class ReportedPage(NamedTuple):
    """A public page; its address keeps the query, because the mistake may be in a search."""

    address: str
    title: str


def reported_page(address: str) -> ReportedPage | None:
    """Return the page at this address, or None if visitors of this portal have no such page."""
    address = normal(address)[:LONGEST_ADDRESS]
    path = address.partition("#")[0].partition("?")[0]
    try:
        match = resolve(path)
        title = title_of(path, match)
    except Resolver404:
        return None
    is_page = hasattr(match.func, "view_class") and not match.view_name.startswith(NOT_REPORTED)
    return ReportedPage(address, title) if is_page and title else None


def title_of(path: str, match: ResolverMatch) -> str:
    """Return the title of the page, "" if it does not exist or may not be read yet."""
    if record_page := page_at(path):
        model, slug = record_page
        return _name_of(model._default_manager.published().filter(slug=slug))
    if "year" in match.kwargs:
        return _name_of(Intake.objects.published().filter(year=match.kwargs["year"]))
    if match.kwargs:
        regions = dict(Region.choices)
        return str(regions.get(match.kwargs.get("slug", ""), ""))
    if path == reverse("home"):
        return _("Home page")
    item = MenuItem.objects.filter(address=path).first()
    return item.label if item else path


def _name_of(rows: Any) -> str:
    record = rows.first()
    return str(record) if record else ""


def page_before(request: HttpRequest) -> str:
    """Return the address of the page whose link led here; "" if that was another site."""
    try:
        referer = urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return ""
    if referer.netloc != request.get_host():
        return ""
    return f"{referer.path}?{referer.query}" if referer.query else referer.path
