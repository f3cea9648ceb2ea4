"""The finder of cities: filters, counts, orders, search, notices and canonical addresses."""

from urllib.parse import urlencode

import pytest

from publishing.finder.filters import LONGEST_SEARCH
from tests import factories
from tests.parsed_page import parse

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def world():
    kingdom = factories.country(code="GB", name="United Kingdom")
    morocco = factories.country(code="MA", name="Morocco", region="arab-states")
    korea = factories.country(code="KR", name="Republic of Korea", region="asia-and-the-pacific")
    health, joy = factories.theme(name="Health"), factories.theme(name="Joy")
    factories.theme(name="Unused")
    factories.city(
        name="York", country=kingdom, joined_year=2024, population=200_000, themes=[health]
    )
    factories.city(
        name="Derry", country=kingdom, joined_year=2018, kind="district", status="withdrawn"
    )
    factories.city(
        name="Wakefield",
        official_name="Wakefield District",
        country=kingdom,
        population=345_000,
        motto="Freedom Through Learning",
        themes=[health, joy],
    )
    fez = factories.city(
        name="Fez", country=morocco, joined_year=2024, population=964_891, themes=[joy]
    )
    factories.award(city=fez, year=2015)
    factories.award(city=fez, year=2019)
    factories.alternative_name(city=fez, name="Fès", language="fr")
    factories.alternative_name(city=fez, name="فاس", language="ar")
    factories.city(
        name="Gwanak-gu", country=korea, subdivision="Séoul", joined_year=2013, population=200_000
    )


def ask(client, **query):
    response = client.get("/cities/?" + urlencode(query, doseq=True))
    assert response.status_code == 200, response.headers.get("Location")
    return response


def names_matching(client, **query):
    return [city.name for city in ask(client, **query).context["page_obj"]]


def counts(client, facet, **query):
    facets = ask(client, **query).context["finder"].facets
    (chosen,) = [entry for entry in facets if entry.name == facet]
    return {choice.value: choice.count for choice in chosen.choices}


def notices(client, **query):
    return ask(client, **query).context["finder"].notices


EVERYTHING = ["Derry", "Fez", "Gwanak-gu", "Wakefield", "York"]


