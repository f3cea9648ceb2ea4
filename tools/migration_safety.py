"""Find migrations beside which the version before could not go on running.

    python -m tools.migration_safety

While several servers are upgraded one after the other, the code of the version before works with
the new tables, and it does so again after a rollback. So no column or table that it uses may go or
get another name, and it must be able to insert rows without the new columns.

A migration that is right all the same, because the version before no longer uses the column, says
why: `beside_previous_version = "…"` in its class. Those from before this check are listed in
migration_baseline.txt.

The operations are examined, and not their SQL: on SQLite nearly every one of them rebuilds a table.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.db.migrations import operations as ops
from django.db.migrations.loader import MigrationLoader
from django.db.models import NOT_PROVIDED

BASELINE = Path(__file__).with_name("migration_baseline.txt")
OURS = frozenset({"publishing", "cities", "partners", "news", "portal", "accounts"})
GONE = {
    ops.RemoveField: "drops a column",
    ops.RenameField: "renames a column",
    ops.DeleteModel: "drops a table",
    ops.RenameModel: "renames a table",
    ops.AlterModelTable: "renames a table",
}


def is_required(field: Any) -> bool:
    """Return whether an INSERT that does not name the column of a field fails."""
    has_column = not (field.many_to_many or field.generated)
    return has_column and not field.null and field.db_default is NOT_PROVIDED


def faults(migration: Any, before: Any) -> Iterator[str]:
    """Yield what is wrong with a migration; `before` is the state of the models before it."""
    new = {op.name_lower for op in migration.operations if isinstance(op, ops.CreateModel)}
    for operation in migration.operations:
        model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", ""))
        if model in new:
            continue
        field = getattr(operation, "name", getattr(operation, "old_name", ""))
        name = f"{model}.{field}" if hasattr(operation, "model_name") else model
        if said := next((text for kind, text in GONE.items() if isinstance(operation, kind)), ""):
            yield f"{said}: {name}"
        elif isinstance(operation, ops.AddField) and is_required(operation.field):
            yield f"adds a column without null or db_default: {name}"
        elif isinstance(operation, ops.AlterField):
            old = before.models[migration.app_label, model].fields.get(operation.name)
            yield from (f"{said}: {name}" for said in narrower(old, operation.field))


def narrower(old: Any, new: Any) -> Iterator[str]:
    """Yield how a column takes less than before."""
    if old is None or old.many_to_many:
        return
    if not is_required(old) and is_required(new):
        yield "makes a column required without db_default"
    if (getattr(new, "max_length", None) or 0) < (getattr(old, "max_length", None) or 0):
        yield "shortens a column"


def check(loader: MigrationLoader, baseline: set[str]) -> list[str]:
    """Return the faults of all migrations of ours that are not in the baseline."""
    found = []
    for key in sorted(loader.disk_migrations):
        migration = loader.disk_migrations[key]
        is_excused = getattr(migration, "beside_previous_version", "")
        if key[0] not in OURS or ".".join(key) in baseline or is_excused or migration.initial:
            continue
        before = loader.project_state(key, at_end=False)
        found += [f"{'.'.join(key)} {fault}" for fault in faults(migration, before)]
    return found


def main() -> int:
    import django

    django.setup()
    found = check(MigrationLoader(None), set(BASELINE.read_text().split()))
    for fault in found:
        print(f"The version before could not run beside {fault}.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
