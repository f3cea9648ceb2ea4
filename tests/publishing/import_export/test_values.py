"""Cells of imports as people write them: each with its value and reading, or its sentence."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from cities.models import City, Intake
from news.models import Event, NewsItem
from publishing.import_export.cell_coordinates import coordinate
from publishing.import_export.cell_dates import ambiguous_dates, date_order_of, parse_day
from publishing.import_export.cell_numbers import decimal_number, whole_number
from tests import factories
from tests.admin_pages import admin_url

pytestmark = pytest.mark.django_db


def read(publisher, model, column, cells, date_order="", **others):
    """Return what became of each cell of a column: its value and reading, or its sentence."""
    rows = [{column: cell} | {n: v for n, v in others.items() if n != column} for cell in cells]
    for number, row in enumerate(rows):
        if "name" in row:
            row["name"] = f"{row['name']} {number}"
    batch = publisher.look(model, rows, mode="live", date_order=date_order)
    return {row.cells[0]: _result(row, column) for row in batch.rows.all()}


def look_again(publisher, batch):
    """Check the rows of a file once more."""
    batch.rows.update(outcome="pending")
    headers = {"accept": "application/json"}
    address = admin_url(batch.model_class, "batch", batch.pk)
    publisher.client.post(address, {"decision": "look"}, headers=headers)


def _result(row, column):
    if row.outcome == "refused":
        assert list(row.problems) == [column]
        assert row.reason == row.problems[column]
        return row.reason
    return (row.content["fields"][column], row.readings.get(column, ""))


def read_city(publisher, column, cells, **options):
    factories.united_kingdom()
    return read(publisher, City, column, cells, name="Place", country="GB", **options)


# -- Numbers -----------------------------------------------------------------------------------

ONE = 1_234_567
POPULATIONS = {
    "1234567": (ONE, ""),
    "1,234,567": (ONE, "1234567"),
    "1 234 567": (ONE, "1234567"),
    "1\u00a0234\u00a0567": (ONE, "1234567"),
    "1\u202f234\u202f567": (ONE, "1234567"),
    "1\u2009234\u2009567": (ONE, "1234567"),
    "1.234.567": (ONE, "1234567"),
    "1'234'567": (ONE, "1234567"),
    "1’234’567": (ONE, "1234567"),
    "12,34,567": (ONE, "1234567"),
    "1.234.567,00": (ONE, "1234567"),
    "1,234,567.0": (ONE, "1234567"),
    "١٬٢٣٤٬٥٦٧": (ONE, "1234567"),
    "۱۲۳۴۵۶۷": (ONE, "1234567"),
    "१२,३४,५६७": (ONE, "1234567"),
    "１，２３４，５６７": (ONE, "1234567"),
    "1.234": (1_234, "1234"),
    "353000.0": (353_000, "353000"),
    "353,000[3]": (353_000, "353000"),
    "ca. 500 000": (500_000, "500000"),
    "~ 500,000": (500_000, "500000"),
    "1.2 million": (1_200_000, "1200000"),
    "1,2 Mio.": (1_200_000, "1200000"),
    "350k": (350_000, "350000"),
    "120万": (1_200_000, "1200000"),
    "3 lakh": (300_000, "300000"),
    "n/a": (None, "empty"),
    "—": (None, "empty"),
    "Unknown": (None, "empty"),
    "нет данных": (None, "empty"),
}
NO_POPULATIONS = (
    "many",
    "1,23",
    "1234.5",
    "0.123",
    "12.345.67",
    "1,234.567",
    "12 34",
    "1e6",
    "--5",
    "5 apples",
    "353,000 (2019)",
    "1,234 million",
    "300-400",
    "½",
)


def test_whole_numbers_are_read_with_the_thousands_signs_of_any_language(publisher):
    assert read_city(publisher, "population", POPULATIONS) == POPULATIONS


def test_a_number_that_may_be_another_is_refused_with_its_value(publisher):
    sentence = (
        "Population: “%s” is not a whole number. Write its digits alone, for example 1234567."
    )
    wanted = {cell: sentence % cell for cell in NO_POPULATIONS}
    assert read_city(publisher, "population", NO_POPULATIONS) == wanted


def test_a_number_out_of_its_range_is_refused_with_the_limit(publisher):
    assert read_city(publisher, "joined_year", ["1,999", "3024", "2.024"]) == {
        "1,999": "Joining year: “1,999” is less than 2013.",
        "3024": "Joining year: “3024” is more than 2100.",
        "2.024": (2024, "2024"),
    }


LATITUDES = {
    "53.48": (53.48, ""),
    "53.480": (53.48, ""),
    "-33.9": (-33.9, ""),
    "53,48": (53.48, "53.48"),
    "−33.9": (-33.9, "-33.9"),
    "1.234": (1.234, ""),
    "1,234": (1.234, "1.234"),
    "53.48 N": (53.48, "53.48"),
    "N 53.48": (53.48, "53.48"),
    "33.9° S": (-33.9, "-33.9"),
    "53.48°": (53.48, "53.48"),
    "53°28′N": (53.466667, "53.466667"),
    "53° 28' 51\" N": (53.480833, "53.480833"),
    "53°28’51”": (53.480833, "53.480833"),
    "53 28 51 N": (53.480833, "53.480833"),
    "53:28:51": (53.480833, "53.480833"),
    "53°28.85' North": (53.480833, "53.480833"),
    "55°45′ с. ш.": (55.75, "55.75"),
    "北纬39.9": (39.9, "39.9"),
    "S33°52'": (-33.866667, "-33.866667"),
    "٥٣٫٤٨": (53.48, "53.48"),
}
UNCLEAR = "Latitude: “%s” is not a coordinate. Write degrees as 53.48095 or 53°28′51″ N."
NO_LATITUDES = {
    "53.48 E": "Latitude: “53.48 E” is a longitude.",
    "53.48, -2.24": (
        "Latitude: “53.48, -2.24” is two numbers. Give latitude and longitude a column each."
    ),
    "53.48 somewhere": (
        "Latitude: The direction in “53.48 somewhere” is not clear. Write N, S, E or W."
    ),
    "-53.48 S": UNCLEAR % "-53.48 S",
    "53°70'": UNCLEAR % "53°70'",
    "53 48": UNCLEAR % "53 48",
    "53.480.950": "Latitude: “53.480.950” is more than 90.",
    "91": "Latitude: “91” is more than 90.",
}


def test_coordinates_are_read_as_decimals_and_as_degrees(publisher):
    factories.united_kingdom()
    others = {"longitude": "0", "name": "Place", "country": "GB"}
    assert read(publisher, City, "latitude", LATITUDES, **others) == LATITUDES
    assert read(publisher, City, "latitude", NO_LATITUDES, **others) == NO_LATITUDES


def test_east_and_west_are_read_unless_o_may_be_either(publisher):
    factories.united_kingdom()
    others = {"latitude": "0", "name": "Place", "country": "GB"}
    cells = {
        "2.24 W": (-2.24, "-2.24"),
        "2,24 Ouest": (-2.24, "-2.24"),
        "13.4 Ost": (13.4, "13.4"),
        "13.4 O": "Longitude: The direction in “13.4 O” is not clear. Write N, S, E or W.",
    }
    assert read(publisher, City, "longitude", cells, **others) == cells


GROUPS = st.sampled_from([",", ".", " ", "'", "’", "\u00a0", "\u202f", "٬", "，"])
DIGITS = st.sampled_from(
    ["0123456789", "٠١٢٣٤٥٦٧٨٩", "۰۱۲۳۴۵۶۷۸۹", "०१२३४५६७८९", "０１２３４５６７８９"]
)


@given(st.integers(-(10**12), 10**12), GROUPS, DIGITS)
def test_any_number_is_read_back_from_any_spelling(number, sign, digits):
    spelt = f"{number:,}".replace(",", sign).translate(str.maketrans("0123456789", digits))
    assert whole_number(spelt) == number
    assert whole_number(spelt.replace("-", "−")) == number


@given(st.floats(-180, 180).map(lambda number: round(number, 7)), st.sampled_from(".,٫"))
def test_any_degrees_are_read_back_from_any_spelling(number, sign):
    spelt = f"{number:.7f}".replace(".", sign)
    assert decimal_number(spelt) == number
    assert coordinate(f"{abs(number):.7f} {'W' if number < 0 else 'E'}", "longitude") == number


def value_or_sentence(parse, *arguments):
    try:
        return parse(*arguments)
    except ValidationError as error:
        return error.message


@given(st.text(max_size=30))
def test_any_text_is_a_value_or_is_named_in_a_sentence(text):
    found = [
        value_or_sentence(whole_number, text),
        value_or_sentence(decimal_number, text),
        value_or_sentence(coordinate, text, "latitude"),
        value_or_sentence(parse_day, text, "dmy"),
    ]
    assert all(f"“{text}”" in value for value in found if isinstance(value, str))


# -- Days and moments --------------------------------------------------------------------------

DAY, READ = "2024-02-14", "14 February 2024"
DAYS = {
    "2024-02-14": (DAY, ""),
    "14 February 2024": (DAY, ""),
    **dict.fromkeys(
        [
            "14/02/2024",
            "02/14/2024",
            "14.02.2024",
            "14. 2. 2024",
            "2024/02/14",
            "2024. 02. 14.",
            "2024年2月14日",
            "2024년 2월 14일",
            "20240214",
            "14/2/24",
            "45336",
            "45336.375",
            "2024-02-14T10:00:00Z",
            "2024-02-14 10:00:00",
            "14 Feb 2024",
            "14-Feb-24",
            "14Feb2024",
            "Feb 14, 2024",
            "February 14th, 2024",
            "14th of February 2024",
            "Wednesday, 14 February 2024",
            "14 févr. 2024",
            "14 février 2024",
            "14 de febrero de 2024",
            "14. Februar 2024",
            "14 февраля 2024 г.",
            "14 فبراير 2024",
            "١٤ فبراير ٢٠٢٤",
            "14 d’abril de 2024",
            "14 फ़रवरी 2024",
            "31 de dezembro de 1999",
        ],
        (DAY, READ),
    ),
    "14 d’abril de 2024": ("2024-04-14", "14 April 2024"),
    "31 de dezembro de 1999": ("1999-12-31", "31 December 1999"),
    "1er mars 2024": ("2024-03-01", "1 March 2024"),
    "29.02.2024": ("2024-02-29", "29 February 2024"),
    "99-12-31": ("1999-12-31", "31 December 1999"),
    "05/05/2024": ("2024-05-05", "5 May 2024"),
    "n/a": (None, "empty"),
}
PART = "Last checked on: “%s” is not a whole date. Write the day, the month and the year."
NO_DAY = "Last checked on: “%s” is not a day of the calendar. Write it as 14 February 2024."
NO_DATE = "Last checked on: “%s” is not a date. Write it as 14 February 2024."
NO_DAYS = {
    **{cell: PART % cell for cell in ("2024", "February 2024", "02/2024", "2024-02", "14 Feb")},
    **{
        cell: NO_DAY % cell
        for cell in ("30/02/2024", "29.02.2023", "31 April 2024", "2024-13-45", "1/1/1")
    },
    # October in Croatian, November in Polish.
    **{cell: NO_DATE % cell for cell in ("soon", "14 listopada 2024", "14/02-2024", "1234")},
    "1234": PART % "1234",
}


def test_days_are_read_in_every_order_that_has_one_meaning(publisher):
    assert read_city(publisher, "checked_on", DAYS) == DAYS


def test_a_text_that_is_no_day_is_refused_with_its_value(publisher):
    assert read_city(publisher, "checked_on", NO_DAYS) == NO_DAYS


def ambiguous(text, one, other):
    return (
        f"Last checked on: “{text}” may be {one} or {other}. "
        "Choose the order of the dates for this file, or write the name of the month."
    )


def test_an_ambiguous_day_takes_the_order_that_its_column_proves(publisher):
    unclear = ["03/04/2024", "24-02-14"]
    assert read_city(publisher, "checked_on", unclear, date_order="unknown") == {
        "03/04/2024": ambiguous("03/04/2024", "3 April 2024", "4 March 2024"),
        "24-02-14": ambiguous("24-02-14", "24 February 2014", "14 February 2024"),
    }
    found = read_city(publisher, "checked_on", ["03/04/2024", "31/12/2024"])
    assert found["03/04/2024"] == ("2024-04-03", "3 April 2024")
    found = read_city(publisher, "checked_on", ["03/04/2024", "12/31/2024"])
    assert found["03/04/2024"] == ("2024-03-04", "4 March 2024")
    # Some values contradict others, so none proves anything.
    contrary = ["03/04/2024", "12/31/2024", "31/12/2024"]
    found = read_city(publisher, "checked_on", contrary, date_order="unknown")
    assert found["03/04/2024"] == ambiguous("03/04/2024", "3 April 2024", "4 March 2024")


@pytest.mark.parametrize(("order", "value"), [("dmy", "2024-04-03"), ("mdy", "2024-03-04")])
def test_an_ambiguous_day_takes_the_order_chosen_for_the_file(publisher, order, value):
    # The last two contradict each other.
    days = ["03/04/2024", "31/12/2025", "12/31/2026"]
    rows = [{"year": day[-4:], "announced_on": day} for day in days]
    batch = publisher.look(Intake, rows, date_order="unknown")
    assert [row.outcome for row in batch.rows.all()] == ["refused", "new", "new"]
    batch.options["date_order"] = order
    batch.save()
    look_again(publisher, batch)
    assert batch.rows.first().content["fields"]["announced_on"] == value


def test_a_file_is_asked_about_its_dates_only_if_that_matters():
    assert ambiguous_dates(["03/04/2024", "", "2024-12-31", "soon"])
    assert not ambiguous_dates(["03/04/2024", "31/12/2024"])
    assert not ambiguous_dates(["2024-03-04", "05/05/2024", "14 February 2024"])
    orders = [["31/12/2024"], ["12/31/24"], ["2024-12-31"], ["01/02/2024"], ["31/1/24", "1/31/24"]]
    assert [date_order_of(values) for values in orders] == ["dmy", "mdy", "ymd", None, None]


MOMENTS = {
    "2098-02-14 09:30:00+00:00": ("2098-02-14T09:30:00+00:00", ""),
    "2098-02-14 09:30": ("2098-02-14T09:30:00+00:00", ""),
    "14 February 2098, 09:30 UTC": ("2098-02-14T09:30:00+00:00", ""),
    "2098-02-14": ("2098-02-14T00:00:00+00:00", "14 February 2098, 00:00 UTC"),
    "2098-02-14T10:30:00+01:00": ("2098-02-14T09:30:00+00:00", "14 February 2098, 09:30 UTC"),
    "14.02.2098 9h30": ("2098-02-14T09:30:00+00:00", "14 February 2098, 09:30 UTC"),
    "9:30 pm, 14 February 2098": ("2098-02-14T21:30:00+00:00", "14 February 2098, 21:30 UTC"),
    "14 Feb 2098 at 09:30": ("2098-02-14T09:30:00+00:00", "14 February 2098, 09:30 UTC"),
    "14/02/2098 10:30 Europe/Paris": (
        "2098-02-14T09:30:00+00:00",
        "14 February 2098, 09:30 UTC",
    ),
    "2098-02-14 25:00": (
        "Publish at: “2098-02-14 25:00” is not a date. Write it as 14 February 2024."
    ),
}


def test_moments_are_read_with_their_times_and_zones(publisher):
    others = {"title": "A title", "summary": "A summary."}
    assert read(publisher, NewsItem, "published_at", MOMENTS, **others) == MOMENTS


def test_a_moment_without_a_zone_is_one_of_the_portal(publisher, settings):
    settings.TIME_ZONE = "Asia/Tokyo"
    others = {"title": "A title", "summary": "A summary."}
    cells = {
        "14 Feb 2098 09:30": ("2098-02-14T00:30:00+00:00", "14 February 2098, 09:30 JST (UTC+9)")
    }
    assert read(publisher, NewsItem, "published_at", cells, **others) == cells


ORDERS = {"dmy": "{0.day}/{0.month}/{0.year}", "mdy": "{0.month}/{0.day}/{0.year}"}


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_any_day_is_read_back_in_any_order(day):
    for order, spelling in ORDERS.items():
        for sign in "/.- ":
            assert parse_day(spelling.format(day).replace("/", sign), order) == day
    for spelling in ("%d %B %Y", "%B %d, %Y", "%d-%b-%Y", "%Y %b %d", "%Y/%m/%d", "%Y%m%d"):
        assert parse_day(day.strftime(spelling), None) == day


@pytest.mark.parametrize("joined_on", ["14 Feb 2024", "45336"])
def test_a_day_fills_the_year_that_the_file_leaves_empty(publisher, joined_on):
    factories.united_kingdom()
    row = {"name": "Derby", "country": "UK", "joined_on": joined_on}
    publisher.bring(City, [row], mode="live")
    assert City.objects.values_list("joined_year", "joined_on").get() == (2024, date(2024, 2, 14))


def test_a_year_alone_belongs_into_the_column_of_years(publisher):
    assert read_city(publisher, "joined_on", ["2024"]) == {
        "2024": (
            "Joining date: “2024” is not a whole date. Write the day, the month and the year. "
            "If only the year is known, put it into “Joining year”."
        )
    }


# -- Choices, yes and no, addresses ------------------------------------------------------------


def test_yes_and_no_are_read_in_many_languages(publisher):
    yes, no = "Yes TRUE 1 x oui Sí да 是 نعم ✓", "No false 0 non нет 否 لا ✗"
    cells = {cell: (True, "" if cell == "Yes" else "yes") for cell in yes.split()}
    cells |= {cell: (False, "" if cell == "No" else "no") for cell in no.split()}
    cells["perhaps"] = "Membership is confirmed: “perhaps” is neither yes nor no."
    assert read_city(publisher, "confirmed", cells) == cells


def test_choices_are_read_by_value_and_by_label(publisher):
    labels = "; ".join(map(str, City.Kind.labels))
    none_of = f"Kind of place: “%s” is none of: {labels}."
    cells = {
        "district": ("district", ""),
        "DISTRICT": ("district", ""),
        "city or municipality": ("city", ""),
        "Province  or governorate": ("province", "Province or governorate"),
        "Distrikt": f"{none_of % 'Distrikt'} Did you mean District?",
        "planet": none_of % "planet",
    }
    assert read_city(publisher, "kind", cells) == cells


def test_addresses_are_completed_or_refused(publisher):
    cells = {
        "https://derby.gov.uk/": ("https://derby.gov.uk/", ""),
        "derby.gov.uk": ("https://derby.gov.uk", "https://derby.gov.uk"),
        "by phone": (
            "Website: “by phone” is not a web address. Write it as https://example.org/page."
        ),
    }
    assert read_city(publisher, "website", cells) == cells
    cells = {"Two words": "Address: “Two words” is not an address. Did you mean two-words?"}
    assert read_city(publisher, "slug", cells) == cells


def test_a_text_that_is_too_long_is_refused_with_its_length(publisher):
    cell = "w" * 151
    sentence = f"Motto: “{cell[:60]}…” has 151 characters; at most 150 fit."
    assert read_city(publisher, "motto", [cell]) == {cell: sentence}


def test_rows_inside_a_cell_have_readings_and_sentences(publisher):
    factories.united_kingdom()
    row = {"name": "Derby", "country": "GB", "awards (year | source)": "2,017 | A list\n2019"}
    [found] = publisher.look(City, [row]).rows.all()
    assert found.readings == {"awards": "2017 | A list\n2019"}
    [found] = publisher.look(City, [row | {"awards (year | source)": "first"}]).rows.all()
    sentence = "“first” is not a whole number. Write its digits alone, for example 1234567."
    assert found.problems == {"awards": f"Learning city awards: Year: {sentence}"}
    [found] = publisher.look(City, [row | {"awards (year | source)": "1999"}]).rows.all()
    assert found.problems == {"awards": "Learning city awards: Year: “1999” is less than 2015."}


def test_the_problems_of_a_row_are_listed_by_column(publisher):
    row = {
        "name": "Fair",
        "kind": "festival",
        "starts_on": "soon",
        "country": "Atlantis",
        "website": "x y",
    }
    [found] = publisher.look(Event, [row]).rows.all()
    assert found.problems == {
        "starts_on": "First day: “soon” is not a date. Write it as 14 February 2024.",
        "country": "Unknown country “Atlantis”.",
        "website": "Website: “x y” is not a web address. Write it as https://example.org/page.",
    }
    assert all(sentence in found.reason for sentence in found.problems.values())
