"""Copy a whole portal from SQLite into an empty PostgreSQL, and compare each row and file.

One transaction on each side: the old database can be read but not changed meanwhile, and the new
one is filled completely or stays empty.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from typing import Any

from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage
from django.core.management import call_command
from django.core.management.color import no_style
from django.db import DatabaseError, connections, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import sql

OLD, NEW = "default", "new"
BATCH = 500

Say = Callable[[str], None]


class CannotCopy(Exception):
    """The portal cannot be copied; the message is a sentence for the operator."""


def copy_rows(say: Say) -> int:
    """Copy every row of `OLD` into the empty `NEW`, compare them, and return their number.

    Call it inside a transaction on each side. Raises CannotCopy.
    """
    new = connections[NEW]
    with new.cursor() as cursor:
        if tables := new.introspection.table_names(cursor):
            raise CannotCopy(f"The new database is not empty: it has {len(tables)} tables.")
        # Otherwise a migration could not alter a table that another has just filled.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        say("Making the tables …")
        call_command("migrate", database=NEW, interactive=False, verbosity=0)
        table_models = list(tables_of_models())
        # Rows that migrations create come from the old database, with their own keys.
        names = ", ".join(new.ops.quote_name(model._meta.db_table) for model in table_models)
        cursor.execute(f"TRUNCATE {names}")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    total = 0
    for model in table_models:
        number = copy_table(model)
        total += number
        if number:
            say(f"{model._meta.db_table}: {number}")
    try:
        new.check_constraints()
    except DatabaseError as error:
        raise CannotCopy(f"A row points to one that is not there: {first_line(error)}") from error
    with new.cursor() as cursor:
        for statement in new.ops.sequence_reset_sql(no_style(), table_models):
            cursor.execute(statement)
    return total


def tables_of_models() -> Iterator[type[models.Model]]:
    """Return one model for each table, many-to-many tables included.

    They are those of migrations, with Django's own fields: ours write no text that is not in its
    normal form, and read no moment that some time zones cannot show.
    """
    models_now = MigrationLoader(None).project_state().apps
    for model in models_now.get_models(include_auto_created=True):
        if model._meta.managed and not model._meta.proxy:
            yield model


def copy_table(model: type[models.Model]) -> int:
    """Copy the rows of one table, compare them with the result, and return their number."""
    fields = [field for field in model._meta.concrete_fields if not field.generated]
    rows = model._base_manager.using(OLD).order_by("pk").iterator(BATCH)
    total, batch = 0, []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            total += copy_batch(model, fields, batch)
            batch = []
    total += copy_batch(model, fields, batch)
    copied = model._base_manager.using(NEW).count()
    if copied != total:
        raise CannotCopy(f"{model._meta.db_table} has {copied} rows instead of {total}.")
    return total


def copy_batch(model: type[models.Model], fields: list[Any], batch: list[Any]) -> int:
    if not batch:
        return 0
    table = model._meta.db_table
    insert(model, fields, batch)
    keys = [row.pk for row in batch]
    # Unordered: a default order may use a table that is copied later.
    rows = model._base_manager.using(NEW).filter(pk__in=keys).order_by()
    copies = {row.pk: row for row in rows}
    for row in batch:
        copy = copies.get(row.pk)
        names = [field.attname for field in fields]
        if copy is None or any(field_value(row, name) != field_value(copy, name) for name in names):
            raise CannotCopy(f"The row {row.pk} of {table} is not the same in the new database.")
    return len(batch)


def insert(model: type[models.Model], fields: list[Any], batch: list[Any]) -> None:
    """Insert the rows. Raises CannotCopy with the first one that does not fit."""
    # Raw values: saving would set timestamps and sanitise texts once more.
    query = sql.InsertQuery(model)
    query.insert_values(fields, batch, raw=True)
    try:
        with transaction.atomic(NEW):
            query.get_compiler(using=NEW).execute_sql()
    except (DatabaseError, ValueError) as error:
        if batch[1:]:
            for row in batch:
                insert(model, fields, [row])
        place = f"The row {batch[0].pk} of {model._meta.db_table}"
        raise CannotCopy(f"{place} does not fit: {first_line(error)}") from error


def field_value(row: models.Model, name: str) -> Any:
    """Return the value of a field; for a file, its name."""
    value = getattr(row, name)
    return value.name if isinstance(value, File) else value


def copy_files(old: FileSystemStorage, new: Storage, copied: list[str]) -> int:
    """Copy every uploaded file, compare it with the result, and return their number.

    The name of each new file is added to `copied`, so that it can be removed again.
    """
    number = 0
    for name in names_in(old):
        if new.exists(name):
            raise CannotCopy(f"There is a file {name} at the new place already.")
        with old.open(name) as file:
            copied.append(name)
            if new.save(name, file) != name:
                raise CannotCopy(f"The file {name} could not keep its name.")
        if file_digest(old, name) != file_digest(new, name):
            raise CannotCopy(f"The file {name} is not the same at the new place.")
        number += 1
    return number


def names_in(storage: Storage, folder: str = "") -> Iterator[str]:
    """Yield the names of all files, folders included; none if there is no folder yet."""
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for name in filter(None, sorted(files)):  # Some stores list a folder as a file without a name.
        yield f"{folder}{name}"
    for name in sorted(folders):
        yield from names_in(storage, f"{folder}{name}/")


def file_digest(storage: Storage, name: str) -> str:
    """Return the hash of a file's content."""
    with storage.open(name) as file:
        sha256 = hashlib.sha256()
        for chunk in file.chunks():
            sha256.update(chunk)
    return sha256.hexdigest()


def first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def run_locked(work: Callable[[], Any]) -> Any:
    """Run `work` with the source database locked for writing; roll back on any error."""
    # On SQLite our transactions take the write lock at their start (IMMEDIATE).
    with transaction.atomic(OLD), transaction.atomic(NEW):
        return work()
