"""A storage that calls a function before it writes each file."""

from collections.abc import Callable
from typing import Any, ClassVar

from django.core.files.storage import FileSystemStorage

BACKEND = f"{__name__}.WatchedStorage"


class WatchedStorage(FileSystemStorage):
    before_write: ClassVar[Callable[[str], Any]] = print

    def _save(self, name: str, content: Any) -> str:
        type(self).before_write(name)
        saved: str = super()._save(name, content)  # type: ignore[misc]  # not in the stubs
        return saved
