"""Parse days and moments as people write them, in any order that has one meaning only.

A day in numbers alone, such as 03/04/2024, may have two meanings. Then the order counts that the
other values of its column prove, or that the user chose for the file; without one it is refused.
"""

import csv
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta, timezone
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.utils import formats
from django.utils.translation import gettext as _

from publishing.content.folding import fold
from publishing.import_export.cell_numbers import plain_digits

# What each part of a day in numbers is, in the orders in use.
ORDERS = {"dmy": (2, 1, 0), "mdy": (2, 0, 1), "ymd": (0, 1, 2)}
# The serial numbers of spreadsheets for the days from 1954 to 2119.
_SERIALS = range(20_000, 80_001)
_FIRST_SERIAL = datetime(1899, 12, 30)  # noqa: DTZ001 (spreadsheets have no zones)

_IN_NUMBERS = re.compile(r"(\d{1,4}) ?([-/. ]) ?(\d{1,2}) ?\2 ?(\d{4}|\d{1,2})\.?(?: ?[гr]\.?)?")
_CJK = re.compile(r"(\d{4}) ?[年년] ?(\d{1,2}) ?[月월] ?(\d{1,2}) ?[日일号]?")
_COMPACT = re.compile(r"((?:19|20|21)\d\d)(\d\d)(\d\d)")
_ONLY_YEAR = re.compile(r"(\d{4})")
_ONLY_MONTH = re.compile(r"(\d{1,2})[-/.](\d{4})|(\d{4})[-/.](\d{1,2})")
_CLOCK = (
    r"(?P<hour>\d{1,2})"
    r"(?: ?[:h] ?(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,](?P<fraction>\d+))?)?| ?h\b)?"
    r"(?: ?(?P<half>[ap])\.?m\.?)?(?: ?(?:uhr|hrs?|ч\.?))?"
    r"(?: ?\(?(?P<zone>z|(?:utc|gmt)?[+-]\d\d?(?::?\d\d)?|utc|gmt|[a-z]+/[a-z_/]+)\)?)?"
)
_TIME_LAST = re.compile(rf"(?:t|,? | at | à | um | a las | в |, )+{_CLOCK}$", re.IGNORECASE)
_TIME_FIRST = re.compile(rf"^{_CLOCK}(?:,? | on )", re.IGNORECASE)
# What stands around the parts of a day: 14th of February, 1er mars, 14 de febrero, 2 марта 2024 г.
_FILLERS = frozenset(
    "st nd rd th er re of the on de del d le la el il i den der am da di do dos г года р року r "
    "rok o a º ª j ten".split()
)


class CellMoment(NamedTuple):
    """A day that a text spells, by the orders that give one; its time and zone, if it has any."""

    days: dict[str, date]
    clock: time | None = None
    zone: timezone | ZoneInfo | None = None

    def day(self, order: str | None) -> date | None:
        """Return the day in this order of its parts; None if it has several meanings."""
        if len(set(self.days.values())) == 1:
            return next(iter(self.days.values()))
        return self.days.get(order or "")


@cache
def _months() -> dict[str, int]:
    """Return the month of each folded word; 0 for the weekdays."""
    path = Path(__file__).with_name("date_words.csv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(fold(word), int(month)) for word, month in list(csv.reader(file))[1:]]
    months: dict[str, int] = {}
    # Of words that are equal when folded, the month counts before the weekday.
    for word, month in sorted(rows, key=lambda row: row[1]):
        months[word] = month
    return months


def parse_moment(text: str) -> CellMoment | None:
    """Return the days that a text may spell, with its time; None if it spells no day."""
    plain = plain_digits(text)
    if re.fullmatch(r"\d{5}(\.\d+)?", plain) and int(float(plain)) in _SERIALS:
        moment = _FIRST_SERIAL + timedelta(seconds=round(float(plain) * 86_400))
        return CellMoment({"": moment.date()}, moment.time() if "." in plain else None)
    if days := _days(plain):
        return CellMoment(days)
    for pattern in (_TIME_LAST, _TIME_FIRST):
        found = pattern.search(plain)
        if found and (days := _days((plain[: found.start()] + plain[found.end() :]).strip(" ,"))):
            clock = _time(found)
            return CellMoment(days, *clock) if clock else None
    return None


def _days(plain: str) -> dict[str, date]:
    """Return the days that a text without a time may spell, by order."""
    if found := _CJK.fullmatch(plain) or _COMPACT.fullmatch(plain):
        return _existing({"ymd": (int(found[1]), int(found[2]), int(found[3]))})
    if found := _IN_NUMBERS.fullmatch(plain):
        return _days_in_numbers(found[1], found[3], found[4], separator=found[2])
    return _day_in_words(plain)


def _days_in_numbers(*parts: str, separator: str) -> dict[str, date]:
    """Return the days that three numbers may be, by order."""
    first, last = len(parts[0]), len(parts[2])
    if first == 3 or last not in ((1, 2) if first == 4 else (2, 4)):
        return {}
    orders = ["ymd"] if first == 4 else ["dmy", "mdy"]
    days = {}
    for order in orders:
        year, month, day = (parts[position] for position in ORDERS[order])
        days[order] = (_full_year(year), int(month), int(day))
    found = _existing(days)
    # 24-02-14 is how programs write; with points or strokes the year comes last.
    if len(parts[0]) == len(parts[2]) == 2 and (separator == "-" or not found):
        year, month, day = parts
        found |= _existing({"ymd": (_full_year(year), int(month), int(day))})
    return found


def _existing(days: dict[str, tuple[int, int, int]]) -> dict[str, date]:
    """Return those that are days of the calendar."""
    existing = {}
    for order, parts in days.items():
        try:
            existing[order] = date(*parts)
        except ValueError:
            continue
    return existing


def _full_year(digits: str) -> int:
    """Return a year of four digits; of two digits, from 1969 to 2068 as POSIX has it."""
    year = int(digits)
    return year if len(digits) > 2 else year + (1900 if year >= 69 else 2000)


def _day_in_words(plain: str) -> dict[str, date]:
    """Return the day that a text with the name of its month spells."""
    months, numbers = _words_and_numbers(plain)
    if len(months) != 1 or len(numbers) != 2:
        return {}
    # The year is the longer one, or the last one.
    day, year = sorted(numbers, key=len) if len(numbers[0]) != len(numbers[1]) else numbers
    if len(day) > 2 or len(year) not in (2, 4):
        return {}
    return _existing({"": (_full_year(year), months[0], int(day))})


def _words_and_numbers(plain: str) -> tuple[list[int], list[str]]:
    """Return the months and the numbers in a text; nothing if it has a word that is not known."""
    months, numbers = [], []
    words = re.findall(r"\d+|[^\d\s]+", fold(plain))
    for word in words:
        if word.isdecimal():
            numbers.append(word)
        elif (month := _months().get(word, _months().get(word.removeprefix("d")))) is not None:
            months += [month] if month else []
        elif word not in _FILLERS:
            return [], []
    return months, numbers


def _time(found: re.Match[str]) -> tuple[time, timezone | ZoneInfo | None] | None:
    """Return the time and the zone of a clock; None if there is no such time."""
    if not (found["minute"] or found["half"] or "h" in found[0].casefold()):
        return None
    hour, half = int(found["hour"]), (found["half"] or "").casefold()
    if half and not 1 <= hour <= 12:
        return None
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    try:
        microsecond = int((found["fraction"] or "0")[:6].ljust(6, "0"))
        clock = time(hour, int(found["minute"] or 0), int(found["second"] or 0), microsecond)
        return clock, _zone((found["zone"] or "").casefold())
    except (ValueError, KeyError, OSError):
        return None


def _zone(name: str) -> timezone | ZoneInfo | None:
    """Return the zone of a name or an offset. Raises ValueError, KeyError, OSError."""
    if not name:
        return None
    if "/" in name:
        return ZoneInfo("/".join(part.title().replace("_Of_", "_of_") for part in name.split("/")))
    offset = re.fullmatch(r"(?:utc|gmt)?([+-])(\d\d?):?(\d\d)?", name)
    if not offset:
        return UTC
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3] or 0))
    return timezone(-ahead if offset[1] == "-" else ahead)


