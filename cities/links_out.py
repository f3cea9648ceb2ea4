"""Links from a city to the pages about it on other sites."""

from typing import NamedTuple
from urllib.parse import urlsplit

from django.utils.translation import gettext as _

from cities.models import City

WIKIPEDIA = "https://www.wikidata.org/wiki/Special:GoToLinkedPage/enwiki/%s"
"""Wikidata's redirect to the article of an item in the English Wikipedia."""
WIKIDATA = "https://www.wikidata.org/wiki/%s"
GEONAMES = "https://www.geonames.org/%s/"


class OutsideLink(NamedTuple):
    label: str
    url: str


def links_out(city: City) -> list[OutsideLink]:
    """Return the links that the record has an address or an identifier for."""
    links = []
    if city.website:
        host = (urlsplit(city.website).hostname or "").removeprefix("www.")
        label = _("Official website (%(host)s)") % {"host": host}
        links.append(OutsideLink(label, city.website))
    if city.unesco_page:
        links.append(OutsideLink(_("Page at UNESCO"), city.unesco_page))
    if city.wikidata_id:
        links.append(OutsideLink(_("Wikipedia, in English"), WIKIPEDIA % city.wikidata_id))
        links.append(OutsideLink(_("Wikidata"), WIKIDATA % city.wikidata_id))
    if city.geonames_id:
        links.append(OutsideLink(_("GeoNames"), GEONAMES % city.geonames_id))
    return links
