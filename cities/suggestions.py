"""Suggestions for the search field while a visitor types: names of cities and countries."""

from collections import defaultdict
from typing import Any

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, Value, When
from django.http import HttpRequest, JsonResponse
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.generic import View

from cities.models import AlternativeName, City, Country
from publishing.content.folding import fold
from publishing.finder.filters import SearchField

LEAST_LETTERS, MOST, MOST_COUNTRIES, MAX_AGE = 2, 8, 2, 300


class Suggestions(View):
    """JSON with `items`, each with name, detail and url, and `status`, their number in words."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest) -> JsonResponse:
        text = fold(SearchField(required=False).clean(request.GET.get("q")))
        items = suggest(text) if len(text) >= LEAST_LETTERS else []
        response = JsonResponse({"items": items, "status": count_in_words(len(items))})
        patch_cache_control(response, public=True, max_age=MAX_AGE)
        return response


def count_in_words(number: int) -> str:
    if not number:
        return _("No suggestions")
    words = ngettext("%(number)s suggestion", "%(number)s suggestions", number)
    return words % {"number": number}


def suggest(text: str) -> list[dict[str, str]]:
    """Return at most MOST cities and countries that match a folded text, the best first."""
    countries = list(find_countries(text))
    cities = list(find_cities(text)[: MOST - len(countries)])
    others = other_names(cities, text)
    ranked = [(city.rank, _city_item(city, others.get(city.pk, ""))) for city in cities] + [
        (country.rank, _country_item(country)) for country in countries
    ]
    return [item for _rank, item in sorted(ranked, key=lambda pair: pair[0])]


def find_cities(text: str) -> Any:
    """Return public cities with `rank`: 0 if the name begins with the text, 1 if another does."""
    other = AlternativeName.objects.filter(city=OuterRef("pk"), search_key__startswith=f" {text}")
    return (
        City.objects.published()
        .search(text)
        .select_related("country")
        .annotate(rank=_rank(text, When(Exists(other), then=1)))
        .order_by("rank", "name_key", "pk")
    )


def find_countries(text: str) -> Any:
    """Return public countries with `rank`, as `find_cities` does, and `city_count`."""
    named = Country.objects.published().filter(name_key__contains=f" {text}")
    ranked = named.with_city_counts().annotate(rank=_rank(text))
    return ranked.order_by("rank", "name_key", "pk")[:MOST_COUNTRIES]


def other_names(cities: list[City], text: str) -> dict[Any, str]:
    """Return the alternative name that matched, for each city whose own names did not."""
    unexplained = [city.pk for city in cities if f" {text}" not in city.search_key]
    matching = Q(*[("search_key__contains", f" {word}") for word in text.split()])
    matches: dict[Any, list[AlternativeName]] = defaultdict(list)
    for other in AlternativeName.objects.filter(matching, city__in=unexplained):
        matches[other.city_id].append(other)

    def preference(other: AlternativeName) -> tuple[bool, int, bool, str]:
        # Of "Fes" and "Fès", the spelling with the accent is preferred.
        is_prefix = other.search_key.startswith(f" {text}")
        return not is_prefix, len(other.name), other.name.isascii(), other.name

    return {city: min(names, key=preference).name for city, names in matches.items()}


def _rank(text: str, *further: When) -> Case:
    begins = When(name_key__startswith=f" {text}", then=Value(0))
    within = When(name_key__contains=f" {text}", then=Value(2))
    return Case(begins, *further, within, default=3, output_field=IntegerField())


def _city_item(city: City, other: str) -> dict[str, str]:
    name = _("%(city)s (%(other)s)") % {"city": city.name, "other": other} if other else city.name
    return {"name": name, "detail": city.country.name, "url": city.get_absolute_url()}


def _country_item(country: Any) -> dict[str, str]:
    number = country.city_count
    detail = ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}
    return {"name": country.name, "detail": detail, "url": country.get_absolute_url()}
