"""Slugs: made from a name in any script, unique, and redirected when they change."""

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import slug_re
from django.urls import URLResolver, get_resolver
from django.utils import timezone

from cities.models import City, Country, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.models import Page
from publishing.models import FormerSlug, readable_slug
from tests import factories

pytestmark = pytest.mark.django_db

# Every kind of record with a page of its own whose address is a slug.
WITH_PAGE = {
    "city": factories.city,
    "country": lambda **values: factories.city(country=factories.country(**values)).country,
    "theme": factories.theme,
    "network": factories.network,
    "organisation": factories.organisation,
    "news item": factories.news_item,
    "event": factories.event,
    "page": factories.page,
}
every_kind = pytest.mark.parametrize("make", WITH_PAGE.values(), ids=WITH_PAGE)
HIDDEN = {"published_at": None}


def rename(record, slug):
    """Give a record another slug, as the form of staff does."""
    record.slug = slug
    record.full_clean()
    record.save()


def refused(record):
    with pytest.raises(ValidationError) as error:
        record.full_clean()
    return error.value.message_dict


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Manchester", "manchester"),
        ("Écully", "ecully"),
        ("Ĉefurbo", "cefurbo"),
        ("Łódź", "lodz"),
        ("Derry City & Strabane", "derry-city-strabane"),
        ("北京", "beijing"),
        ("القاهرة", "alqahra"),
        ("Αθήνα", "athina"),
        ("Київ", "kiiv"),
        ("서울", "seoul"),
        ("กรุงเทพ", "krungethph"),
        ("Al Daʿayen", "al-daayen"),
        ("???", ""),
        ("", ""),
    ],
)
def test_a_name_in_any_script_gives_plain_letters(name, slug):
    assert readable_slug(name) == slug


def test_long_names_end_at_a_word_within_100_characters():
    assert readable_slug("word " * 40) == "-".join(["word"] * 20)
    assert readable_slug("a" * 150) == "a" * 100
    assert readable_slug("a" * 100) == "a" * 100
    assert readable_slug("a" * 100 + " b") == "a" * 100


def test_an_empty_address_is_made_from_the_name():
    assert factories.city(name="Fès").slug == "fes"
    assert factories.news_item(title="Joy in Łódź").slug == "joy-in-lodz"


def test_a_name_without_letters_falls_back_to_the_kind_of_record():
    kenya = factories.country(code="KE", name="Kenya")
    assert factories.city(name="???", country=kenya).slug == "city"
    assert factories.city(name="!!!", country=kenya).slug == "city-kenya"
    assert factories.news_item(title="???").slug == "newsitem"


def test_a_second_city_of_the_same_name_gets_the_country_and_then_a_number_in_its_slug():
    ireland, canada = (
        factories.country(code="IE", name="Ireland"),
        factories.country(code="CA", name="Canada"),
    )
    slugs = [
        factories.city(name=name, country=country, subdivision=part).slug
        for name, country, part in [
            ("Cork", ireland, ""),
            ("Cork", canada, ""),
            ("CORK", canada, "Ontario"),
            ("Córk", canada, "Quebec"),
        ]
    ]
    assert slugs == ["cork", "cork-canada", "cork-2", "cork-3"]


def test_the_slug_of_a_repeated_long_name_stays_within_100_characters():
    long = "Very " * 30
    titles = [f"{long}a", f"{long}b", f"{long}c"]
    slugs = [factories.news_item(title=title).slug for title in titles]
    very = "-".join(["very"] * 20)
    shorter = "-".join(["very"] * 18)
    assert slugs == [very, f"{shorter}-2", f"{shorter}-3"]


def test_a_theme_of_the_same_name_in_another_kind_gets_the_kind_in_its_slug():
    factories.theme(name="Health", kind="cluster")
    assert factories.theme(name="Health", kind="goal").slug == "health-sustainable-development-goal"


def test_an_event_of_the_same_name_gets_the_year_in_its_slug():
    first, second = (factories.event(name="Forum", starts_on=f"{y}-05-01") for y in (2023, 2024))
    assert [first.slug, second.slug] == ["forum", "forum-2024"]


def test_a_typed_slug_is_stored_in_lower_case():
    assert factories.city(name="Fès", slug="Old-Fez").slug == "old-fez"


def test_the_same_address_cannot_be_typed_twice():
    factories.city(name="York", slug="york")
    other = factories.city(name="New York")
    other.slug = "YORK"
    assert refused(other) == {
        "slug": ["Another record already has this address. Choose a different one."]
    }


def test_a_typed_address_holds_only_plain_signs():
    city = factories.city()
    city.slug = "fès/1"
    assert list(refused(city)) == ["slug"]


@pytest.mark.parametrize("word", ["admin", "cities", "news", "static", "media", "organisations"])
def test_a_page_cannot_take_an_address_of_the_portal(word, client):
    page = factories.page(title=word.capitalize())
    assert page.slug == f"{word}-2"
    page.slug = word
    assert refused(page) == {
        "slug": [f"“{word}” is a page of the portal. Choose a different address."]
    }


def routes(patterns, before=""):
    """Yield every address of the portal, as written in its patterns."""
    for entry in patterns:
        route = before + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from routes(entry.url_patterns, route)
        else:
            yield route


@pytest.mark.parametrize(
    ("model", "place"),
    [
        (Page, ""),
        (City, "cities/"),
        (Country, "countries/"),
        (Theme, "themes/"),
        (Network, "networks/"),
        (Organisation, "organisations/"),
        (NewsItem, "news/"),
        (Event, "events/"),
    ],
)
def test_no_record_can_take_an_address_of_the_portal(model, place):
    after = [
        route.removeprefix(place)
        for route in routes(get_resolver().url_patterns)
        if route.startswith(place)
    ]
    words = {route.partition("/")[0] for route in after if "/" in route}
    fixed = {word for word in words if slug_re.match(word)}
    assert fixed - model.reserved_slugs == set()


