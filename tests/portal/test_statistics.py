"""The page of numbers: official and listed figures, and their differences."""

from datetime import date

import pytest

from cities.drawing.charts import Row, rows
from cities.models import City, Region
from portal.statistics import NetworkStatistics
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

MENU = 1  # The query for name and menu that every page makes.
HIDDEN = {"published_at": None}


@pytest.fixture
def history():
    """Make three announced intakes; the totals of the middle and the last do not add up."""
    return [
        factories.intake(year=2016, cities_total=115, countries_total=28),
        factories.intake(year=2019, cities_announced=38, cities_total=170),
        factories.intake(
            year=2025, announced_on=date(2025, 12, 4), cities_announced=72, cities_total=239
        ),
    ]


def page(client):
    return parse(client.get("/numbers/"))


def test_official_figures_are_shown_with_those_of_the_portal(client, history):
    for number in range(3):
        factories.city(intake=history[2], country=factories.country(name=f"Land {number}"))
    factories.city(joined_year=2016)

    found = page(client)

    assert "425" not in found.text
    for words in (
        "cities in the network on 4 December 2025 (UNESCO) 239",
        "cities listed here 4",
        "countries listed here 4",
        "cities not identified yet 235",
        "From 115 cities to 239",
    ):
        assert words in found.text


def test_official_totals_are_compared_with_their_own_sum(history):
    factories.city(joined_year=2017)
    factories.city(joined_year=2018)
    factories.city(joined_year=2019)

    steps = NetworkStatistics.count().steps

    assert [(s.intake.year, s.before, s.announced, s.together) for s in steps] == [
        (2019, 115, 38, 153),
        (2025, 170, 72, 242),
    ]
    assert [(s.difference, s.difference_label, s.between) for s in steps] == [
        (17, "17 more", 2),
        (-3, "3 fewer", 0),
    ]


def test_the_difference_of_the_figures_is_explained_in_words(client, history):
    factories.city(joined_year=2017)

    text = page(client).text

    assert "170 cities before 2025, and 72 joined in 2025. Together that is 242" in text
    assert "but the total announced was 239: 3 fewer." in text
    assert "The total announced for 2019 is 17 more than the total before it" in text
    # The number of those that are listed is no explanation.
    assert "others may have left. We do not know how many." in text


def test_totals_that_add_up_need_no_explanation(client):
    factories.intake(year=2016, cities_total=100)
    factories.intake(year=2019, cities_announced=10, cities_total=110)

    assert "do not add up" not in page(client).text


def test_intakes_with_an_unknown_number_have_no_sum():
    factories.intake(year=2016, cities_total=100)
    factories.intake(year=2018)
    factories.intake(year=2019, cities_announced=10, cities_total=120)
    factories.intake(year=2021, cities_announced=4)
    factories.intake(year=2022, cities_announced=5, cities_total=130)

    assert [
        (s.intake.year, s.announced, s.difference) for s in NetworkStatistics.count().steps
    ] == [(2022, 9, 1)]


def test_the_chart_of_new_cities_shows_the_gap_between_announced_and_listed(client):
    intake = factories.intake(year=2024, cities_announced=4)
    factories.intake(year=2016)
    for _ in range(3):
        factories.city(intake=intake)
    factories.city(joined_year=2015)
    factories.city()

    numbers = NetworkStatistics.count()

    assert [(row.label, row.value, row.whole, row.length, row.gap) for row in numbers.new] == [
        ("2015", 1, None, 25, 0),
        ("2016", 0, None, 0, 0),
        ("2024", 3, 4, 75, 25),
    ]
    found = page(client)
    assert "3 of 4 · 1 not identified yet" in found.text
    assert ("2024", "/intakes/2024/") in found.links
    assert ("2015", "/intakes/2015/") in found.links
    # Cities without a year are not a year of the chart.
    assert ("1 more city has no known joining year", "/cities/?intake=unknown") in found.links


def test_the_chart_of_new_cities_has_no_gap_for_more_listed_than_announced():
    (row,) = rows([Row("2024", 5, 4)])

    assert (row.length, row.gap, row.end) == (100, 0, 100)


