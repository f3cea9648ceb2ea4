"""Countries by any name: the table of names, the resolver, and misspelt names."""

import csv
from pathlib import Path

import pytest

from cities.country_names import (
    CountryNames,
    countries_beginning,
    countries_named,
    country_names,
    nearest_country,
)
from cities.models import Country
from cities.reference_names import (
    OTHER_LANGUAGES,
    codes_by_key,
    codes_of,
    key_of,
    names_in_other_languages,
    peoples_by_key,
    reference_names,
)
from portal.management.commands.load_starter import STARTER
from publishing.content.folding import fold
from tests import factories

# Names that several countries share: by hand, or because two languages of CLDR disagree.
SHARED_BY_HAND = set(
    map(key_of, "Κορέα کره کوریا कोरिया কোরিয়া เกาหลี קוריאה 코리아 Kore".split())
) | {
    "congo",
    "corea",
    "coree",
    "coreia",
    "czechoslovakia",
    "korea",
    "netherlands antilles",
    "saint martin",
    "serbia montenegro",
    "virgin islands",
    "yugoslavia",
    "корея",
    "كوريا",
}
SHARED_BY_LANGUAGES = set(
    map(
        key_of,
        [
            "ilan",
            "kata",
            "kongo",
            "lusia",
            "sabiya",
            "конго",
            "свети мартин",
            "لتونی",
            "موریتانیا",
            "གྷ ན",
            "སནཊ མར ཊན",
        ],
    )
)


