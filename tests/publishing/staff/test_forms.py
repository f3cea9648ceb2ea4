"""Forms of the desk: inline rows, refusals in sentences, relations by name."""

from datetime import date

import pytest
from django.db import IntegrityError
from django.db.models.signals import pre_save
from django.urls import reverse

from cities.models import AlternativeName, Award, City, Country
from partners.models import Membership, Network
from publishing.models import FormerSlug
from tests import factories
from tests.admin_pages import add, admin_url, errors, open_form, save_form

pytestmark = pytest.mark.django_db


def rows(prefix, *values):
    """Return the fields that a browser sends for new rows of an empty inline."""
    sent = {f"{prefix}-TOTAL_FORMS": str(len(values))}
    for index, row in enumerate(values):
        sent |= {f"{prefix}-{index}-{name}": value for name, value in row.items()}
    return sent


def test_rows_of_a_form_are_added_changed_and_removed(publisher):
    city = factories.city(name="Fez")
    response = save_form(
        publisher,
        city,
        **rows("alternative_names", {"name": "Fès", "language": "fr"}, {"name": "فاس"}),
        **rows("awards", {"year": "2015"}, {"year": "2017"}),
        **rows("designations", {"name": "UNESCO City of Literature", "year": "2004"}),
    )
    assert response.status_code == 302, errors(response)
    names = city.alternative_names.values_list("language", "name")
    assert list(names) == [("", "فاس"), ("fr", "Fès")]
    assert list(city.awards.values_list("year", flat=True)) == [2015, 2017]
    assert [str(row) for row in city.designations.all()] == ["UNESCO City of Literature"]

    changes = {"awards-0-DELETE": "on", "awards-1-year": "2019"}
    assert save_form(publisher, city, **changes).status_code == 302
    assert list(city.awards.values_list("year", flat=True)) == [2019]


@pytest.mark.parametrize("number", ["1000000000", "2000", "9" * 5000, "-1", "x"])
def test_a_form_has_no_more_rows_than_were_sent(publisher, number):
    city = factories.city(name="Fez")
    factories.award(city=city, year=2015)
    sent = {f"{part}-TOTAL_FORMS": number for part in City.parts}
    answer = save_form(publisher, city, name="", **sent)
    assert answer.status_code == 200
    assert answer.text.count('name="awards-') < 20
    assert city.awards.count() == 1


def test_rows_of_a_form_have_keys_before_they_are_saved(editor):
    row = factories.alternative_name()
    fields = open_form(editor, row.city)
    assert fields["alternative_names-0-id"] == [str(row.pk)]


def test_the_same_row_twice_in_one_form_is_refused_in_a_sentence(editor):
    city = factories.city()
    same = {"name": "Fès", "language": "fr"}
    response = save_form(
        editor, city, **rows("alternative_names", same, same), **rows("awards", {"year": "2015"})
    )
    assert response.status_code == 200
    assert errors(response)["alternative_names"] == [
        "Please correct the duplicate data for name and language, which must be unique.",
        "Please correct the duplicate values below.",
    ]
    assert not AlternativeName.objects.exists()
    assert not Award.objects.exists()


def test_a_row_that_already_exists_is_refused_in_a_sentence(editor):
    award = factories.award(year=2015)
    new = {"awards-TOTAL_FORMS": "2", "awards-1-year": "2015", "awards-1-city": award.city.pk}
    response = save_form(editor, award.city, **new)
    assert response.status_code == 200
    assert "Please correct the duplicate data" in str(errors(response)["awards"])


