"""The portal is not installed as a package, and says so in one sentence."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.once
@pytest.mark.parametrize("options", [[], ["--editable"]])
def test_pip_install_is_refused_in_a_sentence(options):
    command = [sys.executable, "-m", "pip", "install", "--no-deps", "--dry-run", *options, "."]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "The Learning Cities Portal is no package: it runs from its folder." in done.stderr
    assert "Traceback" not in done.stderr
