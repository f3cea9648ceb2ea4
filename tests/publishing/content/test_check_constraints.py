"""The check constraints of a record: in one query, with the same errors as one by one."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import models, transaction

from cities.models import City
from tests import factories

pytestmark = pytest.mark.django_db
PLACE = "Give both latitude (−90 to 90) and longitude (−180 to 180), or neither."
DATE = "The joining date must be in the joining year."
PEOPLE = "There is a year of the population, but no population. Enter it, or clear the year."


def errors_of(record, exclude=None):
    with pytest.raises(ValidationError) as raised:
        record.validate_constraints(exclude=exclude)
    return sorted(raised.value.messages)


def test_a_valid_city_is_checked_in_few_queries(django_assert_num_queries):
    city = factories.city(latitude=53.7, longitude=-1.5, joined_year=2024)
    # The checks and the address, each in a savepoint, and the name.
    with transaction.atomic(), django_assert_num_queries(7):
        city.validate_constraints()


def test_every_broken_check_is_named(subtests):
    city = factories.city(joined_year=2024)
    with subtests.test("one"):
        city.joined_on = date(2023, 2, 14)
        assert errors_of(city) == [DATE]
    with subtests.test("three"):
        city.latitude, city.population_year = 91.0, 2020
        assert errors_of(city) == sorted([DATE, PEOPLE, PLACE])


def test_a_check_of_an_excluded_field_hides_no_other_one():
    city = factories.city(joined_year=2024, joined_on=date(2024, 2, 14))
    city.latitude, city.joined_on = 91.0, date(2023, 2, 14)
    assert errors_of(city, exclude={"joined_on"}) == [PLACE]
    assert errors_of(city, exclude={"latitude"}) == [DATE]


def test_an_unknown_condition_hides_no_broken_one():
    city = factories.city(joined_year=2024, published_at=None)
    city.expires_at, city.latitude = factories.LONG_AGO, 91.0
    assert errors_of(city) == [PLACE]


def test_the_joined_checks_are_those_of_the_model():
    joined = factories.city().get_constraints()
    (checks, *others) = joined[0][1]
    expected = [c for c in City._meta.constraints if isinstance(c, models.CheckConstraint)]
    assert (joined[0][0], list(checks.checks)) == (City, expected)
    assert [*others] == [c for c in City._meta.constraints if c not in expected]
