"""WebP files (RFC 9649): one picture, or a canvas (VP8X) with metadata and an animation."""

import struct
from collections.abc import Iterator
from functools import partial
from io import BytesIO

from PIL.WebPImagePlugin import WebPImageFile

from publishing.pictures import refusals
from publishing.pictures.containers.contents import Contents

LOSSY, LOSSLESS, CANVAS, FRAME = b"VP8 ", b"VP8L", b"VP8X", b"ANMF"
# Of the flags of a canvas those that are about pixels: alpha and animation.
PIXEL_FLAGS = 0x12
MOST_CHUNKS = 50_000


def is_webp(content: bytes) -> bool:
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def read(content: bytes) -> Contents:
    """Return the picture, of an animation the first frame, without metadata."""
    parts: list[bytes] = []
    metadata = {b"EXIF": b"", b"ICCP": b""}
    size, names = None, set()
    for name, data in chunks(content):
        if name in metadata:
            metadata[name] = metadata[name] or data
        elif name in (CANVAS, LOSSY, LOSSLESS, FRAME, b"ANIM", b"ALPH") and name not in names:
            size = size or measure(name, data)
            if name == CANVAS:
                data = bytes((data[0] & PIXEL_FLAGS,)) + data[1:]
            parts.append(chunk(name, data))
            names.add(name)
    if size is None:
        raise refusals.unreadable()
    if names.isdisjoint((LOSSY, LOSSLESS, FRAME)):
        raise refusals.damaged()
    body = b"WEBP" + b"".join(parts)
    image = BytesIO(b"RIFF" + struct.pack("<I", len(body)) + body)
    kind = "lossless WEBP" if LOSSLESS in names else "WEBP"
    return Contents(kind, size, partial(WebPImageFile, image), *metadata.values())


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, data); of a truncated file the whole chunks only."""
    place = 12
    for _number in range(MOST_CHUNKS):
        if place + 8 > len(content):
            return
        name, length = struct.unpack_from("<4sI", content, place)
        data = content[place + 8 : place + 8 + length]
        if len(data) == length or name in (LOSSY, LOSSLESS):
            # The decoder judges whether pixels are missing.
            yield name, data
        place += 8 + length + length % 2
    raise refusals.too_costly()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack("<4sI", name, len(data)) + data + b"\0" * (len(data) % 2)


def measure(name: bytes, data: bytes) -> tuple[int, int] | None:
    """Return the size that the header of a chunk claims."""
    if name == CANVAS and len(data) >= 10:
        width, height = (int.from_bytes(data[at : at + 3], "little") + 1 for at in (4, 7))
        return width, height
    if name == LOSSY and data[3:6] == b"\x9d\x01\x2a" and len(data) >= 10:
        width, height = struct.unpack_from("<HH", data, 6)
        return width & 0x3FFF, height & 0x3FFF
    if name == LOSSLESS and data[:1] == b"\x2f" and len(data) >= 5:
        bits = int.from_bytes(data[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    return None
