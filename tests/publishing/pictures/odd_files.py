"""Pictures as cameras, phones and programs write them, and files that want to do harm.

`TAKEN` has a builder for each and a description of the kept copy; `REFUSED` a builder for each and
the exact sentence.
"""

import struct
import zlib
from functools import partial
from typing import Any, NamedTuple

from PIL import Image, PngImagePlugin

from tests.publishing.pictures import building as make
from tests.publishing.pictures import icc_profiles as icc
from tests.publishing.pictures.building import LEFT, RIGHT, SIZE


class Kept(NamedTuple):
    """The copy that is kept: its colours at a quarter and at three quarters of an axis."""

    kind: str
    first: tuple[int, ...] = LEFT
    last: tuple[int, ...] = RIGHT
    size: tuple[int, int] = SIZE
    within: int = 0
    # Whether the two halves are one above the other.
    is_tall: bool = False


JPEG = Kept("JPEG", within=4)
PNG = Kept("PNG")
WEBP = Kept("WEBP", within=6)
LOSSLESS = Kept("WEBP")
AVIF = Kept("AVIF", within=6)
HEIC = Kept("JPEG", within=4, size=(64, 64))
TURNED: dict[str, Any] = {"size": SIZE[::-1], "is_tall": True}
UPSIDE_DOWN: dict[str, Any] = {"first": RIGHT, "last": LEFT}
CLEAR = (0, 0, 0, 0)


def grey(first, last):
    return {"first": (first,) * 3, "last": (last,) * 3}


def see_through(first=LEFT):
    return {"first": (*first, 255), "last": (*RIGHT, 0)}


def rgba(alpha=0):
    return make.drawing("RGBA", left=(*LEFT, 255), right=(*RIGHT, alpha))


def palette(**options):
    return make.saved(make.drawing().quantize(4), "PNG", **options)


def adobe(image=None, kind="PNG", **options):
    return make.saved(image or in_adobe(), kind, icc_profile=icc.adobe_rgb, **options)


def in_adobe(mode="RGB", alpha=()):
    return make.drawing(mode, left=(40, 200, 60, *alpha), right=(200, 100, 50, *alpha))


FROM_ADOBE: dict[str, Any] = {"first": (0, 201, 37), "last": (227, 100, 42)}
FROM_P3: dict[str, Any] = {"first": (0, 204, 12), "last": (215, 93, 31)}
FROM_PROPHOTO: dict[str, Any] = {"first": (0, 229, 0), "last": (255, 80, 46)}


def with_text(*texts, **options):
    told = PngImagePlugin.PngInfo()
    for key, text in texts:
        told.add_text(key, text)
    return make.png(pnginfo=told, **options)


def ultra_hdr():
    """Return a JPEG of an Android phone: the description of a gain map, and the map behind."""
    told = b'<rdf:Description hdrgm:Version="1.0"/>'
    xmp = make.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + told)
    return make.with_segments(xmp, content=make.multi_picture())


def jpeg_with_exif(data):
    return make.with_segments(make.exif_segment(data))


def split_profile(profile):
    """Return a JPEG whose profile stands in two segments in the wrong order."""
    half = len(profile) // 2
    second = make.icc_segment(profile[half:], 2, 2)
    first = make.icc_segment(profile[:half], 1, 2)
    return make.with_segments(second, first, content=make.jpeg(in_adobe(), subsampling=0))


def profile_after_frame():
    content = make.jpeg(in_adobe(), subsampling=0)
    place = content.find(b"\xff\xda")
    return content[:place] + make.icc_segment(icc.adobe_rgb) + content[place:]


def ycck():
    """Return a JPEG of Photoshop in YCCK: neutral colours, which are inverted in the file."""
    cmyk = make.drawing("CMYK", left=(200, 127, 127, 0), right=(60, 127, 127, 0))
    content = bytearray(make.jpeg(cmyk))
    content[content.find(b"Adobe") + 11] = 2
    return bytes(content)


def sixteen(tones):
    return b"".join(struct.pack(">H", tone * 257) for tone in tones)


