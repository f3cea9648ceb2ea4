"""Builders of picture files, chunk by chunk, so that each part can be odd or broken.

Nearly all show the same drawing: a left half in LEFT and a right half in RIGHT.
"""

import base64
import struct
import zlib
from io import BytesIO

from PIL import Image

LEFT, RIGHT = (200, 30, 30), (30, 30, 200)
SIZE = (64, 48)
ORIENTATION = 0x0112


def drawing(mode="RGB", size=SIZE, left=LEFT, right=RIGHT):
    """Return the image of two halves."""
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def saved(image, kind, **options):
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# -- JPEG ----------------------------------------------------------------------------------


def jpeg(image=None, **options):
    return saved(image or drawing(), "JPEG", quality=95, **options)


def segment(marker, data):
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def with_segments(*segments, content=None):
    """Return a JPEG with further segments at its start."""
    content = content or jpeg()
    return content[:2] + b"".join(segments) + content[2:]


def icc_segment(profile, number=1, count=1):
    return segment(0xE2, b"ICC_PROFILE\0" + bytes((number, count)) + profile)


def claiming(width, height, content=None):
    """Return a JPEG whose frame claims another size."""
    content = bytearray(content or jpeg())
    place = content.find(b"\xff\xc0")
    content[place + 5 : place + 9] = struct.pack(">HH", height, width)
    return bytes(content)


def with_scans(number):
    """Return a progressive JPEG that repeats its last scan."""
    content = jpeg(progressive=True)
    last = content[content.rfind(b"\xff\xda") : -2]
    return content[:-2] + last * number + content[-2:]


def claiming_progressive(width, height, scans):
    """Return a progressive JPEG of many scans that claims another size."""
    return claiming(width, height, with_scans(scans).replace(b"\xff\xc2", b"\xff\xc0"))


def multi_picture():
    """Return a JPEG with a second one behind it, and the index (MPF) that says so."""
    second = drawing(left=RIGHT, right=LEFT)
    return saved(drawing(), "MPO", save_all=True, append_images=[second], quality=95)


# -- EXIF ----------------------------------------------------------------------------------


def entry(tag, kind, value, count=1, order=">"):
    """Return an entry of a TIFF directory; the value is 4 bytes, or a number of 16 or 32 bits."""
    if not isinstance(value, bytes):
        value = struct.pack(order + ("H" if kind == 3 else "I"), value).ljust(4, b"\0")
    return struct.pack(f"{order}HHI", tag, kind, count) + value


def exif(*entries, order=">", count=None):
    head = {">": b"MM\0*", "<": b"II*\0"}[order] + struct.pack(f"{order}I", 8)
    number = len(entries) if count is None else count
    return head + struct.pack(f"{order}H", number) + b"".join(entries) + bytes(4)


def turned(value=6, order=">"):
    return exif(entry(ORIENTATION, 3, value, order=order), order=order)


def exif_segment(data):
    return segment(0xE1, b"Exif\0\0" + data)


# -- PNG -----------------------------------------------------------------------------------

SIGNATURE = b"\x89PNG\r\n\x1a\n"
GREY, RGB, PALETTE, GREY_ALPHA, RGBA = 0, 2, 3, 4, 6


def chunk(name, data, is_sound=True):
    """Return a chunk of a PNG, with a wrong check sum if it is not sound."""
    total = zlib.crc32(name + data) ^ (0 if is_sound else 1)
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", total)


def header(width=SIZE[0], height=SIZE[1], depth=8, kind=RGB, interlace=0):
    return chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace))


def raw_png(rows, depth=8, kind=RGB, before=b"", width=SIZE[0]):
    """Return a PNG of rows of packed samples."""
    data = zlib.compress(b"".join(b"\0" + row for row in rows))
    parts = header(width, len(rows), depth, kind), before, chunk(b"IDAT", data)
    return SIGNATURE + b"".join(parts) + chunk(b"IEND", b"")


