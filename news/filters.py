"""What news items can be found by."""

from django.db.models import Count, TextField, Value
from django.db.models.functions import Cast, Lower
from django.utils.translation import gettext_lazy as _

from cities.models import City
from partners.models import Network
from publishing.filters import Choice, FacetFilter, Finder, Rows, SearchFilter


class CountryFacet(FacetFilter):
    """Countries that items name themselves or by a city: two counts, which `sort` adds up."""

    def count(self, rows: Rows) -> Rows:
        parts = [
            part.values_list(
                Value(self.name, TextField()),
                Lower(Cast("of_country", TextField())),
                Cast(f"{link}__name", TextField()),
            ).annotate(number=Count("pk", distinct=True))
            for part, link in (
                (rows.by_country_of_cities(), "cities__country"),
                (rows.by_country_itself(), "countries"),
            )
        ]
        return parts[0].union(parts[1], all=True)

    def sort(self, choices: list[Choice]) -> list[Choice]:
        whole: dict[str, Choice] = {}
        for choice in choices:
            known = whole.setdefault(choice.value, choice)
            if known is not choice:
                known.count += choice.count
        return super().sort(list(whole.values()))


class NewsFilter(Finder):
    q = SearchFilter(label=_("Words of the title or summary"))
    year = FacetFilter(
        "of_year", "published_at__year", convert=int, newest_first=True, label=_("Year")
    )
    country = CountryFacet(
        "about_country",
        "countries",
        label=_("Country"),
        all_label=_("All %(number)s countries"),
    )
    city = FacetFilter(
        "about_city",
        "cities__slug",
        title="cities__name",
        narrow=lambda items: items.filter(cities__in=City.objects.published()),
        label=_("City"),
        all_label=_("All %(number)s cities"),
    )
    network = FacetFilter(
        "about_network",
        "networks__slug",
        title="networks__name",
        narrow=lambda items: items.filter(networks__in=Network.objects.published()),
        label=_("Network"),
        all_label=_("All %(number)s networks"),
    )
