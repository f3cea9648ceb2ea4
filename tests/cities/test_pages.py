"""The pages of cities, countries and intakes, with their notes on missing facts."""

from datetime import date

import pytest

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


def facts(page_html):
    """Return the facts of a page as texts, by name."""
    pairs = []
    for part in page_html.split("<dt")[1:]:
        name, _, value = part.partition("</dt>")
        pairs.append((words("<body><i" + name), words("<body>" + value.split("</div>")[0])))
    return dict(pairs)


def words(html):
    from tests.parsed_page import ParsedPage

    return ParsedPage(html).text


@pytest.fixture
def manchester():
    kingdom = factories.country(code="GB", name="United Kingdom")
    intake = factories.intake(
        year=2024, announced_on=date(2024, 2, 14), cities_announced=64, countries_announced=35
    )
    city = factories.city(
        name="Manchester",
        official_name="City of Manchester",
        subdivision="England",
        country=kingdom,
        intake=intake,
        joined_on=date(2024, 2, 14),
        motto="City of firsts",
        summary="A city that learns.",
        profile="<h2>Skills</h2><p>For everybody.</p>",
        population=568_996,
        population_year=2022,
        population_source="Office for National Statistics",
        latitude=53.48095,
        longitude=-2.23743,
        website="https://www.manchester.gov.uk/learning",
        source="UIL",
        source_url="https://uil.example.org/2024",
        checked_on=date(2026, 1, 2),
        note="Ask the council again.",
        themes=[factories.theme(name="Health")],
    )
    factories.award(city=city, year=2017, source="UIL awards")
    factories.designation(city=city, name="UNESCO City of Literature", year=2017)
    factories.alternative_name(city=city, name="Mánchester", language="es")
    network = factories.network(
        name="Manchester Adult Skills Network", cities=[city], summary="Skills for adults."
    )
    college, library = (
        factories.organisation(name="The College"),
        factories.organisation(name="The Library", sector="library"),
    )
    factories.membership(network=network, organisation=college, status="member", role="lead")
    factories.membership(network=network, organisation=library)
    return city


