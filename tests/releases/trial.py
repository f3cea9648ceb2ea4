"""Migrations that tests add to those of an app, in a package that replaces its own."""

from collections.abc import Callable, Sequence
from itertools import count
from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import models
from django.db.migrations import AddField, AlterField, Migration, RunPython
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

OURS = ("publishing", "cities", "partners", "news", "portal")

# Functions that the migrations of a test call, by name.
callbacks: dict[str, Callable[[], None]] = {}

_number = count(1)


def write_migrations(folder: Path, **files: list[str]) -> dict[str, str]:
    """Write migrations, in this order, to a package; return MIGRATION_MODULES.

    `files` names for each app the classes of this module, by an expression. Those of the other apps
    depend on the first of `publishing`, so that reverting it reverts all. The folder has to be on
    the path.
    """
    package = folder / f"trial_{next(_number)}"
    for app, expressions in files.items():
        place = package / app
        place.mkdir(parents=True)
        own = Path(apps.get_app_config(app).path) / "migrations"
        (place / "__init__.py").write_text(f"__path__ = [*__path__, {str(own)!r}]\n")
        name = last_migration(app)
        first = [("publishing", "trial_1")] if app != "publishing" and "publishing" in files else []
        for number, expression in enumerate(expressions, 1):
            (place / f"trial_{number}.py").write_text(
                "from tests.releases import trial\n\n\n"
                f"class Migration(trial.{expression}):\n"
                f"    dependencies = {[(app, name), *first]!r}\n"
            )
            name = f"trial_{number}"
    return {app: f"{package.name}.{app}" for app in files}


def last_migration(app: str) -> str:
    """Return the name of the last migration of an app."""
    ((_app, name),) = MigrationLoader(None).graph.leaf_nodes(app)
    return str(name)


def models_of(app: str) -> list[type[models.Model]]:
    """Return the models of an app that have a table of their own."""
    found = apps.get_app_config(app).get_models()
    return [model for model in found if model._meta.managed and not model._meta.proxy]


class Together(Operation):
    """Operations that do not depend on each other's result.

    Django computes the models after each operation, which would take most of the time.
    """

    def __init__(self, operations: Sequence[Operation]) -> None:
        self.operations = operations

    def state_forwards(self, app_label: str, state: Any) -> None:
        state.clear_delayed_apps_cache()
        state.__dict__.pop("apps", None)
        for operation in self.operations:
            operation.state_forwards(app_label, state)

    def database_forwards(self, *args: Any) -> None:
        for operation in self.operations:
            operation.database_forwards(*args)

    def database_backwards(self, *args: Any) -> None:
        for operation in self.operations:
            operation.database_backwards(*args)


def adding(app: str) -> type[Migration]:
    """Return a migration that adds a field to every model; SQLite rebuilds the tables for it."""
    field = models.CharField(max_length=20, db_default="on trial")
    operations = [AddField(model.__name__, "trial", field) for model in models_of(app)]
    return type("Adding", (Migration,), {"operations": [Together(operations)]})


def altering(app: str) -> type[Migration]:
    """Return a migration that makes every text column of every model one character longer."""
    operations = [
        AlterField(model.__name__, field.name, longer(field))
        for model in models_of(app)
        for field in model._meta.local_fields
        if isinstance(field, models.CharField) and field.max_length
    ]
    return type("Altering", (Migration,), {"operations": [Together(operations)]})


def longer(field: Any) -> Any:
    """Return a copy of a field of text that takes one character more."""
    _name, _path, args, options = field.deconstruct()
    return type(field)(*args, **options | {"max_length": field.max_length + 1})


def calling(name: str) -> type[Migration]:
    """Return a migration, outside a transaction, that calls a function of the test."""
    operation = RunPython(lambda apps, editor: callbacks[name](), RunPython.noop)
    return type("Calling", (Migration,), {"operations": [operation], "atomic": False})
