"""Is this the same city? One answer in forms, shells, imports and the database."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from cities.models import City
from portal.models import Tie
from publishing.content.doubles import NearDoubles, is_one_letter_off
from publishing.content.identity import tolerated
from publishing.revisions import transitions
from tests import factories
from tests.admin_pages import add, errors, save_form
from tests.staff_fixtures import signed_in

pytestmark = pytest.mark.django_db

SAME = [
    "Alcobac\u0327a",
    "ALCOBAÇA",
    "Alcobaca",
    "Alco\u00adbaça",
    "Alcobaça\u200b",
    "\u202eAlcobaça",
    "Alcobaça.",
]


@pytest.fixture
def alcobaca():
    country = factories.country(code="PT", name="Portugal")
    return factories.city(name="Alcobaça", country=country)


def double(city, **values):
    return City(**{"country": city.country, "name": "Alcobaca"} | values)


@pytest.mark.parametrize("name", SAME)
def test_a_second_city_of_the_name_is_refused_by_full_clean_and_by_the_database(alcobaca, name):
    city = double(alcobaca, name=name)
    with pytest.raises(ValidationError) as refused:
        city.full_clean()
    sentences = "There is already Alcobaça (Portugal). " + str(City.double_hint)
    assert refused.value.message_dict == {"name": [sentences]}
    for write in (
        city.save,
        lambda: City.objects.bulk_create([double(alcobaca, name=name, slug="x")]),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            write()


def test_two_places_of_one_name_are_told_apart_by_their_part_of_the_country(alcobaca):
    other = double(alcobaca, name="Alcobaça", subdivision="Alentejo")
    other.full_clean()
    other.save()
    again = double(alcobaca, subdivision="ALENTEJO ")
    with pytest.raises(ValidationError):
        again.full_clean()
    elsewhere = double(alcobaca, country=factories.country(code="BR", name="Brazil"))
    elsewhere.full_clean()
    elsewhere.save()
    assert other.slug != elsewhere.slug != alcobaca.slug


def test_a_form_names_and_links_the_other_city(publisher, alcobaca):
    response = add(
        publisher, City, name="alcobaca\u200b", country="PT", status="member", kind="city"
    )
    assert response.status_code == 200
    [sentence] = errors(response)["name"]
    link = f'<a href="/admin/cities/city/{alcobaca.pk}/change/">Alcobaça (Portugal)</a>'
    assert sentence.startswith(f"There is already {link}.")
    assert link in response.text
    assert City.objects.count() == 1


def test_a_name_with_markup_or_percent_signs_is_escaped_in_the_refusal(publisher, alcobaca):
    factories.city(name="<b>100% {x}", country=alcobaca.country)
    response = add(publisher, City, name="<B>100% {X}", country="PT", status="member", kind="city")
    assert response.status_code == 200
    assert "&lt;b&gt;100% {x} (Portugal)</a>" in response.text


def test_a_city_in_the_trash_does_not_count_until_it_is_restored(alcobaca):
    transitions.run(alcobaca, transitions.trash)
    second = double(alcobaca)
    second.full_clean()
    second.save()
    alcobaca.trashed_at = None
    with pytest.raises(ValidationError):
        alcobaca.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        alcobaca.save()


def test_a_double_from_before_stays_until_its_name_changes(alcobaca):
    old = factories.city(name="Other", country=alcobaca.country)
    key = old._meta.get_field("identity_key").value_for(double(alcobaca))
    City.objects.filter(pk=old.pk).update(name="Alcobaca", identity_key=tolerated(key, old.pk))
    old.refresh_from_db()
    old.motto = "A motto"
    old.full_clean()
    old.save()
    old.name = "ALCOBACA."
    old.full_clean()
    old.name = "Bilbao"
    old.full_clean()
    old.save()
    old.name = "Alcobaca"
    with pytest.raises(ValidationError):
        old.full_clean()


@pytest.mark.parametrize(
    ("make", "first", "second"),
    [
        (factories.network, "Réseau d’Évora", "reseau d'evora"),
        (factories.organisation, "Universität", "UNIVERSITAT"),
        (factories.theme, "Équité", "Equite"),
        (factories.country, "Türkiye", "TURKIYE"),
    ],
)
def test_other_kinds_of_record_have_one_record_of_a_name(make, first, second):
    record = make(name=first)
    other = make(name="Quite another")
    other.name = second
    with pytest.raises(ValidationError) as refused:
        other.full_clean()
    assert record.name in refused.value.message_dict["name"][0]
    with pytest.raises(IntegrityError), transaction.atomic():
        other.save()


def test_names_of_signs_alone_are_told_apart():
    country = factories.country()
    for name in ("🎓", "!!!", "🎉"):
        city = City(name=name, country=country)
        city.full_clean()
        city.save()
    assert City.objects.count() == 3


def test_a_name_of_the_longest_ligatures_fits_the_index():
    city = factories.city(name="\ufdfa" * 120, subdivision="\ufdfa" * 120)
    assert len(city.identity_key) < 250
    with pytest.raises(ValidationError):
        City(name="\ufdfa" * 120, subdivision="\ufdfa" * 120, country=city.country).full_clean()
    City(name="\ufdfa" * 119, subdivision="\ufdfa" * 120, country=city.country).full_clean()


# -- Near-doubles --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("Gence", "Gəncə"),
        ("Koeln", "Köln"),
        ("Saint-Denis", "St Denis"),
        ("St. Denis", "Saint Denis"),
        ("Bilbaoo", "Bilbao"),
        ("Blibao", "Bilbao"),
        ("Bil bao", "Bilbao"),
        ("Bilboa", "Bilbao"),
        ("Duesseldorf", "Düsseldorf"),
        ("Malmo", "Malmö"),
    ],
)
def test_two_ways_to_write_a_name_are_near(typed, there):
    city = factories.city(name=there)
    found = NearDoubles(City.objects.all()).of(City(name=typed, country=city.country))
    assert found == [(city.pk, f"{there} ({city.country.name})")]


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        ("Bari", "Bali"),
        ("Hangzhou", "Changzhou"),
        ("Chiang Mai", "Chiang Rai"),
        ("District 1", "District 2"),
        ("Bilbao", "Bergen"),
        ("Leeds", "Leuven"),
        ("", "Fez"),
    ],
)
def test_two_names_are_not_near(typed, there):
    city = factories.city(name=there)
    assert NearDoubles(City.objects.all()).of(City(name=typed, country=city.country)) == []


def test_near_doubles_know_other_names_countries_and_parts_of_countries():
    fez = factories.city(name="Fez", official_name="Commune of Fez", subdivision="Fès-Meknès")
    fez.alternative_names.create(name="Fès el Bali")
    doubles = NearDoubles(City.objects.all())
    assert doubles.of(City(name="Fes el-Bali", country=fez.country))[0].pk == fez.pk
    assert doubles.of(City(name="commune of fez", country=fez.country))[0].pk == fez.pk
    assert doubles.of(City(name="Fez", country=factories.country(code="FR"))) == []
    assert doubles.of(City(name="Fez", country=fez.country, subdivision="Elsewhere")) == []
    assert doubles.of(fez) == []


def test_near_doubles_of_many_records_load_each_country_once(django_assert_num_queries):
    countries = [factories.country(), factories.country()]
    for number in range(40):
        factories.city(name=f"Bilbao {number}", country=countries[number % 2])
    records = [City(name=f"Bilbao {n}", country=countries[n % 2]) for n in range(40)]
    doubles = NearDoubles(City.objects.all())
    with django_assert_num_queries(6):
        assert all(len(doubles.of(record)) == 1 for record in records)


def test_letters_are_added_lost_changed_and_swapped():
    assert is_one_letter_off("new bilbao", "new blbao")
    assert not is_one_letter_off("bilbao", "ilbao")
    assert is_one_letter_off("bilbao", "bilba")
    assert is_one_letter_off("bilbao", "bilbxo")
    assert is_one_letter_off("bilbao", "bilboa")
    assert not is_one_letter_off("bilbao", "bilbao")
    assert not is_one_letter_off("bilbao", "bxlbxo")
    assert not is_one_letter_off("bilbao", "bilbaoxx")


def test_the_notice_names_what_is_near_while_it_is_typed(publisher, alcobaca):
    address = "/admin/cities/city/doubles/"
    typed = {"name": "alcobacca", "country": "PT", "subdivision": ""}
    answer = publisher.get(address, typed)
    assert (
        f'<a href="/admin/cities/city/{alcobaca.pk}/change/">Alcobaça (Portugal)</a>' in answer.text
    )
    assert "a different part of the country" in answer.text
    for quiet in (
        {"name": "Leiria"},
        {"country": "ES"},
        {"pk": alcobaca.pk},
        {"name": ""},
        {"pk": "x" * 9},
    ):
        text = publisher.get(address, typed | quiet).text.strip()
        assert bool(text) == ("x" in str(quiet))
    assert publisher.get(address).text.strip() == ""


@pytest.mark.parametrize("model", ["city", "theme"])
@pytest.mark.parametrize("field", ["name", "country", "kind", "pk"])
@pytest.mark.parametrize("odd", ["\0", "9" * 99, "x" * 999])
def test_the_notice_answers_what_no_record_can_have(publisher, alcobaca, model, field, odd):
    typed = {"name": "Health", "kind": "topic", "country": "PT"} | {field: odd}
    assert publisher.get(f"/admin/cities/{model}/doubles/", typed).status_code == 200


def test_neither_notice_nor_refusal_names_a_draft_out_of_scope(alcobaca):
    own = factories.network(name="Learn Bilbao")
    factories.network(name="Learn Quillon", published_at=None)
    person = factories.user("Publishers")
    Tie.objects.create(user=person, network=own)
    tied, free = signed_in(person), signed_in(factories.user("Publishers"))
    notice = "/admin/partners/network/doubles/"
    assert tied.get(notice, {"name": "Learn Quillo"}).text.strip() == ""
    assert "Learn Quillon" in free.get(notice, {"name": "Learn Quillo"}).text
    response = save_form(tied, own, name="LEARN QUILLON")
    assert errors(response) == {"name": ["There is already a network of this name."]}
    assert "Learn Quillon" not in response.text
    assert "Learn Quillon" in str(errors(save_form(free, own, name="LEARN QUILLON"))["name"])
    public = factories.network(name="Learn Hamburg")
    link = f'<a href="{public.get_absolute_url()}">Learn Hamburg</a>'
    assert link in tied.get(notice, {"name": "Learn Hamburgg"}).text
    assert link in save_form(tied, own, name="LEARN HAMBURG").text


def test_the_notice_is_for_staff_who_write(client, db):
    assert client.get("/admin/cities/city/doubles/").status_code == 302
    assert signed_in(factories.user()).get("/admin/cities/city/doubles/").status_code == 403
    publisher = signed_in(factories.user("Publishers"))
    assert publisher.get("/admin/news/newsitem/doubles/").status_code == 403


def test_a_form_without_javascript_has_the_advice_after_a_save(publisher, alcobaca):
    city = factories.city(name="Alcobacca", country=alcobaca.country)
    page = publisher.get(f"/admin/cities/city/{city.pk}/change/").text
    assert "There is already Alcobaça (Portugal). Is this another one?" in page
