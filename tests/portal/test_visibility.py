"""Hidden records: absent from their own address, lists, counts, feeds, maps and boxes."""

import re
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest
from django.utils import timezone

from portal.metadata.sitemaps import SECTIONS
from publishing.revisions import comments
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
NAME = "Zanzistar"  # Each star is called so, its kind and its state, in one word.


def hidden_states():
    now = timezone.now()
    return {
        "draft": {"published_at": None},
        "scheduled": {"published_at": now + HOUR},
        "expired": {"published_at": now - 2 * HOUR, "expires_at": now - HOUR},
        "archived": {"published_at": now - 2 * HOUR, "archived_at": now - HOUR},
    }


class Stage:
    """A small public portal whose records are all linked; a star is linked to every one of them."""

    def __init__(self):
        self.country = factories.country(code="GB", name="United Kingdom")
        self.intake = factories.intake(year=2024, cities_announced=64, cities_total=356)
        self.theme = factories.theme(name="Health")
        self.city = factories.city(name="Stagetown", **self.place())
        self.network = factories.network(name="Stage Network", cities=[self.city])
        self.organisation = factories.organisation(name="Stage College", cities=[self.city])
        factories.membership(network=self.network, organisation=self.organisation)
        self.item = factories.news_item(
            title="Stage story",
            cities=[self.city],
            networks=[self.network],
            countries=[self.country],
            intake=self.intake,
        )
        self.event = factories.event(name="Stage event", city=self.city, country=self.country)
        self.page = factories.page(title="About")
        self.years = count(2023, -1)

    def place(self):
        return {
            "country": self.country,
            "intake": self.intake,
            "latitude": 53.5,
            "longitude": -2.2,
            "population": 500_000,
            "themes": [self.theme],
        }

    def doors(self):
        """Return the addresses at which a record could show."""
        records = (
            self.city,
            self.country,
            self.intake,
            self.network,
            self.organisation,
            self.item,
            self.event,
            self.page,
            self.theme,
        )
        return {
            "home": "/",
            "cities": "/cities/",
            "cities as a table": "/cities/?view=table",
            "cities on a map": "/cities/?view=map",
            "cities of the country": "/cities/?country=gb",
            "search for cities": "/cities/?q=zanzi",
            "misspelt search for cities": "/cities/?q=zanzistarcty",
            "countries": "/countries/",
            "intakes": "/intakes/",
            "networks": "/networks/",
            "search for networks": "/networks/?q=zanzi",
            "news": "/news/",
            "search for news": "/news/?q=zanzi",
            "news about the city": "/news/?city=stagetown",
            "feed": "/news/feed/",
            "events": "/events/",
            "numbers": "/numbers/",
            "region": "/regions/europe-and-north-america/",
            **{f"sitemap of {name}": f"/sitemap-{name}.xml" for name in SECTIONS},
            "nothing found": "/nothing-here/",
            **{kind: f"/cities/export.{kind}" for kind in EXPORT_DOORS},
            **{f"{name}.json": f"/{name}/export.json" for name in DOWNLOADED},
            **{str(record): record.get_absolute_url() for record in records},
        }


EXPORT_DOORS = ("csv", "json", "geojson", "atom")
DOWNLOADED = ("networks", "organisations", "news", "events")


# Makers of stars: records whose name says their state.
def city(stage, name=NAME, **values):
    star = factories.city(name=name, **stage.place(), **values)
    factories.alternative_name(city=star, name="Zanzistarium")
    stage.network.cities.add(star)
    stage.organisation.cities.add(star)
    stage.item.cities.add(star)
    factories.event(city=star)
    return star


def network(stage, name=NAME, **values):
    star = factories.network(name=name, cities=[stage.city], summary=f"{name} leads.", **values)
    factories.membership(network=star, organisation=stage.organisation)
    stage.item.networks.add(star)
    return star


def organisation(stage, name=NAME, **values):
    star = factories.organisation(name=name, cities=[stage.city], **values)
    factories.membership(network=stage.network, organisation=star)
    return star


