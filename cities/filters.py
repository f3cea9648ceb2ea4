"""The finder of cities: its search, facets, orders and views."""

from functools import cached_property

from django.db.models import Case, Value, When
from django.utils.translation import gettext_lazy as _

from cities.country_names import NamedCountry, countries_named, nearest_country
from cities.models import Award, City, Region, known_first
from cities.reference_names import two_letter_names
from cities.search_query import SearchQuery
from publishing.finder.facet_counts import UNKNOWN, Rows
from publishing.finder.facets import Choice, FacetFilter
from publishing.finder.filters import OneOfFilter, SearchFilter, SortFilter
from publishing.finder.finder import Finder


class CountryValues:
    """The values of a country facet, by any name of the country."""

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
        all_label=_("All %(number)s countries"),
        names=CountryValues(),
    )
    intake = FacetFilter(
        "joined_in",
        "joined_year",
        convert=year_or_unknown,
        newest_first=True,
        label=_("Intake"),
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
        labels={"winner": _("Award winners")},
        label=_("UNESCO Learning City Award"),
    )
    status = FacetFilter(
        "with_status",
        "status",
        labels=dict(City.Status.choices),
        label=_("Membership"),
        only_if_several=True,
    )
    kind = FacetFilter("of_kind", "kind", labels=dict(City.Kind.choices), label=_("Kind of place"))
    sort = SortFilter(
        {
            "name": (_("name"), ("name_key", "pk")),
            "country": (_("country"), ("country__name_key", "name_key", "pk")),
            "joined": (_("joining year"), (*known_first("joined_year"), "name_key", "pk")),
            "population": (_("population"), (*known_first("population"), "name_key", "pk")),
        },
        label=_("Order"),
    )
    view = OneOfFilter({"cards": _("Cards"), "table": _("Table"), "map": _("Map")}, label=_("View"))

    @cached_property
    def query(self) -> SearchQuery:
        """The search text as it is understood."""
        return SearchQuery(self.search_text)