def rows_of_starter():
    with (Path(STARTER) / "countries.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def world(django_db_setup, django_db_blocker):
    """The countries of the starter content, for all tests of this module that only read names."""
    with django_db_blocker.unblock():
        Country.objects.bulk_create(
            Country(slug=row["code"].lower(), name_key=f" {fold(row['name'])}", **fields)
            for row in rows_of_starter()
            for fields in [{n: row[n] for n in ("code", "name", "name_in_text", "region")}]
        )
        yield CountryNames()
        Country.objects.all().delete()


def codes(countries):
    return [country.code for country in countries]


# -- The table ---------------------------------------------------------------------------------


def test_the_starter_content_has_every_country_of_unesco():
    rows = rows_of_starter()
    status = [row["unesco_status"] for row in rows]
    assert (status.count("member"), status.count("associate")) == (194, 12)
    assert [row["code"] for row in rows if not row["unesco_status"]] == ["IL"]
    assert all(row["source"] and row["source_url"] for row in rows)
    assert {row["code"] for row in rows} <= reference_names().keys()


def test_every_name_of_the_table_leads_to_its_country_or_is_known_to_be_shared(world):
    shared = set()
    codes_of_names, others = codes_by_key(), names_in_other_languages()
    for row in reference_names().values():
        for name in (*row.well_known, *row.of_un_languages, *others.get(row.code, ())):
            found = codes(world.named(name))
            if len(found) > 1:
                shared.add(key_of(name))
            elif row.code in world.countries and codes_of_names[key_of(name)] == (row.code,):
                assert found == [row.code], name
    assert shared <= SHARED_BY_HAND | SHARED_BY_LANGUAGES
    in_table = {key for key, codes in codes_of_names.items() if len(codes) > 1}
    assert in_table >= SHARED_BY_HAND
    assert in_table <= SHARED_BY_HAND | SHARED_BY_LANGUAGES


def test_every_name_in_another_language_is_found_by_the_key_that_the_table_has_for_it():
    lines = OTHER_LANGUAGES.read_bytes().splitlines(keepends=True)
    assert lines == sorted(lines)
    for line in lines:
        key, codes_, names = line.decode().rstrip("\n").split("\t")
        spelt = names.split("|")
        assert {key_of(name or key) for name in spelt} == {key}
        assert len(spelt) == len(codes_.split())
        assert codes_of(key)
    assert [codes_of("a bhealarui"), codes_of("zzzz"), codes_of("\U0010ffff"), codes_of("")] == [
        ()
    ] * 4


def test_words_for_peoples_are_known_for_every_country_that_has_cities(world):
    peoples = {code for codes_ in peoples_by_key().values() for code in codes_}
    with (Path(STARTER) / "cities.csv").open(encoding="utf-8") as file:
        assert {row["country"] for row in csv.DictReader(file)} <= peoples


def test_every_country_of_the_starter_content_is_found_by_codes_and_names(world):
    for row in rows_of_starter():
        alpha_2, alpha_3, *_names = reference_names()[row["code"]].well_known
        for name in (alpha_2, alpha_3.lower(), row["name"], row["name"].upper()):
            assert codes(world.named(name)) == [row["code"]], name


# -- Whole names -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("UK", "GB"),
        ("U.K.", "GB"),
        ("u k", "GB"),
        ("gbr", "GB"),
        ("Great Britain", "GB"),
        ("Britain", "GB"),
        ("GREAT BRITAIN & NORTHERN IRELAND", "GB"),
        ("Vereinigtes Königreich", "GB"),
        ("🇬🇧", "GB"),
        ("USA", "US"),
        ("u.s.a.", "US"),
        ("US", "US"),
        ("America", "US"),
        ("United States (USA)", "US"),
        ("EE. UU.", "US"),
        ("Ivory Coast", "CI"),
        ("Cote d’Ivoire", "CI"),
        ("COTE DʼIVOIRE", "CI"),
        ("Burma", "MM"),
        ("Turkey", "TR"),
        ("turkiye", "TR"),
        ("Swaziland", "SZ"),
        ("Holland", "NL"),
        ("The Netherlands", "NL"),
        ("Czech Republic", "CZ"),
        ("UAE", "AE"),
        ("DRC", "CD"),
        ("Congo-Kinshasa", "CD"),
        ("Congo, Dem. Rep.", "CD"),
        ("Zaire", "CD"),
        ("Republic of Congo", "CG"),
        ("South Korea", "KR"),
        ("Corée du Sud", "KR"),
        ("Korea, Republic of", "KR"),
        ("Korea (Republic of)", "KR"),
        ("Korea (ROK)", "KR"),
        ("République de Corée", "KR"),
        ("韩国", "KR"),
        ("North Korea", "KP"),
        ("Vietnam", "VN"),
        ("Cape Verde", "CV"),
        ("East Timor", "TL"),
        ("Macedonia", "MK"),
        ("Persia", "IR"),
        ("Iran (Islamic Republic of)", "IR"),
        ("Ceylon", "LK"),
        ("Siam", "TH"),
        ("PRC", "CN"),
        ("Russia", "RU"),
        ("Guinea", "GN"),
        ("Ireland", "IE"),
        ("Samoa", "WS"),
        ("Sudan", "SD"),
        ("St Lucia", "LC"),
        ("St. Kitts and Nevis", "KN"),
        ("Bosnia & Herzegovina", "BA"),
        ("にほん", "JP"),
        ("中华人民共和国", "CN"),
        ("السعودية", "SA"),
        ("الامارات", "AE"),
        ("ประเทศไทย", "TH"),
        ("Méjico", "MX"),
        ("Qazaqstan", "KZ"),
        ("Gambia, The", "GM"),
    ],
)
def test_a_country_is_known_by_every_name_that_people_use(world, typed, code):
    assert codes(world.named(typed)) == [code]
    assert world.nearest(typed) is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("Korea", ["KP", "KR"]), ("congo", ["CD", "CG"]), ("Czechoslovakia", ["CZ", "SK"])],
)
def test_a_shared_name_means_every_country_that_has_it(world, typed, meant):
    assert codes(world.named(typed)) == meant
    assert world.nearest(typed) is None


@pytest.mark.parametrize(
    "typed",
    ["", " ", "the", "England", "Georgia (US)", "Sudan, South Sudan", "zz", "London", "x" * 5000],
)
def test_what_is_no_name_of_one_country_means_none(world, typed):
    assert world.named(typed) == []


def test_a_match_says_which_other_name_it_was_in_the_letters_of_the_text(world):
    # Written in haste, a name is spelt as in the table.
    names = ["united kingdom", "uk", "coree du sud", "CORÉE DU SUD", "ایران", "Itàlia", "日本"]
    assert [world.named(name)[0].label for name in names] == [
        "United Kingdom",
        "United Kingdom (UK)",
        "Republic of Korea (Corée du Sud)",
        "Republic of Korea (Corée du Sud)",
        "Iran (ایران)",
        "Italy (Itàlia)",
        "Japan (日本)",
    ]


@pytest.mark.django_db
def test_a_countrys_own_name_comes_before_names_that_staff_added_and_these_before_the_table():
    factories.country(code="KR", name="Republic of Korea", other_names="Korea\nDaehan")
    factories.country(code="KP", name="North Korea")
    factories.country(code="CG", name="Congo")
    factories.country(code="CD", name="Democratic Republic of the Congo")
    assert codes(countries_named("korea")) == ["KR"]
    assert codes(countries_named("DAEHAN")) == ["KR"]
    assert codes(countries_named("congo")) == ["CG"]
    assert codes(countries_named("zaire")) == ["CD"]


