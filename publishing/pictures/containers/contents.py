"""The contents of a file: its first picture, and of the metadata what changes its look."""

from collections.abc import Callable
from typing import NamedTuple

from PIL import Image


class Contents(NamedTuple):
    """The first picture of a file.

    `open` returns it as an image, not decoded if the decoder can wait. `size` is what the file
    claims. `exif` and `profile` are raw: they may be broken.
    """

    kind: str
    size: tuple[int, int]
    open: Callable[[], Image.Image]
    exif: bytes = b""
    profile: bytes = b""
