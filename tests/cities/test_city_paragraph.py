"""The paragraph made from a record: good English from any facts, and nothing without a fact."""

import re
from dataclasses import replace
from datetime import date
from itertools import product

import pytest

from cities import city_paragraph
from cities.city_paragraph import SENTENCES, CityFacts, in_plain_text, made_paragraph
from cities.models import Award, City, Country, Designation, Intake
from partners.models import Network
from tests import factories
from tests.parsed_page import parse

NIGERIA = Country(code="NG", name="Nigeria", region="africa")
NIGER = Country(code="NE", name="Niger", name_in_text="the Niger", region="africa")
KINGDOM = Country(code="GB", name="United Kingdom", name_in_text="the United Kingdom")


def intake(cities=64, announced_on=date(2024, 2, 14), published_at=factories.LONG_AGO):
    return Intake(
        year=2024, announced_on=announced_on, cities_announced=cities, published_at=published_at
    )


def near(distance, country=NIGERIA, name="Kano"):
    city = City(name=name, country=country)
    city.distance = distance
    return city


def facts(*, in_country=0, nearest=None, awards=(), designations=(), networks=(), **values):
    city = City(**{"name": "Abuja", "country": NIGERIA} | values)
    return CityFacts(
        city,
        in_country,
        nearest,
        [Award(year=year) for year in awards],
        [Designation(name=name) for name in designations],
        [Network(name=name, scope=scope) for name, scope in networks],
    )


def text(**values):
    return in_plain_text(made_paragraph(facts(**values)))


DAY = date(2024, 2, 14)
NETWORK = "the UNESCO Global Network of Learning Cities"
CITY_SCOPE, NATIONAL = "city", "national"


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, f"Abuja is a member of {NETWORK}."),
        ({"joined_year": 2017}, f"Abuja joined {NETWORK} in 2017."),
        ({"joined_year": 2024, "joined_on": DAY}, f"Abuja joined {NETWORK} on 14 February 2024."),
        (
            {"joined_year": 2024, "joined_on": DAY, "intake": intake()},
            f"Abuja joined {NETWORK} on 14 February 2024, with 63 other cities.",
        ),
        (
            {"joined_year": 2024, "intake": intake(2, None)},
            f"Abuja joined {NETWORK} in 2024, with 1 other city.",
        ),
        ({"joined_year": 2024, "intake": intake(1)}, f"Abuja joined {NETWORK} in 2024."),
        ({"joined_year": 2024, "intake": intake(None)}, f"Abuja joined {NETWORK} in 2024."),
        (
            {"joined_year": 2024, "intake": intake(published_at=None)},
            f"Abuja joined {NETWORK} in 2024.",
        ),
        # A city with a day of its own did not join with the others.
        (
            {"joined_year": 2024, "joined_on": date(2024, 5, 1), "intake": intake()},
            f"Abuja joined {NETWORK} on 1 May 2024.",
        ),
        (
            {"status": "announced", "joined_year": 2024, "intake": intake()},
            f"Abuja was announced as a new member of {NETWORK} in 2024.",
        ),
        ({"status": "announced"}, f"Abuja has been announced as a new member of {NETWORK}."),
        (
            {"confirmed": False, "source": "UIL", "last_confirmed": 2022},
            f"Abuja was last named as a member of {NETWORK} in 2022, by this source: UIL.",
        ),
        (
            {"confirmed": False, "source": "UIL, 2019.", "joined_year": 2016},
            (
                f"Abuja is named as a member of {NETWORK} by this source: UIL, 2019. "
                "It is reported to have joined in 2016."
            ),
        ),
        (
            {"confirmed": False, "last_confirmed": 2022, "joined_on": DAY},
            (
                f"Abuja was last named as a member of {NETWORK} in 2022. "
                "It is reported to have joined on 14 February 2024."
            ),
        ),
        (
            {"confirmed": False},
            f"Abuja is named as a member of {NETWORK}, but no source confirms it.",
        ),
        (
            {"status": "withdrawn", "joined_year": 2016},
            f"Abuja joined {NETWORK} in 2016. It has since withdrawn from the network.",
        ),
        (
            {"status": "withdrawn", "confirmed": False},
            f"Abuja was a member of {NETWORK}. It is reported to have withdrawn since.",
        ),
        (
            {"status": "lapsed"},
            f"Abuja was a member of {NETWORK}. Its membership has since lapsed.",
        ),
        (
            {"status": "lapsed", "confirmed": False, "joined_year": 2016},
            f"Abuja joined {NETWORK} in 2016. Its membership is reported to have lapsed since.",
        ),
    ],
)
def test_the_first_sentences_say_no_more_of_membership_than_the_record(values, sentence):
    assert text(**values) == sentence


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"in_country": 1}, "It is the only learning city in Nigeria that we list."),
        ({"in_country": 4}, "It is one of four learning cities in Nigeria that we list."),
        ({"in_country": 39}, "It is one of 39 learning cities in Nigeria that we list."),
        (
            {"in_country": 2, "country": KINGDOM},
            "It is one of two learning cities in the United Kingdom that we list.",
        ),
        ({"kind": "district"}, "The member is a district."),
        ({"nearest": near(346.4)}, "The nearest learning city is Kano, 346 km away."),
        ({"nearest": near(0.4)}, "The nearest learning city is Kano, less than 1 km away."),
        (
            {"nearest": near(1234.5, NIGER, "Niamey")},
            "The nearest learning city is Niamey in the Niger, 1,234 km away.",
        ),
        (
            {"nearest": near(0, NIGER, "Niamey")},
            "The nearest learning city is Niamey in the Niger, less than 1 km away.",
        ),
        ({"networks": [("A", CITY_SCOPE)]}, "Learning there is led by A."),
        (
            {"networks": [("A", CITY_SCOPE), ("B", NATIONAL), ("C", CITY_SCOPE)]},
            "Learning there is led by A and C. It takes part in this network: B.",
        ),
        (
            {"networks": [("A", NATIONAL), ("B", NATIONAL), ("C", NATIONAL)]},
            "It takes part in these networks: A, B and C.",
        ),
        ({"awards": [2015]}, "It received the UNESCO Learning City Award in 2015."),
        (
            {"awards": [2015, 2017, 2019]},
            "It received the UNESCO Learning City Award in 2015, 2017 and 2019.",
        ),
        ({"designations": ["A"]}, "It also has this title: A."),
        ({"designations": ["A", "B"]}, "It also has these titles: A and B."),
        ({"population": 2690000}, "Its population is 2,690,000."),
        ({"population": 7, "population_source": "ONS"}, "Its population is 7 (ONS)."),
        ({"population": 7, "population_year": 2021}, "Its population was 7 in 2021."),
        (
            {"population": 7, "population_year": 2021, "population_source": "ONS"},
            "Its population was 7 in 2021 (ONS).",
        ),
        ({"un_population": 8}, "Its population is 8 (United Nations)."),
        (
            {"un_population": 8, "un_population_year": 2011},
            "Its population was 8 in 2011 (United Nations).",
        ),
        ({"un_population": 8, "population": 7}, "Its population is 7."),
    ],
)
def test_each_other_sentence_reads_its_facts(values, sentence):
    assert text(**values) == f"Abuja is a member of {NETWORK}. {sentence}"


