"""The identifiers, figures and grades of a record: checked where people enter them."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cities.models import City
from tests import factories


def refused(**values):
    """Return the errors of a city with these values."""
    city = factories.city()
    for name, value in values.items():
        setattr(city, name, value)
    try:
        city.full_clean()
    except ValidationError as error:
        return error.message_dict
    return {}


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["18125", "q18125", "Q0", "Q1x", "https://www.wikidata.org/Q1"])
def test_a_wikidata_number_is_a_q_with_a_number(number):
    errors = refused(wikidata_id=number)["wikidata_id"]
    assert "Enter the number that begins with Q, for example “Q18125”." in errors
    assert refused(wikidata_id="Q18125") == {}


@pytest.mark.django_db
def test_the_code_of_a_subdivision_is_one_of_the_country():
    assert refused(subdivision_code="GB-MAN") == {}
    assert refused(subdivision_code="GB-man") == {
        "subdivision_code": ["Enter a code of ISO 3166-2, for example “GB-MAN”."]
    }
    assert refused(subdivision_code="FR-69") == {
        "subdivision_code": ["The code begins with that of the country: “GB-”."]
    }


@pytest.mark.django_db
def test_the_year_of_a_united_nations_figure_needs_the_figure():
    assert refused(un_population=503127, un_population_year=2011) == {}
    assert refused(un_population_year=2011) == {
        "__all__": [
            (
                "There is a year of the United Nations figure, but no figure. "
                "Enter it, or clear the year."
            )
        ]
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        City.objects.update(un_population_year=2011)


@pytest.mark.django_db
def test_visitors_find_a_city_by_what_its_sources_say():
    factories.city(name="Fez", what_sources_say="The council names the year 2016.")
    # The words that only staff may find have a mark.
    assert " council" in City.objects.get().words_key
