"""Queries that are written once and then only filled in.

Django takes ten times as long to write the SQL of a query of this portal as the database takes to
answer it: most of the time of a page that makes a dozen of them. A `Prepared` query is an ordinary
QuerySet whose SQL is kept, with places for its values. It serves the busiest page alone; docs/adr
tells what that gained.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from copy import copy
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import QuerySet
from django.db.models.query import ModelIterable
from django.utils import timezone

# Values that stand in the SQL until they are replaced; no query has them for another reason.
MOMENT = datetime(1, 2, 3, 4, 5, 6, tzinfo=UTC)
STAND_INS: dict[type, Callable[[int], Any]] = {
    int: lambda number: 1_999_999_000 + number,
    float: lambda number: 7.7654321e-9 * (number + 1),
    str: lambda number: f"stand-in-{number}",
}


class Statement(NamedTuple):
    rows: Any
    compiler: Any
    sql: str
    # The parameters, and the place of each value among them.
    parameters: Sequence[Any]
    places: dict[str, list[int]]


class Prepared:
    """A query of given values, for example `Prepared(make, city=int)`.

    `make` takes the present moment, for `published(moment)`, and the values, and gives a QuerySet
    without prefetching; the values reach the database as they are. Called with the values it
    gives the records, or tuples for `values_list`.
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
        compiler = copy(kept.compiler)
        # The one that was kept belongs to another thread, perhaps.
        compiler.connection = connection
        compiler.as_sql = lambda *args, **kwargs: (kept.sql, tuple(parameters))
        return list(_records(kept.rows, compiler))

    def _write(self) -> Statement:
        """The SQL of the query, with the places of its values."""
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
        compiler.get_converters = lambda expressions: converters
        return Statement(rows, compiler, sql, parameters, places)


def _stored(moment: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(moment)


def _records(rows: Any, compiler: Any) -> Iterator[Any]:
    if not issubclass(rows._iterable_class, ModelIterable):
        yield from compiler.results_iter(tuple_expected=True)
        return
    # What Django's own iteration asks of a QuerySet, with the SQL that is there already.
    query = SimpleNamespace(get_compiler=lambda **kwargs: compiler)
    yield from ModelIterable(
        SimpleNamespace(db=rows.db, query=query, _known_related_objects={})  # type: ignore[arg-type]
    )
