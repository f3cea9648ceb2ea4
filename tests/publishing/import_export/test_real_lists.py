"""Lists in the shapes of public ones, with rows made for these tests, from upload to preview."""

from datetime import date

import pytest

from cities.models import City, Country
from partners.models import Organisation
from tests import factories
from tests.publishing.import_export.column_step import ColumnStep, contents
from tests.publishing.import_export.files import ods, text_file, workbook

pytestmark = pytest.mark.django_db


def countries(**names):
    for code, name in names.items():
        factories.country(code=code, name=name)


def test_a_list_of_world_cities_is_matched_by_its_headings(publisher):
    countries(AD="Andorra", PT="Portugal")
    data = text_file(
        ("name", "country", "subcountry", "geonameid"),
        ("les Escaldes", "Andorra", "Escaldes-Engordany", "3040051"),
        ("Câmara de Lobos", "Portugal", "Madeira", "2270380"),
    )
    step = ColumnStep(publisher, City, data)
    assert step.guesses == {
        "name": "name",
        "country": "country",
        "subcountry": "subdivision",
        "geonameid": "geonames_id",
    }
    batch = step.go_on(column_2="", column_3="")
    assert contents(batch, "name", "country", "subdivision") == [
        ("les Escaldes", "AD", ""),
        ("Câmara de Lobos", "PT", ""),
    ]
    assert batch.notes == ["Left out: subcountry, geonameid."]


def test_a_list_of_world_cities_with_coordinates_leaves_foreign_numbers_out(publisher):
    countries(JP="Japan")
    head = "city city_ascii lat lng country iso2 iso3 admin_name capital population id".split()
    row = "Ōtsu Otsu 35.0167 135.8500 Japan JP JPN Shiga admin 341187 1392420823".split()
    step = ColumnStep(publisher, City, text_file(head, row))
    assert [name for name, column in step.guesses.items() if not column] == [
        "city_ascii", "iso2", "iso3", "capital", "id",
    ]  # fmt: skip
    fields = ("name", "latitude", "longitude", "subdivision", "population")
    assert contents(step.go_on(), *fields) == [("Ōtsu", 35.0167, 135.85, "Shiga", 341187)]


def test_a_list_of_universities_without_headings_is_matched_by_hand_and_remembered(publisher):
    rows = [("AD", "Universitat de la Vall", "http://www.vall.example"),
            ("AE", "Coast University", "http://coast.example/")]  # fmt: skip
    step = ColumnStep(publisher, Organisation, text_file(*rows))
    assert step.form.table.header_row == 0
    assert step.samples["Column B (no heading)"] == ["Universitat de la Vall", "Coast University"]
    batch = step.go_on(column_1="name", column_2="website")
    assert list(batch.rows.values_list("cells", flat=True)) == [list(row) for row in rows]
    again = ColumnStep(publisher, Organisation, text_file(*rows))
    assert list(again.guesses.values()) == ["", "name", "website"]


def test_the_table_of_iso_3166_is_matched_by_its_headings(publisher):
    head = "name,alpha-2,alpha-3,country-code,iso_3166-2,region,sub-region".split(",")
    row = "Iceland,IS,ISL,352,ISO 3166-2:IS,europe-and-north-america,Northern Europe".split(",")
    step = ColumnStep(publisher, Country, text_file(head, row))
    chosen = {name: column for name, column in step.guesses.items() if column}
    assert chosen == {"name": "name", "alpha-2": "code", "region": "region"}
    batch = step.go_on()
    assert contents(batch, "name", "region") == [("Iceland", "europe-and-north-america")]
    assert batch.notes == ["Left out: alpha-3, country-code, iso_3166-2, sub-region."]


CREATIVE = [
    ["City", "Country", "Region", "Creative field", "Year of designation", "Web pages"],
    ["Reykholt", "Iceland", "Europe", "Literature", 2016, "https://reykholt.example"],
    ["Vík", "Iceland", "Europe", "Music", 2019, "https://vik.example"],
]


def test_a_list_of_creative_cities_is_read_as_csv(publisher):
    countries(IS="Iceland")
    step = ColumnStep(publisher, City, text_file(*CREATIVE))
    batch = step.go_on(column_2="")
    assert contents(batch, "name", "country", "joined_year", "website") == [
        ("Reykholt", "IS", 2016, "https://reykholt.example"),
        ("Vík", "IS", 2019, "https://vik.example"),
    ]


def test_a_list_of_creative_cities_is_found_on_the_second_sheet(publisher):
    countries(IS="Iceland")
    about = [["About these data"], ["Collected by hand"], ["Licence: CC0"]]
    step = ColumnStep(publisher, City, workbook({"Read me": about, "Data": CREATIVE}))
    assert step.form.table.sheet == "Data"
    batch = step.go_on(column_2="")
    assert [row.label for row in batch.rows.all()] == ["Reykholt", "Vík"]
    assert batch.notes[0] == "Only the sheet “Data” is imported."


def test_a_table_for_tableau_with_a_blank_corner_is_read(publisher):
    countries(IS="Iceland")
    rows = [[None, *CREATIVE[0], "Lat", "Long"], [1, *CREATIVE[1], 64.66, -21.29]]
    step = ColumnStep(publisher, City, workbook({"tableau": rows}))
    assert step.guesses["Column A (no heading)"] == ""
    batch = step.go_on(column_3="")
    assert contents(batch, "name", "latitude", "longitude") == [("Reykholt", 64.66, -21.29)]


