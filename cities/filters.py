"""The finder of cities: its search, facets, orders and views."""

from functools import cached_property
from typing import Any

from django.db.models import Case, Value, When
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from cities.country_names import NamedCountry, countries_named, nearest_country
from cities.models import Award, City, Region, known_first
from cities.reference_names import two_letter_names
from cities.search_query import SearchQuery
from publishing.finder.facet_counts import UNKNOWN, Rows
from publishing.finder.facets import Choice, FacetFilter
from publishing.finder.filters import OneOfFilter, Order, SearchFilter, SortFilter
from publishing.finder.finder import Finder


class CountryValues:
    """The values of a country facet, by any name of the country."""

    @property
    def url(self) -> str:
        return reverse("cities:suggest-countries")

    def is_value(self, text: str) -> bool:
        # “UK” looks like a code, but is none.
        is_code = len(text) == 2 and text.isascii() and text.isalpha()
        return is_code and text.upper() not in two_letter_names()

    def named(self, text: str) -> list[Choice]:
        return [self._choice(country) for country in countries_named(text)]

    def nearest(self, text: str) -> Choice | None:
        nearest = nearest_country(text)
        return nearest and self._choice(nearest)

    def _choice(self, country: NamedCountry) -> Choice:
        return Choice(country.code.lower(), country.name)


def year_or_unknown(value: str) -> int | None:
    return None if value == UNKNOWN else int(value)


A_TO_Z, Z_TO_A = _("A to Z"), _("Z to A")
ORDERS = {
    "name": Order(_("name"), A_TO_Z, ("name_key", "pk")),
    "-name": Order(_("name"), Z_TO_A, ("-name_key", "-pk"), is_falling=True),
    "country": Order(_("country"), A_TO_Z, ("country__name_key", "name_key", "pk")),
    "-country": Order(
        _("country"), Z_TO_A, ("-country__name_key", "name_key", "pk"), is_falling=True
    ),
    "region": Order(_("region"), A_TO_Z, ("country__region", "name_key", "pk")),
    "-region": Order(_("region"), Z_TO_A, ("-country__region", "name_key", "pk"), is_falling=True),
    "joined": Order(
        _("year joined"),
        _("newest first"),
        (*known_first("joined_year"), "name_key", "pk"),
        is_falling=True,
    ),
    "-joined": Order(
        _("year joined"),
        _("oldest first"),
        (*known_first("joined_year", falling=False), "name_key", "pk"),
    ),
    "population": Order(
        _("population"),
        _("largest first"),
        (*known_first("population"), "name_key", "pk"),
        is_falling=True,
    ),
    "-population": Order(
        _("population"),
        _("smallest first"),
        (*known_first("population", falling=False), "name_key", "pk"),
    ),
}


class CitySearch(SearchFilter):
    """A search text, which is read once for all queries of the finder."""

    def filter(self, qs: Rows, value: str) -> Rows:
        return qs.search(self.parent.query) if value else qs


class CityFilter(Finder):
    q = CitySearch(label=_("City or country name"))
    region = FacetFilter(
        "in_region", "country__region", labels=dict(Region.choices), label=_("Region")
    )
    country = FacetFilter(
        "in_country",
        "country_id",
        title="country__name",
        label=_("Country"),
        all_label=ngettext_lazy("%(number)s country", "All %(number)s countries", "number"),
        find_label=_("Type a country"),
        names=CountryValues(),
    )
    intake = FacetFilter(
        "joined_in",
        "joined_year",
        convert=year_or_unknown,
        newest_first=True,
        label=_("Year joined"),
    )
    theme = FacetFilter(
        "with_theme",
        "themes__slug",
        title="themes__name",
        many=True,
        related="themes",
        label=_("Theme"),
    )
    award = FacetFilter(
        "awarded",
        Case(When(pk__in=Award.objects.values("city"), then=Value("winner"))),
        labels={"winner": _("Winners")},
        label=_("UNESCO Learning City Award"),
    )
    status = FacetFilter(
        "with_status",
        "status",
        labels=dict(City.Status.choices),
        label=_("Membership"),
        only_if_several=True,
    )
    kind = FacetFilter("of_kind", "kind", labels=dict(City.Kind.choices), label=_("Type of place"))
    sort = SortFilter(ORDERS, label=_("Order"))
    view = OneOfFilter({"cards": _("Cards"), "table": _("Table"), "map": _("Map")}, label=_("View"))
    per = OneOfFilter({"24": "24", "100": "100", "all": _("All")}, label=_("Number of rows"))

    def in_words(self, number: int) -> str:
        return ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}

    @property
    def nothing_found(self) -> str:
        return gettext("No cities match all your filters")

    @classmethod
    def canonical(cls, data: QueryDict) -> QueryDict:
        """Return the canonical search; only a table has a number of rows."""
        query = super().canonical(data)
        if query.get("view") != "table":
            query.pop("per", None)
        return query

    def link(self, **changes: Any) -> str:
        is_table = changes.get("view", self.chosen.get("view")) == "table"
        return super().link(**changes | ({} if is_table else {"per": ""}))

    @cached_property
    def query(self) -> SearchQuery:
        """The search text as it is understood."""
        return SearchQuery(self.search_text)
