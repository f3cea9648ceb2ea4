"""The result of the finder in words: "10 cities in the United Kingdom that joined in 2024"."""

from collections.abc import Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.models import Country, Region
from publishing.finder.facet_counts import UNKNOWN
from publishing.finder.finder import Finder


def summarise(finder: Finder, number: int) -> str:
    """Return the number of cities and all filters in use, as one phrase."""
    chosen = finder.chosen
    phrases = [ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}]
    places = _places(chosen.get("country", []), chosen.get("region", []))
    if places:
        phrases = [_("%(cities)s in %(places)s") % {"cities": phrases[0], "places": places}]
    if years := chosen.get("intake"):
        known = [year for year in years if year != UNKNOWN]
        if known:
            phrases.append(_("joined in %(years)s") % {"years": join_alternatives(sorted(known))})
        if UNKNOWN in years:
            phrases.append(_("joining year not known"))
    for facet in finder.facets:
        if facet.selected and facet.name not in {"country", "region", "intake"}:
            phrases.append(join_alternatives([choice.label for choice in facet.selected]))
    if finder.search_text:
        phrases.append(_("matching “%(text)s”") % {"text": finder.search_text})
    return ", ".join(phrases)


def join_alternatives(items: Sequence[str]) -> str:
    """Join items of which any may hold: "2022, 2023 or 2024"."""
    if len(items) < 2:
        return "".join(items)
    return _("%(items)s or %(last)s") % {"items": ", ".join(items[:-1]), "last": items[-1]}


def _places(codes: Sequence[str], regions: Sequence[str]) -> str:
    if codes:
        upper = [code.upper() for code in codes]
        countries = Country.objects.filter(pk__in=upper).order_by("name_key")
        return join_alternatives([country.in_text for country in countries])
    # The one region whose name takes an article.
    names = {Region.ARAB_STATES: _("the Arab States")}
    return join_alternatives([str(names.get(Region(slug), Region(slug).label)) for slug in regions])
