"""Share images: the pictures that social networks show with a link.

1200 × 630 pixels with the cloth at the left and text at the right, as in the design document under
"Open Graph". The cloth is painted from the SVG that pages show, so the rules of weaving are in
`cities.drawing.cloth` alone. Text is set in the fonts of the website; characters that these lack
are romanised.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from anyascii import anyascii
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageDraw
from PIL.ImageFont import FreeTypeFont, truetype

from cities.drawing.cloth import DYES, SIZE, cloth_svg
from cities.models import City
from publishing.models import readable_slug

WIDTH, HEIGHT = 1200, 630
CLOTH_WIDTH = 480
PAPER, INK, SOFT = "#FBFBF8", "#1A2427", "#4A5659"
HEADING, TEXT = "besley-560.ttf", "source-sans-3-400.ttf"
# Raise it with every change of the drawing, so that images get a new ETag.
EDITION = 1

# Text: the inset of the panel, and the sizes tried for headings.
LEFT, RIGHT = CLOTH_WIDTH + 56, WIDTH - 56
TEXT_SIZE = 29
TALLEST = 250
SIZES = (92, 72, 66, 60, 55, 50, 45, 40, 36, 32, 28)
SHORT = 12  # Only headings of at most so many letters are set in the largest size.

# The bars of tools/make_icons.py and templates/components/mark.html, on a square of 20.
MARK = (
    (0, 1.5, 7, 4), (13, 1.5, 7, 4), (0, 14.5, 7, 4), (13, 14.5, 7, 4),
    (8, 0, 4, 7), (8, 13, 4, 7), (1.5, 6.5, 4, 7), (14.5, 6.5, 4, 7), (6.5, 8, 7, 4),
)  # fmt: skip

# Signs of transcription (Al Daʿayen, Nukuʻalofa), and what a font without them has for them.
SUBSTITUTES = dict(zip("ʻʿʼʾ", "‘‘’’", strict=True))

STROKE = re.compile(r"M([\d.]+) ([\d.]+)([hv])([\d.]+)")


class ShareImage(NamedTuple):
    """The content of an image: the site's name, SVGs of cloths in a row, a heading, two lines."""

    site: str
    cloths: tuple[str, ...]
    heading: str
    under: str
    foot: str

    @property
    def etag(self) -> str:
        words = repr((EDITION, *self))
        return f'"{sha256(words.encode()).hexdigest()[:32]}"'


def city_image(city: City, site: str) -> ShareImage:
    """Return the content of a city's image; query other names only if its name cannot be drawn."""
    joined = _("Joined %(year)s") % {"year": city.joined_year} if city.joined_year else ""
    return ShareImage(site, cloths_of([city]), drawable_name(city), city.country.name, joined)


