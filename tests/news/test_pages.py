"""The pages of news and events."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


@pytest.fixture
def story():
    kingdom = factories.country(code="GB", name="United Kingdom")
    manchester = factories.city(name="Manchester", summary="A city of firsts.")
    wakefield = factories.city(name="Wakefield", summary="Learning for freedom.")
    factories.network(name="Skills Network", cities=[manchester])
    factories.network(name="Draft Network", cities=[wakefield], published_at=None)
    return factories.news_item(
        title="Two join",
        summary="Both joined.",
        body="<p>It was in <strong>February</strong>.</p>",
        published_at=datetime(2024, 2, 14, 9, 30, tzinfo=UTC),
        author_line="The portal",
        source="UIL",
        source_url="https://uil.example.org/",
        note="Check the number.",
        cities=[manchester, wakefield],
        countries=[kingdom],
        intake=factories.intake(year=2024, announced_on=date(2024, 2, 14)),
    )


def boxes(client):
    return parse(client.get("/news/two-join/")).text.partition("About the two cities")[2]


class TestStoryPage:
    def test_a_story_says_when_who_and_what(self, story, client):
        page = parse(client.get("/news/two-join/"))
        assert "14 February 2024 · The portal" in page.text
        assert "Both joined. It was in February." in page.text
        assert "Source: UIL" in page.text
        assert "Check the number" not in page.text
        assert "In this story" in page.text
        assert {"/countries/united-kingdom/", "/intakes/2024/", "https://uil.example.org/"} <= (
            page.addresses
        )
        (time,) = page.attributes("time")
        assert datetime.fromisoformat(time["datetime"]) == story.published_at

    def test_a_story_has_a_box_about_each_of_its_cities(self, story, client):
        assert boxes(client).startswith(
            " Manchester A city of firsts. Learning is led by: Skills Network "
            "More about Manchester Wakefield Learning for freedom. More about Wakefield"
        )

    def test_the_box_about_a_city_in_a_story_is_never_out_of_date(self, story, client):
        city = story.cities.get(name="Wakefield")
        city.name, city.summary = "Wakefield District", "Something new."
        city.save()
        network = factories.network(name="Learn Wakefield", cities=[city])
        assert "Wakefield District Something new. Learning is led by: Learn Wakefield" in boxes(
            client
        )
        network.delete()
        assert "Learn Wakefield" not in boxes(client)

    def test_a_story_without_cities_has_no_box(self, client):
        factories.news_item(title="Plain")
        assert not [line for line in parse(client.get("/news/plain/")).outline if "About" in line]

    def test_a_story_links_to_the_stories_before_and_after_it(self, story, client):
        older = factories.news_item(title="Older", published_at=datetime(2024, 2, 13, tzinfo=UTC))
        factories.news_item(title="Oldest", published_at=datetime(2024, 2, 12, tzinfo=UTC))
        newer = factories.news_item(title="Newer", published_at=datetime(2024, 2, 15, tzinfo=UTC))
        factories.news_item(title="Next draft", published_at=None)
        factories.news_item(title="To come", published_at=timezone.now() + timedelta(days=1))
        links = parse(client.get("/news/two-join/")).links
        assert ("← Older Older", older.get_absolute_url()) in links
        assert ("Newer → Newer", newer.get_absolute_url()) in links
        names = " ".join(name for name, _address in links)
        assert not [hidden for hidden in ("Oldest", "Next draft", "To come") if hidden in names]

    def test_a_story_shows_the_day_in_the_zone_of_the_site(self, story, client, settings):
        settings.TIME_ZONE = "Pacific/Auckland"
        story.published_at = datetime(2024, 2, 14, 12, 0, tzinfo=UTC)
        story.save()
        assert "15 February 2024" in parse(client.get("/news/two-join/")).text

    def test_a_draft_story_has_no_neighbours_but_a_page_for_staff(self, client):
        factories.news_item(title="Draft", published_at=None)
        factories.news_item(title="Public")
        client.force_login(factories.user("Editors"))
        page = parse(client.get("/news/draft/"))
        assert "Draft. Visitors cannot see this page." in page.text
        assert "/news/public/" not in page.addresses


class TestEventPages:
    def test_events_are_listed_under_upcoming_and_past_years(self, client, monkeypatch):
        monkeypatch.setattr(timezone, "now", lambda: datetime(2026, 7, 15, 12, tzinfo=UTC))
        cork = factories.city(name="Cork")
        for name, values in {
            "Soon": {"starts_on": date(2026, 8, 1), "city": cork},
            "Later": {"starts_on": date(2026, 9, 1), "place": "Online"},
            "Running": {"starts_on": date(2026, 7, 1), "ends_on": date(2026, 7, 15)},
            "Over": {"starts_on": date(2026, 7, 14)},
            "Long over": {"starts_on": date(2020, 7, 14)},
            "Always": {"starts_on": None, "date_note": "24 January each year"},
        }.items():
            factories.event(name=name, **values)
        page = parse(client.get("/events/"))
        assert page.outline[1:] == [
            "2 Upcoming", "3 Running", "3 Soon", "3 Later", "3 Always",
            "2 2026", "3 Over",
            "2 2020", "3 Long over",
            "2 Download this list",
        ]  # fmt: skip
        assert "Soon 1 August 2026 · Forum · Cork" in page.text
        assert "Later 1 September 2026 · Forum · Online" in page.text
        assert "Always 24 January 2027, every year · Forum" in page.text

    def test_the_list_of_events_says_when_there_are_none(self, client):
        assert "Upcoming No upcoming events listed." in parse(client.get("/events/")).text

    def test_an_event_shows_its_facts(self, client):
        cork = factories.city(name="Cork")
        factories.event(
            name="Festival",
            kind="festival",
            starts_on=date(2024, 3, 30),
            ends_on=date(2024, 4, 5),
            date_note="dates approximate",
            place="Everywhere",
            city=cork,
            country=cork.country,
            description="One.\nTwo.",
            website="https://festival.example.org/",
            source="Its page",
        )
        page = parse(client.get("/events/festival/"))
        assert (
            "Festival When 30 March to 5 April 2024 (dates approximate) Place Everywhere "
            "City Cork Country United Kingdom Website festival.example.org/ One. Two. "
            "Add to your calendar Source: Its page"
        ) in page.text
        assert {"/cities/cork/", "https://festival.example.org/"} <= page.addresses

    def test_an_event_in_a_hidden_city_names_the_country_only(self, client):
        hidden = factories.city(name="Hiddentown", published_at=None)
        factories.event(name="Fair", city=hidden, country=hidden.country)
        for address in ("/events/", "/events/fair/"):
            text = parse(client.get(address)).text
            assert "Hiddentown" not in text
            assert "United Kingdom" in text