def test_a_news_item_cannot_take_the_address_of_the_feed(client):
    item = factories.news_item(title="Feed")
    assert item.slug == "feed-2"
    item.slug = "feed"
    assert refused(item) == {
        "slug": ["“feed” is a page of the portal. Choose a different address."]
    }
    assert client.get("/news/feed/").headers["Content-Type"].startswith("application/atom+xml")


@every_kind
def test_a_page_is_found_at_its_address(make, client):
    record = make(slug="first")
    assert record.get_absolute_url().endswith("/first/")
    assert client.get(record.get_absolute_url()).status_code == 200


@every_kind
def test_a_former_address_leads_to_the_present_one(make, client):
    record = make(slug="first")
    first = record.get_absolute_url()
    rename(record, "second")
    answer = client.get(first)
    assert (answer.status_code, answer.headers["Location"]) == (301, record.get_absolute_url())
    assert client.get(record.get_absolute_url()).status_code == 200


@every_kind
def test_every_former_address_leads_straight_to_the_present_one(make, client):
    record = make(slug="first")
    addresses = []
    for slug in ("second", "third"):
        addresses.append(record.get_absolute_url())
        rename(record, slug)
    for address in addresses:
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"]) == (301, record.get_absolute_url())


@every_kind
def test_changing_a_slug_back_reverses_the_redirect(make, client):
    record = make(slug="first")
    rename(record, "second")
    second = record.get_absolute_url()
    rename(record, "first")
    assert client.get(record.get_absolute_url()).status_code == 200
    answer = client.get(second)
    assert (answer.status_code, answer.headers["Location"]) == (301, record.get_absolute_url())
    assert list(FormerSlug.objects.values_list("slug", flat=True)) == ["second"]


@every_kind
def test_the_former_address_of_one_kind_means_nothing_to_another(make, client):
    record = make(slug="first")
    rename(record, "second")
    others = [other(slug="first") for other in WITH_PAGE.values() if other is not make]
    assert [client.get(other.get_absolute_url()).status_code for other in others] == [200] * len(
        others
    )


@every_kind
def test_another_record_cannot_take_a_former_address(make):
    record = make(slug="first")
    rename(record, "second")
    other = make(slug="other")
    other.slug = "FIRST"
    assert refused(other) == {
        "slug": [
            (
                "“first” used to be the address of another record, and still leads there. Choose "
                "a different one."
            )
        ]
    }


def test_an_address_made_from_the_name_avoids_former_ones():
    city = factories.city(name="Cork")
    rename(city, "cork-city")
    again = factories.city(name="Cork", country=factories.country(name="Canada"))
    assert again.slug == "cork-canada"


def test_the_former_address_of_a_deleted_record_is_free_again(client):
    city = factories.city(slug="first")
    rename(city, "second")
    city.delete()
    assert client.get("/cities/first/").status_code == 404
    other = factories.city(slug="first")
    assert client.get(other.get_absolute_url()).status_code == 200


def test_saving_another_field_does_not_change_the_address(client):
    city = factories.city(slug="first")
    city.slug, city.motto = "second", "City of firsts"
    city.save(update_fields=["motto"])
    assert City.objects.get().slug == "first"
    assert not FormerSlug.objects.exists()


def test_an_empty_address_is_made_even_when_only_other_fields_are_saved():
    city = factories.city(name="Fès")
    City.objects.filter(pk=city.pk).update(slug="")
    city.slug = ""
    city.save(update_fields=["motto"])
    assert City.objects.get().slug == "fes"


class TestFormerSlugsOfHiddenRecords:
    def test_a_hidden_record_is_not_found_through_a_former_address(self, client):
        city = factories.city(slug="first", **HIDDEN)
        rename(city, "secret-name")
        answer = client.get("/cities/first/")
        assert answer.status_code == 404
        assert "secret-name" not in answer.content.decode()

    def test_a_former_address_is_not_found_without_the_permission(self, client):
        city = factories.city(slug="first", **HIDDEN)
        rename(city, "second")
        for person in (factories.visitor(), factories.user()):
            client.force_login(person)
            assert client.get("/cities/first/").status_code == 404

    def test_a_former_address_redirects_staff_who_may_view_the_record(self, client):
        city = factories.city(slug="first", **HIDDEN)
        rename(city, "second")
        client.force_login(factories.user("Editors"))
        answer = client.get("/cities/first/")
        assert (answer.status_code, answer.headers["Location"]) == (301, "/cities/second/")

    def test_the_former_address_of_a_country_without_public_cities_is_not_found(self, client):
        country = factories.country(slug="first")
        rename(country, "second")
        assert client.get("/countries/first/").status_code == 404
        factories.city(country=country)
        assert client.get("/countries/first/").headers["Location"] == "/countries/second/"

    def test_a_former_address_redirects_once_the_record_is_public(self, client):
        city = factories.city(slug="first", **HIDDEN)
        rename(city, "second")
        City.objects.filter(pk=city.pk).update(published_at=timezone.now())
        assert client.get("/cities/first/").headers["Location"] == "/cities/second/"


def test_a_country_keeps_its_code_when_its_address_changes():
    country = factories.country(code="GB", name="United Kingdom")
    rename(country, "uk")
    assert list(Country.objects.values_list("code", "slug")) == [("GB", "uk")]