def cloths_of(cities: Sequence[City]) -> tuple[str, ...]:
    """Return the cloths of up to two cities; without cities, one in each region's dye."""
    return tuple(
        cloth_svg(
            city.country.region,
            city.country.code,
            city.joined_year,
            city.latitude,
            city.longitude,
            city.population,
            CLOTH_WIDTH // len(cities[:2]),
            HEIGHT,
            uid="cloth",
        )
        for city in cities[:2]
    ) or tuple(
        cloth_svg(*facts, CLOTH_WIDTH // len(DYES), HEIGHT, gold=False, uid="cloth")
        for facts in ((region, "GB", 2024, 53.48, -2.24, None) for region in DYES)
    )


def drawable_name(city: City) -> str:
    """Return the name, the first other name that the font can draw, or the romanised name."""
    if can_draw(city.name, HEADING):
        return city.name
    others = (other.name for other in city.alternative_names.all())
    latin = (readable_slug(city.name) or city.slug).replace("-", " ").title()
    return next((name for name in others if can_draw(name, HEADING)), latin)


def paint(cover: ShareImage) -> bytes:
    """Return the image as a PNG."""
    picture = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    for index, svg in enumerate(cover.cloths):
        picture.paste(paint_cloth(svg), (index * CLOTH_WIDTH // len(cover.cloths), 0))
    pen = ImageDraw.Draw(picture)
    text = font(TEXT, TEXT_SIZE)
    paint_mark(pen, LEFT, 56, 44, INK)
    site = shorten(with_glyphs(cover.site, TEXT), text, RIGHT - LEFT - 60)
    pen.text((LEFT + 60, 78), site, INK, text, anchor="lm")
    size, lines = fit_heading(with_glyphs(cover.heading, HEADING))
    heading = font(HEADING, size)
    leading = round(size * 1.04)
    # The heading and the line under it are centred together.
    high = leading * len(lines) + (50 if cover.under else 0)
    baseline = (HEIGHT - high) // 2 + round(size * 0.86)
    for line in lines:
        pen.text((LEFT, baseline), line, INK, heading, anchor="ls")
        baseline += leading
    under = shorten(with_glyphs(cover.under, TEXT), text)
    pen.text((LEFT, baseline - leading + round(size * 0.2) + 48), under, INK, text, anchor="ls")
    foot = shorten(with_glyphs(cover.foot, TEXT), text)
    pen.text((LEFT, 551), foot, INK, text, anchor="lm")
    file = BytesIO()
    picture.save(file, "PNG", compress_level=6)
    return file.getvalue()


def paint_mark(pen: ImageDraw.ImageDraw, left: int, top: int, size: int, colour: str) -> None:
    """Paint the mark of the portal, on whole pixels."""
    for x, y, width, height in MARK:
        start = (left + round(x * size / 20), top + round(y * size / 20))
        end = (left + round((x + width) * size / 20), top + round((y + height) * size / 20))
        pen.rectangle((*start, end[0] - 1, end[1] - 1), fill=colour)


# -- The cloth ---------------------------------------------------------------------------------


def paint_cloth(svg: str) -> Image.Image:
    """Return a cloth of `cloth_svg` as an image: one pixel for each unit of the drawing."""
    drawing = ElementTree.fromstring(svg)  # noqa: S314 (our own drawing, never an upload)
    width, height = (int(side) for side in drawing.attrib["viewBox"].split()[2:])
    pattern, _filled, *threads = drawing
    cloth = Image.new("RGB", (width, height))
    repeat, tile = int(pattern.attrib["width"]), paint_tile(pattern)
    for top in range(0, height, repeat):
        for left in range(0, width, repeat):
            cloth.paste(tile, (left, top))
    pen = ImageDraw.Draw(cloth)
    for path in threads:
        line, colour = path.attrib["d"], path.attrib["stroke"]
        if "fill" in path.attrib:
            x, y, side = (float(number) for number in re.findall(r"[\d.]+", line)[:3])
            # A stroke of 2 lies half outside the shape.
            box = (round(x - 1), round(y - 1), round(x + side), round(y + side))
            pen.rectangle(box, path.attrib["fill"], colour, 2)
        else:
            dash = [int(part) for part in path.attrib.get("stroke-dasharray", "").split()]
            paint_strokes(pen, line, colour, int(path.attrib["stroke-width"]), dash)
    return cloth


def paint_tile(pattern: ElementTree.Element) -> Image.Image:
    """Return one repeat of the weave in full size."""
    ground, *colours = pattern
    tile = Image.new("RGB", (SIZE, SIZE), ground.attrib["fill"])
    pen = ImageDraw.Draw(tile)
    for path in colours:
        paint_strokes(pen, path.attrib["d"], path.attrib["stroke"], 1)
    side = int(pattern.attrib["width"])
    return tile.resize((side, side), Image.Resampling.NEAREST)


def paint_strokes(
    pen: ImageDraw.ImageDraw, line: str, colour: str, width: int, dash: Sequence[int] = ()
) -> None:
    """Draw the horizontal and vertical strokes of an SVG path, solid or in dashes."""
    for left, top, direction, length in STROKE.findall(line):
        x, y, end = float(left), float(top), int(length)
        on, off = dash or (end, 0)
        for start in range(0, end, on + off):
            last = min(start + on, end)
            if direction == "h":
                box = (x + start, y - width / 2, x + last - 1, y + width / 2 - 1)
            else:
                box = (x - width / 2, y + start, x + width / 2 - 1, y + last - 1)
            pen.rectangle([round(side) for side in box], fill=colour)


# -- Text --------------------------------------------------------------------------------------


@lru_cache(maxsize=32)
def font(name: str, size: int) -> FreeTypeFont:
    return truetype(Path(settings.PICTURE_FONTS, name), size)


@lru_cache(maxsize=4096)
def has_glyph(character: str, name: str) -> bool:
    """Return whether a font has a character: it draws others as nothing, or all as the same box."""
    bitmap, box = (bytes(font(name, TEXT_SIZE).getmask(c)) for c in (character, "\uffff"))
    return character.isspace() or (any(bitmap) and bitmap != box)


def can_draw(text: str, name: str) -> bool:
    """Return whether a font has the letters and digits of a text; other signs can be replaced."""
    kinds = {c: unicodedata.category(c) for c in unicodedata.normalize("NFC", text)}
    return all(has_glyph(c, name) for c, kind in kinds.items() if kind[0] in "LMN" and kind != "Lm")


def with_glyphs(text: str, name: str) -> str:
    """Return the text on one line, in characters that a font has; the others are romanised."""
    composed = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(c if has_glyph(c, name) else SUBSTITUTES.get(c) or anyascii(c) for c in composed)


def fit_heading(text: str) -> tuple[int, list[str]]:
    """Return the largest size in which a heading fits, and its lines in that size."""
    for size in SIZES[len(text) > SHORT :]:
        face = font(HEADING, size)
        lines = balance(text.split(), face)
        if len(lines) * size * 1.04 <= TALLEST and all(
            face.getlength(line) <= RIGHT - LEFT for line in lines
        ):
            return size, lines
    # Only a very long word or text reaches this point.
    room = int(TALLEST / size / 1.04)
    rest = " ".join(lines[room - 1 :])
    return size, [shorten(line, face) for line in [*lines[: room - 1], rest]]


def balance(words: Iterable[str], face: FreeTypeFont) -> list[str]:
    """Return the words in as few lines as they need, all of about the same length."""
    measured = [(word, face.getlength(word)) for word in words]
    space = face.getlength(" ")
    best = wrap(measured, space, RIGHT - LEFT)
    for width in range(RIGHT - LEFT, 0, -8):
        lines = wrap(measured, space, width)
        if len(lines) > len(best):
            break
        best = lines
    return best


def wrap(words: Iterable[tuple[str, float]], space: float, width: float) -> list[str]:
    lines: list[str] = []
    end = 0.0
    for word, length in words:
        if lines and end + space + length <= width:
            lines[-1] += f" {word}"
            end += space + length
        else:
            lines.append(word)
            end = length
    return lines


def shorten(text: str, face: FreeTypeFont, width: int = RIGHT - LEFT) -> str:
    """Return the text, cut with an ellipsis if it is wider than `width`."""
    if face.getlength(text) <= width:
        return text
    while text and face.getlength(f"{text}…") > width:
        text = text[:-1].rstrip()
    return f"{text}…"
