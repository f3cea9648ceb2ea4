"""Containers: the file formats of pictures, read before a decoder sees them.

Metadata are where files differ and decoders fail: each reader takes the orientation and the colour
profile out, and returns a file with nothing but the first picture. It reads the claimed size too,
so that an enormous picture is refused before memory is reserved for it.
"""

from collections.abc import Callable

from publishing.pictures import refusals
from publishing.pictures.containers import gif, iso_media, jpeg, png, webp
from publishing.pictures.containers.contents import Contents

READERS: tuple[tuple[Callable[[bytes], bool], Callable[[bytes], Contents]], ...] = (
    (jpeg.is_jpeg, jpeg.read),
    (png.is_png, png.read),
    (webp.is_webp, webp.read),
    (gif.is_gif, gif.read),
    (iso_media.is_avif, iso_media.read_avif),
    (iso_media.is_heif, iso_media.read_heif),
)
# Pictures that people bring and no browser shows on every device, by the first bytes.
UNUSABLE = (
    (b"BM", "BMP"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"II+\0", "TIFF"),
    (b"MM\0+", "TIFF"),
    (b"8BPS", "Photoshop"),
    (b"\0\0\0\x0cJXL \r\n\x87\n", "JPEG XL"),
    (b"\xff\x0a", "JPEG XL"),
    (b"\0\0\0\x0cjP  \r\n\x87\n", "JPEG 2000"),
    (b"\xff\x4f\xff\x51", "JPEG 2000"),
    (b"\0\0\1\0", "Icon"),
    (b"FUJIFILMCCD-RAW", "Raw"),
)

__all__ = ["Contents", "read"]


def read(content: bytes) -> Contents:
    """Return the first picture of a file; raise a ValidationError for an unknown format."""
    for is_kind, reader in READERS:
        if is_kind(content):
            return reader(content)
    for signature, kind in UNUSABLE:
        if content.startswith(signature):
            raise refusals.unusable(kind)
    raise refusals.unreadable()