def test_a_list_of_a_commission_with_a_title_and_french_headings_is_read(publisher):
    countries(KR="Corée du Sud", FR="France")
    data = text_file(
        ("Commission nationale – Villes apprenantes", "", "", "", ""),
        ("", "", "", "", ""),
        ("Ville", "Pays", "Année d’adhésion", "Habitants", "Site web"),
        ("Évry-Courcouronnes", "France", "2024", "66700", "evry.example"),
        ("Osan", "Corée du Sud", "2017", "236000", ""),
        separator=";",
        encoding="cp1252",
    )
    step = ColumnStep(publisher, City, data)
    assert step.form.table.header_row == 3
    batch = step.go_on()
    assert contents(batch, "name", "country", "population") == [
        ("Évry-Courcouronnes", "FR", 66700),
        ("Osan", "KR", 236000),
    ]
    assert "The headings are in row 3; the rows above it are left out." in batch.notes


# The words for city, country and population; a city, a country, and its population.
WORDS = {
    "gbk": ("城市 国家 人口", "重庆市 中国 32000000"),
    "big5": ("城市 國家 人口", "臺北 中國 2600000"),
    "shift_jis": ("都市 国 人口", "つくば市 中国 240000"),
    "euc_kr": ("도시 국가 인구", "오산 중국 230000"),
    "cp1251": ("Город Страна Население", "Казань Китай 1259173"),
    "koi8_r": ("Город Страна Население", "Казань Китай 1259173"),
    "cp1250": ("Miasto Kraj Ludność", "Wrocław Chiny 641928"),
    "cp1253": ("Πόλη Χώρα Πληθυσμός", "Λάρισα Κίνα 144651"),
    "cp1254": ("Şehir Ülke Nüfus", "Eskişehir Çin 898369"),
    "cp1256": ("المدينة البلد السكان", "شفشاون الصين 42786"),
    "utf-16": ("城市 国家 人口", "重庆市 中国 32000000"),
    "utf-16-le": ("City Country Population", "Wakefield 中国 32000000"),
    "utf-32": ("城市 国家 人口", "重庆市 中国 32000000"),
}


@pytest.mark.parametrize("encoding", WORDS)
def test_a_list_in_an_encoding_of_its_country_is_read_and_asked_about_in_doubt(publisher, encoding):
    rows = [line.split() for line in WORDS[encoding]]
    countries(CN=rows[1][1])
    step = ColumnStep(publisher, City, text_file(*rows, encoding=encoding))
    if not step.form.table.source.is_certain:
        # The best guess is ticked, and shows how the file would read.
        value, label = step.form.fields["encoding"].choices[0]
        assert step.form["encoding"].value() == value
        assert rows[1][0] in label
    batch = step.go_on(column_0="name", column_1="country", column_2="population")
    expected = [(rows[1][0], "CN", int(rows[1][2]))]
    assert contents(batch, "name", "country", "population") == expected


def test_the_encoding_of_a_list_is_chosen_among_samples(publisher):
    countries(IL="ישראל")
    data = text_file(("עיר", "מדינה"), ("חיפה", "ישראל"), encoding="cp1255")
    step = ColumnStep(publisher, City, data)
    choices = dict(step.form.fields["encoding"].choices)
    assert choices["cp1255"] == "Hebrew (Windows-1255): עיר · מדינה · ישראל · חיפה"
    step.show(encoding="cp1251")
    assert "חיפה" not in step.samples["тйш"]
    step.show(encoding="cp1255", shape=step.form.shape)
    batch = step.go_on(column_0="name", column_1="country")
    assert contents(batch, "name", "country") == [("חיפה", "IL")]


def test_a_spreadsheet_of_libreoffice_is_read(publisher):
    countries(IS="Iceland")
    rows = [
        ["Learning cities", None, None, None],
        ["City", "Country", "Date joined", "Population"],
        ["Reykjavík", "Iceland", date(2024, 2, 14), 139875],
        ["Vík\ní Mýrdal", "Iceland", None, 318.0],
    ]
    step = ColumnStep(publisher, City, ods({"Notes": [["n"]], "Cities": rows}), name="list.ods")
    assert (step.form.table.sheet, step.form.table.header_row) == ("Cities", 2)
    batch = step.go_on()
    cells = list(batch.rows.values_list("cells", flat=True))
    assert cells == [
        ["Reykjavík", "Iceland", "2024-02-14", "139875"],
        ["Vík\ní Mýrdal", "Iceland", "", "318"],
    ]


def test_a_dump_of_geonames_without_headings_is_matched_by_hand(publisher):
    countries(PT="Portugal")
    rows = [
        (2267095, 'Gondomar "novo"', "Gondomar", "Gundemar", "41.15", "-8.53", "P", "PT", 25717),
        (2735943, "Porto", "Porto", "Oporto,Портo", "41.14961", "-8.61099", "P", "PT", 249633),
        (2742611, '"Braga', "Braga", "Bracara", "41.55", "-8.42", "P", "PT", 121394),
    ]  # fmt: skip
    step = ColumnStep(publisher, City, text_file(*rows, separator="\t", end="\n"), name="PT.txt")
    assert step.form.table.header_row == 0
    chosen = {"column_1": "name", "column_7": "country", "column_8": "population"}
    batch = step.go_on(**chosen, column_4="latitude", column_5="longitude")
    assert contents(batch, "name", "country", "population", "latitude") == [
        ('Gondomar "novo"', "PT", 25717, 41.15),
        ("Porto", "PT", 249633, 41.14961),
        ('"Braga', "PT", 121394, 41.55),
    ]
