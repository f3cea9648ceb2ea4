"""Pages of the portal that show no record of their own, to be found by words that people use."""

from typing import NamedTuple

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class FixedPage(NamedTuple):
    """A page with its title, a sentence about it, and other words by which it is looked for."""

    title: str | Promise
    url_name: str
    query: str
    summary: str | Promise
    other_words: str | Promise

    @property
    def url(self) -> str:
        return reverse(self.url_name) + self.query


FIXED_PAGES = (
    FixedPage(
        _("Cities that have won an award"),
        "cities:list",
        "?award=winner",
        _("The winners of the UNESCO Learning City Award."),
        _("awarded prize prizes"),
    ),
    FixedPage(
        _("Report a mistake"),
        "report",
        "",
        _("Tell us what is wrong on a page of this portal."),
        _("contact us email error correction complaint feedback help"),
    ),
    FixedPage(
        _("Network in numbers"),
        "numbers",
        "",
        _("Cities by year, region and country, and their awards."),
        _("statistics figures totals charts growth"),
    ),
    FixedPage(
        _("Events"),
        "events:list",
        "",
        _("Conferences, festivals and yearly days of learning cities."),
        _("calendar dates"),
    ),
    FixedPage(
        _("Download the list of cities"),
        "cities:list",
        "",
        _("The list of cities as CSV, JSON or GeoJSON."),
        _("open data export spreadsheet"),
    ),
)
