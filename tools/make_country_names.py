"""Make the tables of the names of countries in general use, from ISO 3166 and CLDR.

    npm install --prefix tools && pip install pycountry
    python tools/make_country_names.py [path to node_modules]

A line of cities/country_names.tsv is a country or territory of ISO 3166-1: its code, and four lists
of names with “|” between them: the codes and the best known names, the names in the languages of
the United Nations, parts of the country that are written instead of it, and English words for its
people. The last line has no code, but words such as “Latin America”, which mean no country.
A line of cities/country_names_other.tsv is a name in any other language of CLDR: the key by which
names are compared, the codes of its countries, and how each of them is spelt if not like the key.
Its lines are in the order of the bytes of the keys.

A name stands once for each country, as `key_of` compares names. The best known names are those of
ISO 3166 (pycountry), the English ones of CLDR with its short and variant forms, and those of
country_names.csv, which is written by hand: former and colloquial names, names that several
countries share, parts, and peoples. The names that two countries have although that file does not
say so are printed.
"""

from __future__ import annotations

import csv
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from pathlib import Path

import pycountry

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from cities.reference_names import (  # noqa: E402  # needs the path above
    OTHER_LANGUAGES,
    TABLE,
    codes_by_key,
    key_of,
)

BY_HAND = ROOT / "tools" / "country_names.csv"
UN_LANGUAGES = ("ar", "zh", "zh-Hant", "fr", "ru", "es")
# The kinds of names in the file that is written by hand; “part” and “people” are no names of it.
NAMES = ("short", "official", "colloquial", "former", "shared")
# What some locales have instead of a name: “TR”, “TR-variant”.
NO_NAME = re.compile(r"[A-Z]{2}(-\w+)?|.*[0-9|].*|.?")

Names = defaultdict[str, list[str]]
Pair = tuple[str, str]
Pairs = Iterator[Pair]


def iso_names() -> Pairs:
    """Yield the codes and English names of ISO 3166-1, with the code of each country."""
    for country in pycountry.countries:
        for field in ("alpha_2", "alpha_3", "name", "common_name", "official_name"):
            if name := country._fields.get(field):
                yield country.alpha_2, name
                # “Tanzania, United Republic of”
                place, comma, form = name.partition(", ")
                if comma:
                    yield country.alpha_2, f"{form} {place}"


def cldr_names(languages: Iterable[Path]) -> Pairs:
    """Yield the names of countries in these languages, with the code of each country."""
    for path in languages:
        content = json.loads((path / "territories.json").read_text("utf-8"))
        names = content["main"][path.name]["localeDisplayNames"]["territories"]
        for key, name in names.items():
            if not NO_NAME.fullmatch(name):
                yield key.partition("-")[0], name


def names_by_hand(*kinds: str) -> Pairs:
    """Yield the names of these kinds in the file that is written by hand."""
    with BY_HAND.open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            if row["kind"] in kinds:
                yield from ((code, row["name"]) for code in row["codes"].split() or [""])


def collect(modules: Path) -> list[Names]:
    """Return the names of each list, by country."""
    languages = sorted(
        path.parent
        for path in (modules / "cldr-localenames-full" / "main").glob("*/territories.json")
    )
    well_known = [
        *iso_names(),
        *cldr_names(path for path in languages if path.name == "en"),
        *names_by_hand(*NAMES),
    ]
    parts = {key_of(name) for _code, name in names_by_hand("part")}
    seen: defaultdict[str, set[str]] = defaultdict(lambda: set(parts))
    lists = [
        unseen(seen, well_known),
        unseen(seen, cldr_names(path for path in languages if path.name in UN_LANGUAGES), 3),
        unseen(seen, names_of_others(languages, well_known), 3),
    ]
    by_hand = (unseen(defaultdict(set), names_by_hand(kind)) for kind in ("part", "people"))
    return [*lists, *by_hand]


def unseen(seen: defaultdict[str, set[str]], names: Iterable[Pair], shortest: int = 1) -> Names:
    """Return the names by country that no list before has; short ones only beyond ASCII.

    Of several spellings of a name the most frequent one is kept.
    """
    spellings: defaultdict[Pair, Counter[str]] = defaultdict(Counter)
    for code, name in names:
        key = key_of(name)
        if key and key not in seen[code] and (len(key) >= shortest or not key.isascii()):
            spellings[code, key][name.strip()] += 1
    by_country: Names = defaultdict(list)
    for (code, key), counts in spellings.items():
        seen[code].add(key)
        by_country[code].append(counts.most_common(1)[0][0])
    return by_country


def names_of_others(languages: list[Path], well_known: list[Pair]) -> Pairs:
    """Yield the names in other languages, but not what is rather a misspelt name of a neighbour.

    “Nigēra” is Niger in Latvian alone; “Nigera” is Nigeria.
    """
    known_in: defaultdict[Pair, set[str]] = defaultdict(set)
    pairs = []
    for path in languages:
        if path.name not in ("en", *UN_LANGUAGES):
            for code, name in cldr_names([path]):
                known_in[code, key_of(name)].add(path.name.partition("-")[0])
                pairs.append((code, name))
    near: defaultdict[str, set[str]] = defaultdict(set)
    for code, name in well_known:
        for form in one_letter_less(key_of(name)):
            near[form].add(code)
    for code, name in pairs:
        key = key_of(name)
        others = {other for form in one_letter_less(key) for other in near[form]} - {code}
        if not others or len(known_in[code, key]) > 1:
            yield code, name


def one_letter_less(key: str) -> set[str]:
    """Return a key and its forms without one letter: keys that share one differ little."""
    if len(key) < 5:
        return {key}
    return {key, *(key[:place] + key[place + 1 :] for place in range(len(key)))}


def lines_by_key(names: Names, countries: Iterable[str]) -> list[bytes]:
    """Return a line for each key of these names, in the order of their bytes."""
    spelt: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for code in countries:
        for name in names[code]:
            spelt[key_of(name)][code] = name
    lines = []
    for key, by_code in spelt.items():
        spellings = ("" if name == key else name for name in by_code.values())
        lines.append("\t".join([key, " ".join(by_code), "|".join(spellings)]).encode() + b"\n")
    return sorted(lines)


def main() -> None:
    given = sys.argv[1:]
    modules = Path(given[0]) if given else ROOT / "tools" / "node_modules"
    well_known, of_un_languages, others, parts, peoples = collect(modules)
    countries = sorted({*(country.alpha_2 for country in pycountry.countries), "XK"})
    lists = (well_known, of_un_languages, parts, peoples)
    lines = ["\t".join([code, *("|".join(names[code]) for names in lists)]) for code in countries]
    lines.append("\t".join(["", "", "", "", "|".join(peoples[""])]))
    TABLE.write_text("\n".join(lines) + "\n", "utf-8")
    OTHER_LANGUAGES.write_bytes(b"".join(lines_by_key(others, countries)))
    shared = {key_of(name) for _code, name in names_by_hand("shared")}
    for key, codes in codes_by_key().items():
        if len(codes) > 1 and key not in shared:
            print(f"{key}: {', '.join(codes)}")


if __name__ == "__main__":
    main()
