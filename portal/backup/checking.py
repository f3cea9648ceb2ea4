"""Check an archive: every file by its hash, the database by its own tools, pictures by rows."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from portal.backup.archives import (
    MANIFEST,
    MEDIA,
    BackupFault,
    Hashing,
    Manifest,
    copy,
    open_archive,
)
from portal.backup.databases import Database, Postgresql, Sqlite

Progress = Callable[[int], Any]
DATABASES: dict[str, type[Sqlite] | type[Postgresql]] = {
    kind.member: kind for kind in (Sqlite, Postgresql)
}


def verify(path: Path, identity: str, progress: Progress = lambda _bytes: None) -> Manifest:
    """Return the manifest of an archive that is whole. Raises BackupFault for one that is not.

    The database is unpacked next to the archive, where there was room for it before.
    """
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=path.parent) as work:
        manifest, dump = read(path, identity, Path(work), progress)
        database: Database = DATABASES[manifest.database]()
        database.check(dump, manifest.rows)
    present = {*manifest.members, *(MEDIA + name for name in manifest.lost)}
    for name in manifest.named:
        if MEDIA + name not in present:
            raise BackupFault(f"A picture of the database is not in the archive: {name}.")
    return manifest


def read(path: Path, identity: str, work: Path, progress: Progress) -> tuple[Manifest, Path]:
    """Read all of an archive; return its manifest, and its database in the folder `work`."""
    seen: dict[str, list[Any]] = {}
    manifest, dump = None, None
    with open_archive(path, identity) as members:
        for name, content in members:
            if name == MANIFEST:
                manifest = Manifest.from_json(content.read())
                continue
            hashing = Hashing(content, progress)
            target = work / name if name in DATABASES else Path(os.devnull)
            with target.open("wb") as file:
                copy(hashing, file)
            dump = target if name in DATABASES else dump
            seen[name] = hashing.seen
    if manifest is None or dump is None or dump.name != manifest.database:
        raise BackupFault(f"{path} is no whole backup: its manifest or its database is missing.")
    compare(seen, manifest.members)
    return manifest, dump


def compare(seen: dict[str, list[Any]], expected: dict[str, list[Any]]) -> None:
    """Raise BackupFault unless sizes and hashes are those of the manifest."""
    for name in sorted(seen.keys() | expected.keys()):
        if seen.get(name) != expected.get(name):
            raise BackupFault(f"{name} is not what the manifest says: the archive is damaged.")