def key(*values):
    return make.chunk(b"tRNS", b"".join(struct.pack(">H", value) for value in values))


PLTE = make.chunk(b"PLTE", bytes((*LEFT, *RIGHT)))
TIFF_JUNK = b"MM\0*" + b"\xff" * 40
SLONG, SBYTE, TEXT, RATIONAL = 9, 6, 2, 5
ROW = make.entry(make.ORIENTATION, 3, 6)
# What the readers of EXIF fail on when all of it is read.
BROKEN_BESIDE_ORIENTATION = {
    "a negative number": make.exif(ROW, make.entry(0x011A, SLONG, b"\xff\xff\xff\xfe")),
    "a signed byte": make.exif(ROW, make.entry(0x0128, SBYTE, b"\xfe\0\0\0")),
    "a resolution as text": make.exif(ROW, make.entry(0x011A, TEXT, b"72\0\0", 3)),
    "a width as text": make.exif(make.entry(0x0100, TEXT, b"wide", 4), ROW),
    "a place outside": make.exif(ROW, make.entry(0x011A, RATIONAL, b"\xff\xff\xff\xff")),
    "an endless list": make.exif(ROW, count=65_000),
    "a long number": make.exif(make.entry(make.ORIENTATION, 4, 6)),
    "the other order of bytes": make.turned(order="<"),
}


