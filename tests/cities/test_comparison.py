"""The comparison of two to four cities, by address and by name."""

import pytest

from tests import factories
from tests.parsed_page import ParsedPage, parse

pytestmark = pytest.mark.django_db
COMPARE = "/cities/compare/"


@pytest.fixture
def cities():
    """Make five cities, two of which have nearly every fact."""
    intake = factories.intake(year=2024, announced_on="2024-02-14")
    leeds = factories.city(
        name="Leeds",
        intake=intake,
        population=500_000,
        population_source="ONS",
        latitude=53.79648,
        longitude=-1.54785,
        themes=[factories.theme(name="Literacy")],
    )
    factories.award(city=leeds, year=2019)
    factories.designation(city=leeds, name="UNESCO City of Film")
    factories.network(name="Learning Leeds", cities=[leeds])
    france = factories.country(code="FR", name="France")
    factories.city(
        name="Lyon", country=france, latitude=45.74846, longitude=4.84671, confirmed=False
    )
    for name in ("Bath", "Hull", "York"):
        factories.city(name=name)
    return {"leeds": leeds}


def rows(response):
    """Return the rows of the table: the name of a fact, and its value for each city."""
    html = response.content.decode()
    table = html.partition("<tbody>")[2].partition("</tbody>")[0]
    found = {}
    for row in table.split("<tr>")[1:]:
        head, *cells = (
            ParsedPage(f"<body><p>{part.partition('>')[2]}").text
            for part in row.replace("<td", "<cut><td").replace("<th", "<cut><th").split("<cut>")[1:]
        )
        found[head] = cells
    return found


def test_cities_stand_side_by_side_with_their_facts(cities, client):
    response = client.get(f"{COMPARE}?city=leeds&city=lyon")
    assert rows(response) == {
        "Country": ["United Kingdom", "France"],
        "Region": ["Europe and North America"] * 2,
        "Type of place": ["City or municipality"] * 2,
        "Membership": ["Member", "Member; not confirmed as current by the source"],
        "Joined": ["2024", "not known"],
        "Population": ["500,000 (ONS)", "not known"],
        "Learning led by": ["Learning Leeds", "not known"],
        "Learning City Award": ["2019", "none listed"],
        "Other titles": ["UNESCO City of Film", "none listed"],
        "Themes": ["Literacy", "none listed"],
    }
    page = parse(response)
    assert "Distance between them Leeds to Lyon 1,005 km" in page.text
    assert "Compare Leeds and Lyon – Learning Cities Portal" in response.text
    assert {"/cities/leeds/", f"{COMPARE}?city=lyon", f"{COMPARE}?city=leeds"} <= page.addresses


def test_four_cities_are_compared_in_the_order_of_the_address(cities, client):
    response = client.get(f"{COMPARE}?city=york&city=bath&city=leeds&city=hull")
    assert [city.slug for city in response.context["cities"]] == ["york", "bath", "leeds", "hull"]
    page = parse(response)
    assert "York to Bath not known" in page.text
    # There is no room for another: the one form is that of the masthead.
    assert [form["action"] for form in page.attributes("form")] == ["/find/"]
    assert response.is_canonical


def test_a_comparison_takes_the_same_few_queries_for_two_and_for_four(
    cities, client, django_assert_num_queries
):
    for query in ("city=york&city=bath", "city=york&city=bath&city=leeds&city=hull"):
        client.get(f"{COMPARE}?{query}")
        with django_assert_num_queries(7):
            client.get(f"{COMPARE}?{query}")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("", "Choose two to four cities to see their facts side by side."),
        ("city=leeds", "Choose at least one more city to compare with Leeds."),
        ("city=leeds&city=x", "There is no city at the address “x”. We left it out."),
        (
            "city=leeds&city=lyon&city=bath&city=hull&city=york",
            "You can compare up to four cities. We left out York.",
        ),
        ("city=leeds&add=Atlantis", "We found no city called “Atlantis”. Check the spelling."),
        ("city=leeds&add=leeds", "Leeds is already here."),
        (
            "city=leeds&city=lyon&city=bath&city=hull&add=york",
            "You can compare up to four cities. Remove one before you add another.",
        ),
        ("city=%00&city=leeds", "There is no city at the address “"),
    ],
)
def test_a_request_that_cannot_be_met_gets_a_sentence(cities, client, query, sentence):
    response = client.get(f"{COMPARE}?{query}")
    assert response.status_code == 200
    assert sentence in parse(response).text


@pytest.mark.parametrize("name", ["york", "YORK", "York, United Kingdom", "york uk"])
def test_a_city_is_added_by_any_name(cities, client, name):
    response = client.get(COMPARE, {"city": "leeds", "add": name})
    assert (response.status_code, response["Location"]) == (
        302,
        f"{COMPARE}?city=leeds&city=york",
    )


def test_a_name_of_several_cities_is_answered_with_links_to_each(cities, client):
    canada = factories.country(code="CA", name="Canada")
    factories.city(name="York", country=canada)
    page = parse(client.get(COMPARE, {"city": "leeds", "add": "york"}))
    assert "Which city do you mean by “york”?" in page.text
    assert ("York, Canada", f"{COMPARE}?city=leeds&city=york-canada") in page.links
    assert ("York, United Kingdom", f"{COMPARE}?city=leeds&city=york") in page.links


@pytest.mark.parametrize(
    "query",
    ["city=leeds&city=lyon&city=leeds", "city=&city=leeds&city=lyon", "city=leeds&city=lyon&x=1"],
)
def test_a_comparison_has_one_address(cities, client, query):
    response = client.get(f"{COMPARE}?{query}")
    assert (response.status_code, response["Location"]) == (301, f"{COMPARE}?city=leeds&city=lyon")


def test_a_former_address_of_a_city_leads_to_the_present_one(cities, client):
    city = cities["leeds"]
    city.slug = "leeds-city"
    city.save()
    response = client.get(f"{COMPARE}?city=leeds&city=lyon")
    assert response["Location"] == f"{COMPARE}?city=leeds-city&city=lyon"


def test_the_canonical_address_names_the_cities_that_are_compared(cities, client):
    page = parse(client.get(f"{COMPARE}?city=leeds&city=lyon&city=x"))
    links = [link["href"] for link in page.attributes("link") if link.get("rel") == "canonical"]
    assert links == [f"http://testserver{COMPARE}?city=leeds&city=lyon"]


def test_the_form_suggests_every_city_without_a_script(cities, client):
    page = parse(client.get(COMPARE))
    assert {"value": "Lyon, France"} in page.attributes("option")


def test_hidden_cities_cannot_be_compared(cities, client):
    factories.city(name="Secret", published_at=None)
    assert "Secret" not in parse(client.get(f"{COMPARE}?city=secret&city=leeds")).text
    assert "We found no city" in parse(client.get(f"{COMPARE}?add=Secret")).text


def test_no_city_can_have_the_address_of_the_comparison():
    assert factories.city(name="Compare").slug != "compare"


def test_the_page_of_a_city_leads_to_a_comparison_with_it(cities, client):
    page = parse(client.get("/cities/leeds/"))
    assert ("Compare with other cities", f"{COMPARE}?city=leeds") in page.links