def news_item(stage, name=NAME, **values):
    return factories.news_item(
        title=name,
        cities=[stage.city],
        networks=[stage.network],
        countries=[stage.country],
        intake=stage.intake,
        **{"published_at": timezone.now() - 3 * HOUR} | values,
    )


def event(stage, name=NAME, **values):
    return factories.event(name=name, city=stage.city, country=stage.country, **values)


def page(stage, name=NAME, **values):
    return factories.page(title=name, **values)


def theme(stage, name=NAME, **values):
    star = factories.theme(name=name, **values)
    stage.city.themes.add(star)
    return star


def intake(stage, name=NAME, **values):
    year = next(stage.years)
    star = factories.intake(
        year=year, cities_total=31_415, announced_on=f"{year}-05-01", note=name, **values
    )
    factories.news_item(intake=star, published_at=datetime(2019, 1, 1, tzinfo=UTC))
    factories.city(intake=star)
    return star


CITIES = {
    "cities",
    "cities as a table",
    "cities on a map",
    "cities of the country",
    "search for cities",
    "misspelt search for cities",
    *EXPORT_DOORS,
}
# The addresses that show a public record of each kind.
SHOWN = {
    city: CITIES
    | {
        "home",
        "networks",
        "news",
        "news about the city",
        "feed",
        "events",
        "region",
        "sitemap of cities",
        "search for news",
        "search for networks",
        "Stagetown",
        "United Kingdom",
        "2024",
        "Stage Network",
        "Stage College",
        "Stage story",
        "Health",
        *(f"{name}.json" for name in DOWNLOADED),
    },
    network: {
        "home",
        "csv",
        "json",
        "geojson",
        "networks.json",
        "networks",
        "search for networks",
        "news",
        "news about the city",
        "search for news",
        "region",
        "sitemap of networks",
        "Stagetown",
        "United Kingdom",
        "Stage College",
        "Stage story",
    },
    organisation: {
        "networks.json",
        "organisations.json",
        "sitemap of organisations",
        "Stagetown",
        "Stage Network",
    },
    news_item: {
        "news.json",
        "home",
        "news",
        "search for news",
        "news about the city",
        "feed",
        "region",
        "sitemap of news",
        "Stagetown",
        "United Kingdom",
        "2024",
        "Stage Network",
        "Stage College",
        "Stage story",
    },
    event: {"events", "events.json", "sitemap of events", "Stagetown"},
    page: {"sitemap of pages"},
    theme: CITIES - {"atom"} | {"sitemap of themes", "Stagetown", "Health"},
    intake: {"home", "intakes", "numbers", "sitemap of intakes", "2024"},
}
every_kind = pytest.mark.parametrize("make", SHOWN, ids=lambda make: make.__name__)


def call(make, state=""):
    """Return the name of a star."""
    return f"{NAME}{make.__name__.replace('_', '')}{state}"


def showing(client, stage, stars):
    """Return for each star the addresses that show it, by its name or by a link to its page."""
    found = {name: set() for name in stars}
    for door, address in stage.doors().items():
        response = client.get(address)
        assert response.status_code == (404 if door == "nothing found" else 200), address
        html = response.getvalue().decode()
        for name, star in stars.items():
            address = star.get_absolute_url()
            if re.search(rf'{name}\b|{re.escape(address)}["<]', html, re.IGNORECASE):
                found[name].add(door)
    return found


def test_a_public_record_is_on_every_page_that_lists_it(client):
    stage = Stage()
    stars = {call(make): make(stage, call(make)) for make in SHOWN}
    assert showing(client, stage, stars) == {call(make): SHOWN[make] for make in SHOWN}


@pytest.fixture
def hidden():
    """Make a stage with stars of every kind in every state but public."""
    stage = Stage()
    stars = {
        call(make, state): make(stage, call(make, state), **dates)
        for make in SHOWN
        for state, dates in hidden_states().items()
    }
    return stage, stars


