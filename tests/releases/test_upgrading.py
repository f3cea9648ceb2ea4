"""`upgrade` to this version, and `rollback` to the version before, with a plan first."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from cities.models import City
from tests.releases import trial
from tests.releases.soundness import assert_sound, query, triggers


def run(*command, **options):
    """Run a command and return the lines of its output."""
    out = StringIO()
    call_command(*command, stdout=out, **options)
    return out.getvalue().splitlines()


def applied():
    return sorted(MigrationRecorder(connection).applied_migrations())


@pytest.fixture(autouse=True)
def folders(settings, tmp_path):
    settings.DATA_DIR = tmp_path / "data"
    settings.STATIC_ROOT = tmp_path / "static"
    settings.STATIC_ROOT.mkdir()
    # Not the subject here, and hundreds of files.
    settings.STATICFILES_FINDERS = ["django.contrib.staticfiles.finders.FileSystemFinder"]


@pytest.fixture
def next_version(settings, tmp_path, monkeypatch):
    """Return a function that adds migrations to apps, as a next version has them."""
    monkeypatch.syspath_prepend(tmp_path)

    def add(**files):
        settings.MIGRATION_MODULES = trial.write_migrations(tmp_path, **files)

    return add


@pytest.mark.parametrize("released", ["0.1.0"], indirect=True)
def test_the_release_before_is_upgraded_and_rolled_back_by_its_backup(released, settings):
    before, rows = applied(), query("SELECT id, name FROM cities_city ORDER BY id")
    plan = run("upgrade", "--plan")
    assert plan[0] == f"1. Back up to {settings.DATA_DIR / 'backups'}"
    assert plan[-1] == "3. Collect the static files, if they have changed"
    assert applied() == before
    with pytest.raises(CommandError, match=r"Nothing was changed\. Add --yes"):
        run("upgrade")
    lines = run("upgrade", yes=True)
    assert lines[-1] == "The upgrade is done: start the portal, or restart each server."
    (archive,) = (settings.DATA_DIR / "backups").iterdir()
    assert f"Backed up: {archive}" in lines
    assert_sound()
    plan = run("rollback", "--plan")
    assert plan[0].startswith(f"Restore {archive}; what was written since ")
    assert any("Cannot be reverted: accounts.0001_initial" in line for line in plan)
    assert run("rollback", yes=True)[-1].startswith("Rolled back. Now install the version before")
    assert (applied(), query("SELECT id, name FROM cities_city ORDER BY id")) == (before, rows)
    with pytest.raises(CommandError, match=r"No upgrade with `manage\.py upgrade` is known here"):
        run("rollback")


def test_migrations_that_can_be_reverted_keep_what_was_written_since(in_use, next_version):
    before, names = applied(), triggers()
    next_version(cities=["adding('cities')"], news=["altering('news')", "adding('news')"])
    plan = run("upgrade", "--plan")
    assert "2. Migrate the database (migrations: 3)" in plan
    run("upgrade", yes=True)
    assert len(applied()) == len(before) + 3
    City.objects.filter(name="Fez").update(motto="Written since")
    plan = run("rollback", "--plan")
    assert plan[0].startswith("Revert these migrations; what was written since ")
    assert len(plan) == 4
    run("rollback", yes=True)
    assert (applied(), triggers()) == (before, names)
    assert City.objects.get(name="Fez").motto == "Written since"
    assert_sound()


def test_a_rollback_can_take_the_backup_instead(in_use, next_version):
    before = applied()
    next_version(cities=["adding('cities')"])
    run("upgrade", yes=True)
    City.objects.filter(name="Fez").update(motto="Written since")
    run("rollback", yes=True, restore=True)
    assert applied() == before
    assert City.objects.get(name="Fez").motto != "Written since"


def test_without_a_backup_only_what_can_be_reverted_is_rolled_back(in_use, next_version):
    next_version(cities=["adding('cities')"])
    run("upgrade", yes=True, without_backup=True)
    with pytest.raises(CommandError, match="and the upgrade took no backup"):
        run("rollback", yes=True, restore=True)
    run("rollback", yes=True)
    assert ("cities", "trial_1") not in applied()


def test_an_upgrade_without_migrations_takes_no_backup(in_use, settings):
    assert run("upgrade", yes=True)[0] == "1. Collect the static files, if they have changed"
    assert not (settings.DATA_DIR / "backups").exists()
