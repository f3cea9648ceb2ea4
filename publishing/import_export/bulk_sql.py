"""Compile SQL before the transaction that runs it, so that locks are held for less long.

Most of the time of a bulk write goes into making SQL and values of objects, for which nobody has
to wait. It is Django's own compiler that makes them, so every field is written as always.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import connection, models, transaction
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

from publishing.import_export.bulk_snapshots import slices


class DeferredSQL:
    """Deletions, then insertions in the order in which they were added."""

    def __init__(self) -> None:
        self._gone: list[tuple[type[models.Model], list[Any]]] = []
        self._sql: list[tuple[str, Any]] = []

    def delete(self, model: type[models.Model], keys: Iterable[Any]) -> None:
        """Delete rows that nothing points at."""
        self._gone += [(model, some) for some in slices(keys)]

    def insert(
        self,
        model: type[models.Model],
        objects: list[Any],
        update: list[str] | None = None,
        unique: Iterable[str] = (),
    ) -> None:
        """Insert the objects; their keys are known, or nobody needs them.

        With `update`, a row that is there already (as `unique` tells) gets these columns.
        """
        fields = [field for field in model._meta.concrete_fields if not field.generated]
        if objects and objects[0].pk is None:
            fields.remove(model._meta.pk)
        for some in slices(objects, connection.ops.bulk_batch_size(fields, objects) or 1):
            query = InsertQuery(
                model,
                on_conflict=OnConflict.UPDATE if update else None,
                update_fields=[model._meta.get_field(name) for name in update or ()],
                unique_fields=[model._meta.get_field(name) for name in unique],
            )
            query.insert_values(fields, some)
            self._sql += query.get_compiler(connection=connection).as_sql()

    def run(self) -> None:
        """Run all of them, or none. Raises IntegrityError."""
        with transaction.atomic(), connection.cursor() as cursor:
            for model, keys in self._gone:
                model._base_manager.filter(pk__in=keys).delete()
            for sql, values in self._sql:
                cursor.execute(sql, values)


def reserve(model: type[models.Model], number: int) -> list[int]:
    """Reserve keys for so many new rows in the database's own sequence."""
    table, column = model._meta.db_table, model._meta.pk.column
    if not number:
        return []
    with transaction.atomic(), connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            return _reserve_in_sqlite(cursor, table, number)
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [connection.ops.quote_name(table), column, number],
        )
        return [key for (key,) in cursor.fetchall()]


def _reserve_in_sqlite(cursor: Any, table: str, number: int) -> list[int]:
    # Django's keys count on, and this table of SQLite says how far they are.
    cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
    found = cursor.fetchone()
    if found is None:
        cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, 0)", [table])
    last = found[0] if found else 0
    cursor.execute("UPDATE sqlite_sequence SET seq = %s WHERE name = %s", [last + number, table])
    return list(range(last + 1, last + number + 1))
