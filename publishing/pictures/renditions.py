"""Renditions: the sizes and formats of a picture, made once, before its row is saved.

Each rendition keeps the focal point in view. Browsers choose: AVIF is the smallest, WebP is
understood almost everywhere, JPEG everywhere.
"""

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any, NamedTuple

from django.core.files.base import ContentFile
from imagefield.processing import build_handler, register
from PIL import Image

# Quality on each encoder's own scale; the results look about the same.
QUALITY = {"avif": 55, "webp": 78, "jpeg": 82}
# AVIF at this speed takes a third of the time for a few per cent more bytes. With more threads an
# upload would take all cores from other requests.
OPTIONS = {"avif": {"speed": 8, "max_threads": 1}}


class Shape(NamedTuple):
    """The proportions of a place for pictures, and the widths (in pixels) that screens need."""

    width: int
    height: int
    widths: tuple[int, ...]
    # The value of the `sizes` attribute: how wide the picture is shown.
    sizes: str


SHAPES = {
    "card": Shape(16, 9, (320, 640), "(min-width: 64rem) 20rem, 100vw"),
    "cover": Shape(16, 11, (640, 1280), "(min-width: 48rem) 40rem, 100vw"),
}


@register
def encode(get_image: Callable[..., Any], kind: str) -> Callable[..., Any]:
    """Save in another format than the upload's, without metadata (EXIF can hold places)."""

    def processor(image: Any, context: Any) -> Any:
        made = get_image(opaque(image), context)
        context.save_kwargs.clear()
        context.save_kwargs.update(
            format=kind.upper(), quality=QUALITY[kind], **OPTIONS.get(kind, {})
        )
        return made

    return processor


def opaque(image: Any) -> Any:
    """Return the image on white, without transparency, as JPEG needs it."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    ground = Image.new("RGBA", image.size, "white")
    return Image.alpha_composite(ground, image.convert("RGBA")).convert("RGB")


def rendition(kind: str, width: int, height: int) -> Callable[..., None]:
    """Return the specification of one rendition for django-imagefield."""

    def spec(_file: Any, context: Any) -> None:
        context.extension = f".{kind}"
        context.processors = [("encode", kind), "autorotate", ("crop", (width, height))]

    return spec


def key(shape: str, width: int, kind: str) -> str:
    return f"{shape}_{width}_{kind}"


# For the admin: the whole picture, small.
PREVIEW = 480


def preview(_file: Any, context: Any) -> None:
    context.extension = ".webp"
    context.processors = [("encode", "webp"), "autorotate", ("thumbnail", (PREVIEW, PREVIEW))]


FORMATS: dict[str, Any] = {"preview": preview} | {
    key(name, width, kind): rendition(kind, width, width * shape.height // shape.width)
    for name, shape in SHAPES.items()
    for width in shape.widths
    for kind in QUALITY
}


# For lists of the admin: cropped around the focal point.
THUMBNAIL = key("card", SHAPES["card"].widths[0], "webp")


def names(file: Any) -> list[str]:
    """Return the names in the storage that the renditions of a file have."""
    return [context.name for context in contexts_of(file)]


def contexts_of(file: Any) -> list[Any]:
    """Return django-imagefield's description of each rendition; none without a file."""
    specs = file.field.formats.values() if file else ()
    return [file._process_context(spec) for spec in specs]


def make_missing(file: Any, only: str = "") -> Iterator[str]:
    """Make the renditions of a file that its storage lacks, or `only` one; yield the name of each.

    The file is read and decoded once for all of them; nothing is made of a file that is lost.
    """
    asked = [context for context in contexts_of(file) if only in {"", context.name}]
    missing = [context for context in asked if not file.storage.exists(context.name)]
    if not missing or not file.storage.exists(file.name):
        return
    with file.storage.open(file.name) as stored:
        image = Image.open(BytesIO(stored.read()))
        image.load()
    for context in missing:
        made = build_handler(context.processors)(image, context)
        content = BytesIO()
        made.save(content, **context.save_kwargs)
        yield file.storage.save(context.name, ContentFile(content.getvalue()))


class Source(NamedTuple):
    """The attributes of a `<source>` in `<picture>`."""

    type: str
    srcset: str


class Rendered(NamedTuple):
    """A picture in one shape: its sources, and the `<img>` for browsers without `<picture>`."""

    sources: list[Source]
    url: str
    width: int
    height: int
    sizes: str


def rendered(file: Any, name: str) -> Rendered:
    """Return the renditions of an uploaded file in the shape `name` ("card" or "cover")."""
    shape = SHAPES[name]
    widest = shape.widths[-1]
    sources = [
        Source(
            f"image/{kind}",
            ", ".join(f"{getattr(file, key(name, wide, kind))} {wide}w" for wide in shape.widths),
        )
        for kind in ("avif", "webp")
    ]
    url = getattr(file, key(name, widest, "jpeg"))
    return Rendered(sources, url, widest, widest * shape.height // shape.width, shape.sizes)
