"""The finders of networks and of organisations."""

from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from cities.filters import CountryValues
from partners.models import Network, Organisation
from publishing.finder.facets import FacetFilter
from publishing.finder.filters import SearchFilter
from publishing.finder.finder import Finder


class NetworkFilter(Finder):
    q = SearchFilter(label=_("Search networks"))
    scope = FacetFilter("of_scope", "scope", labels=dict(Network.Scope.choices), label=_("Level"))

    def in_words(self, number: int) -> str:
        return ngettext("%(number)s network", "%(number)s networks", number) % {"number": number}

    @property
    def nothing_found(self) -> str:
        return gettext("No networks match all your filters")


class OrganisationFilter(Finder):
    q = SearchFilter(label=_("Name of an organisation or city"))
    sector = FacetFilter(
        "of_sector", "sector", labels=dict(Organisation.Sector.choices), label=_("Sector")
    )
    country = FacetFilter(
        "in_country",
        "cities__country_id",
        title="cities__country__name",
        many=True,
        related="cities",
        names=CountryValues(),
        label=_("Country"),
        all_label=ngettext_lazy("%(number)s country", "All %(number)s countries", "number"),
        find_label=_("Type a country"),
    )

    def in_words(self, number: int) -> str:
        sentence = ngettext("%(number)s organisation", "%(number)s organisations", number)
        return sentence % {"number": number}

    @property
    def nothing_found(self) -> str:
        return gettext("No organisations match all your filters")
