"""The page of the finder: its heading, order, number of rows, cards and empty result."""

import pytest
from django.template import Context, Template

from cities.models import City
from cities.templatetags.cloth import card_line
from cities.views.cities import MOST_ROWS
from publishing.finder.filters import REVERSE
from tests import factories
from tests.cities.test_at_any_size import many
from tests.parsed_page import ParsedPage, parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world():
    kingdom = factories.country(code="GB", name="United Kingdom", name_in_text="the United Kingdom")
    ghana = factories.country(code="GH", name="Ghana", region="africa")
    qatar = factories.country(code="QA", name="Qatar", region="arab-states")
    health = factories.theme(name="Health")
    york = factories.city(
        name="York", country=kingdom, joined_year=2024, population=200, summary="Old. Walled."
    )
    factories.city(name="Derry", country=kingdom, joined_year=2019, kind="district")
    accra = factories.city(name="Accra", country=ghana, joined_year=2024, population=900)
    factories.city(
        name="Doha", country=qatar, joined_year=2016, population=500, themes=[health], kind="county"
    )
    factories.award(city=york, year=2015)
    factories.award(city=accra, year=2019)


def page_of(client, query=""):
    return client.get(f"/cities/?{query}")


def names(client, query=""):
    return [city.name for city in page_of(client, query).context["page_obj"]]


class TestHeadings:
    SENTENCES = [
        ("", "4 cities"),
        ("award=winner", "2 cities that have won an award"),
        ("award=winner&region=africa", "1 city in Africa that has won an award"),
        ("region=arab-states&region=africa", "2 cities in the Arab States or Africa"),
        ("country=gb&intake=2024", "1 city in the United Kingdom that joined in 2024"),
        ("kind=district", "1 district"),
        ("kind=district&country=gb", "1 district in the United Kingdom"),
        ("kind=city", "2 cities and municipalities"),
        ("theme=health", "1 city with the theme “Health”"),
        ("q=york", "1 city matches “york”"),
        # More than a sentence can say.
        ("q=york&country=gb", "1 city matches your filters"),
        ("award=winner&intake=2024", "2 cities match your filters"),
        ("country=gb&region=africa&region=europe-and-north-america", "2 cities match your filters"),
        ("kind=district&kind=county", "2 cities match your filters"),
        ("country=gb&intake=2016", "No cities match all your filters"),
    ]

    def test_headings_are_sentences(self, client, subtests):
        for query, heading in self.SENTENCES:
            with subtests.test(query=query):
                response = page_of(client, query)
                assert response.context["found"] == heading
                assert heading in parse(response).text

    def test_the_description_of_an_address_tells_its_filters(self, client):
        def description(query):
            metas = parse(page_of(client, query)).attributes("meta")
            return next(meta["content"] for meta in metas if meta.get("name") == "description")

        assert description("country=gb") == "2 cities in the United Kingdom."
        assert description("award=winner&intake=2024") == (
            "2 cities match your filters: Year joined: 2024; UNESCO Learning City Award: Winners."
        )
        assert description("view=table").startswith("Learning cities by region")