class TestCityPage:
    def test_a_short_profile_stands_in_place_of_the_summary(self, manchester, client):
        profile = "<p>Learns by day.<a href='https://a.example/'><sup>1</sup></a></p>"
        sources = "<h2>Sources</h2><ol><li><p><a href='https://a.example/'>A</a></p></li></ol>"
        for text, introduction in (
            (profile + sources, "United Kingdom Learns by day.1 Sources A Joined"),
            (profile, "United Kingdom Learns by day.1 Joined"),
            (f"<h2>Skills</h2>{profile}{sources}", "United Kingdom A city that learns. Joined"),
            ("", "United Kingdom A city that learns. Joined"),
        ):
            manchester.profile = text
            manchester.save()
            page = parse(client.get("/cities/manchester/"))
            assert introduction in page.text
            assert page.text.count("Learns by day.") == bool(text)

    def test_a_page_shows_the_facts_of_its_record(self, manchester, client):
        response = client.get("/cities/manchester/")
        page_facts = facts(response.content.decode())
        expected = {
            "Joined": "14 February 2024, with 63 other cities",
            "Region": "Europe and North America",
            "Type of place": "City or municipality",
            "Motto": "“City of firsts”",
            "Learning led by": "Manchester Adult Skills Network",
            "Population": "568,996 (Office for National Statistics, 2022)",
            "Location": "53.48° N, 2.24° W",
            "Themes": "Health",
            "Website": "www.manchester.gov.uk/learning",
        }
        assert {name: page_facts[name] for name in expected} == expected
        page = parse(response)
        assert "City of Manchester, England, United Kingdom" in page.text
        assert "United Kingdom A city that learns. Joined" in page.text
        assert "Skills For everybody." in page.text
        assert "Source: UIL" in page.text
        assert "Last checked on 2 January 2026." in page.text
        assert "Mánchester" in page.text
        assert "1 Manchester" in page.outline
        assert {
            "https://uil.example.org/2024",
            "https://www.manchester.gov.uk/learning",
            "/intakes/2024/",
            "/networks/manchester-adult-skills-network/",
            "/countries/united-kingdom/",
        } <= page.addresses

    def test_a_page_keeps_notes_for_staff_to_itself(self, manchester, client):
        assert "Ask the council" not in client.get("/cities/manchester/").content.decode()

    def test_the_page_of_a_city_tells_membership_and_awards_apart(self, manchester, client):
        page = parse(client.get("/cities/manchester/"))
        assert "2 Awards and other titles" in page.outline
        assert "Awards and titles it holds as well as membership." in page.text
        titles = page.text.partition("as well as membership.")[2]
        assert titles.startswith(" 2017 UNESCO Learning City Award (UIL awards) ")
        assert "2017 UNESCO City of Literature" in titles
        # The contents of the page name the section too.
        before = page.text.rpartition("Awards and other titles")[0]
        assert "Award" not in before.replace("Awards and other titles", "")

    def test_the_page_of_a_city_without_awards_mentions_none(self, client):
        factories.city(name="Wakefield")
        assert "Award" not in parse(client.get("/cities/wakefield/")).text

    def test_the_page_of_a_city_marks_unconfirmed_members(self, manchester, client):
        page = parse(client.get("/cities/manchester/"))
        assert "The Library Unconfirmed" in page.text
        assert (
            "Public sources name 1 of these organisations as a partner. "
            "Its membership has not been confirmed."
        ) in page.text

    def test_the_page_of_a_city_says_what_is_missing(self, client):
        factories.city(name="Wakefield")
        response = client.get("/cities/wakefield/")
        page_facts = facts(response.content.decode())
        missing = {
            "Joined": "not known",
            "Learning led by": "not known",
            "Population": "not known",
            "Location": "not known",
            "Themes": "none published yet",
        }
        assert {name: page_facts[name] for name in missing} == missing
        assert "Membership" not in page_facts
        page = parse(response)
        assert "We have not found out who leads learning here. Do you know? Tell us." in page.text
        assert "/report/?page=/cities/wakefield/" in page.addresses
        assert "Nearest learning cities" not in page.text
        assert "None" not in page.text

    @pytest.mark.parametrize(
        ("values", "text"),
        [
            ({"confirmed": False}, "Member; not confirmed as current by the source"),
            ({"status": "withdrawn"}, "Withdrawn"),
            (
                {"status": "announced", "confirmed": False},
                "Announced; not confirmed as current by the source",
            ),
        ],
    )
    def test_the_page_of_a_city_says_when_membership_is_in_doubt(self, values, text, client):
        factories.city(name="Wakefield", **values)
        assert facts(client.get("/cities/wakefield/").content.decode())["Membership"] == text

    @pytest.mark.parametrize(
        ("values", "joined"),
        [
            ({"joined_year": 2019}, "2019"),
            ({"joined_year": 2019, "joined_on": date(2019, 5, 1)}, "1 May 2019"),
        ],
    )
    def test_the_page_of_a_city_says_when_it_joined_as_exactly_as_known(
        self, values, joined, client
    ):
        factories.city(name="Wakefield", **values)
        assert facts(client.get("/cities/wakefield/").content.decode())["Joined"] == joined

    def test_a_population_of_zero_is_a_population(self, client):
        factories.city(name="Atlantis", population=0)
        assert facts(client.get("/cities/atlantis/").content.decode())["Population"] == "0"

    def test_the_page_of_a_city_lists_the_nearest_cities_with_their_distance(
        self, manchester, client
    ):
        factories.city(name="Wakefield", latitude=53.68331, longitude=-1.49768)
        factories.city(name="Unplaced")
        page = parse(client.get("/cities/manchester/"))
        nearest = page.text.rpartition("Nearest learning cities")[2]
        assert nearest.startswith(" Wakefield United Kingdom 54 km")
        assert "Unplaced" not in nearest

    @pytest.mark.parametrize("has_network", [False, True])
    def test_a_city_without_known_members_names_its_organisations(self, has_network, client):
        derby = factories.city(name="Derby")
        if has_network:
            factories.network(name="Learn Derby").cities.add(derby)
        for name, hidden in (("Adult Learning", {}), ("Not yet", {"published_at": None})):
            factories.organisation(name=name, **hidden).cities.add(derby)
        page = parse(client.get("/cities/derby/"))
        assert "part in learning here: Adult Learning Colleges" in page.text
        assert "Not yet" not in page.text

    def test_organisations_are_named_once_where_members_of_a_network_are_known(self, client):
        leeds = factories.city(name="Leeds")
        college = factories.organisation(name="Adult Learning")
        college.cities.add(leeds)
        network = factories.network(name="Learn Leeds")
        network.cities.add(leeds)
        factories.membership(network=network, organisation=college)
        page = parse(client.get("/cities/leeds/"))
        assert "take part in learning here" not in page.text


