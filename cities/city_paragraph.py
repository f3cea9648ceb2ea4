"""The paragraph about a city that has no written text: whole sentences made from its record.

Each function returns one sentence, which says nothing but the fields that it reads; without them it
returns "". The first sentence always has the name of the city, so the others can begin with “It”.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from html import escape, unescape
from typing import Any

from django.contrib.humanize.templatetags.humanize import apnumber
from django.utils.formats import date_format, number_format
from django.utils.html import format_html, format_html_join, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cities.models import Award, City, Designation

CURRENT = (City.Status.MEMBER, City.Status.ANNOUNCED)
NOTHING = SafeString()


@dataclass(frozen=True)
class CityFacts:
    """A city with the other records that its page shows.

    `in_country` is the number of public cities of its country, itself included; `networks` have
    their scope, and `nearest` its distance in km.
    """

    city: City
    in_country: int = 0
    nearest: Any = None
    awards: Collection[Award] = ()
    designations: Collection[Designation] = ()
    networks: Collection[Any] = ()

    @property
    def name(self) -> SafeString:
        return isolated(self.city.name)

    @property
    def is_certain(self) -> bool:
        """Return whether the record says without a doubt that the city is or was a member."""
        return self.city.confirmed or self.city.status not in CURRENT

    @property
    def is_current(self) -> bool:
        return self.city.status in CURRENT


def isolated(name: str) -> SafeString:
    """Return a name in a direction of its own, whatever the direction of the sentence is."""
    return mark_safe(f"<bdi>{escape(name)}</bdi>")  # noqa: S308 (the name is escaped)


def listed(names: Sequence[Any]) -> SafeString:
    """Return names in a sentence: “A, B and C”."""
    marked = [isolated(name) for name in names]
    last = marked.pop()
    if not marked:
        return last
    before = format_html_join(", ", "{}", ((name,) for name in marked))
    return format_html(_("{names} and {last}"), names=before, last=last)


# -- Membership -------------------------------------------------------------------------------


def joining(facts: CityFacts) -> SafeString:
    """Say that a city is or was a member, when it joined, and in how large a group."""
    city = facts.city
    if not facts.is_certain or city.status == City.Status.ANNOUNCED:
        return NOTHING
    others = joined_with(city)
    day = date_format(city.joined_on, "j F Y") if city.joined_on else ""
    values = {"city": facts.name, "day": day, "year": city.joined_year, "number": others}
    if city.joined_on and others:
        sentence = ngettext(
            "{city} joined the UNESCO Global Network of Learning Cities on {day}, with {number} "
            "other city.",
            "{city} joined the UNESCO Global Network of Learning Cities on {day}, with {number} "
            "other cities.",
            others,
        )
    elif city.joined_on:
        sentence = _("{city} joined the UNESCO Global Network of Learning Cities on {day}.")
    elif city.joined_year and others:
        sentence = ngettext(
            "{city} joined the UNESCO Global Network of Learning Cities in {year}, with {number} "
            "other city.",
            "{city} joined the UNESCO Global Network of Learning Cities in {year}, with {number} "
            "other cities.",
            others,
        )
    elif city.joined_year:
        sentence = _("{city} joined the UNESCO Global Network of Learning Cities in {year}.")
    elif facts.is_current:
        sentence = _("{city} is a member of the UNESCO Global Network of Learning Cities.")
    else:
        sentence = _("{city} was a member of the UNESCO Global Network of Learning Cities.")
    return format_html(sentence, **values)


def joined_with(city: City) -> int:
    """Return the official number of other cities in the city's intake; 0 if it is not known."""
    if not city.intake or not city.intake.is_published:
        return 0
    # Of a city that joined on a day of its own, nobody says with whom.
    if city.joined_on and city.joined_on != city.intake.announced_on:
        return 0
    return max((city.intake.cities_announced or 0) - 1, 0)


def announcement(facts: CityFacts) -> SafeString:
    """Say that a city was announced as a member, and in which year."""
    city = facts.city
    if not city.confirmed or city.status != City.Status.ANNOUNCED:
        return NOTHING
    if city.intake:
        sentence = _(
            "{city} was announced as a new member of the UNESCO Global Network of Learning Cities "
            "in {year}."
        )
        return format_html(sentence, city=facts.name, year=city.intake.year)
    sentence = _(
        "{city} has been announced as a new member of the UNESCO Global Network of Learning Cities."
    )
    return format_html(sentence, city=facts.name)


def doubtful_membership(facts: CityFacts) -> SafeString:
    """Say who names a city as a member, and in which year last, if that is not confirmed."""
    city = facts.city
    if facts.is_certain:
        return NOTHING
    if city.source and city.last_confirmed:
        sentence = _(
            "{city} was last named as a member of the UNESCO Global Network of Learning Cities in "
            "{year}, by this source: {source}."
        )
    elif city.source:
        sentence = _(
            "{city} is named as a member of the UNESCO Global Network of Learning Cities by this "
            "source: {source}."
        )
    elif city.last_confirmed:
        sentence = _(
            "{city} was last named as a member of the UNESCO Global Network of Learning Cities in "
            "{year}."
        )
    else:
        sentence = _(
            "{city} is named as a member of the UNESCO Global Network of Learning Cities, but no "
            "source confirms it."
        )
    source = isolated(city.source.rstrip(". "))
    return format_html(sentence, city=facts.name, source=source, year=city.last_confirmed)


def doubtful_joining(facts: CityFacts) -> SafeString:
    """Say when a city is reported to have joined, if its membership is not confirmed."""
    city = facts.city
    if facts.is_certain or city.status == City.Status.ANNOUNCED:
        return NOTHING
    if city.joined_on:
        day = date_format(city.joined_on, "j F Y")
        return format_html(_("It is reported to have joined on {day}."), day=day)
    if city.joined_year:
        return format_html(_("It is reported to have joined in {year}."), year=city.joined_year)
    return NOTHING


