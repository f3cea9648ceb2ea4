"""The one page that a text means: of a city, a country or a region."""

from cities.country_names import NamedCountry
from cities.models import AlternativeName, City, Country
from cities.reference_names import key_of
from cities.region_names import region_named
from cities.search_query import SearchQuery
from publishing.content.folding import spellings

# The best matches of a search; one that is meant exactly is among them.
MOST = 8


def place_meant(text: str) -> City | Country | str:
    """Return the public city or country with this name, or the address of a region, or "".

    Any name in use counts (“Fès”, “UK”), with words around it that say nothing, and with the
    country of a city: “manchester uk”. A name of several places means none of them.
    """
    query = SearchQuery(text)
    if not query.words:
        return ""
    countries = _countries(query)
    if len(countries) == 1 and key_of(countries[0].name) == key_of(text):
        cities = _cities_of_name(query)
    else:
        cities = _cities_of_name(query) or _cities_of_other_name(query)
    if len(cities) == 1:
        return cities[0]
    if len(countries) == 1 and not cities:
        return Country.objects.get(pk=countries[0].code)
    if not cities and not countries:
        region = region_named([word.fold for word in query.content])
        return region.get_absolute_url() if region else ""
    return ""


def _countries(query: SearchQuery) -> list[NamedCountry]:
    """Return the countries that the whole text names, if all of them have a public city."""
    if not query.is_place:
        return []
    return query.countries if len(query.codes_with_cities) == 1 else []


def _cities_of_name(query: SearchQuery) -> list[City]:
    found = City.objects.published().search(query)[:MOST]
    return [city for city in found if _is_asked(query, city.name)]


def _cities_of_other_name(query: SearchQuery) -> list[City]:
    found = list(City.objects.published().search(query)[:MOST])
    others = AlternativeName.objects.filter(city__in=found)
    named = {name.city_id for name in others if _is_asked(query, name.name)}
    return [city for city in found if city.pk in named]


def _is_asked(query: SearchQuery, name: str) -> bool:
    """Return whether a name was asked for: by the whole text, or by its words without a country."""
    return query.ranked in spellings(name) or key_of(query.text) == key_of(name)
