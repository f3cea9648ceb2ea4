"""Restore an archive into an empty portal, or in place of the present one, which is kept aside."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, default_storage
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.utils import timezone

from portal.backup.archives import (
    MEDIA,
    BackupFault,
    Hashing,
    Manifest,
    copy,
    open_archive,
)
from portal.backup.checking import compare, verify
from portal.backup.databases import Database, aside, current_database
from portal.backup.taking import TIMES
from portal.storage.copying import file_digest, names_in

Progress = Callable[[int], Any]
# Larger files are put on the disk for the moment.
IN_MEMORY = 16 * 1024 * 1024


def restore(path: Path, identity: str, replace: bool, progress: Progress) -> Manifest:
    """Restore an archive and compare the result with it. Raises BackupFault.

    If it fails, everything is as before. The migrations that the archive lacks are not run.
    """
    manifest = verify(path, identity, progress)
    database = current_database()
    require_fit(manifest, database)
    database.require_unused()
    require_empty(database, default_storage, replace)
    stamp = timezone.now().strftime(f"{TIMES}-%f")
    with ExitStack() as stack:
        folder = database_folder() if connection.vendor == "sqlite" else None
        work = stack.enter_context(tempfile.TemporaryDirectory(prefix=".restore-", dir=folder))
        if replace:
            stack.enter_context(database.replaced(stamp))
        stack.enter_context(files_replaced(default_storage, stamp))
        dump = unpack(path, identity, Path(work), manifest, stamp, progress)
        contents = database.load(dump)
        if contents.rows != manifest.rows:
            raise BackupFault("The restored database has not the rows that the manifest names.")
        compare_files(manifest)
        connection.close()
    return manifest


def database_folder() -> Path:
    """Return the folder of the SQLite file, which takes the restored one by renaming it."""
    folder = Path(connection.settings_dict["NAME"]).parent
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def require_fit(manifest: Manifest, database: Database) -> None:
    """Raise BackupFault unless this version, on this kind of database, can use the archive."""
    if manifest.database != database.member:
        raise BackupFault(
            f"The archive has {manifest.database}, which DATABASE_URL cannot take. Restore it to "
            "a database of the same kind; `copy_to` moves a portal from SQLite to PostgreSQL."
        )
    known = MigrationLoader(None).disk_migrations
    if unknown := [name for name in manifest.migrations if is_ours_and_unknown(name, known)]:
        raise BackupFault(
            f"Version {manifest.version} of the portal made the archive, and this version does not "
            f"know its migration {'.'.join(unknown[0])}. Install that version, or a later one."
        )


def is_ours_and_unknown(name: list[str], known: Any) -> bool:
    """Return whether a migration is newer than this version. Apps that are gone do not count."""
    return (name[0], name[1]) not in known and name[0] in {app for app, _name in known}


def require_empty(database: Database, storage: Storage, replace: bool) -> None:
    if not replace and not (database.is_empty() and next(names_in(storage), None) is None):
        raise BackupFault(
            "There is a portal here already. Add --replace to keep its database and pictures aside "
            "and restore the archive in their place."
        )


@contextmanager
def files_replaced(storage: Any, stamp: str) -> Iterator[None]:
    """Set the folder of the pictures aside; bring it back if the context fails.

    A bucket keeps its files: no name is used for two pictures (see `put`).
    """
    if not isinstance(storage, FileSystemStorage):
        yield
        return
    folder = Path(storage.location)
    kept = aside(folder, stamp)
    if folder.exists():
        folder.rename(kept)
    try:
        yield
    except BaseException:
        if folder.exists():
            folder.rename(aside(folder, f"{stamp}-failed"))
        if kept.exists():
            kept.rename(folder)
        raise


def unpack(
    path: Path, identity: str, work: Path, manifest: Manifest, stamp: str, progress: Progress
) -> Path:
    """Store the files of an archive, and return the path of its database in the folder `work`."""
    seen = {}
    dump = work / manifest.database
    with open_archive(path, identity) as members:
        for name, content in members:
            if name not in manifest.members:
                continue
            hashing = Hashing(content, progress)
            if name == manifest.database:
                with dump.open("wb") as file:
                    copy(hashing, file)
            else:
                with tempfile.SpooledTemporaryFile(IN_MEMORY) as file:
                    copy(hashing, file)
                    file.seek(0)
                    put(name.removeprefix(MEDIA), file, hashing.seen, stamp)
            seen[name] = hashing.seen
    compare(seen, manifest.members)
    return dump


def put(name: str, file: IO[bytes], seen: list[Any], stamp: str) -> None:
    """Store a file under its name; keep another one of this name aside."""
    if default_storage.exists(name):
        if file_digest(default_storage, name) == seen[1]:
            return
        with default_storage.open(name) as present:
            default_storage.save(f"before-{stamp}/{name}", present)
        default_storage.delete(name)
    if default_storage.save(name, File(file)) != name:
        raise BackupFault(f"The file {name} could not be stored under its name.")


def compare_files(manifest: Manifest) -> None:
    """Raise BackupFault unless the storage has every file as the manifest describes it."""
    for member, (_size, digest) in manifest.members.items():
        if member.startswith(MEDIA):
            name = member.removeprefix(MEDIA)
            if file_digest(default_storage, name) != digest:
                raise BackupFault(f"The file {name} was not stored as it is in the archive.")