class TestFilters:
    NARROWED = [
        ({}, EVERYTHING),
        ({"country": "gb"}, ["Derry", "Wakefield", "York"]),
        ({"country": ["ma", "kr"]}, ["Fez", "Gwanak-gu"]),
        ({"region": "arab-states"}, ["Fez"]),
        ({"region": ["arab-states", "asia-and-the-pacific"]}, ["Fez", "Gwanak-gu"]),
        ({"intake": "2024"}, ["Fez", "York"]),
        ({"intake": ["2018", "unknown"]}, ["Derry", "Wakefield"]),
        ({"intake": "unknown"}, ["Wakefield"]),
        ({"theme": "health"}, ["Wakefield", "York"]),
        ({"theme": ["health", "joy"]}, ["Fez", "Wakefield", "York"]),
        ({"kind": "district"}, ["Derry"]),
        ({"kind": ["district", "city"]}, EVERYTHING),
        ({"award": "winner"}, ["Fez"]),
        ({"status": "withdrawn"}, ["Derry"]),
        ({"status": ["withdrawn", "member"]}, EVERYTHING),
        ({"country": "gb", "intake": "2024"}, ["York"]),
        ({"country": "gb", "theme": "joy", "q": "wake"}, ["Wakefield"]),
        ({"country": "ma", "kind": "district"}, []),
    ]

    def test_facets_narrow_the_result(self, client, subtests):
        for query, names in self.NARROWED:
            with subtests.test(query=query):
                assert names_matching(client, **query) == names
                assert ask(client, **query).context["paginator"].count == len(names)

    COUNTED = [
        ("country", {}, {"gb": 3, "ma": 1, "kr": 1}),
        ("intake", {}, {"2024": 2, "2018": 1, "2013": 1, "unknown": 1}),
        ("theme", {}, {"health": 2, "joy": 2}),
        ("kind", {}, {"city": 4, "district": 1}),
        # A facet counts under every filter but its own.
        ("country", {"country": "gb"}, {"gb": 3, "ma": 1, "kr": 1}),
        ("theme", {"country": "gb"}, {"health": 2, "joy": 1}),
        ("intake", {"country": "gb"}, {"2024": 1, "2018": 1, "2013": 0, "unknown": 1}),
        ("country", {"theme": "joy"}, {"gb": 1, "ma": 1, "kr": 0}),
        ("theme", {"theme": "joy"}, {"health": 2, "joy": 2}),
        ("country", {"country": "ma", "intake": "2024"}, {"gb": 1, "ma": 1, "kr": 0}),
        (
            "intake",
            {"country": "ma", "intake": "2024"},
            {"2024": 1, "2018": 0, "2013": 0, "unknown": 0},
        ),
        ("kind", {"q": "york"}, {"city": 1, "district": 0}),
        ("theme", {"q": "y"}, {"health": 1, "joy": 0}),
        ("country", {"theme": ["joy", "health"]}, {"gb": 2, "ma": 1, "kr": 0}),
    ]

    def test_facets_count_each_value_in_use(self, client, subtests):
        for facet, query, expected in self.COUNTED:
            with subtests.test(facet=facet, query=query):
                assert counts(client, facet, **query) == expected

    def test_facets_offer_values_in_an_order_that_people_expect(self, client):
        assert list(counts(client, "country")) == ["ma", "kr", "gb"]
        assert list(counts(client, "intake")) == ["2024", "2018", "2013", "unknown"]
        assert next(iter(counts(client, "region"))) == "arab-states"

    def test_facets_show_chosen_values_that_find_nothing(self, client):
        text = parse(ask(client, country="ma")).text
        assert "Republic of Korea 1" in text
        assert "District 0" in text

    def test_chosen_values_of_facets_are_ticked_on_the_page(self, client):
        page = parse(ask(client, country=["gb", "ma"], theme="joy", q="e"))
        ticked = [
            (box["name"], box["value"]) for box in page.attributes("input") if "checked" in box
        ]
        assert sorted(ticked) == [("country", "gb"), ("country", "ma"), ("theme", "joy")]
        (search,) = [box for box in page.attributes("input") if box.get("type") == "search"]
        assert search["value"] == "e"

    @pytest.fixture
    def lands(self):
        """Create twelve more countries with a city, so that the facet is long."""
        countries = [factories.country(name=f"Land {number:02}") for number in range(12)]
        for country in countries:
            factories.city(country=country)
        return countries

    def facet(self, client, **query):
        facets = ask(client, **query).context["finder"].facets
        return next(facet for facet in facets if facet.name == "country")

    def test_a_long_facet_has_all_values_by_name(self, client, lands):
        facet = self.facet(client)
        names = [choice.label for choice in facet.choices]
        assert names == [
            *(country.name for country in lands),
            "Morocco",
            "Republic of Korea",
            "United Kingdom",
        ]
        assert (facet.all_label, facet.find_label) == ("All 15 countries", "Type a country")

    def test_a_long_facet_shows_the_chosen_values_before_the_folded_ones(self, client, lands):
        codes = [lands[3].code.lower(), "gb"]
        page = parse(ask(client, country=codes))
        values = [box["value"] for box in page.attributes("input") if box.get("name") == "country"]
        assert values[:4] == [*codes, lands[0].code.lower(), lands[1].code.lower()]

    def test_a_long_facet_hides_values_without_a_result_that_are_not_chosen(self, client, lands):
        facet = self.facet(client, country="kr", theme="joy")
        assert facet.all_label == "All 3 countries"
        page = ask(client, country="kr", theme="joy").text
        assert page.count('<label class="choice choice-none" hidden>') == 12
        # A short facet shows them.
        assert '<label class="choice choice-none"><input type="checkbox" name="region"' in page


