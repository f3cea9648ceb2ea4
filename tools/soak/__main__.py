"""`make soak`: kill workers and servers while people save, upload and import.

Everything that was acknowledged has to be there afterwards, and nothing by half. `--write` puts the
figures into docs/reliability.md.
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from typing import Any

from tools.audit.portal import ROOT
from tools.hostile.target import Target, target
from tools.reliability import machine, write_part
from tools.soak.checks import People, faults, orphans
from tools.soak.killing import Server
from tools.soak.people import Saver
from tools.soak.work import soak, team

THEMES = (1, 2, 3)
KINDS = ("worker", "worker", "both workers", "main process", "everything")
WORK = {"Saver": "saves", "Uploader": "uploads", "Importer": "imports of 40 rows"}


def evidence_of(portal: Target) -> dict[str, Any]:
    """Return what is in the portal, from a process that reads its data."""
    command = [sys.executable, "-m", "tools.soak.evidence"]
    ran = subprocess.run(command, cwd=ROOT, env=portal.environment, check=True, capture_output=True)
    return dict(json.loads(ran.stdout))


def figures(server: Server, people: People, evidence: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the rows of the table: what was done, and what it left."""
    rows = [(f"killed: {kind}", str(number)) for kind, number in server.kills.items()]
    for kind, name in WORK.items():
        group = [person.work for person in people if type(person).__name__ == kind]
        rows.append((f"{name}, acknowledged", str(sum(len(w.acknowledged) for w in group))))
        rows.append((f"{name}, of unknown end", str(sum(len(w.unknown) for w in group))))
    reads = sum(person.reads for person in people if isinstance(person, Saver))
    rows.append(("pages read after an acknowledged save", str(reads)))
    rows.append(("files left by killed uploads, listed by `clean_media`", str(orphans(evidence))))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="the number of kills")
    parser.add_argument("--write", action="store_true", help="write docs/reliability.md")
    options = parser.parse_args()
    with target() as portal:
        server, people = Server(portal), team(portal, THEMES)
        kinds = [random.choice(KINDS) for _ in range(options.kills)]  # noqa: S311 (no secret)
        try:
            soak(people, server, kinds)
            evidence = evidence_of(portal)
        finally:
            server.stop()
    found = list(faults(people, evidence))
    rows = [*figures(server, people, evidence), ("lost, half, stale or damaged", str(len(found)))]
    print("\n".join(": ".join(row) for row in rows))
    if options.write:
        write_part("soak", [machine(), ""], ("what", "number"), rows)
    sys.exit("\n".join(found) or 0)


if __name__ == "__main__":
    main()