# -- The order of a column ---------------------------------------------------------------------


def date_order_of(values: Iterable[str]) -> str | None:
    """Return the order that values of one column prove: "dmy", "mdy" or "ymd".

    None if each is possible in several orders, or if some contradict others.
    """
    proved: set[str] = set()
    for value in values:
        moment = parse_moment(value)
        if moment and len(moment.days) == 1 and "" not in moment.days:
            proved |= moment.days.keys()
    # A year of four digits comes first whatever the order of the others.
    proved = proved - {"ymd"} or proved
    return proved.pop() if len(proved) == 1 else None


def ambiguous_dates(values: Iterable[str]) -> list[str]:
    """Return the values of one column that may be several days, if no value proves the order."""
    values = list(dict.fromkeys(values))
    moments = {value: moment for value in values if (moment := parse_moment(value))}
    order = date_order_of(values)
    return [value for value, moment in moments.items() if moment.day(order) is None]


# -- Values ------------------------------------------------------------------------------------


def parse_day(text: str, order: str | None) -> date:
    """Return the day that a text spells. Raises ValidationError."""
    return _day(text, parse_moment(text), order)


def parse_datetime(text: str, order: str | None) -> datetime:
    """Return the moment that a text spells, without a zone if it has none. Raises ValidationError.

    A day alone is its first moment.
    """
    moment = parse_moment(text)
    day = _day(text, moment, order)
    clock, zone = (moment.clock, moment.zone) if moment else (None, None)
    return datetime.combine(day, clock or time(), zone)


def _day(text: str, moment: CellMoment | None, order: str | None) -> date:
    if moment is None:
        raise ValidationError(_unclear_message(text) % {"text": text})
    if day := moment.day(order):
        return day
    message = _(
        "“%(text)s” may be %(days)s. Choose the order of the dates for this file, "
        "or write the name of the month."
    )
    days = _(" or ").join(day_text(day) for day in dict.fromkeys(moment.days.values()))
    raise ValidationError(message % {"text": text, "days": days})


def spells_day(text: str) -> bool:
    """Return whether a text spells a whole day, in some order of its parts."""
    return parse_moment(text) is not None


def is_part_of_date(text: str) -> bool:
    """Return whether a text is a year, a month of a year, or a day without its year."""
    plain = plain_digits(text)
    months, numbers = _words_and_numbers(plain)
    is_short = _ONLY_YEAR.fullmatch(plain) or _ONLY_MONTH.fullmatch(plain)
    return bool(is_short) or len(months) == len(numbers) == 1


def _unclear_message(text: str) -> str:
    plain = plain_digits(text)
    if is_part_of_date(text):
        return _("“%(text)s” is not a whole date. Write the day, the month and the year.")
    if _IN_NUMBERS.fullmatch(plain) or len(_words_and_numbers(plain)[0]) == 1:
        return _("“%(text)s” is not a day of the calendar. Write it as 14 February 2024.")
    return _("“%(text)s” is not a date. Write it as 14 February 2024.")


def day_text(day: date) -> str:
    """Return a day in words: "14 February 2024"."""
    return str(formats.date_format(day, "j F Y"))