class TestSearch:
    MEANT = [
        ("york", ["York"]),
        ("YORK", ["York"]),
        ("yor", ["York"]),
        ("ork", []),
        ("fez", ["Fez"]),
        ("fes", ["Fez"]),
        ("FÈS", ["Fez"]),
        ("فاس", ["Fez"]),
        ("seoul", ["Gwanak-gu"]),
        ("Séoul", ["Gwanak-gu"]),
        ("gwanak gu", ["Gwanak-gu"]),
        ("gwanak-gu", ["Gwanak-gu"]),
        ("kingdom", ["Derry", "Wakefield", "York"]),
        ("united york", ["York"]),
        ("york united", ["York"]),
        ("wakefield morocco", []),
        ("freedom", ["Wakefield"]),
        ("wakefield district", ["Wakefield"]),
        ("“York”", ["York"]),
        ("york's", []),
        ("york%", ["York"]),
        ("d_rry", []),
        ("york\x00", ["York"]),
        ("york\u00a0kingdom", ["York"]),
        ("york\tkingdom", ["York"]),
        ("york 🎓", ["York"]),
        ("\\", EVERYTHING),
        ("york' OR 1=1 --", []),
        ("y " * 49, ["York"]),
    ]

    def test_search_finds_what_people_mean(self, client, subtests):
        for text, names in self.MEANT:
            with subtests.test(text=text):
                assert names_matching(client, q=text.strip()) == names

    def test_search_lists_a_city_once_however_often_it_matches(self, client):
        for number in range(3):
            factories.alternative_name(city=factories.city(), name=f"Twin {number}")
        fez = factories.city(name="Twintown")
        factories.alternative_name(city=fez, name="Twin A")
        factories.alternative_name(city=fez, name="Twin B")
        assert len(names_matching(client, q="twin")) == 4
        assert counts(client, "country", q="twin") == {"gb": 4, "ma": 0, "kr": 0}

    @pytest.mark.parametrize("text", ["%", "_", "???", "🎓", "' \" \\", "\x00"])
    def test_search_says_when_a_text_has_no_words(self, text, client):
        response = ask(client, q=text)
        assert [city.name for city in response.context["page_obj"]] == EVERYTHING
        assert response.context["finder"].chips == []
        if text != "\x00":
            assert response.context["finder"].notices == [
                f"We do not recognise the city or country name “{text}”, so we ignored that filter."
            ]

    def test_search_cuts_a_very_long_text_and_says_so(self, client):
        assert notices(client, q="x" * (LONGEST_SEARCH + 1)) == [
            f"Your search is too long, so we looked for “{'x' * LONGEST_SEARCH}” only."
        ]
        assert notices(client, q="a b c d e f g h i j") == [
            "Your search is too long, so we looked for “a b c d e f g h” only."
        ]
        assert notices(client, q="x" * LONGEST_SEARCH) == []
        assert ask(client, q="é" * 1500).status_code == 200


class TestOrders:
    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ({}, EVERYTHING),
            ({"sort": "country"}, ["Fez", "Gwanak-gu", "Derry", "Wakefield", "York"]),
            ({"sort": "joined"}, ["Fez", "York", "Derry", "Gwanak-gu", "Wakefield"]),
            ({"sort": "population"}, ["Fez", "Wakefield", "Gwanak-gu", "York", "Derry"]),
            ({"sort": "population", "country": "gb"}, ["Wakefield", "York", "Derry"]),
        ],
    )
    def test_orders_put_unknown_values_last(self, query, names, client):
        assert names_matching(client, **query) == names

    def test_orders_are_total(self, client):
        countries = [factories.country(name=name) for name in ("Aland", "Bland")]
        for country in countries:
            factories.city(name="Twin", country=country, joined_year=2019)
        for order in ({}, {"sort": "joined"}, {"sort": "population"}):
            pages = [ask(client, q="twin", **order).context["page_obj"] for _ in range(2)]
            assert [list(page) for page in pages] == [list(pages[0])] * 2
            assert [city.country for city in pages[0]] == countries

    def test_orders_are_marked_in_the_head_of_the_table(self, client):
        page = parse(ask(client, view="table", sort="population"))
        assert [head["aria-sort"] for head in page.attributes("th") if "aria-sort" in head] == [
            "descending"
        ]

    def test_every_order_is_offered_from_every_other(self, client):
        links = dict(parse(ask(client, sort="joined", country="gb")).links)
        assert links["name"] == "?country=gb"
        assert links["population"] == "?country=gb&sort=population"


