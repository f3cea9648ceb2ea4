"""The rims of numbers: what a record accepts, every database stores, and no database but SQLite
stores more. Addresses of websites. Slugs of Arabic names."""

from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import DataError, connection, models, transaction

from cities.models import City
from publishing.content.keys import is_key, only_keys
from publishing.content.slugs import readable_slug
from publishing.content.websites import validate_website
from tests import factories
from tests.admin_pages import errors, open_form, save_form
from tests.portal.staff.conftest import superuser

__all__ = ["superuser"]

APPS = ("cities", "partners", "news", "portal")
POSTGRESQL = {
    "PositiveSmallIntegerField": (0, 32_767),
    "SmallIntegerField": (-32_768, 32_767),
    "PositiveIntegerField": (0, 2_147_483_647),
    "IntegerField": (-2_147_483_648, 2_147_483_647),
}


def typed_numbers() -> list[Any]:
    """Return the columns of whole numbers that people fill in."""
    return [
        field
        for model in apps.get_models()
        if model._meta.app_label in APPS and model.__name__ != "RequestCount"
        for field in model._meta.local_fields
        if isinstance(field, models.IntegerField) and field.editable and not field.primary_key
    ]


def accepts(field: Any, value: int) -> bool:
    try:
        field.clean(value, None)
    except ValidationError:
        return False
    return True


@pytest.mark.parametrize("field", typed_numbers(), ids=str)
def test_a_number_that_is_accepted_is_within_the_columns_of_every_database(field):
    smallest, largest = POSTGRESQL[field.get_internal_type()]
    limits = [v.limit_value for v in field.validators if isinstance(v, MaxValueValidator)]
    limit = min(limits)
    assert limit <= largest
    assert accepts(field, limit)
    for beyond in (limit + 1, largest + 1, 2**63 - 1, 2**63, 10**30, smallest - 1, -(10**30)):
        assert not accepts(field, beyond), beyond


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["population", "geonames_id"])
def test_the_largest_number_is_stored_and_one_more_is_refused(field):
    largest = max(v.limit_value for v in City._meta.get_field(field).validators[:1])
    city = factories.city(**{field: largest})
    city.refresh_from_db()
    assert getattr(city, field) == largest
    setattr(city, field, largest + 1)
    with pytest.raises(ValidationError) as refused:
        city.full_clean()
    assert list(refused.value.message_dict) == [field]


@pytest.mark.django_db
def test_a_number_beyond_the_column_is_stored_by_sqlite_alone():
    city = factories.city()
    try:
        with transaction.atomic():
            City.objects.filter(pk=city.pk).update(population=2**31)
    except DataError:
        assert connection.vendor == "postgresql"
    else:
        assert connection.vendor == "sqlite"


@pytest.mark.django_db
def test_a_row_beyond_the_limits_is_shown_and_its_form_says_what_is_wrong(superuser, client):
    city = factories.city()
    # Accepted before, and within the columns of both databases.
    City.objects.update(population=2_000_000_000, geonames_id=2_000_000_000)
    for address in ("/", "/cities/", "/numbers/", "/cities/export.csv", city.get_absolute_url()):
        assert client.get(address).status_code == 200
    assert open_form(superuser, city)["population"] == ["2000000000"]
    refused = errors(save_form(superuser, city, motto="New"))
    assert sorted(refused) == ["geonames_id", "population"]


NINES = "9" * 30
SCHEME = "Enter an address that begins with “https://” or “http://”."


@pytest.mark.parametrize("value", ["1", "0", "-1", str(2**63 - 1), " 7 ", "٣", 5])
def test_a_key_is_a_number_that_a_column_can_hold(value):
    assert is_key(City._meta.pk, value)


@pytest.mark.parametrize(
    "value", [NINES, str(2**63), "1 or 1=1", "", "x", "1\x00", "NaN", "1e5", "9" * 5000]
)
def test_any_other_text_is_no_key(value):
    assert not is_key(City._meta.pk, value)


def test_only_keys_are_left_of_a_list():
    assert only_keys(City, ["1", NINES, "x", "2"]) == ["1", "2"]


@pytest.mark.parametrize(
    "address",
    [
        "https://example.org",
        "http://example.org/a_b?c=d#e",
        "https://my_city.example.org/",
        "https://_a.b_c.example.org:8443/x",
        "https://münchen.de/",
        "https://北京.中国/",
        "https://127.0.0.1/",
        "https://[::1]/",
    ],
)
def test_an_address_that_browsers_open_is_accepted(address):
    validate_website(address)


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.org/",
        "ftps://example.org/",
        "file:///etc/passwd",
        "mailto:a@example.org",
        "javascript:alert(1)",
        "https://exa mple.org",
        "https://-a.org/",
        "https://",
        "x y",
    ],
)
def test_any_other_address_is_refused_in_a_sentence(address):
    with pytest.raises(ValidationError) as refused:
        validate_website(address)
    is_page = "://" not in address or address.startswith("https:")
    sentence = "Enter a valid URL." if is_page else SCHEME
    assert refused.value.messages == [sentence]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["website", "source_url"])
def test_a_website_is_checked_at_its_field(superuser, name):
    city = factories.city()
    assert errors(save_form(superuser, city, **{name: "ftp://example.org/"})) == {name: [SCHEME]}
    assert save_form(superuser, city, **{name: "https://my_city.example.org/"}).status_code == 302


def test_every_website_has_the_same_rule():
    bare = [
        str(field)
        for model in apps.get_models()
        if model._meta.app_label in (*APPS, "publishing")
        for field in model._meta.local_fields
        if isinstance(field, models.URLField) and validate_website not in field.validators
    ]
    assert bare == []


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("القاهرة", "alqahra"),
        ("أسوان", "aswan"),
        ("آبادان", "abadan"),
        ("إربد", "irbd"),
        ("الرياض", "alryad"),
        ("تهران", "thran"),
        ("مكة", "mka"),
        ("Cairo", "cairo"),
    ],
)
def test_an_arabic_name_keeps_its_alefs_in_its_address(name, slug):
    assert readable_slug(name) == slug


@pytest.mark.django_db
def test_the_address_of_a_record_stays_when_its_letters_would_differ_now():
    city = factories.city(name="القاهرة", slug="lqhrh")
    city.motto = "New"
    city.full_clean()
    city.save()
    assert city.slug == "lqhrh"
