"""The folder and the database of the portal are for the user who runs it, and for nobody else."""

import stat
from collections.abc import Iterator
from pathlib import Path

# SQLite gives the two files beside the database the permissions of the database.
BESIDE = ("", "-wal", "-shm", "-journal")


def make_private(folder: Path, database: Path | None, group_reads: bool) -> Iterator[str]:
    """Close the folder and the database to other users; yield a sentence for each that was open.

    With `group_reads` the group may enter the folder, but not read the database. A database that is
    still to be made is made here, so that it is closed from its first byte on.
    """
    if database and database.parent.exists():
        database.touch(mode=0o600)
    places = [(folder, 0o750 if group_reads else 0o700)]
    if database:
        places += [(database.with_name(database.name + suffix), 0o600) for suffix in BESIDE]
    for place, mode in places:
        if not place.exists():
            continue
        present = stat.S_IMODE(place.stat().st_mode)
        # A file that its owner may not write to stays so, and a folder keeps its special bits.
        wanted = present & ~0o777 | mode if place == folder else present & mode
        if wanted == present:
            continue
        try:
            place.chmod(wanted)
        except OSError as error:
            yield f"Warning: {place} is open to others and could not be closed: {error.strerror}."
        else:
            if present & ~wanted:
                yield f"{place} was open to other users of this machine, and is not any more."
