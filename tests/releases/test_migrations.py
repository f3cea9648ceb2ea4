"""Migrations of a portal in use: forwards, backwards, and after a migration that fails."""

import os
import subprocess
import sys
import threading

import pytest
from django.core import serializers
from django.core.management import call_command
from django.db import connection
from django.test import Client

from cities.models import AlternativeName, City, Country
from portal.management.commands import serve
from portal.page_cache.triggers import UNWATCHED, public_tables
from portal.page_cache.version import read_version
from tests import factories, processes
from tests.releases import trial
from tests.releases.soundness import (
    assert_a_kept_page_goes,
    assert_found,
    assert_sound,
    query,
    triggers,
    unseen_changes,
    visitor,
)

pytestmark = pytest.mark.usefixtures("in_use")


def migrate(*target):
    call_command("migrate", *target, interactive=False, verbosity=0)


def fail():
    raise InterruptedError


@pytest.fixture
def on_trial(settings, tmp_path, monkeypatch):
    """Return a function that adds migrations to apps, for this test."""
    monkeypatch.syspath_prepend(tmp_path)

    def add(**files):
        settings.MIGRATION_MODULES = trial.write_migrations(tmp_path, **files)
        return settings.MIGRATION_MODULES

    return add


def test_a_field_can_be_added_and_lengthened_in_every_model_and_reverted(on_trial):
    before = triggers()
    last = trial.last_migration("publishing")
    on_trial(**{app: [f"adding({app!r})", f"altering({app!r})"] for app in trial.OURS})
    migrate()
    for app in trial.OURS:
        for model in trial.models_of(app):
            # A table that is newer than the release is empty.
            assert set(query(f"SELECT trial FROM {model._meta.db_table}")) <= {("on trial",)}  # noqa: S608
    assert triggers() == before
    assert_sound()
    migrate("publishing", last)
    assert triggers() == before
    assert_sound()


def test_a_failed_migration_leaves_the_word_index_and_the_content_version_working(on_trial):
    before, version = triggers(), read_version()
    last = trial.last_migration("cities")
    trial.callbacks["fail"] = fail
    on_trial(cities=["adding('cities')", "calling('fail')"])
    with pytest.raises(InterruptedError):
        migrate()
    # The first of the two migrations is applied, the second is not.
    assert set(query("SELECT trial FROM cities_city")) == {("on trial",)}
    assert triggers() == before
    assert read_version() not in {version, UNWATCHED}
    assert_sound()
    trial.callbacks["fail"] = lambda: None
    migrate()
    migrate("cities", last)
    assert_sound()


def test_a_running_server_answers_no_stale_page_during_a_migration(on_trial):
    fez = City.objects.get(name="Fez")
    address, visit, seen = fez.get_absolute_url(), visitor(), []
    visit(address)

    def change_and_visit():
        for motto in ("The first motto", "The second motto"):
            City.objects.filter(pk=fez.pk).update(motto=motto)
            seen.append((motto in visit(address), "Fez" in visit("/cities/?q=fes")))
        connection.close()

    def during():
        # A thread has its own connection, as a server has.
        server = threading.Thread(target=change_and_visit)
        server.start()
        server.join()

    trial.callbacks["during"] = during
    on_trial(cities=["calling('during')"])
    migrate()
    assert seen == [(True, True), (True, True)]
    City.objects.filter(pk=fez.pk).update(motto="The third motto")
    assert "The third motto" in visit(address)


def test_words_written_by_a_migration_are_found(on_trial):
    trial.callbacks["rename"] = lambda: City.objects.get(name="Fez").alternative_names.create(
        name="Zebulon"
    )
    on_trial(cities=["calling('rename')"])
    migrate()
    assert_found("Fez", "zebulon")


@pytest.mark.processes
def test_a_killed_migration_leaves_no_stale_page_and_the_next_start_repairs_it(
    on_trial, tmp_path, settings
):
    before = triggers()
    kill = tmp_path / "killing.py"
    modules = on_trial(cities=["calling('kill')"])
    kill.write_text(
        "import os\nfrom tests.settings import *\nfrom tests.releases import trial\n"
        "trial.callbacks['kill'] = lambda: os._exit(9)\n"
        f"MIGRATION_MODULES = {modules!r}\n"
    )
    environment = {
        "DJANGO_SETTINGS_MODULE": "killing",
        "PYTHONPATH": f"{tmp_path}{os.pathsep}{processes.ROOT}",
        "TEST_DATABASE_URL": processes.database_of(connection),
    }
    command = [sys.executable, "manage.py", "migrate"]
    killed = subprocess.run(
        command, cwd=processes.ROOT, env=os.environ | environment, capture_output=True, check=False
    )
    assert killed.returncode == 9, killed.stderr.decode()
    assert read_version() == UNWATCHED
    assert triggers() == []
    assert_a_kept_page_goes()
    assert unseen_changes() == sorted(public_tables())
    settings.MIGRATION_MODULES = {}
    # The start of a version without further migrations.
    serve.Command().prepare_content()
    assert triggers() == before
    assert_sound()


def test_migrate_without_pending_migrations_changes_nothing():
    before = triggers(), read_version(), City.objects.count()
    migrate()
    assert (triggers(), read_version(), City.objects.count()) == before


@pytest.mark.processes
@pytest.mark.parametrize("target", [("publishing", "0002"), ("cities", "zero")])
def test_migrations_can_be_reverted_and_applied_again(target):
    """Without its column `stage`, each revision counts; without cities there are no words."""
    before = triggers()
    migrate(*target)
    tables = set(connection.introspection.table_names())
    assert {table for table, _name in triggers()} == public_tables() & tables
    assert target[0] != "cities" or not any(table.startswith("cities") for table in tables)
    migrate()
    assert triggers() == before
    if target[0] == "cities":
        factories.alternative_name(city=factories.city(name="Fez"), name="Fes")
    assert_found("Fez")
    assert_a_kept_page_goes()


def test_flushed_and_reloaded_content_is_found_and_shown(tmp_path):
    kept = tmp_path / "cities.json"
    rows = [*Country.objects.all(), *City.objects.filter(name="Fez")]
    rows += AlternativeName.objects.filter(city__name="Fez")
    for city in rows:
        if isinstance(city, City):
            city.intake = city.picture = None
    kept.write_text(serializers.serialize("json", rows))
    before = triggers()
    version = read_version()
    call_command("flush", interactive=False, verbosity=0)
    assert read_version() != version
    assert Client().get("/cities/?q=fes").context["page_obj"].object_list == []
    version = read_version()
    call_command("loaddata", kept, verbosity=0)
    assert read_version() != version
    assert triggers() == before
    assert_found("Fez")
