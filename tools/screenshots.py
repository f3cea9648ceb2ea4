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

    `press` is a selector to click first, and `look` selects what has to show then: a frame of the
    preview, or an element.
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


# The desk of an administrator; {city} is the key of Wakefield, which has a draft.
DESK = {
    "desk.png": Shot("/admin/", 1280, 900),
    "desk-form.png": Shot(
        "/admin/cities/city/{city}/change/",
        1400,
        900,
        press="[data-preview-open]",
        look=".preview-window iframe",
    ),
    "desk-pictures.png": Shot(
        "/admin/news/newsitem/add/",
        1280,
        760,
        press="text=Choose a picture",
        look="#picture-chooser .chooser-pictures img",
    ),
    "desk-draft.png": Shot("/admin/cities/city/{city}/draft/", 1400, 760),
    "desk-history.png": Shot("/admin/cities/city/{city}/history/", 1280, 480),
    "desk-invite.png": Shot("/admin/accounts/user/add/", 1280, 760),
}
# Cities whose share images stand in for photographs in the library.
PICTURED = ("wakefield", "manchester", "bristol", "glasgow", "swansea", "belfast")


def create_content(portal: Portal) -> tuple[int, str]:
    """Create pictures, and a draft with a comment; return its city's key and a session of staff."""
    os.environ.update(portal.environment)
    django.setup()
    from django.contrib.auth.models import Group
    from django.core.files.base import ContentFile
    from django.test import Client

    from cities.models import City
    from portal.accounts.models import User
    from publishing.pictures.models import Picture
    from publishing.revisions import comments, snapshots
    from publishing.revisions.drafts import keep_draft
    from publishing.revisions.models import Action, Stage

    writer = User.objects.create_user("maria@example.org", name="Maria Duarte")
    publisher = User.objects.create_user("paul@example.org", name="Paul Okafor")
    publisher.groups.set(Group.objects.filter(name="Administrators"))
    city = City.objects.get(slug="wakefield")
    snapshot = snapshots.take(city)
    words = snapshot["fields"] | {"summary": f"{city.summary} Its network shows the way."}
    draft = snapshot | {"fields": words}
    keep_draft(city, draft, Action.SUBMITTED, writer, "A word on the network", stage=Stage.REVIEW)
    comments.start(city, publisher, "Which network? Please name it.", field="fields/summary")
    client = Client(SERVER_NAME="127.0.0.1")
    for slug in PICTURED:
        cover = ContentFile(client.get(f"/cities/{slug}/cover.png").content, f"{slug}.png")
        Picture.objects.create(title=slug.title(), file=cover, alternative_text="The city’s cloth")
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
        if shot.look.endswith("iframe"):
            tab.frame_locator(shot.look).locator("h1").wait_for()
        else:
            tab.locator(shot.look).first.wait_for()
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
        key, session = create_content(portal)
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