def test_a_hidden_record_is_on_no_page(hidden, client):
    stage, stars = hidden
    assert showing(client, stage, stars) == {name: set() for name in stars}
    assert NAME not in "".join(client.get(a).getvalue().decode() for a in stage.doors().values())


def test_staff_see_a_hidden_record_only_at_its_own_address(hidden, client):
    stage, stars = hidden
    client.force_login(factories.superuser())
    assert showing(client, stage, stars) == {name: set() for name in stars}


class TestRecordAddress:
    @every_kind
    def test_a_hidden_page_is_not_found_without_the_permission(self, make, client):
        stage = Stage()
        people = {
            "visitor": None,
            "signed in, not staff": factories.visitor(),
            "staff without the right": factories.user(),
        }
        stars = {
            state: make(stage, f"{NAME} {state}", **dates)
            for state, dates in hidden_states().items()
        }
        for person in people.values():
            if person:
                client.force_login(person)
            for star in stars.values():
                response = client.get(star.get_absolute_url())
                assert response.status_code == 404
                assert NAME not in response.content.decode()

    @every_kind
    def test_a_hidden_page_has_a_banner_for_staff_and_is_not_cached(self, make, client):
        stage = Stage()
        client.force_login(factories.user("Editors"))
        for state, dates in hidden_states().items():
            star = make(stage, f"{NAME} {state}", **dates)
            response = client.get(star.get_absolute_url())
            assert response.status_code == 200
            text = parse(response).text
            assert f"{star.state_label}. Visitors cannot see this page. Edit it" in text
            meta = star._meta
            edit = f"/admin/{meta.app_label}/{meta.model_name}/{star.pk}/change/"
            assert ("Edit it", edit) in parse(response).links
            kept = {part.strip() for part in response.headers["Cache-Control"].split(",")}
            assert kept == {"max-age=0", "no-cache", "no-store", "must-revalidate", "private"}

    @every_kind
    def test_a_public_page_is_the_same_for_staff_and_visitors(self, make, client):
        star = make(Stage())
        seen_by_visitor = client.get(star.get_absolute_url())
        client.force_login(factories.user("Editors"))
        seen_by_staff = client.get(star.get_absolute_url())
        assert seen_by_staff.content == seen_by_visitor.content
        assert "Cache-Control" not in seen_by_staff.headers

    def test_the_page_of_a_country_opens_with_its_first_public_city(self, client):
        country = factories.country(name="Kenya")
        city = factories.city(country=country, published_at=None)
        assert client.get("/countries/kenya/").status_code == 404
        client.force_login(factories.user("Editors"))
        banner = "No public city yet. Visitors cannot see this page. Edit it"
        assert banner in parse(client.get("/countries/kenya/")).text
        client.logout()
        city.published_at = timezone.now()
        city.save()
        assert client.get("/countries/kenya/").status_code == 200


def test_a_scheduled_record_appears_when_its_time_comes(client, monkeypatch):
    stage = Stage()
    star = city(stage, call(city), published_at=datetime(2030, 5, 1, 9, 0, tzinfo=UTC))
    stars = {star.name: star}
    monkeypatch.setattr(timezone, "now", lambda: datetime(2030, 5, 1, 8, 59, 59, tzinfo=UTC))
    assert showing(client, stage, stars) == {star.name: set()}
    assert client.get(star.get_absolute_url()).status_code == 404
    monkeypatch.setattr(timezone, "now", lambda: datetime(2030, 5, 1, 9, 0, tzinfo=UTC))
    assert showing(client, stage, stars) == {star.name: SHOWN[city]}
    assert client.get(star.get_absolute_url()).status_code == 200


