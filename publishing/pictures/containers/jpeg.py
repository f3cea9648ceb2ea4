"""JPEG files (ITU-T T.81, annex B): markers, of which the decoder needs only some."""

import re
from collections.abc import Iterator
from functools import partial
from io import BytesIO

from django.conf import settings
from PIL.JpegImagePlugin import JpegImageFile

from publishing.pictures import refusals
from publishing.pictures.containers.contents import Contents

START, END, SCAN = 0xD8, 0xD9, 0xDA
APP0, APP1, APP2, APP14 = 0xE0, 0xE1, 0xE2, 0xEE
# Frames, tables, scans and restart intervals; nothing else is needed for the pixels.
DECODED = {*range(0xC0, 0xD0), SCAN, 0xDB, 0xDC, 0xDD, END}
# Those of frames: not DHT (C4), JPG (C8) and DAC (CC).
FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD8)}
# A marker after the data of a scan, where 00 is stuffing and D0 to D7 are restarts.
NEXT_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")
# Written by us, because those of cameras can be cut. The decoder infers the colours from it.
JFIF = b"JFIF\0\1\1\0\0\1\0\1\0\0"
EXIF, PROFILE = b"Exif\0\0", b"ICC_PROFILE\0"
# Every scan is a pass over all pixels; encoders use about ten.
MOST_SCANS, MOST_SCANNED_PIXELS = 100, 1_000_000_000
MOST_SEGMENTS = 5_000


def is_jpeg(content: bytes) -> bool:
    return content.startswith(b"\xff\xd8\xff")


def read(content: bytes) -> Contents:
    """Return the picture without what phones append: second pictures, gain maps, videos."""
    image, exif, profile = bytearray(b"\xff\xd8"), b"", {}
    size, scans = None, 0
    for marker, data, scanned in segments(content):
        if marker == APP1 and data.startswith(EXIF):
            exif = exif or data
        elif marker == APP2 and data.startswith(PROFILE) and len(data) > len(PROFILE) + 2:
            profile[data[len(PROFILE)]] = data[len(PROFILE) + 2 :]
        elif marker == APP0 and data.startswith(b"JFIF"):
            image += segment(APP0, JFIF)
        elif marker in DECODED or is_adobe(marker, data):
            if marker in FRAMES and len(data) >= 5:
                size = int.from_bytes(data[3:5], "big"), int.from_bytes(data[1:3], "big")
            image += segment(marker, data) + scanned
            scans += marker == SCAN
    if size is None or 0 in size:
        raise refusals.unreadable()
    pixels = min(size[0] * size[1], settings.PICTURE_MAX_PIXELS)
    if scans > MOST_SCANS or scans * pixels > MOST_SCANNED_PIXELS:
        raise refusals.too_costly()
    joined = b"".join(profile[number] for number in sorted(profile))
    return Contents("JPEG", size, partial(JpegImageFile, BytesIO(image)), exif, joined)


def is_adobe(marker: int, data: bytes) -> bool:
    """Return whether a segment says how the colours are coded, as Adobe's programs write it."""
    return marker == APP14 and data.startswith(b"Adobe") and len(data) >= 12


def segment(marker: int, data: bytes) -> bytes:
    if marker == END:
        return b"\xff\xd9"
    return bytes((0xFF, marker)) + (len(data) + 2).to_bytes(2, "big") + data


def segments(content: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Yield (marker, data, data of the scan) up to the end of the first picture."""
    place = 2
    for _number in range(MOST_SEGMENTS):
        # Decoders skip bytes between segments, and any number of FF before a marker.
        place = content.find(b"\xff", place)
        while 0 <= place < len(content) and content[place] == 0xFF:
            place += 1
        if not 0 <= place < len(content):
            return
        marker, start = content[place], place + 3
        if marker == END:
            yield END, b"", b""
            return
        if marker in WITHOUT_LENGTH or marker in (0, START):
            place += 1
            continue
        place = start - 2 + max(2, int.from_bytes(content[place + 1 : start], "big"))
        data, scanned = content[start:place], b""
        if marker == SCAN:
            found = NEXT_MARKER.search(content, place)
            scanned = content[place : found.start() if found else None]
            place += len(scanned)
        yield marker, data, scanned
    raise refusals.too_costly()
