"""Tools that come from npm, installed from their lock on first use."""

import hashlib
import shutil
import subprocess
from pathlib import Path

from tools.run_tests import Missing


def install(folder: Path, package: str) -> Path:
    """Return the folder of a package that the lock in `folder` names; install the lock if needed.

    Raises Missing if npm is not there or cannot install it.
    """
    lock = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    modules = folder / "node_modules"
    stamp = modules / "lock.sha256"
    if not stamp.exists() or stamp.read_text() != lock:
        if not shutil.which("npm"):
            raise Missing("npm was not found. Install it (on Debian: apt install nodejs npm).")
        print(f"Installing {package} from npm …", flush=True)
        # None of the packages needs its install scripts.
        command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode:
            raise Missing(
                f"{package} could not be installed from npm: check that this machine reaches "
                f"the npm registry and try again. npm said: {done.stderr.strip()}"
            )
        stamp.write_text(lock)
    return modules / package