@pytest.mark.django_db
def test_only_countries_of_the_portal_are_found():
    assert countries_named("UK") == []
    factories.united_kingdom()
    assert codes(countries_named("UK")) == ["GB"]


# -- Misspelt names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("Untied Kingdom", "GB"),
        ("Frnace", "FR"),
        ("Chian", "CN"),
        ("Germny", "DE"),
        ("Nigera", "NG"),
        ("Nigr", "NE"),
        ("Portugual", "PT"),
        ("Swedn", "SE"),
        ("Corée du Sut", "KR"),
        ("Kairgyzstan", "KG"),
        ("South Corea", "KR"),
        ("England", "GB"),
        ("scotland", "GB"),
        ("Angleterre", "GB"),
        ("انگلستان", "GB"),
        ("French", "FR"),
    ],
)
def test_the_nearest_country_is_offered_for_a_misspelt_name_or_a_part(world, typed, code):
    assert world.nearest(typed).code == code


@pytest.mark.parametrize(
    "typed",
    [
        *("Taiwan", "Kosovo", "Hong Kong", "Georgia", "zz", "", "Bilbao"),
        *("Korean", "Asia", "Catalonia", "South American", "Latin America"),
    ],
)
def test_no_other_country_is_offered_for_a_known_name_or_for_no_name(world, typed):
    assert world.nearest(typed) is None


def test_every_known_name_of_any_country_has_no_nearest_one(world):
    for row in reference_names().values():
        for name in row.well_known:
            assert world.nearest(name) is None, name


# -- Names in a text, and the beginnings of names ----------------------------------------------


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("manchester uk", [(1, 2, ["GB"])]),
        ("manchester gb", [(1, 2, ["GB"])]),
        ("u k cities", [(0, 2, ["GB"])]),
        ("usa cities", [(0, 1, ["US"])]),
        ("learning cities in france", [(3, 4, ["FR"])]),
        ("cities in the gambia", [(2, 4, ["GM"])]),
        ("turkey and south korea", [(0, 1, ["TR"]), (2, 4, ["KR"])]),
        ("guinea bissau and guinea", [(0, 2, ["GW"]), (3, 4, ["GN"])]),
        ("korea adult education", [(0, 1, ["KP", "KR"])]),
        ("is", [(0, 1, ["IS"])]),
        ("poole", [(0, 1, ["PL"])]),
        # Words, and parts of other names.
        ("cities in", []),
        ("what is it about", []),
        ("la paz", []),
        ("de facto", []),
        ("poole quay", []),
        ("derry in northern ireland", []),
        ("and", [(0, 1, [])]),
        # Words for what is of a country.
        ("british cities", [(0, 1, ["GB"])]),
        ("french learning cities", [(0, 1, ["FR"])]),
        ("korean cities", [(0, 1, ["KP", "KR"])]),
        ("south african cities", [(0, 2, ["ZA"])]),
        ("papua new guinean", [(0, 3, ["PG"])]),
        ("latin american cities", []),
        ("latin america", []),
        ("american samoa", []),
        ("northern irish cities", []),
    ],
)
def test_names_among_other_words_are_found_the_longest_first(world, text, found):
    mentions = [(m.start, m.stop, codes(m.countries)) for m in world.mentions(text.split())]
    assert mentions == [entry for entry in found if entry[2]]


@pytest.mark.parametrize(
    ("typed", "labels"),
    [
        ("tur", ["Türkiye", "Turkmenistan"]),
        ("uk", ["United Kingdom (UK)", "Ukraine"]),
        ("south k", ["Republic of Korea (South Korea)"]),
        ("ivory", ["Côte d'Ivoire (Ivory Coast)"]),
        ("zzz", []),
        ("", []),
    ],
)
def test_exact_names_come_before_beginnings_and_own_names_before_others(world, typed, labels):
    assert [country.label for country in world.beginning_with(typed)][:2] == labels


@pytest.mark.django_db
def test_each_function_takes_one_query(django_assert_num_queries):
    factories.united_kingdom()
    for ask in (
        lambda: countries_named("uk"),
        lambda: nearest_country("Untied Kingdom"),
        lambda: countries_beginning("u"),
        lambda: country_names().mentions(["manchester", "uk"]),
    ):
        with django_assert_num_queries(1):
            assert ask()