def leaving(facts: CityFacts) -> SafeString:
    """Say that a former member left, and whether that is confirmed."""
    if facts.is_current:
        return NOTHING
    sentences = {
        (City.Status.WITHDRAWN, True): _("It has since withdrawn from the network."),
        (City.Status.WITHDRAWN, False): _("It is reported to have withdrawn since."),
        (City.Status.LAPSED, True): _("Its membership has since lapsed."),
        (City.Status.LAPSED, False): _("Its membership is reported to have lapsed since."),
    }
    city = facts.city
    return format_html("{}", sentences[City.Status(city.status), city.confirmed])


# -- The place --------------------------------------------------------------------------------


def kind_of_place(facts: CityFacts) -> SafeString:
    """Say that the member is a district, a county and so on, if it is not a city."""
    if facts.city.kind == City.Kind.CITY or not facts.is_current:
        return NOTHING
    sentences = {
        City.Kind.DISTRICT: _("The member is a district."),
        City.Kind.COUNTY: _("The member is a county."),
        City.Kind.BOROUGH: _("The member is a borough."),
        City.Kind.COMMUNE: _("The member is a commune."),
        City.Kind.PROVINCE: _("The member is a province or governorate."),
        City.Kind.CONSORTIUM: _("The member is a consortium."),
    }
    return format_html("{}", sentences[City.Kind(facts.city.kind)])


def number_in_country(facts: CityFacts) -> SafeString:
    """Say how many learning cities there are in the country."""
    if not facts.in_country or not facts.is_current:
        return NOTHING
    country = facts.city.country.in_text
    if facts.in_country == 1:
        sentence = _("It is the only learning city in {country} that we list.")
    else:
        sentence = _("It is one of {number} learning cities in {country} that we list.")
    return format_html(sentence, number=apnumber(facts.in_country), country=country)


def nearest_city(facts: CityFacts) -> SafeString:
    """Name the nearest learning city, with its country if that is another, and the distance."""
    other = facts.nearest
    if other is None:
        return NOTHING
    is_abroad, is_next_door = other.country_id != facts.city.country_id, other.distance < 1
    if is_next_door and is_abroad:
        sentence = _("The nearest learning city is {other} in {country}, less than 1 km away.")
    elif is_next_door:
        sentence = _("The nearest learning city is {other}, less than 1 km away.")
    elif is_abroad:
        sentence = _("The nearest learning city is {other} in {country}, {number} km away.")
    else:
        sentence = _("The nearest learning city is {other}, {number} km away.")
    number = number_format(round(other.distance), force_grouping=True)
    values = {"other": isolated(other.name), "country": other.country.in_text}
    return format_html(sentence, number=number, **values)


def population(facts: CityFacts) -> SafeString:
    """Give the population with its year and source, or else the figure of the United Nations."""
    city = facts.city
    number, year, source = city.population, city.population_year, city.population_source
    if not number:
        number, year = city.un_population, city.un_population_year
        source = _("United Nations")
    if not number:
        return NOTHING
    if year and source:
        sentence = _("Its population was {number} in {year} ({source}).")
    elif year:
        sentence = _("Its population was {number} in {year}.")
    elif source:
        sentence = _("Its population is {number} ({source}).")
    else:
        sentence = _("Its population is {number}.")
    figure = number_format(number, force_grouping=True)
    return format_html(sentence, number=figure, year=year, source=source)


# -- Learning ---------------------------------------------------------------------------------


def leaders(facts: CityFacts) -> SafeString:
    """Name the networks within the city, which lead learning there."""
    names = [network.name for network in facts.networks if network.scope == "city"]
    return (
        format_html(_("Learning there is led by {names}."), names=listed(names))
        if names
        else NOTHING
    )


def wider_networks(facts: CityFacts) -> SafeString:
    """Name the national and cross-border networks of the city."""
    names = [network.name for network in facts.networks if network.scope != "city"]
    if not names:
        return NOTHING
    sentence = ngettext(
        "It takes part in this network: {names}.",
        "It takes part in these networks: {names}.",
        len(names),
    )
    return format_html(sentence, names=listed(names))


def awards(facts: CityFacts) -> SafeString:
    """Give the years of the city's learning city awards."""
    if not facts.awards:
        return NOTHING
    years = get_text_list([str(award.year) for award in facts.awards], _("and"))
    return format_html(_("It received the UNESCO Learning City Award in {years}."), years=years)


def titles(facts: CityFacts) -> SafeString:
    """Name the other titles that the city has from UNESCO."""
    if not facts.designations:
        return NOTHING
    sentence = ngettext(
        "It also has this title: {names}.",
        "It also has these titles: {names}.",
        len(facts.designations),
    )
    return format_html(sentence, names=listed([title.name for title in facts.designations]))


SENTENCES: tuple[Callable[[CityFacts], SafeString], ...] = (
    joining,
    announcement,
    doubtful_membership,
    doubtful_joining,
    leaving,
    kind_of_place,
    number_in_country,
    nearest_city,
    leaders,
    wider_networks,
    awards,
    titles,
    population,
)


def made_paragraph(facts: CityFacts) -> SafeString:
    """Return all that the record of a city says, as the HTML of one paragraph."""
    made = (sentence(facts) for sentence in SENTENCES)
    return format_html_join(" ", "{}", ((text,) for text in made if text))


def in_plain_text(paragraph: SafeString) -> str:
    """Return a made paragraph without its marks, for the description of the page."""
    return unescape(strip_tags(paragraph))
