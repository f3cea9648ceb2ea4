"""Constraints of the models of cities, and their messages for staff."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, models, transaction

from cities.detail_queries import nearest
from cities.models import City, Country
from tests import factories

pytestmark = pytest.mark.django_db


def refused(record):
    """Return the messages with which the record's own validation refuses it."""
    with pytest.raises(ValidationError) as error:
        record.full_clean()
    return error.value.message_dict


def unsaved(record, constraint):
    """Assert that the database itself refuses the record, by this constraint."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        models.Model.save_base(record, force_insert=record._state.adding)


def changed(record, **values):
    for name, value in values.items():
        setattr(record, name, value)
    return record


@pytest.mark.parametrize("code", ["gb", "G", "G1", "", "GBR", "Gb"])
def test_the_code_of_a_country_is_two_capitals(code):
    country = Country(code=code, name="Britain", region="africa", slug="britain")
    assert "code" in refused(country) or refused(country) == {
        "__all__": ["The code is two capital letters, for example “GB”."]
    }
    if len(code) <= 2:
        unsaved(country, "country_code_two_capitals")


def test_a_country_belongs_to_one_of_the_five_regions():
    country = Country(code="GB", name="Britain", region="europe", slug="britain")
    assert refused(country)["region"] == ["Value 'europe' is not a valid choice."]
    unsaved(country, "country_region_known")


def test_names_and_addresses_of_countries_are_unique():
    factories.country(code="GB", name="Britain")
    other = Country(code="FR", name="Britain", region="africa", slug="britain")
    assert refused(other) == {
        "name": ["Country with this Name already exists."],
        "slug": ["Another country already has this address."],
    }


@pytest.mark.parametrize(
    ("latitude", "longitude"),
    [(90.1, 0), (-90.1, 0), (0, 180.1), (0, -180.1), (51.5, None), (None, 0)],
)
def test_coordinates_are_whole_and_on_earth(latitude, longitude):
    city = changed(factories.city(), latitude=latitude, longitude=longitude)
    errors = refused(city)
    if latitude is None or longitude is None:
        assert errors == {
            "__all__": ["Give both latitude (−90 to 90) and longitude (−180 to 180), or neither."]
        }
    else:
        assert list(errors) == ["latitude" if abs(latitude) > 90 else "longitude"]
    unsaved(city, "city_coordinates_whole_and_on_earth")


@pytest.mark.parametrize(("latitude", "longitude"), [(90, 180), (-90, -180), (0, 0)])
def test_the_poles_and_the_date_line_are_valid_coordinates(latitude, longitude):
    assert factories.city(latitude=latitude, longitude=longitude).has_place


def test_a_city_has_a_name_of_its_own_in_its_country():
    york = factories.city(name="York")
    other = City(name="York", country=york.country, slug="york-2")
    sentences = f"There is already York (United Kingdom). {City.double_hint}"
    assert refused(other) == {"name": [sentences]}
    # SQLite names the columns, PostgreSQL the constraint.
    unsaved(other, "city_name_unique_in_country|cities_city.identity_key")
    assert factories.city(name="York", country=factories.country(name="Canada")).pk


def test_a_joining_date_fills_an_empty_joining_year():
    city = changed(factories.city(), joined_on=date(2016, 1, 1), joined_year=None)
    unsaved(city, "city_joined_on_in_joined_year")
    city.full_clean()
    assert city.joined_year == 2016


def test_the_joining_date_is_in_the_joining_year():
    city = changed(factories.city(), joined_on=date(2016, 1, 1), joined_year=2015)
    assert refused(city) == {"__all__": ["The joining date must be in the joining year."]}
    unsaved(city, "city_joined_on_in_joined_year")


def test_the_year_of_a_population_needs_a_population():
    city = changed(factories.city(), population_year=2021)
    assert refused(city) == {
        "__all__": [
            "There is a year of the population, but no population. Enter it, or clear the year."
        ]
    }
    unsaved(city, "city_population_year_has_population")


def test_a_city_of_an_intake_has_its_year():
    intake = factories.intake(year=2024)
    assert factories.city(intake=intake).joined_year == 2024
    unsaved(changed(factories.city(), intake=intake), "city_of_intake_has_year")


def test_a_city_cannot_join_in_another_year_than_its_intake():
    city = City(
        name="York",
        country=factories.country(),
        intake=factories.intake(year=2024),
        joined_year=2020,
    )
    assert refused(city) == {
        "joined_year": [
            (
                "The city is in the intake of 2024, so it joined in that year. "
                "Change the year, or choose another intake."
            )
        ]
    }


@pytest.mark.parametrize("year", [2012, 2101])
def test_impossible_years_are_refused(year):
    city = changed(factories.city(), joined_year=year)
    assert list(refused(city)) == ["joined_year"]
    intake = factories.intake()
    assert list(refused(changed(intake, year=year))) == ["year"]


def test_an_intake_is_announced_in_its_year():
    intake = changed(factories.intake(year=2024), announced_on=date(2023, 12, 31))
    assert refused(intake) == {"__all__": ["“Announced on” must be in the year of the intake."]}
    unsaved(intake, "intake_announced_in_its_year")


def test_an_intake_is_the_only_one_of_its_year():
    factories.intake(year=2024)
    other = changed(factories.intake(year=2025), year=2024)
    assert refused(other) == {"year": ["There is already an intake of this year."]}


def test_a_theme_has_a_name_of_its_own_in_its_kind():
    factories.theme(name="Health", kind="cluster")
    other = changed(factories.theme(name="Wealth", kind="cluster"), name="Health")
    assert refused(other) == {"name": ["There is already Health (Thematic cluster)."]}
    unsaved(other, "theme_name_unique_in_kind|cities_theme.identity_key")


ROWS = {
    "alternative_name_unique_in_city": (
        factories.alternative_name,
        {"name": "Fès", "language": "fr"},
        {"language": "ar"},
        "This name is already in the list.",
    ),
    "award_unique_in_city_and_year": (
        factories.award,
        {"year": 2015},
        {"year": 2017},
        "The award of this year is already in the list.",
    ),
    "designation_unique_in_city": (
        factories.designation,
        {"name": "UNESCO City of Music"},
        {"name": "UNESCO City of Film"},
        "This title is already in the list.",
    ),
}


@pytest.mark.parametrize("constraint", ROWS)
def test_a_row_of_a_city_is_unique(constraint):
    make, values, different, message = ROWS[constraint]
    city = factories.city()
    first = make(city=city, **values)
    twice = type(first)(city=city, **values)
    assert refused(twice) == {"__all__": [message]}
    unsaved(twice, f"{constraint}|{first._meta.db_table}.city_id")
    assert make(city=city, **values | different).pk
    assert make(city=factories.city(), **values).pk


def test_rows_of_a_city_have_a_key_before_they_are_saved():
    rows = (factories.award(), factories.designation(), factories.alternative_name())
    assert all(type(row)(city=row.city).pk for row in rows)


def test_rows_of_a_city_go_with_it_but_its_country_and_intake_do_not():
    intake = factories.intake()
    city = factories.award(city=factories.city(intake=intake)).city
    city.delete()
    assert (City.objects.count(), Country.objects.count()) == (0, 1)
    with pytest.raises(models.ProtectedError):
        factories.city(intake=intake).intake.delete()
    with pytest.raises(models.ProtectedError):
        Country.objects.get().delete()


class TestNearest:
    def test_nearest_cities_come_first_with_their_distance(self):
        manchester = factories.city(name="Manchester", latitude=53.48095, longitude=-2.23743)
        wakefield = factories.city(name="Wakefield", latitude=53.68331, longitude=-1.49768)
        fez = factories.city(name="Fez", latitude=34.03715, longitude=-4.9998)
        factories.city(name="Nowhere")
        neighbours = nearest(manchester, total=4)
        assert [(city, round(city.distance)) for city in neighbours] == [
            (wakefield, 54),
            (fez, 2173),
        ]

    def test_distances_are_right_across_the_date_line(self):
        suva = factories.city(latitude=-18.0, longitude=179.0)
        apia = factories.city(latitude=-18.0, longitude=-179.0)
        assert [round(city.distance) for city in nearest(suva, total=2)] == [212]
        assert [round(city.distance) for city in nearest(apia, total=2)] == [212]

    def test_distances_of_cities_at_one_point_and_at_antipodes(self):
        here = factories.city(latitude=53.48095, longitude=-2.23743)
        factories.city(name="Here too", latitude=53.48095, longitude=-2.23743)
        factories.city(name="There", latitude=-53.48095, longitude=177.76257)
        neighbours = [(city.name, round(city.distance)) for city in nearest(here, total=3)]
        assert neighbours == [("Here too", 0), ("There", 20015)]


@pytest.mark.parametrize(
    ("latitude", "longitude", "label"),
    [
        (53.48095, -2.23743, "53.48° N, 2.24° W"),
        (-33.8688, 151.2093, "33.87° S, 151.21° E"),
        (0, 0, "0.00° N, 0.00° E"),
    ],
)
def test_coordinates_are_written_in_words(latitude, longitude, label):
    assert City(latitude=latitude, longitude=longitude).place_label == label