# Each sentence, with facts for which it stands in the paragraph, and the change that silences it.
SILENCED = {
    "joining": ({"joined_year": 2017}, {"confirmed": False}),
    "announcement": ({"status": "announced"}, {"status": "member"}),
    "doubtful_membership": ({"confirmed": False}, {"confirmed": True}),
    "doubtful_joining": ({"confirmed": False, "joined_year": 2017}, {"joined_year": None}),
    "leaving": ({"status": "lapsed"}, {"status": "member"}),
    "kind_of_place": ({"kind": "county"}, {"kind": "city"}),
    "number_in_country": ({"in_country": 4}, {"in_country": 0}),
    "nearest_city": ({"nearest": near(3)}, {"nearest": None}),
    "leaders": ({"networks": [("A", CITY_SCOPE)]}, {"networks": ()}),
    "wider_networks": ({"networks": [("A", NATIONAL)]}, {"networks": ()}),
    "awards": ({"awards": [2015]}, {"awards": ()}),
    "titles": ({"designations": ["A"]}, {"designations": ()}),
    "population": ({"population": 7}, {"population": None}),
}


def test_every_sentence_is_tied_to_a_field():
    assert [sentence.__name__ for sentence in SENTENCES] == list(SILENCED)


@pytest.mark.parametrize("name", SILENCED)
def test_without_its_field_there_is_no_sentence(name):
    sentence = getattr(city_paragraph, name)
    given, change = SILENCED[name]
    assert sentence(facts(**given)) in made_paragraph(facts(**given))
    assert sentence(facts(**given)) != ""
    assert sentence(facts(**given | change)) == ""


CLAUSES = {
    "joined_on": "14 February 2024",
    "intake": "63 other cities",
    "population_year": "2022",
    "population_source": "(GeoNames)",
    "last_confirmed": "2021",
    "source": "UIL",
}


