"""Files that were written for a row which is not committed yet."""

import weakref
from types import TracebackType
from typing import Any, Self


class WrittenFiles:
    """Files in the storage that are removed again, unless a committed row names them.

    Django calls nobody after a roll-back, but it drops the functions that wait for the commit. If
    `keep` is one of them, the last reference to these files goes with it, and they are removed.
    """

    def __init__(self, storage: Any) -> None:
        self.names: list[str] = []
        # The name, the size in pixels and the digest of the upload, if there was one.
        self.upload = ""
        self.size = (0, 0)
        self.digest = ""
        self.remove = weakref.finalize(self, _remove, storage, self.names)

    def take_upload(self, name: str, size: tuple[int, int], digest: str) -> None:
        self.names.append(name)
        self.upload, self.size, self.digest = name, size, digest

    def keep(self) -> None:
        self.remove.detach()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Remove the files if the block that writes them fails."""
        if kind:
            self.remove()


def _remove(storage: Any, names: list[str]) -> None:
    for name in names:
        storage.delete(name)