TAKEN = {
    # JPEG
    "JPEG": (make.jpeg, JPEG),
    "JPEG, progressive": (lambda: make.jpeg(progressive=True), JPEG),
    "JPEG, grey": (
        lambda: make.jpeg(make.drawing("L", left=200, right=60)),
        JPEG._replace(**grey(200, 60)),
    ),
    "JPEG, CMYK": (
        lambda: make.jpeg(make.drawing("CMYK", left=(0, 255, 255, 0), right=(0, 0, 0, 255))),
        JPEG._replace(first=(255, 0, 0), last=(0, 0, 0)),
    ),
    "JPEG, CMYK with the profile of a press": (
        lambda: make.jpeg(
            make.drawing("CMYK", left=(255, 0, 0, 255), right=(0, 255, 255, 0)),
            icc_profile=icc.black_alone,
        ),
        JPEG._replace(**grey(0, 255)),
    ),
    "JPEG, CMYK with a profile of RGB": (
        lambda: make.jpeg(
            make.drawing("CMYK", left=(0, 255, 255, 0), right=(0, 0, 0, 255)),
            icc_profile=icc.adobe_rgb,
        ),
        JPEG._replace(first=(255, 0, 0), last=(0, 0, 0)),
    ),
    "JPEG, YCCK": (ycck, JPEG._replace(**grey(200, 60))),
    "JPEG, RGB as Adobe writes it": (lambda: make.jpeg(keep_rgb=True), JPEG),
    "JPEG, restarts": (lambda: make.jpeg(restart_marker_blocks=2), JPEG),
    "JPEG, two pictures (MPO)": (make.multi_picture, JPEG),
    "JPEG, two pictures without an index": (
        lambda: make.jpeg() + make.jpeg(Image.new("L", (9, 9))),
        JPEG,
    ),
    "JPEG, gain map (Ultra HDR)": (ultra_hdr, JPEG),
    "JPEG, broken index of pictures": (
        lambda: make.with_segments(make.segment(0xE2, b"MPF\0MM\0*\xff\xff\xff\xff")),
        JPEG,
    ),
    "JPEG, trailer of a Samsung": (
        lambda: make.jpeg() + bytes(99) + b"SEFH" + bytes(40) + b"SEFT",
        JPEG,
    ),
    "JPEG, a video behind": (lambda: make.jpeg() + make.box(b"ftyp", b"mp42") + bytes(9_999), JPEG),
    "JPEG, junk of Photoshop": (
        lambda: make.with_segments(make.segment(0xED, b"Photoshop 3.0\0008BIM\xff\xff\xff")),
        JPEG,
    ),
    "JPEG, cut JFIF": (lambda: make.with_segments(make.segment(0xE0, b"JFIF\0\1")), JPEG),
    "JPEG, cut mark of Adobe": (lambda: make.with_segments(make.segment(0xEE, b"Adobe\0")), JPEG),
    "JPEG, long comments": (
        lambda: make.with_segments(*[make.segment(0xFE, b"x" * 65_533)] * 20),
        JPEG,
    ),
    "JPEG, filled markers": (
        lambda: make.with_segments(b"\xff" * 9 + make.segment(0xFE, b"")),
        JPEG,
    ),
    "JPEG, bytes between segments": (
        lambda: make.with_segments(make.segment(0xFE, b""), b"\0" * 9),
        JPEG,
    ),
    "JPEG, Display P3, turned": (
        lambda: make.with_segments(
            make.exif_segment(make.turned()),
            content=make.jpeg(in_adobe(), subsampling=0, icc_profile=icc.display_p3),
        ),
        JPEG._replace(**FROM_P3, **TURNED),
    ),
    "JPEG, profile in two segments": (
        lambda: split_profile(icc.adobe_rgb),
        JPEG._replace(**FROM_ADOBE),
    ),
    "JPEG, profile after the frame": (profile_after_frame, JPEG._replace(**FROM_ADOBE)),
    "JPEG, profile cut": (
        lambda: make.with_segments(make.icc_segment(icc.adobe_rgb[:200])),
        JPEG,
    ),
    "JPEG, no profile": (lambda: make.with_segments(make.icc_segment(b"no profile at all")), JPEG),
    "JPEG, CMYK with a broken profile": (
        lambda: make.jpeg(
            make.drawing("CMYK", left=(0, 255, 255, 0), right=(0, 0, 0, 255)), icc_profile=b"none"
        ),
        JPEG._replace(first=(255, 0, 0), last=(0, 0, 0)),
    ),
    "JPEG, EXIF without sense": (lambda: jpeg_with_exif(b"no TIFF"), JPEG),
    "JPEG, EXIF with a wild list": (lambda: jpeg_with_exif(TIFF_JUNK), JPEG),
    "JPEG, orientation as text": (
        lambda: jpeg_with_exif(make.exif(make.entry(make.ORIENTATION, TEXT, b"6\0\0\0", 2))),
        JPEG,
    ),
    "JPEG, orientation of 99": (lambda: jpeg_with_exif(make.turned(99)), JPEG),
    "JPEG, upside down": (lambda: jpeg_with_exif(make.turned(3)), JPEG._replace(**UPSIDE_DOWN)),
    **{
        f"JPEG, turned, with {name}": (partial(jpeg_with_exif, data), JPEG._replace(**TURNED))
        for name, data in BROKEN_BESIDE_ORIENTATION.items()
    },
    # PNG
    "PNG": (make.png, PNG),
    "PNG, alpha": (lambda: make.png(rgba()), PNG._replace(**see_through())),
    "PNG, interlaced": (make.interlaced, PNG),
    "PNG, grey": (
        lambda: make.png(make.drawing("L", left=200, right=60)),
        PNG._replace(**grey(200, 60)),
    ),
    "PNG, grey with alpha": (
        lambda: make.png(make.drawing("LA", left=(200, 255), right=(60, 9))),
        PNG._replace(first=(200, 200, 200, 255), last=(60, 60, 60, 9)),
    ),
    "PNG, palette": (palette, PNG),
    "PNG, palette of two bits": (
        lambda: make.packed_halves(0, 1, 2, kind=make.PALETTE, before=PLTE),
        PNG,
    ),
    "PNG, palette with alphas": (
        lambda: make.packed_halves(
            0, 1, 8, kind=make.PALETTE, before=PLTE + make.chunk(b"tRNS", b"\x80\x20")
        ),
        PNG._replace(first=(*LEFT, 128), last=(*RIGHT, 32)),
    ),
    "PNG, palette with a clear colour": (
        lambda: make.packed_halves(
            0, 1, 4, kind=make.PALETTE, before=PLTE + make.chunk(b"tRNS", b"\xff\0")
        ),
        PNG._replace(**see_through()),
    ),
    "PNG, one bit": (
        lambda: make.packed_halves(1, 0, 1, kind=make.GREY),
        PNG._replace(**grey(255, 0)),
    ),
    "PNG, one bit with clear black": (
        lambda: make.packed_halves(1, 0, 1, kind=make.GREY, before=key(0)),
        PNG._replace(first=(255, 255, 255, 255), last=CLEAR),
    ),
    "PNG, two bits of grey": (
        lambda: make.packed_halves(2, 1, 2, kind=make.GREY),
        PNG._replace(**grey(170, 85)),
    ),
    "PNG, two bits with clear grey": (
        lambda: make.packed_halves(2, 1, 2, kind=make.GREY, before=key(1)),
        PNG._replace(first=(170, 170, 170, 255), last=(85, 85, 85, 0)),
    ),
    "PNG, four bits with clear grey": (
        lambda: make.packed_halves(12, 5, 4, kind=make.GREY, before=key(5)),
        PNG._replace(first=(204, 204, 204, 255), last=(85, 85, 85, 0)),
    ),
    "PNG, grey with a clear tone": (
        lambda: make.packed_halves(200, 60, 8, kind=make.GREY, before=key(60)),
        PNG._replace(first=(200, 200, 200, 255), last=(60, 60, 60, 0)),
    ),
    "PNG, 16 bits of grey": (
        lambda: make.halves(sixteen([200]), sixteen([60]), depth=16, kind=make.GREY),
        PNG._replace(**grey(200, 60)),
    ),
    "PNG, 16 bits with a clear tone": (
        lambda: make.halves(
            sixteen([200]), sixteen([60]), depth=16, kind=make.GREY, before=key(60 * 257)
        ),
        PNG._replace(first=(200, 200, 200, 255), last=(60, 60, 60, 0)),
    ),
    "PNG, 16 bits of grey with a profile": (
        lambda: make.halves(
            sixteen([128]),
            sixteen([255]),
            depth=16,
            kind=make.GREY,
            before=make.icc_chunk(icc.of_grey(1.0)),
        ),
        PNG._replace(**grey(188, 255)),
    ),
    "PNG, 16 bits of colour": (
        lambda: make.halves(sixteen(LEFT), sixteen(RIGHT), depth=16, kind=make.RGB),
        PNG,
    ),
    "PNG, 16 bits with a clear colour": (
        lambda: make.halves(
            sixteen(LEFT),
            sixteen(RIGHT),
            depth=16,
            kind=make.RGB,
            before=key(*(tone * 257 for tone in RIGHT)),
        ),
        PNG._replace(**see_through()),
    ),
    "PNG, 16 bits of grey and alpha": (
        lambda: make.halves(sixteen([200, 255]), sixteen([60, 0]), depth=16, kind=make.GREY_ALPHA),
        PNG._replace(first=(200, 200, 200, 255), last=(60, 60, 60, 0)),
    ),
    "PNG, 16 bits of colour and alpha": (
        lambda: make.halves(sixteen([*LEFT, 255]), sixteen([*RIGHT, 0]), depth=16, kind=make.RGBA),
        PNG._replace(**see_through()),
    ),
    "PNG, a clear colour": (
        lambda: make.halves(bytes(LEFT), bytes(RIGHT), before=key(*RIGHT)),
        PNG._replace(**see_through()),
    ),
    "PNG, a cut clear colour": (
        lambda: make.halves(bytes(LEFT), bytes(RIGHT), before=make.chunk(b"tRNS", b"\0")),
        PNG,
    ),
    "PNG, Adobe RGB": (adobe, PNG._replace(**FROM_ADOBE)),
    "PNG, Adobe RGB with alpha": (
        lambda: adobe(in_adobe("RGBA", (128,))),
        PNG._replace(first=(0, 201, 37, 128), last=(227, 100, 42, 128)),
    ),
    "PNG, Adobe RGB in a palette": (
        lambda: adobe(in_adobe().quantize(4)),
        PNG._replace(**FROM_ADOBE),
    ),
    "PNG, Display P3 with alpha (macOS)": (
        lambda: make.png(in_adobe("RGBA", (255,)), icc_profile=icc.display_p3),
        PNG._replace(first=(0, 204, 12, 255), last=(215, 93, 31, 255)),
    ),
    "PNG, ProPhoto": (
        lambda: make.png(in_adobe(), icc_profile=icc.prophoto),
        PNG._replace(**FROM_PROPHOTO),
    ),
    "PNG, profile of tables": (
        lambda: make.png(in_adobe(), icc_profile=icc.red_as_grey),
        PNG._replace(**grey(39, 194)),
    ),
    "PNG, grey with alpha and a profile": (
        lambda: make.png(
            make.drawing("LA", left=(128, 255), right=(255, 9)), icc_profile=icc.of_grey(1.0)
        ),
        PNG._replace(first=(188, 188, 188, 255), last=(255, 255, 255, 9)),
    ),
    "PNG, colours with a profile of grey": (
        lambda: make.png(icc_profile=icc.of_grey(1.0)),
        PNG,
    ),
    "PNG, no profile": (lambda: make.png(icc_profile=b"none"), PNG),
    "PNG, profile that is not packed": (
        lambda: make.with_chunks(make.chunk(b"iCCP", b"Test\0\0plain")),
        PNG,
    ),
    "PNG, profile without a name": (lambda: make.with_chunks(make.chunk(b"iCCP", b"")), PNG),
    "PNG, profile of many megabytes": (
        lambda: make.with_chunks(make.icc_chunk(bytes(30_000_000))),
        PNG,
    ),
    "PNG, turned": (
        lambda: make.with_chunks(make.chunk(b"eXIf", make.turned())),
        PNG._replace(**TURNED),
    ),
    "PNG, broken EXIF": (lambda: make.with_chunks(make.chunk(b"eXIf", b"Exif\0\0broken")), PNG),
    "PNG, cut EXIF as text": (
        lambda: with_text(("Raw profile type exif", "\nexif\n  40\n457869")),
        PNG,
    ),
    "PNG, cut text": (
        lambda: make.with_chunks(make.chunk(b"zTXt", b"Author\0\0\x78\x9c\x4b")),
        PNG,
    ),
    "PNG, text that unpacks to 100 MB": (
        lambda: make.with_chunks(
            make.chunk(b"zTXt", b"Author\0\0" + zlib.compress(bytes(100_000_000)))
        ),
        PNG,
    ),
    "PNG, text without sense": (lambda: make.with_chunks(make.chunk(b"iTXt", b"\xff\xfe")), PNG),
    "PNG, wrong check sum of a text": (
        lambda: make.with_chunks(make.chunk(b"tEXt", b"Author\0me", is_sound=False)),
        PNG,
    ),
    "PNG, text after the pixels": (
        lambda: make.with_chunks(make.chunk(b"tIME", b"\7\xea\1"), before=b"IEND"),
        PNG,
    ),
    "PNG, unknown chunk": (lambda: make.with_chunks(make.chunk(b"prVt", b"x" * 99)), PNG),
    "PNG, cut gamma and density": (
        lambda: make.with_chunks(make.chunk(b"gAMA", b"\0"), make.chunk(b"pHYs", b"\0")),
        PNG,
    ),
    "PNG, no end": (lambda: make.png()[:-12], PNG),
    "PNG, bytes behind": (lambda: make.png() + bytes(99), PNG),
    "PNG, animated": (lambda: make.animated_png(3), PNG),
    "PNG, 10,000 frames": (lambda: make.animated_png(10_000), PNG),
    # WebP
    "WebP, lossy": (make.webp, WEBP),
    "WebP, line break early": (make.with_line_break, WEBP._replace(within=70)),
    "WebP, lossless": (lambda: make.webp(lossless=True), LOSSLESS),
    "WebP, alpha": (
        lambda: make.webp(rgba(9)),
        WEBP._replace(first=(*LEFT, 255), last=(*RIGHT, 9)),
    ),
    "WebP, lossless alpha": (
        lambda: make.webp(rgba(), lossless=True, exact=True),
        LOSSLESS._replace(**see_through()),
    ),
    "WebP, profile": (lambda: adobe(kind="WEBP", lossless=True), LOSSLESS._replace(**FROM_ADOBE)),
    "WebP, profile and alpha": (
        lambda: adobe(in_adobe("RGBA", (128,)), kind="WEBP", lossless=True),
        LOSSLESS._replace(first=(0, 201, 37, 128), last=(227, 100, 42, 128)),
    ),
    "WebP, broken profile": (lambda: make.webp(icc_profile=b"none"), WEBP),
    "WebP, turned": (
        lambda: make.webp(exif=b"Exif\0\0" + make.turned()),
        WEBP._replace(**TURNED),
    ),
    "WebP, turned as Android writes it": (
        lambda: make.webp(exif=make.turned()),
        WEBP._replace(**TURNED),
    ),
    "WebP, broken EXIF": (lambda: make.webp(exif=b"Exif\0\0broken"), WEBP),
    "WebP, XMP": (lambda: make.webp(xmp=b"<x:xmpmeta"), WEBP),
    "WebP, animated": (lambda: make.animated_webp(3), WEBP),
    "WebP, animated with EXIF": (
        lambda: make.animated_webp(3, make.riff_chunk(b"EXIF", b"broken")),
        WEBP,
    ),
    "WebP, 10,000 frames": (lambda: make.animated_webp(10_000), WEBP),
    "WebP, flags without metadata": (
        lambda: make.riff(make.canvas(0x2C), make.webp(lossless=True)[12:]),
        LOSSLESS,
    ),
    "WebP, cut metadata": (
        lambda: make.riff(make.canvas(0x08), make.webp(lossless=True)[12:], b"EXIF\xff\0\0\0abc"),
        LOSSLESS,
    ),
    "WebP, wrong length": (lambda: make.riff(make.webp()[12:], length=9), WEBP),
    "WebP, bytes behind": (lambda: make.webp() + bytes(99), WEBP),
    # GIF
    "GIF": (make.gif, PNG),
    "GIF, clear colour": (
        lambda: make.saved(make.drawing().quantize(2), "GIF", transparency=1),
        PNG._replace(**see_through()),
    ),
    "GIF, animated": (lambda: make.animated_gif(3), PNG),
    "GIF, 10,000 frames": (lambda: make.animated_gif(10_000), PNG),
    "GIF, a comment of megabytes": (lambda: make.with_comment(3_000_000), PNG),
    # AVIF
    "AVIF": (lambda: make.saved(make.drawing(), "AVIF", quality=95), AVIF),
    "AVIF, ten bits": (lambda: make.TEN_BITS, AVIF),
    "AVIF, alpha": (
        lambda: make.saved(rgba(9), "AVIF", quality=95),
        AVIF._replace(first=(*LEFT, 255), last=(*RIGHT, 9)),
    ),
    "AVIF, profile": (
        lambda: adobe(kind="AVIF", quality=95, subsampling="4:4:4"),
        Kept("AVIF", **FROM_ADOBE, within=8),
    ),
    "AVIF, turned": (
        lambda: make.saved(make.drawing(), "AVIF", quality=95, exif=make.turned()),
        AVIF._replace(**TURNED),
    ),
    "AVIF, broken EXIF": (
        lambda: make.saved(make.drawing(), "AVIF", quality=95, exif=make.exif()).replace(
            b"MM\0*", b"MM\0\0"
        ),
        AVIF,
    ),
    "AVIF, animated": (
        lambda: make.saved(
            make.drawing(),
            "AVIF",
            quality=95,
            save_all=True,
            append_images=[Image.new("RGB", SIZE)],
        ),
        AVIF,
    ),
    # HEIC
    "HEIC": (make.heic, HEIC),
    "HEIC of no brand": (lambda: make.heic(brand=b"mif1"), HEIC),
    "HEIC, turned to the right": (lambda: make.heic(turns=3), HEIC._replace(is_tall=True)),
    "HEIC, turned in EXIF too": (
        lambda: make.heic(turns=3, metadata=make.turned()),
        HEIC._replace(is_tall=True),
    ),
    "HEIC, metadata of a type that is no text": (
        lambda: make.heic(metadata=b"broken", metadata_type=b"\xff\xfe\xfd\xfc"),
        HEIC,
    ),
    "HEIC, broken EXIF": (lambda: make.heic(metadata=b"broken"), HEIC),
    "HEIC, Display P3": (
        lambda: make.heic(profile=icc.display_p3),
        HEIC._replace(first=(218, 0, 6), last=(29, 30, 208)),
    ),
    "HEIC, broken profile": (lambda: make.heic(profile=b"none"), HEIC),
    # Shapes
    "a strip": (lambda: make.png(make.drawing(size=(200, 10))), PNG._replace(size=(200, 10))),
    "a wide panorama": (
        lambda: make.png(make.drawing(size=(10_000, 500))),
        PNG._replace(size=(2560, 128)),
    ),
    "the smallest": (lambda: make.png(make.drawing(size=(8, 8))), PNG._replace(size=(8, 8))),
}