class TestUnknownParameters:
    @pytest.mark.parametrize(
        ("name", "value", "label"),
        [
            ("country", "zz", "country"),
            ("region", "mars", "region"),
            ("intake", "1999", "year joined"),
            ("intake", "9" * 30, "year joined"),
            ("theme", "unused", "theme"),
            ("kind", "county", "type of place"),
            ("sort", "size", "order"),
            ("view", "list", "view"),
        ],
    )
    def test_an_unknown_value_is_named_and_ignored(self, name, value, label, client):
        response = ask(client, **{name: value})
        notice = f"We do not recognise the {label} “{value}”, so we ignored that filter."
        assert response.context["finder"].notices == [notice]
        assert notice in parse(response).text
        assert [city.name for city in response.context["page_obj"]] == EVERYTHING

    def test_an_unknown_parameter_is_named_and_ignored(self, client):
        response = ask(client, contry="gb")
        notice = "This page has no filter “contry”, so we ignored it."
        assert response.context["finder"].notices == [notice]
        assert notice in parse(response).text
        assert [city.name for city in response.context["page_obj"]] == EVERYTHING

    @pytest.mark.parametrize("page", ["7", "-1", "0", "two", "9" * 5000])
    def test_a_page_number_without_a_page_is_named(self, page, client):
        response = ask(client, page=page)
        notice = f"There is no page “{page[:20]}”. This is page 1 of 1."
        assert response.context["finder"].notices == [notice]
        assert notice in parse(response).text
        assert [city.name for city in response.context["page_obj"]] == EVERYTHING

    def test_an_unknown_value_leaves_the_other_filters_in_force(self, client):
        response = ask(client, country=["zz", "ma"], colour="red")
        assert [city.name for city in response.context["page_obj"]] == ["Fez"]
        assert response.context["finder"].notices == [
            "We do not recognise the country “zz”, so we ignored that filter.",
            "This page has no filter “colour”, so we ignored it.",
        ]

    def test_an_unknown_value_is_escaped_in_its_notice(self, client):
        html = ask(client, country="<script>", **{"<b>": "1"}).content.decode()
        assert "<script>" not in html
        assert "&lt;script&gt;" in html
        assert "<b>”" not in html

    def test_an_unknown_value_is_in_no_link_of_the_page(self, client):
        page = parse(ask(client, country=["zz", "gb"], contry="gb", sort="size"))
        assert not [link for link in page.addresses if "zz" in link or "contry" in link]