class TestCountryPage:
    def test_a_page_lists_the_cities_of_its_record(self, manchester, client):
        factories.city(name="Wakefield")
        factories.city(name="Fez", country=factories.country(code="MA", name="Morocco"))
        page = parse(client.get("/countries/united-kingdom/"))
        assert "2 learning cities" in page.text
        assert {"/cities/manchester/", "/cities/wakefield/"} <= page.addresses
        assert "/cities/?country=gb" in page.addresses
        assert "Fez" not in page.text

    def test_countries_are_listed_under_their_region_with_their_number_of_cities(
        self, manchester, client
    ):
        factories.city(name="Wakefield")
        morocco = factories.country(code="MA", name="Morocco", region="arab-states")
        factories.city(name="Fez", country=morocco)
        factories.country(name="Nowhere", region="africa")
        page = parse(client.get("/countries/?order=region"))
        assert "Countries 3 learning cities in 2 countries" in page.text
        assert page.text.index("Arab States") < page.text.index("Europe and North America")
        assert "Morocco 1 city" in page.text
        assert "United Kingdom 2 cities" in page.text
        assert "Nowhere" not in page.text


class TestIntakePage:
    def test_the_page_of_an_intake_shows_official_and_listed_figures(self, manchester, client):
        factories.city(name="Earlier", joined_year=2020, latitude=1, longitude=1)
        response = client.get("/intakes/2024/")
        page = parse(response)
        assert page.outline[0] == "1 14 February 2024: 64 cities from 35 countries"
        page_facts = facts(response.content.decode())
        assert page_facts["new cities announced"] == "64"
        assert page_facts["countries announced"] == "35"
        assert page_facts["identified so far, from 1 country"] == "1"
        assert page_facts["not identified yet"] == "63"
        assert "Manchester" in page.text
        assert "Earlier" not in page.text

    def test_the_page_of_a_year_without_a_single_intake_says_so(self, client):
        factories.intake(year=2016, cities_total=115, countries_total=28)
        factories.city(joined_year=2016)
        response = client.get("/intakes/2016/")
        page = parse(response)
        assert page.outline[0] == "1 2016: no single intake"
        assert "Our sources name 1 city that joined in the course of the year." in page.text
        assert "the network counted 115 cities in 28 countries." in page.text
        assert "This took the network to" not in page.text
        assert facts(response.content.decode()) == {"identified so far, from 1 country": "1"}
        assert "None" not in page.text

    def test_the_page_of_an_intake_with_more_cities_than_announced_has_none_to_identify(
        self, client
    ):
        intake = factories.intake(year=2016, cities_announced=1)
        for _ in range(2):
            factories.city(intake=intake)
        assert facts(client.get("/intakes/2016/").content.decode())["not identified yet"] == "0"

    def test_the_page_of_an_intake_links_to_its_neighbours(self, client):
        for year in (2015, 2017, 2020):
            factories.intake(year=year)
        factories.intake(year=2018, published_at=None)
        assert {"/intakes/2015/", "/intakes/2020/"} <= parse(client.get("/intakes/2017/")).addresses

    def test_every_city_is_counted_on_the_list_of_intakes(self, client):
        intake = factories.intake(year=2024)
        factories.city(intake=intake)
        # Some sources give a year alone, without the intake.
        factories.city(joined_year=2024)
        factories.city(joined_year=2014)
        factories.city()
        response = client.get("/intakes/")
        listed = {intake.year: intake.city_count for intake in response.context["intake_list"]}
        assert listed == {2024: len(client.get("/intakes/2024/").context["cities"])} == {2024: 2}
        assert ("1 city that joined in 2014", "/intakes/2014/") in parse(response).links
        assert "1 city whose joining year is not known" in parse(response).text


def test_the_address_of_an_intake_has_one_form(client):
    factories.intake(year=2024)
    assert client.get("/intakes/2024/").status_code == 200
    assert client.get("/intakes/02024/").status_code == 404


def test_staff_see_the_news_of_a_hidden_city_before_it_is_public(client):
    hidden, public = factories.city(published_at=None), factories.city(name="Fez")
    alone = factories.news_item(title="Alone", cities=[hidden])
    both = factories.news_item(title="Both", cities=[hidden, public])
    client.force_login(factories.superuser())
    news = client.get(hidden.get_absolute_url()).context["news"]
    assert [(item, item.public_cities) for item in news] == [(both, [public]), (alone, [])]
