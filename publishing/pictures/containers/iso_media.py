"""AVIF and HEIC files: boxes (ISO/IEC 14496-12), left to the decoders apart from the metadata.

The orientation of these files is in boxes (irot, imir), which libheif applies and Pillow returns as
if it were EXIF. Their EXIF has no meaning for the look, so it is hidden from the decoders; pi-heif
1.4 even ends the process if the type of an item of metadata is not UTF-8.
"""

import re
import struct
from collections.abc import Callable, Iterator
from functools import partial
from io import BytesIO
from typing import Any

from django.conf import settings
from PIL.AvifImagePlugin import AvifImageFile

from publishing.pictures import refusals
from publishing.pictures.containers.contents import Contents

AVIF = {b"avif", b"avis"}
HEIF = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
# The type of a reference from an item of metadata to the picture that it describes.
DESCRIBES = b"cdsc"
SIZES = re.compile(rb"ispe.{4}(.{8})", re.DOTALL)
MOST_BOXES = 1_000


def brands(content: bytes) -> set[bytes]:
    """Return the formats that a file claims; empty if it has no boxes."""
    if content[4:8] != b"ftyp":
        return set()
    claimed = content[8 : min(int.from_bytes(content[:4], "big"), 256)]
    return {claimed[at : at + 4] for at in range(0, len(claimed), 4) if at != 4}


def is_avif(content: bytes) -> bool:
    return not brands(content).isdisjoint(AVIF)


def is_heif(content: bytes) -> bool:
    return not brands(content).isdisjoint(HEIF)


def read_avif(content: bytes) -> Contents:
    image = _attempt(AvifImageFile, BytesIO(checked(content)))
    exif, profile = (image.info.get(key, b"") for key in ("exif", "icc_profile"))
    return Contents("AVIF", image.size, lambda: image, exif, profile)


def read_heif(content: bytes) -> Contents:
    image = _attempt(_open_heif, BytesIO(checked(content)))
    profile = image.info.get("icc_profile", b"")
    return Contents("HEIF", image.size, partial(_attempt, image.to_pillow), b"", profile)


def _open_heif(file: BytesIO) -> Any:
    # The first HEIC loads the library, which takes 3 MiB.
    import pi_heif

    # Only the main picture is read; with more threads it would take all cores from other requests.
    pi_heif.options.THUMBNAILS = False
    pi_heif.options.DEPTH_IMAGES = False
    pi_heif.options.AUX_IMAGES = False
    pi_heif.options.DECODE_THREADS = 1
    return pi_heif.open_heif(file)


def _attempt(step: Callable[..., Any], *args: Any) -> Any:
    """Return the outcome of a step of a decoder, which fails on files that are cut or damaged."""
    try:
        return step(*args)
    except Exception as error:
        raise refusals.damaged() from error


def checked(content: bytes) -> bytes:
    """Return the file with metadata that describe nothing, so that no decoder reads them.

    All places in the file remain the same. Raises ValidationError if an item claims too many
    pixels.
    """
    hidden = bytearray(content)
    for name, start, end in boxes(content):
        if name == b"mdat":
            continue
        data = content[start:end]
        sizes = [struct.unpack(">II", size) for size in SIZES.findall(data)]
        if any(width * height > settings.PICTURE_MAX_PIXELS for width, height in sizes):
            raise refusals.too_many_pixels()
        hidden[start:end] = data.replace(DESCRIBES, b"none")
    return bytes(hidden)


def boxes(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (name, start, end) of each box."""
    start = 0
    for _number in range(MOST_BOXES):
        if start + 16 > len(content):
            return
        length, name = struct.unpack_from(">I4s", content, start)
        if length == 1:
            length = int.from_bytes(content[start + 8 : start + 16], "big")
        end = start + length if length else len(content)
        yield name, start, end
        start = max(end, start + 8)
    raise refusals.too_costly()
