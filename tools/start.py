"""Prepare this folder and start the portal. Needs Python 3.11 and nothing else.

start.py run --port 8000    environment, packages, .env, then `manage.py serve`
start.py dev --port 8000    the same with the packages of developers, and `serve --reload`
start.py develop            environment and the packages of developers
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
# In the environment while packages are installed; found later, it shows an interrupted install.
UNFINISHED = VENV / "unfinished"
LOCK = "requirements.txt"
LOCK_DEV = "requirements-dev.txt"

ENV_TEXT = """\
# Made by `make run` for this machine; .env.example lists everything that can be set.
SECRET_KEY={key}
ALLOWED_HOSTS=localhost,127.0.0.1,[::1]
HTTPS=off
"""


def lock_digest(lock: str) -> str:
    """Return the hash of a lock file's content."""
    return hashlib.sha256((ROOT / lock).read_bytes()).hexdigest()


def stamp_path(lock: str) -> Path:
    """Return the path of the file with the hash of the installed lock."""
    return VENV / f"{lock}.sha256"


def can_import(module: str) -> bool:
    """Return whether the environment's Python runs and can import this module."""
    if not PYTHON.exists():
        return False
    command = [str(PYTHON), "-c", f"import {module}"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


def is_installed(lock: str) -> bool:
    """Return whether the environment holds the packages of the lock, by its hash."""
    if UNFINISHED.exists() or not stamp_path(lock).exists():
        return False
    return stamp_path(lock).read_text() == lock_digest(lock) and can_import("django")


def install(lock: str) -> None:
    """Install the packages of the lock, if they are not; exit with a sentence if that fails."""
    if is_installed(lock):
        return
    log = ROOT / "var" / "install.log"
    log.parent.mkdir(exist_ok=True)
    with (log.parent / "install.lock").open("w") as lock_file:
        # A second `make` waits here for the first.
        fcntl.flock(lock_file, fcntl.LOCK_EX)
        if is_installed(lock):
            return
        is_new = UNFINISHED.exists() or not can_import("pip")
        if is_new:
            print("Creating the Python environment in .venv …", flush=True)
            venv.create(VENV, clear=True, symlinks=True, with_pip=True)
        print(f"Installing the packages of {lock} …", flush=True)
        UNFINISHED.touch()
        if not pip_install(lock, log):
            if is_new:
                shutil.rmtree(VENV)
            sys.exit(
                "The packages could not be installed: check that this machine reaches the network "
                f"and try again; what pip said is in {log.relative_to(ROOT)}."
            )
        # The developers' lock has the portal's own packages in the same versions.
        for name in {lock, LOCK}:
            stamp_path(name).write_text(lock_digest(name))
        UNFINISHED.unlink()


def pip_install(lock: str, log: Path) -> bool:
    """Install a lock with the environment's pip, logging its output; return whether it worked.

    Wheels only: a source package would run code that no hash covers.
    """
    command = [str(PYTHON), "-m", "pip", "install", "--require-hashes", "--only-binary=:all:"]
    options = ["--no-input", "--disable-pip-version-check", "--progress-bar=off"]
    with log.open("w") as output:
        return (
            subprocess.run(
                [*command, *options, "--requirement", str(ROOT / lock)],
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            ).returncode
            == 0
        )


def write_env(path: Path) -> None:
    """Write a local portal's settings, readable by their owner only, unless the file exists."""
    if path.exists():
        return
    print("Writing .env with a new secret key …", flush=True)
    path.touch(mode=0o600, exist_ok=False)
    path.write_text(ENV_TEXT.format(key=secrets.token_urlsafe(50)))


def main(arguments: list[str]) -> None:
    """Run `run`, `dev` (further arguments go to `manage.py serve`) or `develop`."""
    os.chdir(ROOT)
    match arguments:
        case ["run", *rest]:
            install(LOCK)
            write_env(ROOT / ".env")
            os.execv(PYTHON, [str(PYTHON), "manage.py", "serve", *rest])
        case ["dev", *rest]:
            install(LOCK_DEV)
            write_env(ROOT / ".env")
            os.execv(PYTHON, [str(PYTHON), "manage.py", "serve", "--reload", *rest])
        case ["develop"]:
            install(LOCK_DEV)
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Stopped.")
    except (OSError, subprocess.CalledProcessError) as error:
        sys.exit(f"The portal could not be prepared: {error}")
