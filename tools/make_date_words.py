"""Write the words of dates that imports understand, from the Unicode CLDR in Babel.

    python tools/make_date_words.py

The names of months and weekdays, long and short, of the languages that Django knows. A word that
is another month in another language ("listopad" is October in Croatian, November in Czech) is left
out, so that it is refused and not guessed. The data are under the Unicode Licence.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from babel import Locale
from babel.localedata import locale_identifiers
from django.conf.locale import LANG_INFO

TABLE = Path(__file__).parents[1] / "publishing/import_export/date_words.csv"
WEEKDAY = 0


def words() -> Iterator[tuple[str, int]]:
    """Yield each word with the number of its month; weekdays with 0."""
    languages = {code.partition("-")[0] for code in LANG_INFO}
    for identifier in locale_identifiers():
        if identifier.partition("_")[0] not in languages:
            continue
        locale = Locale.parse(identifier)
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for month, word in locale.months[context][width].items():
                    yield word, month
                for word in locale.days[context][width].values():
                    yield word, WEEKDAY


def main() -> None:
    meanings: dict[str, set[int]] = defaultdict(set)
    for word, meaning in words():
        if not any(character.isdigit() for character in word):
            meanings[word.casefold().strip(".")].add(meaning)
    # "mar." is March and Tuesday: a date needs the month more.
    months = {word: found - {WEEKDAY} or found for word, found in meanings.items()}
    rows: list[tuple[str, int]] = [
        (word, month) for word, found in months.items() if len(found) == 1 for month in found
    ]
    rows.sort(key=lambda row: (row[1], row[0]))
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["word", "month"])
        writer.writerows(rows)


if __name__ == "__main__":
    main()