def halves(left, right, **options):
    """Return a PNG of two halves; `left` and `right` are one packed pixel each."""
    return raw_png([left * (SIZE[0] // 2) + right * (SIZE[0] // 2)] * SIZE[1], **options)


def packed_halves(left, right, depth, **options):
    """Return a grey or palette PNG with several pixels in each byte."""
    row = [left] * (SIZE[0] // 2) + [right] * (SIZE[0] // 2)
    number = int("".join(f"{value:0{depth}b}" for value in row), 2)
    rows = [number.to_bytes(SIZE[0] * depth // 8, "big")] * SIZE[1]
    return raw_png(rows, depth=depth, **options)


# The first column and row, and the steps, of each pass of Adam7.
PASSES = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2)]
PASSES += [(0, 1, 1, 2)]


def interlaced():
    """Return a PNG in the seven passes of Adam7."""
    image, data = drawing(), b""
    for x, y, across, down in PASSES:
        for row in range(y, SIZE[1], down):
            pixels = [image.getpixel((column, row)) for column in range(x, SIZE[0], across)]
            data += b"\0" + b"".join(bytes(pixel) for pixel in pixels)
    body = header(interlace=1) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return SIGNATURE + body


def png(image=None, **options):
    return saved(image or drawing(), "PNG", **options)


def with_chunks(*chunks, content=None, before=b"IDAT"):
    """Return a PNG with further chunks before its first IDAT, or its IEND."""
    content = content or png()
    place = content.find(before) - 4
    return content[:place] + b"".join(chunks) + content[place:]


def icc_chunk(profile):
    return chunk(b"iCCP", b"Test\0\0" + zlib.compress(profile))


def animated_png(frames):
    """Return an animated PNG that shows the other half in its later frames."""
    control = struct.pack(">IIIIHHBB", *SIZE, 0, 0, 1, 10, 0, 0)
    pixels = zlib.compress((b"\0" + bytes(RIGHT) * SIZE[0]) * SIZE[1])
    later = b"".join(
        chunk(b"fcTL", struct.pack(">I", 2 * number - 1) + control)
        + chunk(b"fdAT", struct.pack(">I", 2 * number) + pixels)
        for number in range(1, frames)
    )
    start = chunk(b"acTL", struct.pack(">II", frames, 0))
    content = with_chunks(start, chunk(b"fcTL", bytes(4) + control))
    return with_chunks(later, content=content, before=b"IEND")


# -- WebP ----------------------------------------------------------------------------------


def webp(image=None, **options):
    return saved(image or drawing(), "WEBP", **{"quality": 95} | options)


def riff_chunk(name, data):
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def riff(*chunks, length=None):
    body = b"WEBP" + b"".join(chunks)
    return b"RIFF" + struct.pack("<I", len(body) if length is None else length) + body


def canvas(flags, size=SIZE):
    sides = b"".join((side - 1).to_bytes(3, "little") for side in size)
    return riff_chunk(b"VP8X", bytes((flags, 0, 0, 0)) + sides)


def animated_webp(frames, *further):
    """Return an animated WebP that shows the other half in its later frames."""
    sides = b"".join((side - 1).to_bytes(3, "little") for side in SIZE)
    place = bytes(6) + sides + bytes((100, 0, 0, 0))
    first = webp(lossless=True)[12:]
    later = webp(Image.new("RGB", SIZE, RIGHT), lossless=True)[12:]
    parts = [riff_chunk(b"ANMF", place + first)] + [riff_chunk(b"ANMF", place + later)] * (
        frames - 1
    )
    return riff(canvas(0x3E), riff_chunk(b"ANIM", bytes(6)), *further, *parts)


def with_line_break():
    """Return a plain WebP that has a line break (0A) early, as one in ten has."""
    for tone in range(256):
        content = webp(drawing(left=(200, 30, tone // 4)), quality=90 - tone % 30)
        if b"\n" in content[30:100]:
            return content
    raise AssertionError("no such file was found")


# -- GIF -----------------------------------------------------------------------------------


def gif(**options):
    return saved(drawing(), "GIF", **options)


def animated_gif(frames):
    later = Image.new("RGB", SIZE, RIGHT)
    content = saved(drawing(), "GIF", save_all=True, append_images=[later], duration=100, loop=0)
    second = content[content.rfind(b"\x21\xf9\x04") : -1]
    return content[:-1] + second * (frames - 2) + b";"


def with_comment(length):
    content = gif()
    place = content.find(b"\x2c")
    comment = b"\x21\xfe" + (b"\xff" + b"x" * 255) * (length // 255) + b"\0"
    return content[:place] + comment + content[place:]


# -- AVIF and HEIC -------------------------------------------------------------------------

# The drawing in ten bits for each colour, by libaom.
TEN_BITS = base64.b64decode(
    "AAAAIGZ0eXBhdmlmAAAAAGF2aWZtaWYxbWlhZk1BMUEAAAD5bWV0YQAAAAAAAAAvaGRscgAAAAAAAAAAcGljdAAAAAAAAA"
    "AAAAAAAFBpY3R1cmVIYW5kbGVyAAAAAA5waXRtAAAAAAABAAAAHmlsb2MAAAAARAAAAQABAAAAAQAAASEAAAAtAAAAKGlp"
    "bmYAAAAAAAEAAAAaaW5mZQIAAAAAAQAAYXYwMUNvbG9yAAAAAGppcHJwAAAAS2lwY28AAAAUaXNwZQAAAAAAAABAAAAAMA"
    "AAABBwaXhpAAAAAAMKCgoAAAAMYXYxQ4EgQAAAAAATY29scm5jbHgAAgACAAGAAAAAF2lwbWEAAAAAAAAAAQABBAECgwQA"
    "AAA1bWRhdAoJOBV/vbwICAZAMiASgAAAQAAAQJPURQqW5MG5lIyA40UFkigioKjd1NPpFQ=="
)
# One frame of the drawing, 64 × 64, by libx265: its parameters (hvcC), and its data.
PARAMETERS = base64.b64decode(
    "AQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAw"
    "AAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQA=="
)
FRAME = base64.b64decode("AAAAKSgBrwngITl1X//9GN///CNPIftcr2f//VWXHf4V/n/+zfI9V/X/8fv8")


def box(name, data, version=None):
    head = b"" if version is None else struct.pack(">I", version << 24)
    return struct.pack(">I", len(data) + len(head) + 8) + name + head + data


def heic(
    turns=None, profile=b"", metadata=b"", brand=b"heic", size=(64, 64), metadata_type=b"Exif"
):
    """Return a photograph as iPhones write it, with quarter turns to the left, EXIF and profile."""
    properties = [box(b"hvcC", PARAMETERS), box(b"ispe", struct.pack(">II", *size), 0)]
    if profile:
        properties.append(box(b"colr", b"prof" + profile))
    if turns is not None:
        properties.append(box(b"irot", bytes((turns,))))
    items, described = [(1, b"hvc1", FRAME)], b""
    if metadata:
        items.append((2, metadata_type, bytes(4) + metadata))
        described = box(b"iref", box(b"cdsc", struct.pack(">HHH", 2, 1, 1)), 0)
    lists = [
        box(b"infe", struct.pack(">HH", key, 0) + kind + b"\0", 2) for key, kind, _data in items
    ]
    associated = bytes(number | 0x80 for number in range(1, len(properties) + 1))
    linked = struct.pack(">IHB", 1, 1, len(properties)) + associated
    file_type = box(b"ftyp", brand + bytes(4) + b"mif1" + brand)

    def meta(start):
        places = b""
        for key, _kind, data in items:
            places += struct.pack(">HHHII", key, 0, 1, start, len(data))
            start += len(data)
        return box(
            b"meta",
            box(b"hdlr", bytes(4) + b"pict" + bytes(13), 0)
            + box(b"pitm", struct.pack(">H", 1), 0)
            + box(b"iloc", b"\x44\0" + struct.pack(">H", len(items)) + places, 0)
            + box(b"iinf", struct.pack(">H", len(items)) + b"".join(lists), 0)
            + described
            + box(b"iprp", box(b"ipco", b"".join(properties)) + box(b"ipma", linked, 0)),
            0,
        )

    start = len(file_type) + len(meta(0)) + 8
    return file_type + meta(start) + box(b"mdat", b"".join(data for _key, _kind, data in items))
