"""The finder of news."""

from django.utils.translation import gettext, ngettext, ngettext_lazy
from django.utils.translation import gettext_lazy as _

from cities.filters import CountryValues
from publishing.finder.facet_counts import Rows, as_text
from publishing.finder.facets import FacetFilter
from publishing.finder.filters import SearchFilter
from publishing.finder.finder import Finder


class CountryFacet(FacetFilter):
    """Countries that items name themselves or through a city; the two counts are added."""

    def parts(self, rows: Rows) -> list[Rows]:
        return [
            part.annotate(facet_value=as_text("of_country"), facet_label=as_text(f"{link}__name"))
            for part, link in (
                (rows.by_country_of_cities(), "cities__country"),
                (rows.by_country_itself(), "countries"),
            )
        ]


class NewsFilter(Finder):
    q = SearchFilter(label=_("Search news"))
    year = FacetFilter(
        "of_year", "published_at__year", convert=int, newest_first=True, label=_("Year")
    )
    country = CountryFacet(
        "about_country",
        "countries",
        many=True,
        names=CountryValues(),
        label=_("Country"),
        all_label=ngettext_lazy("%(number)s country", "All %(number)s countries", "number"),
        find_label=_("Type a country"),
    )
    city = FacetFilter(
        "about_city",
        "cities__slug",
        title="cities__name",
        many=True,
        related="cities",
        label=_("City"),
        all_label=ngettext_lazy("%(number)s city", "All %(number)s cities", "number"),
        find_label=_("Type a city"),
    )
    network = FacetFilter(
        "about_network",
        "networks__slug",
        title="networks__name",
        many=True,
        related="networks",
        label=_("Network"),
        all_label=ngettext_lazy("%(number)s network", "All %(number)s networks", "number"),
        find_label=_("Type a network"),
    )

    def in_words(self, number: int) -> str:
        return ngettext("%(number)s item", "%(number)s items", number) % {"number": number}

    @property
    def nothing_found(self) -> str:
        return gettext("No news matches all your filters")
