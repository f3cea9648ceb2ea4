"""Upgrade the database to this version, and roll it back to the version before.

The upgrade notes in DATA_DIR which migrations there were before and where the backup is; the
rollback reads that.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from portal.accounts.management.commands.migrate import FIRST
from portal.backup.archives import BackupFault

Key = tuple[str, str]


@dataclass
class Upgrade:
    """The last upgrade: when, the migrations before it, and the path of the backup; "" for none."""

    made_at: str
    migrations: list[list[str]]
    archive: str


def record_path() -> Path:
    return settings.DATA_DIR / "upgrade.json"


def write_record(archive: Path | None) -> None:
    """Note the present migrations, before they change."""
    before = [list(key) for key in sorted(applied())]
    upgrade = Upgrade(timezone.now().isoformat(), before, str(archive or ""))
    record_path().parent.mkdir(parents=True, exist_ok=True)
    record_path().write_text(json.dumps(asdict(upgrade), indent=1))


def read_record() -> Upgrade:
    """Return the last upgrade. Raises BackupFault if there is none."""
    try:
        return Upgrade(**json.loads(record_path().read_text()))
    except FileNotFoundError as error:
        raise BackupFault(
            "No upgrade with `manage.py upgrade` is known here. Restore a backup with the version "
            "that made it."
        ) from error
    except (ValueError, TypeError) as error:
        raise BackupFault(f"{record_path()} cannot be read.") from error


def applied() -> set[Key]:
    return set(MigrationRecorder(connection).applied_migrations())


def pending() -> list[Migration]:
    """Return the migrations that this version has and the database has not, in their order."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [migration for migration, _backwards in plan]


def since(upgrade: Upgrade) -> list[Migration]:
    """Return the migrations that were applied since an upgrade began, the last one first."""
    before = {(app, name) for app, name in upgrade.migrations}
    keys = applied() - before
    graph = MigrationLoader(connection).graph
    order = [key for leaf in graph.leaf_nodes() for key in graph.forwards_plan(leaf)]
    known = [key for key in dict.fromkeys(order) if key in keys]
    return [graph.nodes[key] for key in reversed(known)]


def sentence(migration: Migration) -> str:
    """Return what a migration does: the first line of its docstring, or its operations."""
    said = (sys.modules[migration.__module__].__doc__ or "").strip().partition("\n")[0]
    if not said:
        said = "; ".join(operation.describe() for operation in migration.operations[:3])
        said += " …" if len(migration.operations) > 3 else ""
    return f"{migration.app_label}.{migration.name}: {said}"


def is_reversible(migration: Migration) -> bool:
    """Return whether a migration can be reverted.

    The first one of the accounts took over the table of Django's users, and would drop it.
    """
    if (migration.app_label, migration.name) == FIRST:
        return False
    return all(operation.reversible for operation in migration.operations)


def revert(migrations: list[Migration]) -> None:
    """Revert migrations, each app to the last one that stays."""
    gone: dict[str, set[str]] = {}
    for migration in migrations:
        gone.setdefault(migration.app_label, set()).add(migration.name)
    graph = MigrationLoader(connection).graph
    for app, names in gone.items():
        keys = [key for leaf in graph.leaf_nodes(app) for key in graph.forwards_plan(leaf)]
        stay = [name for label, name in keys if label == app and name not in names]
        target: Any = stay[-1] if stay else "zero"
        call_command("migrate", app, target, interactive=False, verbosity=0)
