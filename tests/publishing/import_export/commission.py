"""A list of cities as a French commission sends it: a title, a blank row, French words and numbers,
a misspelt country, Windows-1252.
"""

from datetime import date

from tests import factories
from tests.publishing.import_export.files import text_file

COUNTRIES = {
    "KR": "Republic of Korea", "CI": "Côte d’Ivoire", "GB": "United Kingdom", "PT": "Portugal",
    "VN": "Viet Nam", "TR": "Türkiye", "US": "United States of America", "MA": "Morocco",
    "FR": "France", "CD": "Democratic Republic of the Congo",
}  # fmt: skip
DAY = date(2024, 2, 14)
# The cells of a row, and the city that they mean.
ROWS = [
    (
        ("Séoul-Ouest", "Corée du Sud", "14.02.2024", "1 234 567", "37,53", "126,9"),
        ("Séoul-Ouest", "KR", DAY, 1_234_567, 37.53, 126.9),
    ),
    (
        ("Abidjan-Nord", "Côte d’Ivoire", "14.02.2024", "512 000", "5,4", "-4,02"),
        ("Abidjan-Nord", "CI", DAY, 512_000, 5.4, -4.02),
    ),
    (
        ("Bamako-Est", "Mali", "2 sept. 2022", "1\u00a0810\u00a0366", "12,63", "-8,0"),
        ("Bamako-Est", "ML", date(2022, 9, 2), 1_810_366, 12.63, -8),
    ),
    (
        ("WAKEFIELD", "Royaume-Uni", "14.02.2024", "99 251", "53,68", "-1,5"),
        ("Wakefield", "GB", DAY, 99_251, 53.68, -1.5),
    ),
    (
        ("Évora-Nova", "Portugal", "14.02.2024", "56 596", "38,57", "-7,91"),
        ("Évora-Nova", "PT", DAY, 56_596, 38.57, -7.91),
    ),
    (
        ("Ho Chi Minh Est", "Viêt Nam", "17/02/2022", "1.234.567", "10,8", "106,7"),
        ("Ho Chi Minh Est", "VN", date(2022, 2, 17), 1_234_567, 10.8, 106.7),
    ),
    (
        ("Ankara-Ouest", "Turquie", "14.02.2024", "5 445 000", "39,9", "32,8"),
        ("Ankara-Ouest", "TR", DAY, 5_445_000, 39.9, 32.8),
    ),
    (
        ("Chicago-Sud", "États-Unis", "14.02.2024", "2,746,388", "41,88", "-87,63"),
        ("Chicago-Sud", "US", DAY, 2_746_388, 41.88, -87.63),
    ),
    (
        ("Ville Sans Pays", "Rouyaume-Uni", "14.02.2024", "12 000", "51", "0"),
        ("Ville Sans Pays", "GB", DAY, 12_000, 51, 0),
    ),
    (
        ("Kinshasa-Ouest", "RDC", "14 février 2024", "1’500’000", "-4,3", "15,3"),
        ("Kinshasa-Ouest", "CD", DAY, 1_500_000, -4.3, 15.3),
    ),
    *(
        (
            (
                f"Commune n° {n}",
                "Maroc" if n % 2 else "France",
                "14.02.2024",
                f"{n} 000",
                f"{n},5",
                "0,1",
            ),
            (f"Commune n° {n}", "MA" if n % 2 else "FR", DAY, n * 1000, n + 0.5, 0.1),
        )
        for n in range(1, 31)
    ),
]
CITIES = {city for _cells, city in ROWS}
LIST = text_file(
    ["Liste des villes apprenantes – Commission nationale", *[""] * 6],
    [""] * 7,
    ["Ville", "Pays", "Date d’adhésion", "Population", "Lat", "Lng", "Remarques internes"],
    *([*cells, "vu"] for cells, _city in ROWS),
    separator=";",
    encoding="cp1252",
)


def make_countries():
    """Make the countries of the list but Mali."""
    for code, name in COUNTRIES.items():
        factories.country(code=code, name=name)
