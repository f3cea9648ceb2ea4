"""Renewal of stored text by a migration, after the normal form or folding changed."""

import pytest
from django.db import connection

from cities.models import AlternativeName, City, Country
from portal.models import Page
from publishing.content.renewal import Renewal
from publishing.models import Revision
from tests import factories

pytestmark = pytest.mark.django_db


def write(record, **values):
    """Write columns as a release without a normal form did."""
    places = ", ".join(f"{name} = %s" for name in values)
    key = record._meta.pk
    pk = key.get_db_prep_value(record.pk, connection, prepared=False)
    with connection.cursor() as cursor:
        statement = f"UPDATE {record._meta.db_table} SET {places} WHERE {key.column} = %s"  # noqa: S608
        cursor.execute(statement, [*values.values(), pk])


def test_texts_and_folded_columns_are_renewed_without_a_trace():
    city = factories.city(name="Fez")
    name = factories.alternative_name(city=city)
    page = factories.page()
    old = {"name": "Ga\u0308nc\u0259\u200b", "summary": "a\r\nb\u00ad", "note": "\u200b"}
    write(city, **old, name_key=" old", search_key=" old", identity_key="old")
    write(name, name="Ko\u0308ln", search_key=" old")
    write(page, body="<p>a\u200b</p><div><br></div>")
    for model in (City, AlternativeName, Page):
        Renewal(model, connection).run()
    updated = City.objects.get()
    assert (updated.name, updated.summary, updated.note) == ("Gäncə", "a\nb", "")
    assert updated.name_key == " gance"
    assert updated.search_key.split() == ["gance", "gaence"]
    assert updated.identity_key == "gb|gance|"
    assert AlternativeName.objects.get().search_key == " koln koeln"
    assert Page.objects.get().body == "<p>a</p>"
    assert (updated.updated_at, updated.slug) == (city.updated_at, city.slug)
    assert not Revision.objects.exists()


def test_doubles_from_before_stay_and_trashed_ones_do_not_count():
    cities = [factories.city(name=f"City {number}") for number in range(4)]
    for number, city in enumerate(cities):
        write(city, name="E\u0301vora" if number else "EVORA", identity_key=f"old {number}")
    City.objects.filter(pk=cities[0].pk).update(trashed_at=factories.LONG_AGO)
    Renewal(City, connection).run()
    keys = list(City.objects.order_by("pk").values_list("name", "identity_key"))
    assert keys == [
        ("EVORA", "gb|evora|"),
        ("Évora", "gb|evora|"),
        ("Évora", f"gb|evora|||{cities[2].pk}"),
        ("Évora", f"gb|evora|||{cities[3].pk}"),
    ]
    for city in City.objects.all():
        city.full_clean(exclude=["slug"])
        city.save()


def test_a_row_that_cannot_be_renewed_stays_and_the_others_are():
    first, second = factories.country(name="Évora"), factories.country(name="Fez")
    invisible = factories.country(name="Gone")
    write(second, name="E\u0301vora")
    write(invisible, name="\u200b", name_key=" old")
    third = factories.country(name="Third")
    write(third, name="Thi\u00adrd")
    Renewal(Country, connection).run()
    names = dict(Country.objects.values_list("pk", "name"))
    assert names[first.pk] == "Évora"
    assert names[second.pk] == "E\u0301vora"
    assert names[invisible.pk] == "\u200b"
    assert names[third.pk] == "Third"


def test_only_the_text_that_cannot_be_renewed_stays():
    """The other columns are renewed, so that a constraint of theirs can be added."""
    spellings = [factories.country(name=f"Country {number}") for number in range(3)]
    for number, country in enumerate(spellings):
        name = "Fez" + "\u200b" * number
        write(
            country,
            name=name,
            name_key=" old",
            name_in_text="the\u00a0 Fez ",
            identity_key=f"old {number}",
        )
    Renewal(Country, connection).run()
    renewed = list(Country.objects.order_by("pk").values_list("name", "name_key", "identity_key"))
    assert renewed == [
        ("Fez", " fez", "fez"),
        ("Fez\u200b", " fez", f"fez||{spellings[1].pk}"),
        ("Fez\u200b\u200b", " fez", f"fez||{spellings[2].pk}"),
    ]
    assert set(Country.objects.values_list("name_in_text", flat=True)) == {"the\u00a0 Fez"}


def test_a_text_that_becomes_too_long_for_its_column_stops_nothing():
    city = factories.city()
    # A letter that NFC takes apart.
    write(city, name="\u0958" * 120, motto="b\u00ad", name_key=" old", identity_key="")
    Renewal(City, connection).run()
    city.refresh_from_db()
    assert (city.motto, city.name_key) == ("b", " " + "\u0915" * 120)
    # SQLite does not count the letters.
    assert city.name in ("\u0958" * 120, "\u0915\u093c" * 120)
