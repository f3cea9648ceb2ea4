"""Migrations beside which the version before could not run are found."""

import pytest
from django.apps import apps
from django.db import models
from django.db.migrations import Migration, RunPython, operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from tools import check, migration_safety

BEFORE = ProjectState.from_apps(apps)
TEXT = models.CharField(max_length=400)


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        (operations.RemoveField("city", "motto"), "drops a column: city.motto"),
        (operations.RenameField("city", "motto", "saying"), "renames a column"),
        (operations.DeleteModel("city"), "drops a table: city"),
        (operations.RenameModel("City", "Town"), "renames a table"),
        (
            operations.AddField("city", "mayor", TEXT),
            "adds a column without null or db_default: city.mayor",
        ),
        (operations.AddField("city", "mayor", models.CharField(max_length=9, null=True)), None),
        (operations.AddField("city", "mayor", models.CharField(max_length=9, db_default="")), None),
        (operations.AddField("city", "mayors", models.ManyToManyField("cities.city")), None),
        (
            operations.AlterField("city", "population", models.IntegerField()),
            "makes a column required without db_default: city.population",
        ),
        (
            operations.AlterField("city", "name", models.CharField(max_length=9)),
            "shortens a column: city.name",
        ),
        (operations.AlterField("city", "name", TEXT), None),
        (operations.CreateModel("Mayor", [("name", TEXT)]), None),
        (RunPython(RunPython.noop), None),
    ],
)
def test_each_operation_that_the_version_before_does_not_survive_is_named(operation, fault):
    migration = Migration("0999_trial", "cities")
    migration.operations = [operation]
    found = list(migration_safety.faults(migration, BEFORE))
    assert bool(found) == bool(fault)
    assert not fault or found[0].startswith(fault)


def test_a_table_that_the_same_migration_makes_may_change():
    migration = Migration("0999_trial", "cities")
    made = operations.CreateModel("Mayor", [("id", models.AutoField(primary_key=True))])
    migration.operations = [made, operations.AddField("mayor", "name", TEXT)]
    assert list(migration_safety.faults(migration, BEFORE)) == []


def test_a_migration_that_says_why_is_passed(monkeypatch):
    loader = MigrationLoader(None)
    monkeypatch.setattr(loader, "project_state", lambda *args, **options: BEFORE)
    migration = Migration("0999_trial", "cities")
    migration.operations = [operations.RemoveField("city", "motto")]
    loader.disk_migrations = {("cities", "0999_trial"): migration}
    assert migration_safety.check(loader, set()) == ["cities.0999_trial drops a column: city.motto"]
    assert migration_safety.check(loader, {"cities.0999_trial"}) == []
    migration.beside_previous_version = "Version 1.0.0 no longer reads it."
    assert migration_safety.check(loader, set()) == []


def test_make_check_looks_for_them():
    assert check.CHECKS["upgrades"].command()[1:] == ["-m", "tools.migration_safety"]
