"""Take a backup: the database as it is at one moment, then the files, into one archive."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage, default_storage
from django.utils import timezone

from portal.backup.archives import (
    ENCRYPTED,
    MEDIA,
    BackupFault,
    Manifest,
    add,
    add_manifest,
    new_archive,
)
from portal.backup.databases import Database, current_database, fetch_here, named_files
from portal.release import read_version
from portal.storage.copying import names_in

NAME = re.compile(r"learning-cities-(\d{8}-\d{6})\.tar(\.age)?")
TIMES = "%Y%m%d-%H%M%S"
# A picture that is deleted during a backup is in its database and not in its files.
ATTEMPTS = 3

Progress = Callable[[int], Any]


class FilesChanged(Exception):
    """Files that the rows of the backup name were deleted while it was taken."""


def required_space(database: Database, storage: Storage) -> tuple[int, int]:
    """Return the size of the archive at most, and the space that is needed to make it."""
    content = database.size() + sum(size_of_files(storage))
    return content, content + database.size()


def size_of_files(storage: Any) -> Iterator[int]:
    if hasattr(storage, "bucket"):
        # One request for a thousand files.
        yield from (item.size for item in storage.bucket.objects.all())
    else:
        yield from (storage.size(name) for name in names_in(storage))


def take(folder: Path, recipient: str, progress: Progress = lambda _bytes: None) -> Path:
    """Write an archive into a folder and return its path. Raises BackupFault."""
    with working_folder(folder) as work:
        for _attempt in range(ATTEMPTS):
            try:
                made_at = timezone.now()
                partial = write(work / "archive", recipient, made_at, progress)
            except FilesChanged:
                continue
            path = free_path(folder, made_at, ENCRYPTED if recipient else "")
            partial.rename(path)
            flush(folder)
            return path
    raise BackupFault("Pictures were deleted during each of three attempts. Try again later.")


def write(path: Path, recipient: str, made_at: datetime, progress: Progress) -> Path:
    """Write the archive to a path. Raises FilesChanged if it would lack a file."""
    path.unlink(missing_ok=True)
    database = current_database()
    dump = path.with_name(database.member)
    contents = database.dump(dump)
    manifest = Manifest(
        version=read_version(),
        database=database.member,
        made_at=made_at.isoformat(),
        migrations=contents.migrations,
        rows=contents.rows,
        named=contents.files,
    )
    with new_archive(path, recipient) as tar:
        with dump.open("rb") as file:
            size = dump.stat().st_size
            manifest.members[database.member] = add(tar, database.member, file, size, progress)
        dump.unlink()
        for name in names_in(default_storage):
            try:
                with default_storage.open(name) as file:
                    member = MEDIA + name
                    manifest.members[member] = add(tar, member, file, file.size, progress)
            except FileNotFoundError:
                continue  # Deleted since the files were listed.
        manifest.lost = lost_files(manifest)
        add_manifest(tar, manifest)
    return path


def lost_files(manifest: Manifest) -> list[str]:
    """Return the files that rows name, and that had been lost before. Raises FilesChanged."""
    missing = [name for name in manifest.named if MEDIA + name not in manifest.members]
    if missing and not set(missing) <= set(named_files(fetch_here, manifest.rows)):
        raise FilesChanged
    return missing


@contextmanager
def working_folder(folder: Path) -> Iterator[Path]:
    """Make a folder for unfinished files, on the same disk; remove those of killed backups."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    yesterday = (timezone.now() - timedelta(days=1)).timestamp()
    for old in folder.glob(".backup-*"):
        if old.stat().st_mtime < yesterday:
            shutil.rmtree(old, ignore_errors=True)
    with tempfile.TemporaryDirectory(prefix=".backup-", dir=folder) as work:
        yield Path(work)


def free_path(folder: Path, made_at: datetime, ending: str) -> Path:
    """Return the path for an archive; a later second if there is one of the same second."""
    while (path := folder / f"learning-cities-{made_at:{TIMES}}.tar{ending}").exists():
        made_at += timedelta(seconds=1)
    return path


def flush(folder: Path) -> None:
    """Write the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# -- Rotation ------------------------------------------------------------------------------


def superfluous(folder: Path, daily: int, weekly: int, monthly: int) -> list[Path]:
    """Return the archives that are none of the newest of so many days, weeks and months.

    The newest archive is never among them.
    """
    found = sorted(
        (
            (datetime.strptime(match[1], TIMES), path)  # noqa: DTZ007 (compared with its like)
            for path in folder.iterdir()
            if (match := NAME.fullmatch(path.name))
        ),
        reverse=True,
    )
    kept = {path for _made_at, path in found[:1]}
    for period, number in (("%Y%m%d", daily), ("%G%V", weekly), ("%Y%m", monthly)):
        newest: dict[str, Path] = {}
        for made_at, path in found:
            newest.setdefault(made_at.strftime(period), path)
        kept |= set(list(newest.values())[:number])
    return [path for _made_at, path in found if path not in kept]
