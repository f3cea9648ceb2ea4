"""Labels of inline rows, and plain lists in place of pickers for browsers without scripts."""

import pytest
from django.urls import reverse

from cities.models import City
from tests import factories
from tests.admin_pages import FormReader, admin_url
from tests.parsed_page import ParsedPage

pytestmark = pytest.mark.django_db

ADD = "/admin/cities/city/add/"


def field_ids(page: ParsedPage) -> set[str]:
    """Return the ids of all fields that a person sees, the template of new rows included."""
    kinds = ("input", "select", "textarea")
    fields = [given for kind in kinds for given in page.attributes(kind)]
    hidden = ("hidden", "submit", "button")
    return {given["id"] for given in fields if given.get("id") and given.get("type") not in hidden}


def test_every_field_of_every_row_has_a_label(publisher):
    city = factories.city()
    factories.award(city=city, year=2015)
    city.alternative_names.create(name="Fès", language="fr")
    page = ParsedPage(publisher.get(admin_url(City, "change", city.pk)).content.decode())
    labelled = {given["for"] for given in page.attributes("label") if "for" in given}
    rows = {key for key in field_ids(page) if key.startswith(("id_awards-", "id_alternative_"))}
    assert "id_awards-__prefix__-year" in rows
    assert rows <= labelled


def test_the_label_of_a_row_names_its_place_and_its_field(publisher):
    city = factories.city()
    factories.award(city=city, year=2015)
    page = ParsedPage(publisher.get(admin_url(City, "change", city.pk)).content.decode())
    assert "Row 1: Year" in page.text
    assert "New row: Year" in page.text
    assert "Delete row 1" in page.text


def test_a_form_says_where_its_plain_lists_are(publisher):
    html = publisher.get(ADD).content.decode()
    assert '<noscript><p class="no-script">' in html
    assert '<a href="?pickers=off">Open this form with plain lists</a>' in html
    assert "no-script" not in publisher.get(f"{ADD}?pickers=off").content.decode()


def test_plain_lists_offer_every_choice_and_empty_rows(publisher):
    factories.country(name="Nauru", code="NR")
    network = factories.network(name="Island Learning")
    page = ParsedPage(publisher.get(f"{ADD}?pickers=off").content.decode())
    assert "Nauru" in page.text
    assert "admin-autocomplete" not in " ".join(page.values("class"))
    assert {"id_awards-0-year", "id_awards-1-year"} <= field_ids(page)
    add_news = publisher.get("/admin/partners/organisation/add/?pickers=off")
    assert network.name in add_news.content.decode()


def test_a_browser_without_scripts_gets_the_plain_lists_by_itself(publisher):
    refresh = '<noscript><meta http-equiv="refresh" content="0; url=?pickers=off"></noscript>'
    assert refresh in publisher.get(ADD).content.decode()
    assert "refresh" not in publisher.get(f"{ADD}?pickers=off").content.decode()


def test_plain_lists_stay_after_a_save_and_its_message_is_not_lost(publisher):
    city = factories.city(name="Fez")
    change = f"/admin/cities/city/{city.pk}/change/"
    reader = FormReader("city_form")
    reader.feed(publisher.get(f"{change}?pickers=off").content.decode())
    saved = publisher.post(f"{change}?pickers=off", reader.fields | {"motto": "New", "_draft": "1"})
    assert saved.url == f"{change}?pickers=off"
    # Another page leads to the form as it is, with a message that a second request would not show.
    page = publisher.get(change).content.decode()
    assert "Saved as a draft." in page
    assert "refresh" not in page
    assert "no-script" in page


def test_plain_lists_stop_at_the_cities_of_a_tied_person(client):
    own, other = factories.city(name="Fez"), factories.city(name="York")
    person = factories.user("Publishers")
    person.ties.create(city=own)
    client.force_login(person)
    page = client.get("/admin/news/newsitem/add/?pickers=off").content.decode()
    assert ">Fez" in page
    assert other.name not in page


def test_a_city_is_made_and_published_with_plain_lists(publisher):
    country = factories.country(name="Nauru", code="NR")
    address = f"{ADD}?pickers=off"
    reader = FormReader("city_form")
    reader.feed(publisher.get(address).content.decode())
    sent = reader.fields | {
        "name": ["Yaren"],
        "country": [country.pk],
        "kind": ["city"],
        "awards-0-year": ["2019"],
        "_publish": ["Save and publish"],
        "_because": ["A trial"],
    }
    response = publisher.post(address, sent)
    assert response.status_code == 302, response.content.decode()
    city = City.objects.published().get(name="Yaren")
    assert [award.year for award in city.awards.all()] == [2019]
    assert publisher.get(reverse("cities:detail", args=[city.slug])).status_code == 200


@pytest.mark.parametrize("model", ["cities/city", "news/newsitem", "portal/page"])
def test_the_import_map_of_a_form_comes_before_every_module(publisher, model):
    # Firefox and older Safari ignore an import map after a module, and the form would be dead.
    html = publisher.get(f"/admin/{model}/add/").content.decode()
    assert 0 < html.index('type="importmap"') < html.index('type="module"')
    assert html.count('type="importmap"') == 1


def test_the_import_map_of_the_library_comes_before_every_module(publisher):
    html = publisher.get("/admin/publishing/picture/").content.decode()
    assert 0 < html.index('type="importmap"') < html.index('type="module"')


def test_a_picture_field_without_a_picture_requests_none(publisher):
    page = ParsedPage(publisher.get(ADD).content.decode())
    assert [image for image in page.attributes("img") if image.get("src") == ""] == []
