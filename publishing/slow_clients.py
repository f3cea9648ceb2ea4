"""Threads that clients hold: how many requests of a kind may be under way in a process at once.

A slow client keeps a thread of the server busy, for as long as it wants. So downloads and forms
have places, fewer than there are threads, and together they leave one thread to readers of pages.
Places are counted around the request, never by connections, so that none is lost or counted twice.
"""

from threading import BoundedSemaphore
from typing import Any
from weakref import finalize

from django.conf import settings
from django.http import StreamingHttpResponse

# Granian copies a body that it is given whole, so a slow client costs so much memory at most. The
# pages show no picture that is larger; larger files are streamed, and have places.
WHOLE = 2 * 1024 * 1024

_threads = BoundedSemaphore(max(1, settings.THREADS - 1))


class Places:
    """The places of one kind of request. `enter` and `leave` go in pairs."""

    def __init__(self, most: int, patience: float = 0) -> None:
        self.most, self.patience = most, patience
        self._free = BoundedSemaphore(most)

    def enter(self) -> bool:
        """Take a place and return whether there was one, after waiting up to `patience` seconds.

        Who waits holds a thread, so no more than one thread less than all wait or work.
        """
        if not _threads.acquire(blocking=False):
            return False
        if self._free.acquire(timeout=self.patience):
            return True
        _threads.release()
        return False

    def leave(self) -> None:
        self._free.release()
        _threads.release()

    @property
    def taken(self) -> int:
        return self.most - self._free._value


class HeldResponse(StreamingHttpResponse):
    """A streamed response that holds a place until it is closed or collected."""

    def __init__(self, *args: Any, places: Places, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.release = finalize(self, places.leave)

    def close(self) -> None:
        super().close()
        self.release()


# The second form of a person who saves while a preview is being made waits for a moment.
FORM_SECONDS = 5
downloads = Places(2)
forms = Places(max(1, settings.THREADS // 2), patience=FORM_SECONDS)