class TestCanonicalAddress:
    CANONICAL = [
        ("country=", ""),
        ("country=GB", "country=gb"),
        ("country=gb&country=gb", "country=gb"),
        ("country=gb&country=", "country=gb"),
        ("country=+gb+", "country=gb"),
        ("q=", ""),
        ("q=+york+", "q=york"),
        ("q=a&q=york", "q=york"),
        ("page=1", ""),
        ("page=", ""),
        ("sort=name", ""),
        ("view=cards", ""),
        ("view=MAP", "view=map"),
        ("utm_source=x&utm_campaign=y", ""),
        ("fbclid=x&country=gb&gclid=y", "country=gb"),
        ("UTM_Source=x", ""),
        ("theme=JOY&country=GB&q=&page=2", "country=gb&theme=joy&page=2"),
        ("country=ZZ", "country=zz"),
        ("contry=", ""),
        ("q=%00", "q=%00"),
        ("q=%FF&country=GB", "q=%EF%BF%BD&country=gb"),
    ]

    def test_the_canonical_address_is_reached_in_one_redirect(self, client, subtests):
        for typed, canonical in self.CANONICAL:
            with subtests.test(typed=typed):
                response = client.get("/cities/?" + typed)
                target = "/cities/" + ("?" + canonical if canonical else "")
                if typed != canonical:
                    assert (response.status_code, response.headers["Location"]) == (301, target)
                assert client.get(target).status_code == 200

    def test_the_canonical_address_keeps_the_order_of_values(self, client):
        assert client.get("/cities/?country=ma&country=gb").status_code == 200


class TestLinks:
    def test_each_chip_removes_one_filter_and_the_page_number(self, client):
        for number in range(30):
            factories.city(name=f"Extra {number:02}", joined_year=2024)
        finder = ask(
            client, country=["gb", "ma"], intake="2024", q="e", sort="joined", page="2"
        ).context["finder"]
        assert [(chip["label"], chip["url"]) for chip in finder.chips] == [
            ("Search: “e”", "?country=gb&country=ma&intake=2024&sort=joined"),
            ("Country: Morocco", "?q=e&country=gb&intake=2024&sort=joined"),
            ("Country: United Kingdom", "?q=e&country=ma&intake=2024&sort=joined"),
            ("Year joined: 2024", "?q=e&country=gb&country=ma&sort=joined"),
        ]
        assert finder.cleared == "?sort=joined"

    def test_links_to_the_views_keep_the_filters(self, client):
        options = (
            ask(client, country="gb", sort="joined", page="1x").context["finder"].options("view")
        )
        assert [(str(option["label"]), option["url"], option["current"]) for option in options] == [
            ("Cards", "?country=gb&sort=joined", True),
            ("Table", "?country=gb&sort=joined&view=table", False),
            ("Map", "?country=gb&sort=joined&view=map", False),
        ]

    def test_the_form_of_the_finder_keeps_view_and_order_and_drops_the_page_number(self, client):
        page = parse(ask(client, view="table", sort="joined"))
        hidden = [
            (box["name"], box["value"])
            for box in page.attributes("input")
            if box.get("type") == "hidden"
        ]
        assert sorted(hidden) == [("sort", "joined"), ("view", "table")]

    def test_links_to_other_pages_keep_the_filters(self, client):
        for number in range(60):
            factories.city(name=f"Extra {number:02}")
        page = parse(ask(client, country="gb", page="2"))
        assert {"?country=gb", "?country=gb&page=3"} <= page.addresses
        names = [names_matching(client, country="gb", page=number) for number in ("2", "3")]
        names.insert(0, names_matching(client, country="gb"))
        assert [len(some) for some in names] == [24, 24, 15]
        assert len({name for some in names for name in some}) == 63

    def test_no_link_of_the_finder_leads_to_a_redirect(self, client):
        for number in range(60):
            factories.city(name=f"Extra {number:02}")
        for query in (
            {},
            {"page": "2"},
            {"country": "gb", "page": "3", "view": "table"},
            {"q": "x"},
        ):
            links = {a for a in parse(ask(client, **query)).addresses if a.startswith("?")}
            statuses = {link: client.get("/cities/" + link).status_code for link in links}
            assert statuses == dict.fromkeys(links, 200)

    def test_an_empty_result_offers_ways_back(self, client):
        response = ask(client, country="ma", kind="district", view="table")
        assert list(response.context["page_obj"]) == []
        links = parse(response).addresses
        assert {"?kind=district&view=table", "?country=ma&view=table", "?view=table"} <= links
