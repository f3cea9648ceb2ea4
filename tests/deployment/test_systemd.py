"""The units of deploy/systemd, read by systemd's own tools."""

import os
import re
import subprocess
import sys

import pytest

from tests.processes import ROOT

UNITS = ROOT / "deploy" / "systemd"
PYTHON = "/opt/learning-cities/.venv/bin/python"


@pytest.fixture
def units(tmp_path):
    """Copy the units; systemd looks for their programs, so these are named as they are here."""
    for unit in UNITS.iterdir():
        text = unit.read_text().replace(PYTHON, sys.executable)
        (tmp_path / unit.name).write_text(text)
    return tmp_path


def analyze(*arguments):
    environment = os.environ | {"SYSTEMD_LOG_LEVEL": "warning"}
    done = subprocess.run(
        ["systemd-analyze", *arguments],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("unit", sorted(unit.name for unit in UNITS.iterdir()))
def test_systemd_finds_no_fault_in_a_unit(units, unit):
    code, said = analyze("verify", "--recursive-errors=no", str(units / unit))
    # It reads the units of this machine too.
    assert (code, [line for line in said.splitlines() if "learning-cities" in line]) == (0, [])


@pytest.mark.parametrize("unit", ["learning-cities.service", "learning-cities-backup.service"])
def test_a_unit_is_shut_in(units, unit):
    code, said = analyze("security", "--offline=yes", "--threshold=25", str(units / unit))
    assert code == 0, said


def test_the_timer_fires_once_a_day():
    moment = re.search(
        r"^OnCalendar=(.*)$", (UNITS / "learning-cities-backup.timer").read_text(), re.M
    )
    _code, said = analyze("calendar", "--iterations=2", moment[1])
    assert "Normalized form: *-*-* 03:15:00" in said
