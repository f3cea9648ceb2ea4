"""The files of the library in the storage, compared with the rows: orphans, and what is lost."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any, NamedTuple

from publishing.pictures import renditions
from publishing.pictures.models import Picture

# The folders of the uploads and of django-imagefield's renditions.
FOLDERS = ("pictures", "__processed__")


class Inventory(NamedTuple):
    """The outcome of a comparison of the storage with the rows.

    `orphans` are files that no row names, `lost` the pictures whose file is not there, `incomplete`
    those that lack renditions, with the number.
    """

    orphans: list[str]
    lost: list[Picture]
    incomplete: list[tuple[Picture, int]]


def storage() -> Any:
    field: Any = Picture._meta.get_field("file")
    return field.storage


def compare(before: datetime) -> Inventory:
    """Compare the storage with the rows; only files from `before` a moment count as orphans.

    A younger file may belong to an upload that is not committed yet. The files are listed first, so
    that each of them had its row by the time that the rows are read.
    """
    found = {name for folder in FOLDERS for name in files_below(folder)}
    named: set[str] = set()
    lost, incomplete = [], []
    for picture in Picture.objects.order_by("pk").iterator():
        expected = set(renditions.names(picture.file))
        named |= expected | {picture.file.name}
        if picture.file.name not in found:
            lost.append(picture)
        elif missing := len(expected - found):
            incomplete.append((picture, missing))
    orphans = [name for name in sorted(found - named) if is_older(name, before)]
    return Inventory(orphans, lost, incomplete)


def files_below(folder: str) -> Iterator[str]:
    """Yield the names of all files in a folder and in the folders below."""
    try:
        folders, files = storage().listdir(folder)
    except FileNotFoundError:
        return
    for name in files:
        # Some stores list a folder as a file without a name.
        if name:
            yield f"{folder}/{name}"
    for name in folders:
        yield from files_below(f"{folder}/{name}")


def is_older(name: str, before: datetime) -> bool:
    """Return whether a file was last written before a moment; False if it is gone by now."""
    try:
        written: datetime = storage().get_modified_time(name)
    except FileNotFoundError:
        return False
    return written < before
