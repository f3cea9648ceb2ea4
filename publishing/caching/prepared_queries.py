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

# Values with which the SQL is compiled, and by which the positions of the real ones are
# recognised. No query has them for another reason.
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
    positions: dict[str, list[int]]
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
        statement = self.statements.get(connection.vendor)
        if statement is None:
            statement = self.statements[connection.vendor] = self._write()
        values["moment"] = _adapted(timezone.now())
        parameters = list(statement.parameters)
        for name, positions in statement.positions.items():
            for position in positions:
                parameters[position] = values[name]
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, parameters)
            rows = [list(row) for row in cursor.fetchall()]
        for row in rows:
            for position, (functions, expression) in statement.converters:
                for function in functions:
                    row[position] = function(row[position], expression, connection)
        return statement.make(rows)

    def _write(self) -> Statement:
        """Compile the query, and find the positions of its values among the parameters."""
        values = {
            name: STAND_INS[kind](number) for number, (name, kind) in enumerate(self.kinds.items())
        }
        started = timezone.now()
        rows = self.make(MOMENT, **values)
        compiler = rows.query.get_compiler(rows.db)
        sql, parameters = compiler.as_sql()
        values["moment"] = _adapted(MOMENT)
        positions = {
            name: [
                position
                for position, parameter in enumerate(parameters)
                if isinstance(parameter, type(value)) and value == parameter
            ]
            for name, value in values.items()
        }
        if missing := [name for name in self.kinds if not positions[name]]:
            raise ValueError(f"{missing} reach the database as something else.")
        if any(str(started)[:16] in str(parameter) for parameter in parameters):
            raise ValueError("The query has a moment of its own, which would never pass.")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        make = _record_maker(rows, compiler)
        return Statement(sql, parameters, positions, list(converters.items()), make)


def _adapted(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _record_maker(queryset: Any, compiler: Any) -> Callable[[list[list[Any]]], list[Any]]:
    """Return the function that turns rows into records, as Django's own iteration does."""
    if not issubclass(queryset._iterable_class, ModelIterable):
        return lambda rows: [tuple(row) for row in rows]
    info = compiler.klass_info
    model, first, last = info["model"], info["select_fields"][0], info["select_fields"][-1] + 1
    names = [column[0].target.attname for column in compiler.select[first:last]]
    related = get_related_populators(info, compiler.select, queryset.db)  # type: ignore[call-arg]
    annotated = list((compiler.annotation_col_map or {}).items())

    def make(rows: list[list[Any]]) -> list[Any]:
        records = []
        for row in rows:
            record = model.from_db(queryset.db, names, row[first:last])
            for other in related:
                other.populate(row, record)
            for name, position in annotated:
                setattr(record, name, row[position])
            records.append(record)
        return records

    return make
