"""The checkers that come from npm, installed from their lock on first use."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tools.audit.portal import ROOT
from tools.run_tests import Missing

FOLDER = ROOT / "tools" / "audit"
MODULES = FOLDER / "node_modules"


def install(package: str) -> Path:
    """The folder of an npm package of tools/audit; raises Missing if it cannot be had."""
    lock = hashlib.sha256((FOLDER / "package-lock.json").read_bytes()).hexdigest()
    stamp = MODULES / "lock.sha256"
    if not stamp.exists() or stamp.read_text() != lock:
        if not shutil.which("npm"):
            raise Missing("npm was not found. Install it (on Debian: apt install nodejs npm).")
        print("Installing the checkers from npm …", flush=True)
        # None of them needs a script of its own to run.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(
                "The checkers could not be installed from npm: check that this machine reaches "
                f"the npm registry and try again. npm said: {done.stderr.strip()}"
            )
        stamp.write_text(lock)
    return MODULES / package