class TestOrders:
    BOTH_WAYS = {
        "name": ["Accra", "Derry", "Doha", "York"],
        "country": ["Accra", "Doha", "Derry", "York"],
        "region": ["Accra", "Doha", "Derry", "York"],
        "joined": ["Accra", "York", "Derry", "Doha"],
        "population": ["Accra", "Doha", "York", "Derry"],
    }
    REVERSED = {
        "name": ["York", "Doha", "Derry", "Accra"],
        "country": ["Derry", "York", "Doha", "Accra"],
        "region": ["Derry", "York", "Doha", "Accra"],
        "joined": ["Doha", "Derry", "Accra", "York"],
        # Unknown values stay last.
        "population": ["York", "Doha", "Accra", "Derry"],
    }

    def test_every_column_sorts_in_both_directions(self, client, subtests):
        for order, expected in self.BOTH_WAYS.items():
            with subtests.test(order=order):
                query = "" if order == "name" else f"sort={order}"
                assert names(client, query) == expected
                assert names(client, f"sort={REVERSE}{order}") == self.REVERSED[order]

    @pytest.mark.parametrize(
        ("query", "sorted_", "url"),
        [
            ("view=table", ("Name", "ascending"), "?sort=-name&view=table"),
            ("view=table&sort=-name", ("Name", "descending"), "?view=table"),
            ("view=table&sort=joined", ("Joined", "descending"), "?sort=-joined&view=table"),
            ("view=table&sort=-joined", ("Joined", "ascending"), "?sort=joined&view=table"),
            (
                "view=table&sort=-region",
                ("UNESCO region", "descending"),
                "?sort=region&view=table",
            ),
        ],
    )
    def test_the_sorted_column_turns_round(self, client, query, sorted_, url):
        heads = page_of(client, query).context["heads"]
        (head,) = [head for head in heads if head["sorted"]]
        assert ((head["label"], head["sorted"]), head["url"]) == (sorted_, url)

    def test_no_column_is_marked_where_the_best_matches_come_first(self, client):
        heads = page_of(client, "q=york&view=table").context["heads"]
        assert [head["sorted"] for head in heads] == [""] * 5
        assert "Sorted by best match." in parse(page_of(client, "q=york")).text

    def test_the_line_above_the_results_says_the_direction_and_offers_the_other(self, client):
        page = parse(page_of(client, "sort=-population"))
        assert "Sorted by population, smallest first. Show largest first." in page.text
        assert dict(page.links)["Show largest first"] == "?sort=population"


class TestNumberOfRows:
    @pytest.fixture
    def hundreds(self, world):
        return many(150, factories.country(code="FR", name="France"))

    @pytest.mark.parametrize(("per", "rows"), [("", 24), ("&per=100", 100), ("&per=all", 154)])
    def test_a_table_shows_as_many_rows_as_the_address_says(self, client, hundreds, per, rows):
        response = page_of(client, f"view=table{per}")
        assert len(response.context["page_obj"]) == rows
        sizes = [(size["label"], size["url"]) for size in response.context["sizes"]]
        assert sizes == [
            ("24", "?view=table"),
            ("100", "?view=table&per=100"),
            ("All", "?view=table&per=all"),
        ]

    def test_all_rows_are_cut_at_a_limit_that_is_stated(self, client, world):
        many(MOST_ROWS, factories.country(code="FR", name="France"))
        response = page_of(client, "view=table&per=all")
        assert len(response.context["page_obj"]) == MOST_ROWS == 1000
        assert response.context["sizes"][-1]["label"] == "1,000"
        assert len(page_of(client, "view=table&per=all&page=2").context["page_obj"]) == 4

    def test_only_a_table_has_a_number_of_rows(self, client, hundreds):
        response = page_of(client, "per=all")
        assert (response.status_code, response["Location"]) == (301, "/cities/")
        page = page_of(client, "view=table&per=100&country=fr")
        views = {
            option["label"]: option["url"] for option in page.context["finder"].options("view")
        }
        assert views["Cards"] == "?country=fr"
        assert page.context["finder"].rows_query == "?country=fr"

    def test_a_short_table_offers_no_other_number_of_rows(self, client):
        assert "Rows on a page" not in parse(page_of(client, "view=table")).text

    def test_a_table_of_all_rows_takes_as_many_queries_as_a_short_one(
        self, client, hundreds, django_assert_num_queries
    ):
        page_of(client)
        with django_assert_num_queries(4):
            page_of(client, "view=table&per=all")


