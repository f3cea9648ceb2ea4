"""Prepared queries: compile a QuerySet's SQL once, then run it with other values.

Django takes ten times as long to compile a query of this portal as the database takes to answer it,
which is most of the time of a page with a dozen queries. A `Prepared` query is an ordinary QuerySet
whose SQL is stored, with placeholders for its values. Only the page of a city has them, because it
gains most; docs/performance.md has the figures.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable, get_related_populators
from django.utils import timezone

# Values with which the SQL is compiled, and by which the positions of the real ones are found. They
# are such that no query has them for another reason.
MOMENT = datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC)
STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 1_999_999_000 + number,
    float: lambda number: 7.7654321e-9 * (number + 1),
    str: lambda number: f"stand-in-{number}",
}


class Statement(NamedTuple):
    """The SQL of a query for one database vendor, and how its rows become records."""

    sql: str
    # The parameters, and the positions of each value among them.
    parameters: Sequence[Any]
    places: dict[str, list[int]]
    # By position in a row: the functions that convert the database's value.
    converters: list[tuple[int, tuple[list[Any], Any]]]
    # Makes records of the rows.
    make: Callable[[list[list[Any]]], list[Any]]


class Prepared:
    """A query with parameters, for example `Prepared(make, city=int)`.

    `make` takes the present moment, for `published(moment)`, and the values; it returns a QuerySet
    without prefetching. Values are passed to the database unconverted. A call with the values
    returns the records, or tuples for `values_list`. If `make` converts a value, or reads the clock
    itself, the first call raises ValueError.
    """

    def __init__(self, make: Callable[..., QuerySet[Any]], **kinds: type) -> None:
        self.make, self.kinds = make, kinds
        self.statements: dict[str, Statement] = {}

    def __call__(self, **values: Any) -> list[Any]:
        kept = self.statements.get(connection.vendor)
        if kept is None:
            kept = self.statements[connection.vendor] = self._write()
        values["moment"] = _stored(timezone.now())
        parameters = list(kept.parameters)
        for name, places in kept.places.items():
            for place in places:
                parameters[place] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(kept.sql, parameters)
            rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for place, (functions, expression) in kept.converters:
                for function in functions:
                    row[place] = function(row[place], expression, connection)
        return kept.make(rows)

    def _write(self) -> Statement:
        """Compile the query, and find the positions of its values among the parameters."""
        values = {
            name: STAND_INS[kind](number) for number, (name, kind) in enumerate(self.kinds.items())
        }
        started = timezone.now()
        rows = self.make(MOMENT, **values)
        compiler = rows.query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql()
        values["moment"] = _stored(MOMENT)
        places = {
            name: [
                place
                for place, parameter in enumerate(parameters)
                if (type(value) is type(parameter) and value == parameter)
                or (isinstance(value, int) and isinstance(parameter, int) and value == parameter)
            ]
            for name, value in values.items()
        }
        if forgotten := [name for name in self.kinds if not places[name]]:
            raise ValueError(f"{forgotten} reach the database as something else.")
        if any(str(started)[:16] in str(parameter) for parameter in parameters):
            raise ValueError("The query has a moment of its own, which would never pass.")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        return Statement(sql, parameters, places, list(converters.items()), _maker(rows, compiler))


def _stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _maker(rows: Any, compiler: Any) -> Callable[[list[list[Any]]], list[Any]]:
    """Return the function that turns rows into records, as Django's own iteration does."""
    if not issubclass(rows._iterable_class, ModelIterable):
        return lambda found: [tuple(row) for row in found]
    about = compiler.klass_info
    model, first, last = about["model"], about["select_fields"][0], about["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    related = get_related_populators(about, compiler.select, rows.db)  # type: ignore[call-arg]
    annotated = list((compiler.annotation_col_map or {}).items())

    def make(found: list[list[Any]]) -> list[Any]:
        records = []
        for row in found:
            record = model.from_db(rows.db, names, row[first:last])
            for other in related:
                other.populate(row, record)
            for name, place in annotated:
                setattr(record, name, row[place])
            records.append(record)
        return records

    return make
