"""Faults: what is wrong outside the program when a request fails, such as a full disk.

A fault passes when somebody mends the machine; an error is a mistake of the program. One function
decides which of both an exception is. Visitors are asked to try again (503), staff read the reason.
"""

import errno
import sqlite3
import sys
from collections.abc import Iterator
from enum import Enum
from typing import Any

from django.db import InterfaceError, OperationalError
from django.utils.translation import gettext_lazy as _

from portal.storage.sqlite_file import DatabaseReplacedError


class Fault(Enum):
    """A fault, with the sentence that staff read: the true reason, and no path or address."""

    FULL = _("The disk of the portal is full, so nothing can be saved.")
    READ_ONLY = _("The disk of the portal cannot be written to, so nothing can be saved.")
    DISK = _("The disk of the portal does not work as it should.")
    LOCKED = _("Somebody else’s work took too long, so the database could not be written to.")
    REPLACED = _("The database of the portal was exchanged or moved away.")
    AWAY = _("The database of the portal cannot be reached.")
    UNPREPARED = _("The database of the portal is being prepared, or does not work as it should.")
    BUCKET = _("The store of the pictures cannot be reached.")
    REDIS = _("The Redis server of the portal cannot be reached.")


OF_SQLITE = {
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_PERM: Fault.READ_ONLY,
    sqlite3.SQLITE_BUSY: Fault.LOCKED,
    sqlite3.SQLITE_LOCKED: Fault.LOCKED,
    sqlite3.SQLITE_CANTOPEN: Fault.AWAY,
    sqlite3.SQLITE_IOERR: Fault.DISK,
    sqlite3.SQLITE_CORRUPT: Fault.DISK,
    sqlite3.SQLITE_NOTADB: Fault.DISK,
}
# By the codes of PostgreSQL's manual, appendix A, or by their class of two characters.
OF_POSTGRESQL = {
    "53100": Fault.FULL,
    "25006": Fault.READ_ONLY,
    "55P03": Fault.LOCKED,
    "40P01": Fault.LOCKED,
    "57014": Fault.LOCKED,
    "58": Fault.DISK,
    "XX": Fault.DISK,
    "08": Fault.AWAY,
    "53": Fault.AWAY,
    "57": Fault.AWAY,
}
OF_SYSTEM = {
    errno.ENOSPC: Fault.FULL,
    errno.EDQUOT: Fault.FULL,
    errno.EFBIG: Fault.FULL,
    errno.EROFS: Fault.READ_ONLY,
    errno.EACCES: Fault.READ_ONLY,
    errno.EPERM: Fault.READ_ONLY,
    errno.EIO: Fault.DISK,
}


def fault_of(error: BaseException | None) -> Fault | None:
    """Return the fault that an exception, or one that led to it, reports; None for an error."""
    chain = list(causes(error))
    faults = filter(None, map(fault_by_code, chain))
    if (fault := next(faults, None)) is not None:
        return fault
    for one in chain:
        # PostgreSQL has no code for a connection that was refused or lost.
        if isinstance(one, InterfaceError):
            return Fault.AWAY
        if isinstance(one, OperationalError):
            return Fault.UNPREPARED if is_sqlite(one) else Fault.AWAY
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an exception and those that it was raised from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def fault_by_code(error: BaseException) -> Fault | None:
    """Return the fault that the code of one exception stands for."""
    if isinstance(error, DatabaseReplacedError):
        return Fault.REPLACED
    if isinstance(error, sqlite3.Error):
        return of_sqlite(getattr(error, "sqlite_errorcode", None))
    if code := getattr(error, "sqlstate", None):
        return OF_POSTGRESQL.get(code) or OF_POSTGRESQL.get(code[:2])
    if is_raised_by("redis.exceptions", "RedisError", error):
        return Fault.REDIS
    if is_raised_by("botocore.exceptions", "BotoCoreError", error) or is_refusal_of_bucket(error):
        return Fault.BUCKET
    return OF_SYSTEM.get(error.errno or 0) if isinstance(error, OSError) else None


def of_sqlite(code: int | None) -> Fault | None:
    if code == sqlite3.SQLITE_READONLY_DBMOVED:
        return Fault.REPLACED
    # The lowest byte is the kind, the others are the details.
    return None if code is None else OF_SQLITE.get(code & 0xFF)


def is_sqlite(error: BaseException) -> bool:
    return isinstance(error.__cause__, sqlite3.Error)


def is_raised_by(module: str, name: str, error: BaseException) -> bool:
    """Return whether an exception is of a class of a module that only some portals load."""
    kind: Any = getattr(sys.modules.get(module), name, None)
    return kind is not None and isinstance(error, kind)


def is_refusal_of_bucket(error: BaseException) -> bool:
    """Return whether the bucket's server refused a request for another reason than its file."""
    if not is_raised_by("botocore.exceptions", "ClientError", error):
        return False
    response: Any = getattr(error, "response", {})
    return response.get("ResponseMetadata", {}).get("HTTPStatusCode") not in {404, 416}