def test_the_same_organisation_twice_in_a_network_is_refused(publisher):
    network, organisation = factories.network(), factories.organisation()
    row = {"organisation": organisation.pk, "status": "member"}
    response = save_form(publisher, network, **rows("memberships", row, row))
    assert response.status_code == 200
    assert "Please correct the duplicate data" in str(errors(response)["memberships"])
    assert not Membership.objects.exists()
    assert save_form(publisher, network, **rows("memberships", row)).status_code == 302
    assert [str(m.organisation) for m in network.memberships.all()] == [organisation.name]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (
            {"slug": "taken"},
            {"slug": ["Another record already has this address. Choose a different one."]},
        ),
        (
            {"latitude": "53"},
            {
                "__all__": [
                    "Give both latitude (−90 to 90) and longitude (−180 to 180), or neither."
                ]
            },
        ),
        (
            {"latitude": "91", "longitude": "0"},
            {
                "latitude": ["Ensure this value is less than or equal to 90."],
            },
        ),
        (
            {"joined_year": "2020", "joined_on": "2021-01-01"},
            {"__all__": ["The joining date must be in the joining year."]},
        ),
        (
            {"population_year": "2021"},
            {
                "__all__": [
                    (
                        "There is a year of the population, but no population. "
                        "Enter it, or clear the year."
                    )
                ]
            },
        ),
        (
            {"population": "9" * 40},
            {"population": ["Ensure this value is less than or equal to 9223372036854775807."]},
        ),
        ({"name": "a\x00b"}, {"name": ["Null characters are not allowed."]}),
        (
            {"joined_year": "1999"},
            {"joined_year": ["Ensure this value is greater than or equal to 2013."]},
        ),
        (
            {"country": "ZZ"},
            {
                "country": [
                    "Select a valid choice. That choice is not one of the available choices."
                ]
            },
        ),
    ],
)
def test_a_violated_constraint_is_shown_with_the_form(editor, values, expected):
    factories.city(name="Taken")
    response = save_form(editor, factories.city(name="Mine"), **values)
    assert response.status_code == 200
    found = errors(response)
    if "population" in expected:
        # The largest number depends on the database.
        assert list(found) == ["population"]
    else:
        assert found == expected


def test_an_intake_sets_the_joining_year_and_a_contradiction_is_refused(publisher):
    city, intake = factories.city(), factories.intake(year=2024)
    assert save_form(publisher, city, intake=intake.pk).status_code == 302
    city.refresh_from_db()
    assert city.joined_year == 2024
    assert errors(save_form(publisher, city, joined_year="2020")) == {
        "joined_year": [
            (
                "The city is in the intake of 2024, so it joined in that year. "
                "Change the year, or choose another intake."
            )
        ]
    }


def test_the_code_of_a_country_is_capitals_and_stays(publisher):
    values = {"name": "Scotland", "code": "xs", "region": "europe-and-north-america"}
    assert add(publisher, Country, **values).status_code == 302
    country = Country.objects.get()
    assert (country.code, country.slug) == ("XS", "scotland")
    assert save_form(publisher, country, code="XX", name="Alba").status_code == 302
    assert list(Country.objects.values_list("code", "name")) == [("XS", "Alba")]
    response = add(publisher, Country, **values | {"code": "X1"})
    assert errors(response) == {"__all__": ["The code is two capital letters, for example “GB”."]}


def test_a_former_slug_is_stored_and_shown(publisher):
    city = factories.city(name="Brighton")
    assert save_form(publisher, city, slug="brighton-and-hove").status_code == 302
    former = FormerSlug.objects.get()
    page = publisher.get(admin_url(FormerSlug, "changelist"))
    assert f'<a href="{admin_url(City, "change", city.pk)}">Current record</a>' in page.text
    response = publisher.post(admin_url(FormerSlug, "change", former.pk), {"slug": "x"})
    assert response.status_code == 403


# -- Two people at the same moment ---------------------------------------------------------


def test_a_save_is_tried_again_when_a_value_was_taken_at_the_last_moment(editor):
    """The first write fails, as when somebody else takes the slug just before."""
    factories.united_kingdom()
    failures = iter([IntegrityError("UNIQUE constraint failed: cities_city.slug")])

    def fail_once(**kwargs):
        for failure in failures:
            raise failure

    pre_save.connect(fail_once, sender=City)
    try:
        response = add(editor, City, name="Leeds", country="GB", **rows("awards", {"year": "2015"}))
    finally:
        pre_save.disconnect(fail_once, sender=City)
    assert response.status_code == 302
    assert list(Award.objects.values_list("city__slug", "year")) == [("leeds", 2015)]


