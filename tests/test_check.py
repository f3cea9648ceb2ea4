"""`make check` runs every check and names those that failed; npm's locks name no server."""

import json
import sys
from pathlib import Path

import pytest

from tools import check
from tools.check import Check
from tools.run_tests import Missing

ROOT = Path(__file__).resolve().parent.parent


def command(code):
    return Check(lambda: [sys.executable, "-c", f"raise SystemExit({code})"])


def no_command():
    raise Missing("Install it.")


def test_checks_after_a_failed_one_run_too(monkeypatch, capsys):
    checks = {"first": command(0), "second": command(2), "third": command(0)}
    monkeypatch.setattr(check, "CHECKS", checks)
    assert check.main([]) == 1
    summary = capsys.readouterr().out.partition("== Summary ==\n")[2]
    assert [line.split() for line in summary.splitlines()] == [
        ["first", "ok"],
        ["second", "FAILED"],
        ["third", "ok"],
    ]


def test_a_check_is_chosen_by_its_name(monkeypatch, capsys):
    monkeypatch.setattr(check, "CHECKS", {"first": command(0), "second": command(2)})
    assert check.main(["first"]) == 0
    assert "second" not in capsys.readouterr().out
    with pytest.raises(SystemExit):
        check.main(["third"])
    assert "there is no check third; there are first, second" in capsys.readouterr().err


def test_a_check_without_its_tool_fails_only_where_all_are_required(monkeypatch):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    assert check.run(Check(no_command)) == ("NOT RUN: Install it.", False)
    monkeypatch.setenv("REQUIRE_ALL", "1")
    assert check.run(Check(no_command)) == ("NOT RUN: Install it.", True)


def test_the_production_settings_reach_the_check_of_the_deployment():
    name, value = "ALLOWED_HOSTS", check.PRODUCTION["ALLOWED_HOSTS"]
    asks = f"import os; raise SystemExit(os.environ[{name!r}] != {value!r})"
    asked = Check(lambda: [sys.executable, "-c", asks], check.PRODUCTION)
    assert check.run(asked) == ("ok", False)


@pytest.mark.parametrize("folder", ["audit", "biome"])
def test_npm_locks_hold_hashes_and_no_registry(folder):
    lock = json.loads((ROOT / "tools" / folder / "package-lock.json").read_text())
    packages = {name: package for name, package in lock["packages"].items() if name}
    assert packages
    assert [name for name, package in packages.items() if "integrity" not in package] == []
    assert [name for name, package in packages.items() if "resolved" in package] == []


@pytest.mark.parametrize("folder", ["audit", "biome"])
def test_npm_packages_are_named_in_exact_versions(folder):
    package = json.loads((ROOT / "tools" / folder / "package.json").read_text())
    assert all(version[0].isdecimal() for version in package["dependencies"].values())
