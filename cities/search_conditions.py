"""Conditions on cities for words of a search: their names, countries, mottos and networks.

Each is one set of keys, which indexes find; conditions on each row would read every row.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import BigIntegerField, Case, Exists, IntegerField, OuterRef, Q, When
from django.db.models.expressions import RawSQL

from cities.models import AlternativeName, City, Country
from cities.models.expressions import related_rows
from cities.text_index import cities_with_text
from cities.word_index import cities_with_word
from publishing.content.search_words import Word, has_word, needed

# Up to so many letters, a text may be a code, and the beginning of many names.
CODE = 3


def known_by(words: Iterable[Word], without_countries: Iterable[Word] = ()) -> Q:
    """Return the condition that a name, motto, country or network of a city has each prefix."""
    condition = Q()
    for word in needed(list(words)):
        others = _led_by(word)
        if word not in without_countries:
            others = _in_countries(word).union(others)
        condition &= Q(pk__in=cities_with_word(word.spellings, others, word.is_whole))
    return condition


def with_words(words: Iterable[Word]) -> Q:
    """Return the condition that names, motto or part of the country have all these words.

    Words of a few letters match as beginnings too.
    """
    condition = Q()
    for word in words:
        is_whole = word.is_whole or len(word.fold) > CODE
        condition &= Q(pk__in=cities_with_word(word.spellings, is_whole=is_whole))
    return condition


def with_phrase(words: Sequence[Word]) -> Q:
    """Return the condition that a name of the city has these words, one after the other."""
    phrase = f" {' '.join(word.fold for word in words)}"
    found = Q(search_key__contains=phrase) | Q(_with_name(search_key__contains=phrase))
    return _own(words) & found


def in_countries(codes: Sequence[str], *others: Q) -> Q:
    """Return the condition that a city is in one of these countries, or meets another condition."""
    cities = City.objects.order_by()
    conditions = (Q(country__in=codes), *others)
    # A union of keys, because with OR the database would read every row.
    first, *rest = (cities.filter(condition).values("pk") for condition in conditions)
    return Q(pk__in=first.union(*rest))


def beginning_with(words: Sequence[Word]) -> Q:
    """Return the condition that a name of the city begins with these words, or is these words."""
    name = f" {' '.join(word.fold for word in words)}"
    found = Q(name_key=name) | Q(_with_name(search_key=name))
    if len(name) > CODE + 1:
        start = f"{name} "
        found |= Q(name_key__startswith=start) | Q(_with_name(search_key__startswith=start))
    return _own([word._replace(is_whole=True) for word in words]) & found


def cities_with_anything(word: Word) -> RawSQL:
    """Return a subquery of the keys of cities that staff find by a word.

    It stands in one of their names or texts, or in the name of their country.
    """
    named = cities_with_word(word.spellings, _in_countries(word), word.is_whole)
    texts = cities_with_text(word, is_staff=True)
    sql, parameters = f"{named.sql} UNION {texts.sql}", [*named.params, *texts.params]
    return RawSQL(sql, parameters, BigIntegerField())  # noqa: S611 (constants, and parameters)


def rank(folded: str) -> Case:
    """Return 0 for names that begin with the text, 1 for names with it, 2 for other names."""
    return Case(
        When(name_key__startswith=f" {folded}", then=0),
        When(name_key__contains=f" {folded}", then=1),
        When(_with_name(search_key__contains=f" {folded}"), then=2),
        default=3,
        output_field=IntegerField(),
    )


def rank_of_beginning(folded: str) -> Case:
    """Return 0 for names that begin with the text, 1 for other such names, 2 for names with it."""
    return Case(
        When(name_key__startswith=f" {folded}", then=0),
        When(_with_name(search_key__startswith=f" {folded}"), then=1),
        When(name_key__contains=f" {folded}", then=2),
        default=3,
        output_field=IntegerField(),
    )


def rank_in(codes: Sequence[str], folded: str) -> Case:
    """Return 0 for names that begin with a country's name, 1 for cities in it, 2 for others."""
    return Case(
        When(Q(name_key=f" {folded}") | Q(name_key__startswith=f" {folded} "), then=0),
        When(country__in=codes, then=1),
        default=2,
        output_field=IntegerField(),
    )


def _own(words: Sequence[Word]) -> Q:
    condition = Q()
    for word in needed(words):
        condition &= Q(pk__in=cities_with_word(word.spellings, is_whole=word.is_whole))
    return condition


def _with_name(**condition: str) -> Exists:
    return Exists(AlternativeName.objects.filter(city=OuterRef("pk"), **condition))


def _in_countries(word: Word) -> Any:
    countries = Country.objects.filter(has_word("name_key", word))
    return City.objects.filter(country__in=countries).order_by().values("pk")


def _led_by(word: Word) -> Any:
    # Through the relation, because `partners` imports `cities` and not the reverse.
    networks = related_rows(City, "networks").published().filter(has_word("name_key", word))
    relation: Any = City._meta.get_field("networks")
    led = relation.field.remote_field.through._default_manager.filter(network__in=networks)
    return led.order_by().values("city")
