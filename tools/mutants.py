"""`make mutants`: check that the tests notice faults.

Each mutant of tools/mutants.toml is a small fault: it is put into a copy of the project, the tests
that are named for it run there, and at least one of them has to fail. The exit code is 1 if a
mutant survives, or if its text is not exactly once in its file. The tests are assumed to pass
without a mutant, which `make test` checks.

    make mutants ARGS="suggestions richtext"    only mutants in files with one of these words
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
# The copies of the project, in which tests run in parallel; the most seconds for one mutant.
AT_ONCE, PATIENCE = 2, 300
NOT_COPIED = (".*", "__pycache__", "node_modules", "var")


class Mutant(NamedTuple):
    """A fault: `new` in place of `old` in a file, and the tests that have to notice it."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]

    @property
    def is_there(self) -> bool:
        """Return whether the text to replace is exactly once in the file."""
        path = ROOT / self.file
        return path.is_file() and path.read_text().count(self.old) == 1


def read_mutants() -> list[Mutant]:
    """Return the mutants of tools/mutants.toml."""
    entries = tomllib.loads((ROOT / "tools" / "mutants.toml").read_text())["mutant"]
    return [Mutant(**entry | {"tests": tuple(entry["tests"])}) for entry in entries]


@contextmanager
def mutated(mutant: Mutant, copy: Path) -> Iterator[None]:
    """Put the fault into a copy of the project, and restore the file at the end."""
    path = copy / mutant.file
    text = path.read_text()
    path.write_text(text.replace(mutant.old, mutant.new))
    try:
        yield
    finally:
        path.write_text(text)


def run_tests(mutant: Mutant, copy: Path) -> str:
    """Run the tests of a mutant in a copy that has the fault; return the outcome."""
    # No compiled files: Python could take those of the fault for those of the original file.
    environment = os.environ | {"TEST_DATABASE_URL": "", "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", *mutant.tests]
    try:
        done = subprocess.run(
            command, cwd=copy, env=environment, capture_output=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        return "took too long"
    # Only failed tests count: a copy in which nothing can be imported proves nothing.
    return {0: "survived", 1: "killed"}.get(done.returncode, f"pytest gave {done.returncode}")


def outcome(mutant: Mutant, copies: "SimpleQueue[Path]") -> str:
    """Return "killed", or another outcome in words."""
    if not mutant.is_there:
        return "its text does not stand exactly once in the file"
    copy = copies.get()
    try:
        with mutated(mutant, copy):
            return run_tests(mutant, copy)
    finally:
        copies.put(copy)


def main(words: list[str]) -> int:
    """Try the mutants, print the outcome of each, and return the exit code."""
    started = time.monotonic()
    mutants = [m for m in read_mutants() if not words or any(word in m.file for word in words)]
    alive = 0
    with tempfile.TemporaryDirectory(prefix="learning-cities-mutants-") as folder:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(AT_ONCE):
            copy = Path(folder, str(number))
            shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*NOT_COPIED))
            copies.put(copy)
        with ThreadPoolExecutor(AT_ONCE) as pool:
            outcomes = pool.map(lambda mutant: outcome(mutant, copies), mutants)
            for mutant, result in zip(mutants, outcomes, strict=True):
                alive += result != "killed"
                print(f"{result:9} {mutant.file}: {mutant.old} → {mutant.new}", flush=True)
    seconds = time.monotonic() - started
    print(f"{len(mutants) - alive} of {len(mutants)} mutants killed in {seconds:.0f} s.")
    return int(alive > 0 or not mutants)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
