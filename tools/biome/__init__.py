"""Biome, which checks and formats the scripts and style sheets; the settings are in biome.json.

python -m tools.biome check            # what `make check` asks
python -m tools.biome check --write    # what `make format` does
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tools.npm import install
from tools.run_tests import Missing


def command() -> list[str]:
    """Return the command line that Biome's arguments follow; raises Missing if it cannot run."""
    node = shutil.which("node")
    if not node:
        raise Missing("Node was not found. Install it (on Debian: apt install nodejs npm).")
    return [node, str(install(Path(__file__).parent, "@biomejs/biome") / "bin" / "biome")]


def main(arguments: list[str]) -> int:
    """Run Biome and return its exit code; print the reason if this machine cannot run it."""
    try:
        return subprocess.run([*command(), *arguments], check=False).returncode
    except Missing as missing:
        print(f"NOT RUN: {missing}", file=sys.stderr)
        return int(os.environ.get("REQUIRE_ALL") == "1")
