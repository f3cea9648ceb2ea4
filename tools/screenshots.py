"""`make screenshots`: the pictures of the README and of the staff guide, from the starter content.

They are written to docs/pictures as PNG files of at most 256 colours, enough for a page of ink,
paper and cloth.
"""

import io
import os
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

import django
from PIL import Image, ImageOps
from playwright.sync_api import Browser

from tools.audit.portal import ROOT, Portal, chromium, temporary_portal
from tools.run_tests import Missing

FOLDER = ROOT / "docs" / "pictures"
COLOURS = 256
MOST_BYTES = 300_000
# Between pictures in a row, in pixels; transparent, so that it suits any page.
GAP = 48
# A hairline around each window, which would have no visible edge on a white page.
EDGE = "#D3D7CE"


class Shot(NamedTuple):
    """A window at an address; `scale` is the pixels for each CSS pixel.

    `press` is a selector to click first, and `look` selects the frame that has to load then.
    """

    path: str
    width: int
    height: int
    scale: float = 1
    scheme: Literal["light", "dark"] = "light"
    press: str = ""
    look: str = ""


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


# The desk of a publisher; {city} is the key of Wakefield, which has a draft.
DESK = {
    "desk.png": Shot("/admin/", 1280, 900),
    "desk-form.png": Shot(
        "/admin/cities/city/{city}/change/",
        1400,
        900,
        press="[data-preview-open]",
        look=".preview-window iframe",
    ),
    "desk-draft.png": Shot("/admin/cities/city/{city}/draft/", 1280, 760),
}


def create_draft(portal: Portal) -> tuple[int, str]:
    """Create a draft that waits for a review; return the key of its city and a session of staff."""
    os.environ.update(portal.environment)
    django.setup()
    from django.contrib.auth.models import Group, User
    from django.test import Client

    from cities.models import City
    from publishing.revisions import snapshots
    from publishing.revisions.drafts import keep_draft
    from publishing.revisions.models import Action, Stage

    writer = User.objects.create_user("maria", first_name="Maria", last_name="Duarte")
    publisher = User.objects.create_user("paul", first_name="Paul", is_staff=True)
    publisher.groups.set(Group.objects.filter(name="Publishers"))
    city = City.objects.get(slug="wakefield")
    snapshot = snapshots.take(city)
    words = snapshot["fields"] | {"summary": f"{city.summary} Its network shows the way."}
    draft = snapshot | {"fields": words}
    keep_draft(city, draft, Action.SUBMITTED, writer, "A word on the network", stage=Stage.REVIEW)
    client = Client()
    client.force_login(publisher)
    return city.pk, client.cookies["sessionid"].value


def screenshot(browser: Browser, address: str, shot: Shot, session: str = "") -> Image.Image:
    """Return a screenshot of the window's first view, once everything is loaded."""
    context = browser.new_context(
        viewport={"width": shot.width, "height": shot.height},
        device_scale_factor=shot.scale,
        color_scheme=shot.scheme,
        reduced_motion="reduce",
    )
    if session:
        context.add_cookies([{"name": "sessionid", "value": session, "url": address}])
    tab = context.new_page()
    tab.goto(address + shot.path, wait_until="networkidle")
    if shot.press:
        tab.locator(shot.press).first.click()
        tab.frame_locator(shot.look).locator("h1").wait_for()
        tab.wait_for_load_state("networkidle")
        tab.evaluate("window.scrollTo(0, 0)")
    tab.evaluate("document.fonts.ready.then(() => true)")
    picture = Image.open(io.BytesIO(tab.screenshot())).convert("RGB")
    context.close()
    return ImageOps.expand(picture, border=1, fill=EDGE)


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    """Join several pictures in a row, with gaps."""
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
    is_transparent = picture.mode == "RGBA"
    method = Image.Quantize.FASTOCTREE if is_transparent else Image.Quantize.MEDIANCUT
    reduced = picture.quantize(COLOURS, method, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


def draw_pictures() -> Iterator[Path]:
    with temporary_portal() as portal:
        with chromium() as browser:
            for name, shots in PICTURES.items():
                row = [screenshot(browser, portal.address, shot) for shot in shots]
                save(side_by_side(row), FOLDER / name)
                yield FOLDER / name
        # Between two browsers: Playwright's event loop keeps Django from the database.
        key, session = create_draft(portal)
        with chromium() as browser:
            for name, shot in DESK.items():
                filled = shot._replace(path=shot.path.format(city=key))
                save(screenshot(browser, portal.address, filled, session), FOLDER / name)
                yield FOLDER / name


def main(arguments: list[str]) -> int:
    """Draw all pictures; return exit code 1 if one is too large for a page."""
    ArgumentParser(prog="make screenshots", description=__doc__).parse_args(arguments)
    FOLDER.mkdir(parents=True, exist_ok=True)
    too_large = False
    try:
        for path in draw_pictures():
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
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
