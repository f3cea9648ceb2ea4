"""The result of the finder in words: "2 cities in the United Kingdom that joined in 2024"."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, ngettext_lazy

from cities.filters import CityFilter
from cities.models import City, Country, Region
from publishing.caching.content_cache import cached
from publishing.finder.facet_counts import UNKNOWN

# With more values of a facet the sentence would be a list.
MOST_VALUES = 3

KINDS = {
    City.Kind.CITY: ngettext_lazy(
        "%(number)s city or municipality", "%(number)s cities and municipalities", "number"
    ),
    City.Kind.DISTRICT: ngettext_lazy("%(number)s district", "%(number)s districts", "number"),
    City.Kind.COUNTY: ngettext_lazy("%(number)s county", "%(number)s counties", "number"),
    City.Kind.BOROUGH: ngettext_lazy("%(number)s borough", "%(number)s boroughs", "number"),
    City.Kind.COMMUNE: ngettext_lazy("%(number)s commune", "%(number)s communes", "number"),
    City.Kind.PROVINCE: ngettext_lazy(
        "%(number)s province or governorate", "%(number)s provinces and governorates", "number"
    ),
    City.Kind.CONSORTIUM: ngettext_lazy("%(number)s consortium", "%(number)s consortia", "number"),
}
PLACES, FACTS = {"country", "region"}, {"intake", "award", "theme"}


def summarise(finder: CityFilter) -> str:
    """Return the number of cities and the filters in use, as a heading.

    Filters that make no plain sentence are left to the chips: "4 cities match your filters".
    """
    chosen = {name: finder.chosen[name] for name in finder.facet_filters if name in finder.chosen}
    if finder.total and finder.search_text and not chosen:
        return _matching(finder)
    if not (finder.total and chosen and _make_a_sentence(chosen) and not finder.search_text):
        return finder.found
    return _sentence(finder, chosen)


def describe(finder: CityFilter, found: str) -> str:
    """Return the summary with all filters in use, for lists of search results elsewhere."""
    return finder.described if found == finder.found else _("%(found)s.") % {"found": found}


def _make_a_sentence(chosen: Mapping[str, Sequence[str]]) -> bool:
    """Return whether a sentence can name these filters: a type, places, and one fact."""
    names = set(chosen)
    is_short = all(len(values) <= MOST_VALUES for values in chosen.values())
    is_one_each = len(names & PLACES) < 2 and len(names & FACTS) < 2
    has_year = UNKNOWN not in (years := chosen.get("intake", [])) or len(years) == 1
    few_kinds = len(chosen.get("kind", [])) < 2
    return is_short and is_one_each and has_year and few_kinds and "status" not in names


def _sentence(finder: CityFilter, chosen: Mapping[str, Sequence[str]]) -> str:
    cities = finder.in_words(finder.total)
    if kinds := chosen.get("kind"):
        cities = KINDS[City.Kind(kinds[0])] % {"number": finder.total}
    if places := _places(chosen.get("country", []), chosen.get("region", [])):
        cities = _("%(cities)s in %(places)s") % {"cities": cities, "places": places}
    if "award" in chosen:
        cities = ngettext(
            "%(cities)s that has won an award", "%(cities)s that have won an award", finder.total
        ) % {"cities": cities}
    elif themes := chosen.get("theme"):
        cities = _("%(cities)s with the theme %(themes)s") % {
            "cities": cities,
            "themes": join_alternatives(_names_of_themes(finder, themes)),
        }
    elif chosen.get("intake") == [UNKNOWN]:
        cities = _("%(cities)s whose joining year is not known") % {"cities": cities}
    elif years := chosen.get("intake"):
        years = join_alternatives(sorted(years))
        cities = _("%(cities)s that joined in %(years)s") % {"cities": cities, "years": years}
    return cities


def _matching(finder: CityFilter) -> str:
    return ngettext(
        "%(cities)s matches “%(text)s”", "%(cities)s match “%(text)s”", finder.total
    ) % {"cities": finder.in_words(finder.total), "text": finder.search_text}


def _names_of_themes(finder: CityFilter, slugs: Sequence[str]) -> list[str]:
    themes = finder.offered["theme"]
    return [f"“{theme.label}”" for theme in themes if theme.value in slugs]


def join_alternatives(items: Sequence[str]) -> str:
    """Join items of which any may hold: "2022, 2023 or 2024"."""
    if len(items) < 2:
        return "".join(items)
    return _("%(items)s or %(last)s") % {"items": ", ".join(items[:-1]), "last": items[-1]}


def _countries_in_text() -> dict[str, str]:
    countries = Country.objects.order_by("name_key", "pk")
    return {country.code.lower(): country.in_text for country in countries}


def _places(codes: Sequence[str], regions: Sequence[str]) -> str:
    if codes:
        names = cached("countries in text", _countries_in_text)
        return join_alternatives([name for code, name in names.items() if code in codes])
    # The one region whose name takes an article.
    names = {Region.ARAB_STATES: _("the Arab States")}
    return join_alternatives([str(names.get(Region(slug), Region(slug).label)) for slug in regions])
