"""The orientation of a photograph (EXIF 2.32, tag 0x0112), read alone.

The rest of the EXIF of a camera is often broken, and nothing of it is kept.
"""

import struct

from PIL import Image

ORIENTATION = 0x0112
# The formats of the integer types of TIFF by their number; programs write more than SHORT.
TYPES = {1: "B", 3: "H", 4: "I", 6: "b", 8: "h", 9: "i"}
METHODS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def orientation(exif: bytes) -> int:
    """Return the orientation from 1 to 8; 1 (upright) if it is missing or cannot be read."""
    tiff = exif.removeprefix(b"Exif\0\0")
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    if order is None:
        return 1
    try:
        (place,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, place)
        for entry in range(place + 2, place + 2 + 12 * count, 12):
            tag, kind = struct.unpack_from(f"{order}HH", tiff, entry)
            if tag == ORIENTATION and kind in TYPES:
                (value,) = struct.unpack_from(f"{order}{TYPES[kind]}", tiff, entry + 8)
                return value if value in METHODS else 1
    except struct.error:
        pass
    return 1


def upright(image: Image.Image, value: int) -> Image.Image:
    """Return the image as it is to be seen, for an orientation from 1 to 8."""
    return image.transpose(METHODS[value]) if value in METHODS else image