def test_an_error_of_the_database_is_shown_and_no_typed_text_is_lost(editor):
    factories.united_kingdom()

    def fail(**kwargs):
        raise IntegrityError("FOREIGN KEY constraint failed")

    pre_save.connect(fail, sender=City)
    try:
        response = add(editor, City, name="Leeds", country="GB", motto="Pro rege et lege")
    finally:
        pre_save.disconnect(fail, sender=City)
    assert response.status_code == 200
    assert errors(response)["__all__"] == [
        (
            "This could not be saved, because somebody else saved at the same time. Nothing is "
            "lost: compare your text with the current record, then save again."
        )
    ]
    assert 'value="Pro rege et lege"' in response.text
    assert not City.objects.exists()


# -- Relations -----------------------------------------------------------------------------


def offered(client, model, field, term):
    response = client.get(
        reverse("admin:autocomplete"),
        {
            "app_label": model._meta.app_label,
            "model_name": model._meta.model_name,
            "field_name": field,
            "term": term,
        },
    )
    assert response.status_code == 200
    return [result["text"] for result in response.json()["results"]]


def test_cities_are_offered_with_their_country_and_state(editor):
    spain, argentina = factories.country(name="Spain"), factories.country(name="Argentina")
    factories.city(name="Córdoba", country=spain)
    factories.city(name="Córdoba", country=argentina, published_at=None)
    assert sorted(offered(editor, Network, "cities", "cordoba")) == [
        "Córdoba, Argentina (draft)",
        "Córdoba, Spain",
    ]
    assert offered(editor, Network, "cities", "cordoba arg") == ["Córdoba, Argentina (draft)"]
    assert offered(editor, Network, "cities", "\x00'\"") == offered(editor, Network, "cities", "")


def test_chosen_cities_are_shown_as_they_are_offered(editor):
    city = factories.city(name="Wakefield")
    network = factories.network(cities=[city])
    page = editor.get(admin_url(Network, "change", network.pk))
    option = f'<option value="{city.pk}" selected>Wakefield, United Kingdom</option>'
    assert option in page.text


def test_organisations_of_a_form_are_shown_as_they_are_offered(editor):
    organisation = factories.organisation(name="Leeds City College", published_at=None)
    membership = factories.membership(organisation=organisation)
    page = editor.get(admin_url(Network, "change", membership.network.pk))
    option = f'<option value="{organisation.pk}" selected>Leeds City College (draft)</option>'
    assert option in page.text
    assert offered(editor, Membership, "organisation", "lee coll") == ["Leeds City College (draft)"]


def test_autocompletes_are_for_staff_only(client):
    address = reverse("admin:autocomplete")
    response = client.get(address, {"app_label": "news", "model_name": "event"})
    assert response.status_code == 302


# -- Rich text -----------------------------------------------------------------------------


def test_the_editor_obeys_the_content_security_policy_and_text_is_sanitised(publisher):
    city = factories.city()
    page = publisher.get(admin_url(City, "change", city.pk))
    policy = page["Content-Security-Policy"]
    nonce = page.wsgi_request._csp_nonce
    assert f"script-src 'self' 'nonce-{nonce}'" in policy
    assert "unsafe" not in policy
    assert f'<script nonce="{nonce}" type="importmap">' in page.text or (
        f'<script type="importmap" nonce="{nonce}">' in page.text
    )
    evil = '<p onclick="x()">Learn<script>alert(1)</script> <strong>now</strong></p>'
    assert save_form(publisher, city, profile=evil).status_code == 302
    city.refresh_from_db()
    assert city.profile == "<p>Learn <strong>now</strong></p>"


@pytest.mark.parametrize(
    "typed",
    "2024-02-14|14/02/2024|14/2/24|14.02.2024|14-02-2024|14 February 2024|14 Feb 2024".split("|"),
)
def test_a_day_is_typed_as_people_write_it(publisher, typed):
    city = factories.city(published_at=None)
    response = save_form(publisher, city, joined_on=typed)
    assert response.status_code == 302, errors(response)
    city.refresh_from_db()
    assert city.joined_on == date(2024, 2, 14)