def test_an_expired_record_disappears_when_its_time_is_over(client, monkeypatch):
    stage = Stage()
    star = news_item(stage, call(news_item), expires_at=datetime(2030, 5, 1, 9, 0, tzinfo=UTC))
    monkeypatch.setattr(timezone, "now", lambda: datetime(2030, 5, 1, 8, 59, 59, tzinfo=UTC))
    assert client.get(star.get_absolute_url()).status_code == 200
    monkeypatch.setattr(timezone, "now", lambda: datetime(2030, 5, 1, 9, 0, tzinfo=UTC))
    assert showing(client, stage, {star.title: star}) == {star.title: set()}
    assert client.get(star.get_absolute_url()).status_code == 404


class TestCounts:
    """Counts without hidden cities."""

    @pytest.fixture
    def stage(self):
        stage = Stage()
        kenya = factories.country(code="KE", name="Kenya", region="africa")
        for number, dates in enumerate(hidden_states().values()):
            city(stage, f"{NAME} {number}", **dates)
            factories.city(country=kenya, **dates)
        return stage

    def test_hidden_records_do_not_count_on_the_home_page(self, stage, client):
        context = client.get("/").context
        assert context["city_total"] == context["country_total"] == 1
        assert [region["count"] for region in context["regions"]] == [0, 0, 0, 1, 0]
        assert len(context["map"].marks) == 1

    def test_hidden_records_do_not_count_in_the_finder(self, stage, client):
        context = client.get("/cities/?view=map").context
        assert context["paginator"].count == 1
        counts = {
            facet.name: [(choice.value, choice.count) for choice in facet.choices]
            for facet in context["finder"].facets
        }
        assert (counts["region"], counts["country"], counts["intake"], counts["theme"]) == (
            [("europe-and-north-america", 1)],
            [("gb", 1)],
            [("2024", 1)],
            [("health", 1)],
        )
        assert [mark.name for mark in context["map"].marks] == ["Stagetown"]

    def test_hidden_records_do_not_count_on_the_list_of_countries(self, stage, client):
        countries = client.get("/countries/").context["country_list"]
        assert [(country.name, country.city_count) for country in countries] == [
            ("United Kingdom", 1)
        ]

    def test_hidden_records_do_not_count_on_the_page_of_a_country(self, stage, client):
        page = parse(client.get("/countries/united-kingdom/"))
        assert "1 learning city" in page.text

    def test_hidden_records_do_not_count_on_the_page_of_a_city(self, stage, client):
        response = client.get("/cities/stagetown/")
        assert response.context["in_country"] == 1
        assert "Nearest learning cities" not in parse(response).text

    def test_hidden_records_do_not_count_on_pages_of_intakes(self, stage, client):
        context = client.get("/intakes/").context
        listed = [(intake.year, intake.city_count) for intake in context["intake_list"]]
        assert (listed, context["other_years"], context["year_unknown"]) == ([(2024, 1)], [], 0)
        assert "63" in parse(client.get("/intakes/2024/")).text


class TestCookies:
    """Public pages without cookies, so that shared caches may store them."""

    @pytest.mark.parametrize("signed_in", [False, True])
    def test_public_pages_neither_set_nor_read_cookies(self, signed_in, client):
        stage = Stage()
        if signed_in:
            client.force_login(factories.superuser())
        for door, address in stage.doors().items():
            response = client.get(address)
            assert response.cookies == {}, door
            if door != "nothing found":
                assert "Cookie" not in response.headers.get("Vary", ""), door

    def test_unknown_values_and_redirects_set_and_read_no_cookies(self, client):
        for address in ("/cities/?country=zz", "/cities/?utm_source=x", "/news/?page=99"):
            response = client.get(address)
            assert response.cookies == {}
            assert "Cookie" not in response.headers.get("Vary", "")


def test_a_comment_of_staff_shows_at_no_door(client):
    stage = Stage()
    for record in (stage.city, stage.country, stage.network, stage.item, stage.event, stage.page):
        comments.start(record, None, f"Ask {NAME}.", quote=NAME)
    for name, door in stage.doors().items():
        # The search repeats what was asked for.
        if "zanzi" not in door:
            assert NAME.encode() not in client.get(door, follow=True).getvalue(), name
