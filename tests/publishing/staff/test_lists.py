"""Lists of the desk: search in folded text, filters, a constant number of queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cities.models import City, Country, Intake, Theme
from news.models import Event, NewsItem
from partners.models import Network, Organisation
from portal.models import Page
from publishing.models import Picture, Revision, format_moment
from publishing.staff import change_lists
from tests import factories
from tests.admin_pages import add, admin_url, save_form

pytestmark = pytest.mark.django_db


def listed(client, model, **query):
    response = client.get(admin_url(model, "changelist"), query)
    assert response.status_code == 200
    return [str(row) for row in response.context["cl"].result_list]


def test_cities_are_found_by_any_name_without_accents(editor):
    morocco = factories.country(name="Morocco")
    fez = factories.city(name="Fez", country=morocco, motto="Cité du savoir")
    factories.alternative_name(city=fez, name="Fès", language="fr")
    factories.alternative_name(city=fez, name="Fas")
    factories.city(name="Écully")
    for text in ["fes", "FÈS", "fez mor", "maroc fez", "cite sav", "  fas "]:
        assert listed(editor, City, q=text) == (["Fez"] if text != "maroc fez" else []), text
    assert listed(editor, City, q="ecully") == ["Écully"]
    assert listed(editor, City, q="cully") == []


@pytest.mark.parametrize(
    ("model", "make", "found", "missed"),
    [
        (Country, lambda: factories.country(name="Côte d’Ivoire"), "cote DIV", "voire"),
        (Country, lambda: factories.country(code="CI", name="Côte d’Ivoire"), "ci", "zz"),
        (Intake, lambda: factories.intake(year=2024), "2024", "2020"),
        (Theme, lambda: factories.theme(name="Éducation"), "education", "forum"),
        (Network, lambda: factories.network(name="Réseau lyonnais"), "reseau lyon", "eseau"),
        (Organisation, lambda: factories.organisation(name="Łódź Library"), "lodz lib", "odz"),
        (NewsItem, lambda: factories.news_item(title="Fès écrit"), "fes ecrit", "crit"),
        (Event, lambda: factories.event(name="Fórum mundial"), "forum MUNDIAL", "leeds"),
        (Page, lambda: factories.page(title="À propos"), "a propos", "leeds"),
        (Picture, lambda: factories.picture(title="Central Library"), "library cen", "leeds"),
    ],
)
def test_every_list_of_the_desk_is_searched_word_by_word(editor, model, make, found, missed):
    record = make()
    assert listed(editor, model, q=found) == [str(record)]
    assert listed(editor, model, q=missed) == []


def test_lists_filter_records_with_missing_parts(editor):
    factories.city(name="Empty")
    factories.city(
        name="Full",
        joined_year=2020,
        summary="A city.",
        profile="<p>A city.</p>",
        population=1,
        latitude=1,
        longitude=1,
        picture=factories.picture(),
        source="The city council",
    )
    cases = ["year", "summary", "profile", "population", "place", "picture", "source"]
    for case in cases:
        assert listed(editor, City, missing=case) == ["Empty"], case


def test_lists_filter_by_the_last_check(editor):
    today = timezone.localdate()
    for name, checked_on in {
        "Never": None,
        "Long ago": today - timedelta(days=366),
        "Lately": today - timedelta(days=365),
    }.items():
        factories.city(name=name, checked_on=checked_on)
    assert listed(editor, City, check="due") == ["Long ago", "Never"]
    assert listed(editor, City, check="never") == ["Never"]
    assert listed(editor, City, check="recent") == ["Lately"]


def test_lists_filter_records_created_by_the_user(editor, publisher):
    factories.united_kingdom()
    add(editor, City, name="Leeds", country="GB")
    add(publisher, City, name="York", country="GB")
    factories.city(name="Bath")
    assert listed(editor, City, begun="me") == ["Leeds"]
    assert listed(publisher, City, begun="me") == ["York"]


def test_the_list_says_which_records_have_a_draft(editor):
    city = factories.city(name="Leeds")
    save_form(editor, city, motto="Pro rege et lege")
    draft = Revision.objects.open().get()
    said = f"with a draft by {draft.person_name} from {format_moment(draft.made_at)}"
    page = editor.get(admin_url(City, "changelist"))
    assert (
        f'<span class="state state-public">Public</span> '
        f'<span class="state state-draft">{said}</span>' in page.text
    )


def test_a_very_long_list_counts_only_when_it_is_asked_to(editor, monkeypatch):
    monkeypatch.setattr(change_lists, "MOST_FACETED", 0)
    factories.city()
    page = editor.get(admin_url(City, "changelist")).text
    assert "Public (1)" not in page
    assert "Show counts" in page
    assert "Public (1)" in editor.get(admin_url(City, "changelist"), {"_facets": "True"}).text


def test_the_list_of_cities_filters_by_award(editor):
    factories.award(city=factories.city(name="Awarded"))
    factories.award(city=City.objects.get(), year=2017)
    factories.city(name="Other")
    assert listed(editor, City, award="yes") == ["Awarded"]
    assert listed(editor, City, award="no") == ["Other"]


def test_the_list_of_pictures_filters_by_use(editor):
    for title, make in {
        "City's": factories.city,
        "Network's": factories.network,
        "Story's": factories.news_item,
    }.items():
        make(picture=factories.picture(title=title))
    factories.picture(title="Unused")
    assert sorted(listed(editor, Picture, use="used")) == ["City's", "Network's", "Story's"]
    assert listed(editor, Picture, use="unused") == ["Unused"]


def test_the_numbers_of_cities_in_a_list_are_not_doubled(editor):
    country, theme = factories.country(), factories.theme()
    for published_at in [factories.LONG_AGO, None]:
        city = factories.city(country=country, themes=[theme], published_at=published_at)
        factories.award(city=city)
    row = editor.get(admin_url(Country, "changelist")).context["cl"].result_list[0]
    assert (row.recorded, row.public) == (2, 1)
    row = editor.get(admin_url(Theme, "changelist")).context["cl"].result_list[0]
    assert row.recorded == 2


def test_the_list_of_cities_marks_an_unknown_year(editor):
    factories.city()
    page = editor.get(admin_url(City, "changelist"))
    assert '<td class="field-joined">not known</td>' in page.text


# -- Queries -------------------------------------------------------------------------------


def picture(number):
    """Make a picture: the first with a real file, the others with the same one, which is slow to
    make.
    """
    if number == 1:
        return factories.picture()
    other = Picture.objects.first()
    other.pk = None
    return Picture.objects.bulk_create([other])[0]


def rich_city(number):
    city = factories.city(
        intake=Intake.objects.first() or factories.intake(),
        picture=picture(number),
        country=factories.country(),
        themes=[factories.theme()],
    )
    factories.award(city=city)
    factories.alternative_name(city=city)
    return city


FILL = {
    City: (rich_city, 11),
    Country: (lambda number: factories.city(country=factories.country()), 7),
    Intake: (lambda number: factories.city(intake=factories.intake()), 9),
    Theme: (lambda number: factories.city(themes=[factories.theme()]), 10),
    Network: (
        lambda number: factories.membership(
            network=factories.network(
                cities=[rich_city(number)], scope="national", country=factories.country()
            )
        ),
        11,
    ),
    Organisation: (
        lambda number: factories.membership(
            organisation=factories.organisation(cities=[rich_city(number)])
        ),
        10,
    ),
    NewsItem: (
        lambda number: factories.news_item(
            cities=[rich_city(number)], intake=Intake.objects.first()
        ),
        13,
    ),
    Event: (lambda number: factories.event(city=rich_city(number)), 12),
    Page: (lambda number: factories.page(), 9),
    Picture: (lambda number: factories.city(picture=picture(number)), 14),
}


@pytest.mark.parametrize("size", [1, 30])
@pytest.mark.parametrize("model", FILL, ids=lambda model: model._meta.label)
def test_lists_have_a_constant_number_of_queries(editor, django_assert_num_queries, model, size):
    make, expected = FILL[model]
    for number in range(1, size + 1):
        make(number)
    with django_assert_num_queries(expected):
        assert len(listed(editor, model)) == size


def assert_form(client, record, expected):
    address = admin_url(record, "change", record.pk)
    # Content types are cached for the life of a process.
    client.get(address)
    with expected:
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("size", [1, 30])
def test_the_form_of_a_city_has_a_constant_number_of_queries(
    editor, django_assert_num_queries, size
):
    city = factories.city(
        intake=factories.intake(),
        picture=factories.picture(),
        themes=[factories.theme() for _ in range(size)],
    )
    for number in range(size):
        factories.alternative_name(city=city)
        factories.award(city=city, year=2015 + number)
        factories.designation(city=city, name=f"Title {number}")
    assert_form(editor, city, django_assert_num_queries(29))


@pytest.mark.parametrize("size", [1, 30])
def test_the_form_of_a_network_has_a_constant_number_of_queries(
    editor, django_assert_num_queries, size
):
    network = factories.network(cities=[factories.city() for _ in range(size)])
    for _ in range(size):
        factories.membership(network=network)
    assert_form(editor, network, django_assert_num_queries(22))


@pytest.mark.parametrize("size", [1, 30])
def test_the_form_of_an_organisation_has_a_constant_number_of_queries(
    editor, django_assert_num_queries, size
):
    organisation = factories.organisation(cities=[factories.city() for _ in range(size)])
    for _ in range(size):
        factories.membership(organisation=organisation)
    assert_form(editor, organisation, django_assert_num_queries(21))


@pytest.mark.parametrize("size", [1, 30])
def test_the_form_of_a_story_has_a_constant_number_of_queries(
    editor, django_assert_num_queries, size
):
    item = factories.news_item(
        cities=[factories.city() for _ in range(size)],
        countries=[factories.country() for _ in range(size)],
        networks=[factories.network() for _ in range(size)],
    )
    assert_form(editor, item, django_assert_num_queries(25))