@pytest.mark.parametrize("field", CLAUSES)
def test_without_its_field_there_is_no_clause(field):
    doubtful = field in {"last_confirmed", "source"}
    full = facts(
        confirmed=not doubtful,
        joined_year=2024,
        joined_on=DAY,
        intake=intake(),
        population=7,
        population_year=2022,
        population_source="GeoNames",
        last_confirmed=2021,
        source="UIL",
    )
    assert CLAUSES[field] in in_plain_text(made_paragraph(full))
    empty = None if field in {"joined_on", "intake", "population_year", "last_confirmed"} else ""
    setattr(full.city, field, empty)
    assert CLAUSES[field] not in in_plain_text(made_paragraph(full))


BROKEN = re.compile(
    r"  | [.,;:]|\.\.|,\.|\(\)|None|\{|\}|\b(0|no) other|\b1 (other )?cities|\bone cities"
    r"|\ba [aeiou0-9]|\bin \.|\bthe the\b|: \."
)
MEMBERSHIP = {
    "status": ["announced", "member", "withdrawn", "lapsed"],
    "confirmed": [True, False],
    "joined": [(None, None), (2024, None), (2024, DAY), (2024, date(2024, 5, 1))],
    "intake": [None, *(intake(cities) for cities in (None, 0, 1, 2, 64)), intake(64, None)],
    "source": ["", "UIL, 2019."],
    "last_confirmed": [None, 2022],
}
REST = {
    "kind": ["city", "district"],
    "in_country": [0, 1, 4],
    "nearest": [None, near(0), near(1234, NIGER)],
    "networks": [(), [("A", CITY_SCOPE)], [("A", NATIONAL), ("B", NATIONAL)]],
    "awards": [(), [2015, 2019]],
    "designations": [(), ["A", "B"]],
    "population": [None, 0, 2690000],
    "population_source": ["", "GeoNames"],
}


def is_good_english(paragraph):
    words = in_plain_text(paragraph)
    assert not BROKEN.search(words), words
    assert re.match(r"Abuja (is|was|joined|has been) ", words), words
    assert all(re.match("[A-Z]", part) for part in words.split(". ")), words
    assert words.endswith("."), words
    return True


def test_the_paragraph_is_good_english_whatever_is_known_of_membership():
    for status, confirmed, joined, group, source, year in product(*MEMBERSHIP.values()):
        values = {"joined_year": joined[0], "joined_on": joined[1], "intake": group}
        made = facts(
            status=status, confirmed=confirmed, source=source, last_confirmed=year, **values
        )
        assert is_good_english(made_paragraph(made))


@pytest.mark.parametrize("status", ["member", "lapsed"])
def test_the_paragraph_is_good_english_whatever_else_is_known(status):
    for values in product(*REST.values()):
        made = facts(status=status, **dict(zip(REST, values, strict=True)))
        assert is_good_english(made_paragraph(made))


def test_former_members_are_not_counted_among_the_learning_cities_of_a_country():
    lapsed = facts(status="lapsed", in_country=3, kind="district")
    assert in_plain_text(made_paragraph(lapsed)).endswith("Its membership has since lapsed.")
    assert made_paragraph(replace(lapsed, in_country=0)) == made_paragraph(lapsed)


def test_names_are_escaped_and_have_a_direction_of_their_own():
    made = made_paragraph(facts(name="<b>أبوجا</b>", networks=[("A & B", CITY_SCOPE)]))
    assert made.startswith("<bdi>&lt;b&gt;أبوجا&lt;/b&gt;</bdi> is a member")
    assert "<bdi>A &amp; B</bdi>" in made
    assert in_plain_text(made_paragraph(facts(name="A & B"))).startswith("A & B is a member")


MADE = "Written automatically from the facts on this page."


@pytest.mark.django_db
def test_a_city_without_a_text_has_the_made_paragraph_as_text_and_description(client):
    factories.city(name="Leeds", joined_year=2017)
    words = (
        "Leeds joined the UNESCO Global Network of Learning Cities in 2017. "
        "It is the only learning city in United Kingdom that we list."
    )
    response = client.get("/cities/leeds/")
    page = parse(response)
    assert f"{words} {MADE}" in page.text
    described = [m["content"] for m in page.attributes("meta") if m.get("name") == "description"]
    assert described == [words]


@pytest.mark.django_db
@pytest.mark.parametrize("written", [{"summary": "A fine city."}, {"profile": "<p>Fine.</p>"}])
def test_a_made_paragraph_gives_way_to_a_written_text(client, written):
    factories.city(name="Leeds", joined_year=2017, **written)
    page = parse(client.get("/cities/leeds/"))
    assert MADE not in page.text
    assert "Leeds joined the UNESCO" not in page.text


@pytest.mark.django_db
def test_a_draft_is_counted_with_the_public_cities_of_its_country(client):
    factories.city()
    hidden = factories.city(name="Leeds", published_at=None)
    client.force_login(factories.superuser())
    assert "It is one of two learning cities" in parse(client.get(hidden.get_absolute_url())).text
