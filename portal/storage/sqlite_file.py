"""Connections to an SQLite file that notice when it is exchanged or moved away.

A program that has a file open goes on writing into it when the file is moved or deleted: a save
would be acknowledged and lost. So a connection knows which file it opened, and compares.
"""

import os
import sqlite3
from typing import Any

Identity = tuple[int, int]


class DatabaseReplacedError(sqlite3.OperationalError):
    """The database's file is not the one that this connection has open."""


def identity_of(path: str) -> Identity | None:
    """Return what tells a file from every other; None if there is none at this path."""
    try:
        found = os.stat(path)  # noqa: PTH116 (Path takes three times as long, in each request)
    except OSError:
        return None
    return found.st_dev, found.st_ino


class FileConnection(sqlite3.Connection):
    """A connection to an SQLite file which commits nothing to a file that is not there any more."""

    # False in a server (portal/server.py), which creates no database: an empty one would take the
    # place of the one to come back.
    may_create = True

    def __init__(self, database: str, *args: Any, **options: Any) -> None:
        # The databases of tests in memory have no file.
        self.path = "" if database.startswith(("file:", ":memory:")) else str(database)
        if self.path and not self.may_create and identity_of(self.path) is None:
            raise DatabaseReplacedError("There is no database file.")
        super().__init__(database, *args, **options)
        self.identity = identity_of(self.path)

    def is_replaced(self) -> bool:
        """Return whether the path leads to another file than this connection's, or to none."""
        return bool(self.path) and identity_of(self.path) != self.identity

    def commit(self) -> None:
        """Commit, unless the file was replaced. Raises DatabaseReplacedError."""
        if self.in_transaction and self.is_replaced():
            self.rollback()
            raise DatabaseReplacedError("The database file was replaced during the transaction.")
        super().commit()
