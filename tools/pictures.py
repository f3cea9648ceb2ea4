"""`make pictures`: the README's pictures, taken from a portal with the starter content.

They are written to docs/pictures as PNG files of at most 256 colours, which a page of ink,
paper and cloth hardly needs more of.
"""

import io
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from PIL import Image, ImageOps
from playwright.sync_api import Browser

from tools.audit_portal import ROOT, chromium, temporary_portal
from tools.run_tests import Missing

FOLDER = ROOT / "docs" / "pictures"
COLOURS = 256
MOST_BYTES = 300_000
# Between pictures that stand side by side, in pixels; see-through, so that any page suits.
GAP = 48
# A hairline around each window, or it would have no end on a white page.
EDGE = "#D3D7CE"


class Shot(NamedTuple):
    """A window at an address; `scale` is the pixels for each CSS pixel."""

    path: str
    width: int
    height: int
    scale: float = 1
    scheme: Literal["light", "dark"] = "light"


PICTURES = {
    "home.png": [Shot("/", 1280, 1130)],
    "finder.png": [Shot("/cities/?country=gb", 1280, 960)],
    "city.png": [Shot("/cities/manchester/", 1280, 960)],
    "phone.png": [
        Shot("/", 390, 844, 1.5),
        Shot("/cities/?view=map", 390, 844, 1.5, "dark"),
        Shot("/cities/manchester/", 390, 844, 1.5),
    ],
}


def take(browser: Browser, address: str, shot: Shot) -> Image.Image:
    """What a window shows at its first view, when everything has come."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    tab = context.new_page()
    tab.goto(address + shot.path, wait_until="networkidle")
    tab.evaluate("document.fonts.ready.then(() => true)")
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    context.close()
    return ImageOps.expand(picture, border=1, fill=EDGE)


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """One picture of several, with gaps."""
    if len(pictures) == 1:
        return pictures[0]
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) - 1)
    row = Image.new("RGBA", (width, max(picture.height for picture in pictures)))
    start = 0
    for picture in pictures:
        row.paste(picture, (start, 0))
        start += picture.width + GAP
    return row


def save(picture: Image.Image, path: Path) -> None:
    """Write a picture with few colours; flat areas stay flat."""
    see_through = picture.mode == "RGBA"
    method = Image.Quantize.FASTOCTREE if see_through else Image.Quantize.MEDIANCUT
    few = picture.quantize(COLOURS, method, dither=Image.Dither.NONE)
    few.save(path, optimize=True)


def draw() -> Iterator[Path]:
    with temporary_portal() as portal, chromium() as browser:
        for name, shots in PICTURES.items():
            path = FOLDER / name
            save(side_by_side([take(browser, portal.address, shot) for shot in shots]), path)
            yield path


def main() -> int:
    """Draw all pictures; the exit code says whether each is small enough for a README."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    too_large = False
    try:
        for path in draw():
            size = path.stat().st_size
            print(f"{path.relative_to(ROOT)}  {size / 1000:.0f} KB", flush=True)
            if size > MOST_BYTES:
                print(f"{path.name} is larger than {MOST_BYTES / 1000:.0f} KB.", file=sys.stderr)
                too_large = True
    except Missing as missing:
        sys.exit(str(missing))
    return int(too_large)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit("Stopped.")