def test_cities_are_counted_by_region_kind_and_country(client):
    kenya = factories.country(code="KE", name="Kenya", region=Region.AFRICA)
    ghana = factories.country(code="GH", name="Ghana", region=Region.AFRICA)
    factories.city(country=kenya, kind=City.Kind.COUNTY)
    factories.city(country=kenya)
    factories.city(country=ghana)

    numbers = NetworkStatistics.count()

    assert [(row.label, row.value) for row in numbers.regions] == [
        ("Africa", 3),
        ("Arab States", 0),
        ("Asia and the Pacific", 0),
        ("Europe and North America", 0),
        ("Latin America and the Caribbean", 0),
    ]
    assert [(row.label, row.value) for row in numbers.kinds] == [
        ("City or municipality", 2),
        ("County", 1),
    ]
    assert [(row.label, row.value) for row in numbers.largest] == [("Kenya", 2), ("Ghana", 1)]
    assert {"/regions/africa/", "/cities/?kind=county", "/countries/kenya/"} <= page(
        client
    ).addresses


def test_only_the_twelve_countries_with_most_cities_are_drawn():
    for _ in range(14):
        factories.city(country=factories.country())

    numbers = NetworkStatistics.count()

    assert (len(numbers.largest), len(numbers.countries)) == (12, 14)


def test_awards_are_counted_apart_by_year(client):
    city = factories.city()
    for year in (2015, 2017):
        factories.award(city=city, year=year)
    factories.award(city=factories.city(**HIDDEN), year=2019)

    numbers = NetworkStatistics.count()

    assert [(bar.year, bar.value) for bar in numbers.award_bars] == [
        (2015, 1),
        (2016, None),
        (2017, 1),
    ]
    assert ("See the city with an award", "/cities/?award=winner") in page(client).links


def test_former_members_are_listed_but_do_not_fill_the_official_total(client):
    factories.intake(year=2024, cities_total=3)
    factories.city(status=City.Status.WITHDRAWN)
    factories.city(confirmed=False)

    numbers = NetworkStatistics.count()

    assert (numbers.listed, numbers.former, numbers.unconfirmed, numbers.missing) == (2, 1, 1, 2)
    assert "1 city listed here has left the network." in page(client).text


def test_hidden_records_are_not_counted(client):
    intake = factories.intake(year=2024, cities_announced=1, cities_total=1, **HIDDEN)
    factories.city(intake=intake, country=factories.country(name="Nowhere"), **HIDDEN)

    numbers = NetworkStatistics.count()

    assert (numbers.listed, numbers.intakes, numbers.countries, numbers.new) == (0, [], [], [])
    assert "Nowhere" not in page(client).text


def test_every_chart_has_its_table(client, history):
    factories.award()

    found = page(client)

    captions = [
        "Cities and countries in the network after each intake",
        "New cities of each year",
        "Each announced total, and the sum of the one before and the new cities",
        "Cities and countries listed here, by region",
        "Members listed here, by type of place",
        "Countries with the most cities listed here",
        "UNESCO Learning City Awards, by year",
    ]
    assert len(found.attributes("table")) == len(captions)
    for caption in captions:
        assert caption in found.text
    drawings = [given for given in found.attributes("svg") if given.get("preserveaspectratio")]
    assert drawings
    assert all(given["aria-hidden"] == "true" for given in drawings)
    assert found.values("style") == []


def test_an_empty_portal_has_no_numbers_and_no_error(client):
    found = page(client)

    assert "cities listed here 0" in found.text
    assert "Why the figures differ" not in found.text


def test_the_masthead_links_to_the_numbers(client):
    assert ("Numbers", "/numbers/") in page(client).links


@pytest.mark.parametrize("size", [1, 30])
def test_the_page_of_numbers_takes_six_queries(client, django_assert_num_queries, size):
    for _ in range(size):
        intake = factories.intake(cities_announced=2, cities_total=9)
        factories.award(city=factories.city(intake=intake, country=factories.country()))

    with django_assert_num_queries(MENU + 6):
        client.get("/numbers/")
