"""GIF files (GIF89a): the first picture, without comments and further frames."""

from functools import partial
from io import BytesIO

from PIL.GifImagePlugin import GifImageFile

from publishing.pictures import refusals
from publishing.pictures.containers.contents import Contents

EXTENSION, PICTURE, GRAPHIC_CONTROL = 0x21, 0x2C, 0xF9
MOST_BLOCKS = 50_000


def is_gif(content: bytes) -> bool:
    return content.startswith((b"GIF87a", b"GIF89a"))


def read(content: bytes) -> Contents:
    """Return the first picture of a GIF on its canvas."""
    if len(content) < 13:
        raise refusals.unreadable()
    width, height = (int.from_bytes(content[at : at + 2], "little") for at in (6, 8))
    place = 13 + table(content[10])
    image = content[:place]
    for _number in range(MOST_BLOCKS):
        start, kind = place, content[place : place + 2]
        if kind[:1] == bytes((EXTENSION,)):
            place = after_blocks(content, place + 2)
            if kind[1:] == bytes((GRAPHIC_CONTROL,)):
                image += content[start:place]
        elif kind[:1] == bytes((PICTURE,)) and place + 10 < len(content):
            size = frame(content, place, (width, height))
            place += 10 + table(content[place + 9])
            image += content[start : after_blocks(content, place + 1)] + b";"
            return Contents("GIF", size, partial(GifImageFile, BytesIO(image)))
        else:
            raise refusals.damaged()
    raise refusals.too_costly()


def frame(content: bytes, place: int, canvas: tuple[int, int]) -> tuple[int, int]:
    """Return the size of the canvas, extended to the picture as decoders do."""
    left, top, width, height = (
        int.from_bytes(content[place + at : place + at + 2], "little") for at in (1, 3, 5, 7)
    )
    return max(canvas[0], left + width), max(canvas[1], top + height)


def table(flags: int) -> int:
    """Return the length of a colour table in bytes."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def after_blocks(content: bytes, place: int) -> int:
    """Return the place after a chain of blocks, which an empty one ends."""
    while place < len(content) and content[place]:
        place += content[place] + 1
    return place + 1
