"""CSV for visitors and for staff: one rule against formulas."""

import csv
import io
import re

import pytest

from cities.models import City
from publishing.content.csv import InvalidCSV, read_csv, undefused
from tests import factories
from tests.publishing.import_export.conftest import Desk

ATTACKS = [
    '=HYPERLINK("https://example.org/")',
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1+1",
    "\r=1+1",
    "\n=1+1",
    "＝1+1",
    "＋1+1",
    "－1+1",
    "＠SUM(A1)",
    "'=1+1",
    "''＝1+1",
    "\x0b=1+1",
    "\x00=1+1",
]
# A spreadsheet runs a cell with such a beginning.
RUNS = re.compile("[=+\\-@\t\r\n＝＋－＠]")


def cells_of(body: bytes) -> list[str]:
    [row] = csv.DictReader(io.StringIO(body.decode("utf-8-sig"), newline=""))
    return [row[name] for name in ("name", "official_name", "population_source")]


@pytest.mark.django_db
@pytest.mark.parametrize("attack", ATTACKS)
def test_the_public_and_the_staff_export_defuse_the_same_texts(client, attack):
    # PostgreSQL stores no zero byte.
    stored = attack.replace("\x00", "\x01")
    city = factories.city()
    City.objects.filter(pk=city.pk).update(
        name=stored, official_name=stored, population_source=stored
    )
    public = cells_of(b"".join(client.get("/cities/export.csv").streaming_content))
    staff = cells_of(Desk(factories.superuser()).export(City))
    for cell in {*public, *staff}:
        assert not RUNS.match(cell)
        assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f]", cell)
    # The export for staff is trimmed, because an import trims its cells.
    assert [undefused(cell).strip() for cell in public] == [undefused(cell) for cell in staff]


@pytest.mark.django_db
def test_negative_numbers_stay_numbers_in_both_exports(client):
    factories.city(latitude=-33.5, longitude=-70.0)
    public = b"".join(client.get("/cities/export.csv").streaming_content).decode()
    staff = Desk(factories.superuser()).export(City).decode()
    assert ",-33.5,-70.0," in public
    assert ",-33.5,-70," in staff


def test_rows_of_a_table_have_a_number_and_the_line_they_start_in():
    text = 'a,b\r\n\r\n"one\r\ntwo",=x\r\nlast,1\r\n'
    assert list(read_csv(text)) == [
        (1, 1, ["a", "b"]),
        (2, 2, []),
        (3, 3, ["one\r\ntwo", "=x"]),
        (4, 5, ["last", "1"]),
    ]


def test_a_broken_row_of_a_table_is_named_by_number_and_line():
    with pytest.raises(InvalidCSV, match="unexpected end of data") as raised:
        list(read_csv('a\n"b\nc"\n"d\n'))
    assert (raised.value.row, raised.value.line) == (3, 4)