UNREADABLE = "We cannot read this file as a picture. Use a JPEG, PNG, WebP or AVIF file."
DAMAGED = "The end of this picture is missing or damaged. Copy or save it again."
COSTLY = "This picture is stored in too many parts. Open it in an image editor and save it again."
PIXELS = "This picture has more than 50 million pixels. Make it smaller."


def unusable(kind):
    return f"{kind} pictures cannot be used. Save this one as JPEG, PNG, WebP or AVIF."


def narrow(width, height):
    return (
        f"This picture is too narrow: it has {width} × {height} pixels. Crop it until the longer "
        "side is at most 20 times the shorter."
    )


def small(width, height):
    return (
        f"This picture is too small: it has {width} × {height} pixels. Choose a larger one; 1280 "
        "pixels wide looks sharp everywhere."
    )


REFUSED = {
    # Files that are no pictures, or of other kinds
    "SVG": (lambda: b'<svg xmlns="http://www.w3.org/2000/svg"/>', UNREADABLE),
    "HTML": (lambda: b"<html><script>go()</script></html>", UNREADABLE),
    "PDF": (lambda: b"%PDF-1.7\n", UNREADABLE),
    "ZIP": (lambda: b"PK\3\4" + bytes(40), UNREADABLE),
    "MP4": (lambda: make.box(b"ftyp", b"mp42isom"), UNREADABLE),
    "BMP": (lambda: make.saved(make.drawing(), "BMP"), unusable("BMP")),
    "TIFF": (lambda: make.saved(make.drawing(), "TIFF"), unusable("TIFF")),
    "TIFF, big-endian": (lambda: b"MM\0*" + bytes(40), unusable("TIFF")),
    "Photoshop": (lambda: b"8BPS\0\1" + bytes(40), unusable("Photoshop")),
    "JPEG 2000": (lambda: make.saved(make.drawing(), "JPEG2000"), unusable("JPEG 2000")),
    "JPEG XL": (lambda: b"\xff\x0a" + bytes(40), unusable("JPEG XL")),
    "icon": (lambda: make.saved(make.drawing(), "ICO"), unusable("Icon")),
    # Cut and damaged files
    "JPEG, the first bytes": (lambda: make.jpeg()[:40], UNREADABLE),
    "JPEG without an end": (lambda: make.jpeg()[:-2], DAMAGED),
    "JPEG, half": (lambda: make.jpeg()[:-300], DAMAGED),
    "JPEG without a scan": (lambda: make.jpeg()[: make.jpeg().find(b"\xff\xda")], DAMAGED),
    "JPEG without a height": (lambda: make.claiming(64, 0), UNREADABLE),
    "PNG, the first bytes": (lambda: make.png()[:20], UNREADABLE),
    "PNG, a chunk that claims 4 GB": (
        lambda: make.SIGNATURE + make.header() + b"\xff\xff\xff\xfftEXt" + bytes(99),
        DAMAGED,
    ),
    "PNG, half": (lambda: make.png()[:-40], DAMAGED),
    "PNG without pixels": (
        lambda: make.SIGNATURE + make.header() + make.chunk(b"IEND", b""),
        DAMAGED,
    ),
    "PNG, wrong check sum of the pixels": (
        lambda: make.png()[:-20] + bytes(8) + make.png()[-12:],
        DAMAGED,
    ),
    "PNG without its palette": (
        lambda: make.packed_halves(0, 1, 8, kind=make.PALETTE)[:-30],
        DAMAGED,
    ),
    "PNG, too few pixels": (
        lambda: (
            make.SIGNATURE
            + make.header()
            + make.chunk(b"IDAT", zlib.compress(bytes(99)))
            + make.chunk(b"IEND", b"")
        ),
        DAMAGED,
    ),
    "WebP, half": (lambda: make.webp()[:-20], DAMAGED),
    "WebP without a picture": (lambda: make.riff(make.canvas(0)), DAMAGED),
    "WebP, empty": (lambda: make.riff(), UNREADABLE),
    "GIF, the first bytes": (lambda: make.gif()[:9], UNREADABLE),
    "GIF without a picture": (lambda: make.gif()[:13] + b";", DAMAGED),
    "AVIF, half": (lambda: make.saved(make.drawing(), "AVIF")[:-60], DAMAGED),
    "HEIC, half": (lambda: make.heic()[:-20], DAMAGED),
    # Shapes and sizes
    "a line of pixels": (lambda: make.png(make.drawing(size=(20_000, 1))), narrow(20_000, 1)),
    "a column of pixels": (lambda: make.png(make.drawing(size=(1, 20_000))), narrow(1, 20_000)),
    "a narrow strip": (lambda: make.png(make.drawing(size=(2560, 3))), narrow(2560, 3)),
    "a narrow banner": (lambda: make.png(Image.new("1", (6_000, 40))), narrow(6_000, 40)),
    "a dot": (lambda: make.saved(Image.new("P", (1, 1)), "GIF"), small(1, 1)),
    "a small icon": (lambda: make.png(make.drawing(size=(7, 7))), small(7, 7)),
    "PNG that claims 100 million pixels": (
        lambda: make.png().replace(make.header(), make.header(10_000, 10_000)),
        PIXELS,
    ),
    "PNG that claims the most": (
        lambda: make.png().replace(make.header(), make.header(2**31 - 1, 2**31 - 1)),
        PIXELS,
    ),
    "JPEG that claims the most": (lambda: make.claiming(65_500, 65_500), PIXELS),
    "WebP that claims the most": (
        lambda: make.riff(make.canvas(0x02, (2**24, 2**24)), make.animated_webp(2)[30:]),
        PIXELS,
    ),
    "GIF that claims the most": (
        lambda: make.gif()[:6] + b"\xff\xff\xff\xff" + make.gif()[10:],
        PIXELS,
    ),
    "AVIF that claims the most": (
        lambda: make.saved(make.drawing(), "AVIF").replace(
            b"ispe" + struct.pack(">III", 0, *SIZE),
            b"ispe" + struct.pack(">III", 0, 30_000, 30_000),
        ),
        PIXELS,
    ),
    "HEIC that claims the most": (lambda: make.heic(size=(30_000, 30_000)), PIXELS),
    "JPEG of 5,000 scans": (lambda: make.with_scans(5_000), COSTLY),
    "JPEG of 50 scans and 40 million pixels": (
        lambda: make.claiming_progressive(8_000, 5_000, 50),
        COSTLY,
    ),
    "JPEG of 100,000 segments": (
        lambda: make.with_segments(*[make.segment(0xEF, b"")] * 100_000),
        COSTLY,
    ),
    "PNG of 100,000 chunks": (
        lambda: make.with_chunks(*[make.chunk(b"tEXt", b"a\0b")] * 100_000),
        COSTLY,
    ),
    "WebP of 100,000 chunks": (
        lambda: make.riff(make.canvas(0), *[make.riff_chunk(b"junk", b"")] * 100_000),
        COSTLY,
    ),
    "GIF of 100,000 comments": (
        lambda: make.gif()[:-1].replace(b"\x2c", b"\x21\xfe\0" * 100_000 + b"\x2c", 1),
        COSTLY,
    ),
    "HEIC of 100,000 boxes": (
        lambda: make.heic()[:24] + make.box(b"free", b"") * 100_000,
        COSTLY,
    ),
}