class TestCards:
    def test_a_card_has_the_beginning_of_the_summary_before_the_country(self, client):
        text = parse(page_of(client, "country=gb")).text
        assert "York Old. Walled. United Kingdom Joined 2024" in text

    @pytest.mark.parametrize(
        ("summary", "line"),
        [
            ("", ""),
            ("One place", "One place"),
            (
                "In St. Ives, the U.S. army met the people of the town. Then it left.",
                "In St. Ives, the U.S. army met the people of the town.",
            ),
            (
                "Do all of its 1.5 million people like to learn? Yes.",
                "Do all of its 1.5 million people like to learn?",
            ),
            # The year stands on the card already, so more is wanted.
            (
                "Belfast joined in 2018. A learning charter brings its partners together. More.",
                "Belfast joined in 2018. A learning charter brings its partners together.",
            ),
            ("It is big.\n\nIt is old.", "It is big. It is old."),
        ],
    )
    def test_the_line_of_a_card_is_a_whole_sentence(self, summary, line):
        assert card_line(factories.city(summary=summary)) == line

    def test_a_list_without_summaries_reads_none(self, django_assert_num_queries):
        york = City.objects.for_cards().get(name="York")
        with django_assert_num_queries(0):
            assert card_line(york) == ""


class TestCardsElsewhere:
    def test_cards_of_a_page_about_one_country_can_leave_it_out(self):
        page = Template("{% load cloth %}{% city_cards cities country=False %}")
        york = City.objects.filter(name="York").select_related("country")
        cards = ParsedPage(f"<body>{page.render(Context({'cities': york}))}")
        assert "United Kingdom" not in cards.text
        assert cards.outline == ["3 York"]

    def test_the_page_of_a_country_leaves_it_out(self, client):
        assert (
            "York Old. Walled. Joined 2024" in parse(client.get("/countries/united-kingdom/")).text
        )


class TestEmptyResult:
    def test_an_empty_result_offers_filters_to_remove_and_nothing_to_sort(self, client):
        response = page_of(client, "country=gb&intake=2016")
        page = parse(response)
        assert "No cities match all your filters Try removing one:" in page.text
        assert "Remove “2016” (2 cities)" in page.text
        assert "Remove “United Kingdom” (1 city)" in page.text
        assert "Sorted by" not in page.text
        assert page.text.count("Clear all") == 1
        assert [link for link, _url in page.links if link in ("Cards", "Table", "Map")] == []

    @pytest.mark.parametrize(
        ("path", "words"),
        [
            ("/networks/?q=zzz", "No networks match all your filters"),
            ("/news/?q=zzz", "No news matches all your filters"),
        ],
    )
    def test_other_finders_say_it_in_their_own_words(self, client, path, words):
        factories.network(name="Learn")
        factories.news_item(title="Learn")
        assert words in parse(client.get(path)).text


class TestNamesOfCountries:
    @pytest.mark.parametrize(
        ("text", "values", "named"),
        [
            ("uk", ["gb"], ["gb"]),
            ("Vereinigtes Königreich", ["gb"], ["gb"]),
            ("king", ["gb"], []),
            ("gha", ["gh"], ["gh"]),
            ("", [], []),
            ("zzz", [], []),
        ],
    )
    def test_the_box_of_the_facet_knows_other_names(self, client, text, values, named):
        response = client.get("/cities/suggest/countries/", {"q": text})
        assert response.json() == {"values": values, "named": named}
        assert response["Cache-Control"] == "public, max-age=300"

    @pytest.mark.parametrize("page", ["/cities/", "/news/"])
    def test_the_country_facet_of_each_finder_knows_the_address(self, client, page):
        for number in range(12):
            country = factories.country(name=f"Land {number}")
            factories.news_item(cities=[factories.city(country=country)], countries=[country])
        assert 'data-names="/cities/suggest/countries/"' in client.get(page).text


@pytest.mark.parametrize("path", ["/cities/", "/networks/", "/news/"])
def test_the_second_skip_link_of_a_finder_leads_to_its_results(client, path):
    page = parse(client.get(path))
    assert page.links[:2] == [("Skip to the content", "#main"), ("Skip to results", "#list")]
    assert any(element.get("id") == "list" for element in page.attributes("div"))
