"""A note on the countries that a search names: ambiguous, without a city, or under another name.

The note is HTML, because the countries that an ambiguous name may mean are links.
"""

from collections.abc import Callable, Iterable, Mapping

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.country_names import NamedCountry
from cities.detail_queries import city_counts_by_country
from cities.models import Country
from cities.search_query import SearchQuery, is_code
from publishing.caching.content_cache import cached


def place_note(query: SearchQuery, link: Callable[[str], str]) -> SafeString:
    """Return one or two sentences on the countries of a search, or "".

    `link` gives the address of the same search for the country of a code.
    """
    if not query.countries:
        return SafeString()
    counts = city_counts_by_country()
    sentences = []
    for mention in query.mentions:
        if len(mention.countries) > 1:
            sentences.append(_choice(mention.countries, counts, link))
        elif not counts.get(mention.countries[0].code):
            sentences.append(_no_city(mention.countries[0]))
        elif query.is_place:
            sentences += _other_name(mention.countries[0])
    if not query.mentions:
        sentences.append(_no_city(query.countries[0]))
    return format_html_join(" ", "{}", ((sentence,) for sentence in sentences))


def _choice(
    countries: Iterable[NamedCountry], counts: Mapping[str, int], link: Callable[[str], str]
) -> SafeString:
    """Return the sentence that an ambiguous name means several countries, with a link to each."""
    choices = []
    for country in countries:
        number = counts.get(country.code, 0)
        label = _("no cities")
        name = format_html("<bdi>{}</bdi>", country.name)
        if number:
            label = ngettext("%(number)s city", "%(number)s cities", number) % {"number": number}
            name = format_html('<a href="{}">{}</a>', link(country.code.lower()), name)
        choices.append((name, label))
    return format_html(
        _("“{name}” can mean more than one country: {countries}."),
        name=next(country.known_as or country.name for country in countries),
        countries=format_html_join(", ", "{} ({})", choices),
    )


def _other_name(country: NamedCountry) -> list[SafeString]:
    # Initials explain themselves, and so does "Korea, Republic of".
    if is_code(country.known_as) or "," in country.known_as:
        return []
    sentence = _("Showing {country}, also called {other}.")
    return [format_html(sentence, country=_in_text(country), other=country.known_as)]


def _no_city(country: NamedCountry) -> SafeString:
    return format_html(_("We list no learning city in {country}."), country=_in_text(country))


def _in_text(country: NamedCountry) -> str:
    return cached("countries in a sentence", _names_in_text).get(country.code, country.name)


def _names_in_text() -> dict[str, str]:
    return {country.code: country.in_text for country in Country.objects.order_by()}
