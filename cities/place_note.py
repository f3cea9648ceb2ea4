"""A note on the places that a search names: ambiguous, without a city, or under another name.

The note is HTML, because the countries that an ambiguous name may mean are links.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.country_names import NamedCountry
from cities.detail_queries import city_counts_by_country
from cities.models import Country, Region
from cities.region_names import region_named
from cities.search_query import SearchQuery, is_code
from publishing.caching.content_cache import cached


class Link(Protocol):
    """A function that gives the address of the finder with only one filter."""

    def __call__(self, *, country: str = "", region: str = "") -> str: ...


def place_note(query: SearchQuery, link: Link, is_found: bool = True) -> SafeString:
    """Return a few sentences on the countries and regions of a search, or "".

    If nothing `is_found` for all words, there are links to the countries that are among them.
    """
    counts = city_counts_by_country() if query.countries else {}
    sentences = []
    for mention in query.mentions:
        countries = mention.countries
        if len(countries) > 1:
            sentences.append(_choice(countries, counts, link))
        elif not counts.get(countries[0].code):
            sentences.append(_no_city(countries[0]))
        elif query.is_place:
            sentences += _other_name(countries[0])
        elif not is_found:
            sentences.append(_all_of(countries[0], counts[countries[0].code], link))
    if query.countries and not query.mentions:
        sentences.append(_no_city(query.countries[0]))
    if region := region_named([word.fold for word in query.content]):
        sentences.append(_region(region, link))
    return format_html_join(" ", "{}", ((sentence,) for sentence in sentences))


def _choice(countries: Iterable[NamedCountry], counts: Mapping[str, int], link: Link) -> SafeString:
    """Return the sentence that an ambiguous name means several countries, with a link to each."""
    choices = []
    for country in countries:
        number = counts.get(country.code, 0)
        label = _("no cities")
        name = format_html("<bdi>{}</bdi>", country.name)
        if number:
            label = ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}
            name = format_html('<a href="{}">{}</a>', link(country=country.code.lower()), name)
        choices.append((name, label))
    return format_html(
        _("“{name}” can mean more than one country: {countries}."),
        name=next(country.known_as or country.name for country in countries),
        countries=format_html_join(", ", "{} ({})", choices),
    )


def _all_of(country: NamedCountry, number: int, link: Link) -> SafeString:
    """Return a link to all cities of a country, for a search that finds none of them."""
    cities = ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}
    return format_html(
        _("We list {cities} in {country}."),
        cities=format_html('<a href="{}">{}</a>', link(country=country.code.lower()), cities),
        country=_in_text(country),
    )


def _region(region: Region, link: Link) -> SafeString:
    return format_html(
        _("See all cities in UNESCO’s region {region}."),
        region=format_html('<a href="{}">{}</a>', link(region=region.value), region.label),
    )


def _other_name(country: NamedCountry) -> list[SafeString]:
    if not (other := _explained(country)):
        return []
    sentence = _("Showing {country}, also called {other}.")
    return [format_html(sentence, country=_in_text(country), other=other)]


def _no_city(country: NamedCountry) -> SafeString:
    if other := _explained(country):
        sentence = _("We list no learning city in {country}, also called {other}.")
        return format_html(sentence, country=_in_text(country), other=other)
    return format_html(_("We list no learning city in {country}."), country=_in_text(country))


def _explained(country: NamedCountry) -> SafeString:
    """Return the other name by which a country was sought, in a direction of its own; or "".

    Initials explain themselves, and so does "Korea, Republic of".
    """
    if is_code(country.known_as) or "," in country.known_as:
        return SafeString()
    return format_html("<bdi>{}</bdi>", country.known_as)


def _in_text(country: NamedCountry) -> str:
    return cached("countries in a sentence", _names_in_text).get(country.code, country.name)


def _names_in_text() -> dict[str, str]:
    return {country.code: country.in_text for country in Country.objects.order_by()}
