"""PNG files (PNG specification, third edition): chunks, of which five are needed for the pixels.

The picture of an animated PNG is the one that programs without animation show.
"""

import struct
import zlib
from collections.abc import Iterator
from functools import partial
from io import BytesIO

from PIL.PngImagePlugin import PngImageFile

from publishing.pictures import refusals
from publishing.pictures.containers.contents import Contents

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 50_000
# A profile of a printing press has about 2 MB.
MOST_PROFILE = 4 * 1024 * 1024
GREY, COLOUR = 0, 2


def is_png(content: bytes) -> bool:
    return content.startswith(SIGNATURE)


def read(content: bytes) -> Contents:
    """Return the picture with the header, the palette, the transparency and the pixels alone."""
    found: dict[bytes, bytes] = {}
    pixels: list[bytes] = []
    for name, data in chunks(content):
        if name == b"IDAT":
            pixels.append(data)
        else:
            found.setdefault(name, data)
    header = found.get(b"IHDR", b"")
    if len(header) != 13:
        raise refusals.unreadable()
    if not pixels:
        raise refusals.damaged()
    width, height, depth, kind = struct.unpack_from(">IIBB", header)
    parts = [chunk(b"IHDR", header)]
    if palette := found.get(b"PLTE"):
        parts.append(chunk(b"PLTE", palette))
    if transparent := transparency(found.get(b"tRNS", b""), kind, depth):
        parts.append(chunk(b"tRNS", transparent))
    parts += [chunk(b"IDAT", b"".join(pixels)), chunk(b"IEND", b"")]
    image = BytesIO(SIGNATURE + b"".join(parts))
    profile = unpacked(found.get(b"iCCP", b""))
    exif = found.get(b"eXIf", b"")
    return Contents("PNG", (width, height), partial(PngImageFile, image), exif, profile)


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (name, data) up to the end of the picture; chunks of metadata only if they are whole.

    As in browsers, a wrong check sum matters only in chunks that the pixels need.
    """
    place = len(SIGNATURE)
    for _number in range(MOST_CHUNKS):
        if place + 8 > len(content):
            return
        length, name = struct.unpack_from(">I4s", content, place)
        data = content[place + 8 : place + 8 + length]
        end = place + 8 + length
        is_whole = content[end : end + 4] == checksum(name, data)
        if name == b"IEND":
            return
        if is_whole:
            yield name, data
        elif not name[0] & 0x20:
            # An upper-case letter: needed for the pixels.
            raise refusals.damaged() if place > len(SIGNATURE) else refusals.unreadable()
        place = end + 4
    raise refusals.too_costly()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I4s", len(data), name) + data + checksum(name, data)


def checksum(name: bytes, data: bytes) -> bytes:
    return zlib.crc32(data, zlib.crc32(name)).to_bytes(4, "big")


def transparency(data: bytes, kind: int, depth: int) -> bytes:
    """Return the transparent colour on the scale of eight bits, on which Pillow compares it.

    It does so for palettes, for grey of one bit and for grey of 16 bits. An invalid chunk is empty.
    """
    size = {GREY: 2, COLOUR: 6}.get(kind)
    if size is None:
        return data
    if len(data) != size:
        return b""
    values = struct.unpack(f">{size // 2}H", data)
    if kind == GREY and depth in (2, 4):
        values = tuple(min(value, (1 << depth) - 1) * 255 // ((1 << depth) - 1) for value in values)
    elif kind == COLOUR and depth == 16:
        values = tuple(value >> 8 for value in values)
    return struct.pack(f">{size // 2}H", *values)


def unpacked(data: bytes) -> bytes:
    """Return the colour profile of an iCCP chunk; empty if it is broken or too long."""
    _name, _end, packed = data.partition(b"\0")
    unpacker = zlib.decompressobj()
    try:
        profile = unpacker.decompress(packed[1:], MOST_PROFILE)
    except zlib.error:
        return b""
    return profile if unpacker.eof else b""
