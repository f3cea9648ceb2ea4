"""Renditions that are lost, made again when a browser asks for them."""

import threading
from collections.abc import Callable
from functools import wraps
from pathlib import PurePosixPath
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from publishing.pictures.models import Picture
from publishing.pictures.renditions import make_missing, names

# The folder of django-imagefield, and the length of the hash that it adds to a name.
FOLDER, HASH = "__processed__", 13
# A process makes one at a time: each needs a core, and memory for a decoded picture.
_turn = threading.Lock()
PATIENCE = 5


View = Callable[[HttpRequest, str], HttpResponseBase]


class BusyError(Exception):
    """Other renditions are being made."""


def makes_lost_renditions(view: View) -> View:
    """Decorate a view of files: a rendition that is not there is made, and the view asked again."""

    @wraps(view)
    def responding(request: HttpRequest, path: str) -> HttpResponseBase:
        try:
            return view(request, path)
        except Http404:
            try:
                if not make_again(path):
                    raise
            except BusyError:
                return HttpResponse(status=503, headers={"Retry-After": str(PATIENCE)})
        return view(request, path)

    return responding


def make_again(name: str) -> bool:
    """Make the rendition with a name in the storage; return whether it is there now.

    False if no picture has such a rendition, or if its file is lost too. Raises BusyError.
    """
    path = PurePosixPath(name)
    if path.parts[0] != FOLDER or len(path.stem) <= HASH:
        return False
    stem = path.stem[:-HASH]
    for picture in Picture.objects.filter(file__startswith=f"pictures/{stem}."):
        if name in names(picture.file):
            return _make(picture.file, name)
    return False


def _make(file: Any, name: str) -> bool:
    if not _turn.acquire(timeout=PATIENCE):
        raise BusyError
    try:
        made = list(make_missing(file, only=name))
    finally:
        _turn.release()
    # Another process was quicker: the storage gave this copy another name.
    for other in made:
        if other != name:
            file.storage.delete(other)
    return bool(file.storage.exists(name))
