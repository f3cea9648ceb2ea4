"""Countries at the desk: found by any name in pickers and lists, with names that staff add."""

import pytest
from django.core.exceptions import ValidationError

from cities.country_names import countries_named
from cities.models import City, Country
from news.models import Event, NewsItem
from partners.models import Network
from publishing.content.folding import fold
from tests import factories
from tests.admin_pages import admin_url, save_form

pytestmark = pytest.mark.django_db

NAMES = {
    "GB": "United Kingdom",
    "UA": "Ukraine",
    "KR": "Republic of Korea",
    "TR": "Türkiye",
    "TM": "Turkmenistan",
    "BH": "Bahrain",
}


@pytest.fixture
def world():
    return [factories.country(code=code, name=name) for code, name in NAMES.items()]


def offered(client, model, field, term):
    query = {"app_label": model._meta.app_label, "model_name": model._meta.model_name}
    address = "/admin/autocomplete/"
    response = client.get(address, query | {"field_name": field, "term": term})
    return [item["text"] for item in response.json()["results"]]


@pytest.mark.parametrize(
    ("model", "field"),
    [(City, "country"), (Network, "country"), (Event, "country"), (NewsItem, "countries")],
)
@pytest.mark.parametrize(
    ("term", "labels"),
    [
        ("UK", ["United Kingdom (UK)", "Ukraine"]),
        ("south korea", ["Republic of Korea (South Korea)"]),
        ("GBR", ["United Kingdom (GBR)"]),
        ("tur", ["Türkiye", "Turkmenistan"]),
        ("Turkey", ["Türkiye (Turkey)"]),
        ("kingdom", ["United Kingdom", "Bahrain (Kingdom of Bahrain)"]),
        ("kingdom united", ["United Kingdom"]),
        ("atlantis", []),
    ],
)
def test_pickers_offer_countries_by_any_name_and_say_which_matched(
    editor, world, model, field, term, labels
):
    assert offered(editor, model, field, term) == labels


def test_a_picker_without_a_word_offers_all_countries_by_name(editor, world):
    assert offered(editor, City, "country", "") == sorted(NAMES.values(), key=fold)


def test_the_list_of_countries_is_searched_by_any_name(editor, world):
    def listed(**query):
        response = editor.get(admin_url(Country, "changelist"), query)
        return [country.code for country in response.context["cl"].result_list]

    assert listed(q="uk") == ["GB", "UA"]
    # An order that is asked for stays: by the second column, backwards.
    assert listed(q="uk", o="-1") == ["UA", "GB"]
    assert listed(q="corée du sud") == ["KR"]
    factories.city(country=world[0])
    assert listed(cities="public") == ["GB"]
    assert len(listed(cities="none")) == 5


def test_the_form_shows_the_names_that_are_known_already(editor, world):
    page = editor.get(admin_url(Country, "change", "GB")).content.decode()
    assert "<bdi>Great Britain</bdi>" in page
    assert "<bdi>Royaume-Uni</bdi>" in page
    factories.country(code="QQ")
    page = editor.get(admin_url(Country, "change", "QQ")).content.decode()
    assert "No names are known for this code." in page


def test_names_that_staff_add_are_known_at_once(publisher, world):
    save_form(publisher, world[0], other_names="  Albion \r\n\r\nBlighty\r\nAlbion")
    country = Country.objects.get(pk="GB")
    assert country.other_names == "Albion\nBlighty"
    assert [named.code for named in countries_named("albion")] == ["GB"]
    assert offered(publisher, City, "country", "bligh") == ["United Kingdom (Blighty)"]


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (
            "Albion\nUKRAINE",
            "“UKRAINE” is the name of another country, Ukraine (UA). Delete this line.",
        ),
        ("–", "“–” has no letter."),
        ("x" * 101, f"“{'x' * 30} …” is longer than 100 characters."),
    ],
)
def test_a_line_that_is_no_other_name_is_refused_in_a_sentence(world, lines, sentence):
    world[0].other_names = lines
    with pytest.raises(ValidationError) as refused:
        world[0].full_clean()
    assert refused.value.message_dict == {"other_names": [sentence]}
