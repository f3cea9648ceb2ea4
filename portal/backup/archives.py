"""The file of a backup: a tar archive, encrypted if a key is set, read and written as a stream.

Its last member is the manifest, which names size and hash of every other one.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pyrage

FORMAT = 1
MANIFEST = "manifest.json"
MEDIA = "media/"
ENCRYPTED = ".age"
CHUNK = 1024 * 1024


class BackupFault(Exception):
    """A backup cannot be made, is damaged, or cannot be restored; the message is a sentence."""


@dataclass
class Manifest:
    """The description of a backup.

    `rows` has the number of rows by table, `named` the files that rows of the database name, `lost`
    those of them that were gone already, `members` size and SHA-256 of each file in the archive.
    """

    version: str
    database: str
    made_at: str
    migrations: list[list[str]]
    rows: dict[str, int]
    named: list[str]
    lost: list[str] = field(default_factory=list)
    members: dict[str, list[Any]] = field(default_factory=dict)
    format: int = FORMAT

    def as_json(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()

    @classmethod
    def from_json(cls, text: bytes) -> Manifest:
        """Return the manifest in a text. Raises BackupFault if it is none of this format."""
        try:
            values = json.loads(text)
            if values["format"] != FORMAT:
                raise BackupFault("A newer version of the portal made this archive.")
            return cls(**values)
        except (ValueError, TypeError, KeyError) as error:
            raise BackupFault("The manifest of the archive cannot be read.") from error


class Hashing:
    """A file that hashes and counts what is read from it."""

    def __init__(self, file: IO[bytes], count: Callable[[int], Any] = lambda _bytes: None) -> None:
        self.file, self.count = file, count
        self.digest, self.size = hashlib.sha256(), 0

    def read(self, size: int = -1) -> bytes:
        content = self.file.read(size)
        self.digest.update(content)
        self.size += len(content)
        self.count(len(content))
        return content

    @property
    def seen(self) -> list[Any]:
        """Return size and hash of what was read, as the manifest has them."""
        return [self.size, self.digest.hexdigest()]


def private(path: str, flags: int) -> int:
    """Open a file that only its owner can read; for `open`."""
    return os.open(path, flags, 0o600)


# -- Writing -------------------------------------------------------------------------------


@contextmanager
def new_archive(path: Path, recipient: str) -> Iterator[tarfile.TarFile]:
    """Write an archive that is on the disk, as a whole, when the context ends."""
    with open(path, "xb", opener=private) as file:
        with encrypted(file, recipient) as out, tarfile.open(fileobj=out, mode="w|") as tar:
            yield tar
        file.flush()
        os.fsync(file.fileno())


def add(tar: tarfile.TarFile, name: str, file: IO[bytes], size: int, count: Any) -> list[Any]:
    """Add a file to an archive; return its size and hash."""
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    hashing = Hashing(file, count)
    tar.addfile(info, hashing)
    return hashing.seen


def add_manifest(tar: tarfile.TarFile, manifest: Manifest) -> None:
    content = manifest.as_json()
    add(tar, MANIFEST, io.BytesIO(content), len(content), lambda _bytes: None)


@contextmanager
def encrypted(file: IO[bytes], recipient: str) -> Iterator[IO[bytes]]:
    """Return a file whose content reaches `file` encrypted for a key; without a key, as it is."""
    if not recipient:
        yield file
        return
    keys = [read_key(pyrage.x25519.Recipient, recipient)]
    # The library reads from one file and writes to another, so it runs at the end of a pipe.
    source, sink = pipe()
    with ThreadPoolExecutor(1) as pool:
        work = pool.submit(run_and_close, source, lambda: pyrage.encrypt_io(source, file, keys))
        try:
            with sink:
                yield sink
        except BrokenPipeError:
            work.result()  # The reason why it ended early.
            raise
        work.result()


def read_key(kind: Any, text: str) -> Any:
    try:
        return kind.from_str(text)
    except (pyrage.RecipientError, pyrage.IdentityError) as error:
        raise BackupFault(
            "The key is none of age: `age-keygen` makes one. Its public half begins with age1 and "
            "belongs in BACKUP_AGE_RECIPIENT; the file with the other half opens the archive."
        ) from error


def pipe() -> tuple[IO[bytes], IO[bytes]]:
    reading, writing = os.pipe()
    return os.fdopen(reading, "rb"), os.fdopen(writing, "wb")


def run_and_close(file: IO[bytes], work: Callable[[], Any]) -> None:
    """Do the work, and close the file also if it fails: nobody waits at the other end."""
    with file:
        work()


# -- Reading -------------------------------------------------------------------------------


@contextmanager
def open_archive(path: Path, identity: str) -> Iterator[Iterator[tuple[str, IO[bytes]]]]:
    """Return name and content of each member in turn, to be read in the context.

    Raises BackupFault, in the context, for a damaged archive.
    """
    with open_file(path) as file, decrypted(file, path, identity) as clear:
        try:
            with tarfile.open(fileobj=clear, mode="r|") as tar:
                yield members_of(tar)
        except (tarfile.TarError, EOFError) as error:
            raise BackupFault(f"{path} is damaged, or no archive: {error}.") from error


def members_of(tar: tarfile.TarFile) -> Iterator[tuple[str, IO[bytes]]]:
    for info in tar:
        content = tar.extractfile(info)
        if content is None or ".." in PurePosixPath(info.name).parts:
            raise BackupFault(f"{info.name} does not belong into a backup.")
        yield info.name, content


def open_file(path: Path) -> IO[bytes]:
    try:
        return path.open("rb")
    except OSError as error:
        raise BackupFault(f"{path} cannot be read: {error.strerror}.") from error


@contextmanager
def decrypted(file: IO[bytes], path: Path, identity: str) -> Iterator[IO[bytes]]:
    """Return a file with the clear content of an archive; `identity` is the secret key."""
    if path.suffix != ENCRYPTED:
        yield file
        return
    if not identity:
        raise BackupFault(f"{path} is encrypted: name the file with the key, with --key.")
    keys = [read_key(pyrage.x25519.Identity, identity)]
    source, sink = pipe()
    with ThreadPoolExecutor(1) as pool, source:
        work = pool.submit(run_and_close, sink, lambda: pyrage.decrypt_io(file, sink, keys))
        try:
            yield source
        except BackupFault as error:
            # It can be the consequence of a wrong key.
            source.close()
            if isinstance(fault := work.exception(), pyrage.DecryptError):
                raise BackupFault(f"{path} cannot be decrypted: {fault}.") from error
            raise
        finally:
            source.close()


def read_identity(path: Path | None) -> str:
    """Return the secret key in a file as `age-keygen` writes it; "" without a file."""
    if path is None:
        return ""
    with open_file(path) as file:
        lines = file.read().decode(errors="replace").splitlines()
    return next((line.strip() for line in lines if line.startswith("AGE-SECRET-KEY-")), "nothing")


def copy(file: Any, target: IO[bytes]) -> None:
    """Copy a file in pieces."""
    while chunk := file.read(CHUNK):
        target.write(chunk)
