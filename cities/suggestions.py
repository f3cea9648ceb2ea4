"""Suggestions while a visitor types: names of cities and countries, and values of a facet."""

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from cities.country_names import country_names
from cities.models import City
from cities.other_names import other_names
from cities.search_query import SearchQuery, find_countries
from publishing.content.folding import fold
from publishing.finder.filters import SearchField

LEAST_LETTERS, MOST, MOST_COUNTRIES, MAX_AGE = 2, 8, 2, 300


class Suggestions(View):
    """JSON with `items`, each with name, detail and url, and `status`, their number in words."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        text = SearchField(required=False).clean(request.GET.get("q"))
        items = suggest(text) if len(fold(text)) >= LEAST_LETTERS else []
        response = JsonResponse({"items": items, "status": count_in_words(len(items))})
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response


class CountrySuggestions(View):
    """JSON with the codes of the countries of which any name begins with a text.

    `values` has all of them, the best first, and `named` those of which the text is a name. The box
    of the country facet asks for them, because its list has each country's own name only.
    """

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        text = SearchField(required=False).clean(request.GET.get("q"))
        names = country_names()
        response = JsonResponse(
            {
                "values": [country.code.lower() for country in names.beginning_with(text)],
                "named": [country.code.lower() for country in names.named(text)],
            }
        )
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response


def count_in_words(number: int) -> str:
    if not number:
        return _("No suggestions")
    words = ngettext("%(number)s suggestion", "%(number)s suggestions", number)
    return words % {"number": number}


def suggest(text: str) -> list[dict[str, str]]:
    """Return at most MOST cities and countries that match a text, the best first."""
    query = SearchQuery(text, is_unfinished=True)
    countries = list(find_countries(query)[:MOST_COUNTRIES])
    found = City.objects.published().search(query).select_related("country")
    cities = list(found[: MOST - len(countries)])
    others = other_names(cities, query)
    items = [(city.rank, _city_item(city, others.get(city.pk, ""))) for city in cities]
    items += [(country.rank, _country_item(country, query)) for country in countries]
    # Of the same rank, cities stand before countries.
    return [item for _rank, item in sorted(items, key=lambda pair: pair[0])]


def _city_item(city: City, other: str) -> dict[str, str]:
    name = _("%(city)s (%(other)s)") % {"city": city.name, "other": other} if other else city.name
    return {"name": name, "detail": city.country.name, "url": city.get_absolute_url()}


def _country_item(country: Any, query: SearchQuery) -> dict[str, str]:
    number = country.city_count
    detail = ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}
    other = query.other_name_of(country.pk)
    name = country.name
    if other:
        name = _("%(country)s (%(other)s)") % {"country": name, "other": other}
    return {"name": name, "detail": detail, "url": country.get_absolute_url()}
