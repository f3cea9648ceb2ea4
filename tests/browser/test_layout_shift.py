"""Nothing jumps on a phone whose line is slow, whatever faces its system has.

The fonts of a system are those that Debian's packages have for it.
"""

import os
from pathlib import Path

import pytest

from tests import factories
from tests.browser.conftest import ARGUMENTS
from tools.run_tests import find_chromium

MOST = 0.02
FOLDER = Path("/usr/share/fonts/truetype")
# Debian's packages of the two. Android has Roboto, but its letters with serifs are Noto's.
PACKAGES = {"noto": "fonts-noto-core", "roboto": "fonts-roboto-unhinted"}
FONTS = """<fontconfig>
<dir>{folder}/noto</dir><dir>{folder}/roboto</dir><cachedir>{cache}</cachedir>
<selectfont><rejectfont><pattern><patelt name="family"><string>{without}</string></patelt></pattern>
</rejectfont></selectfont></fontconfig>"""
# The face without serifs that a system does not have.
WITHOUT = {"noto": "Roboto", "roboto": "Noto Sans"}
OBSERVE = """
window.shift = 0;
new PerformanceObserver((list) => {
  for (const { value } of list.getEntries()) window.shift += value;
}).observe({ type: "layout-shift", buffered: true });
"""
PAINTED = """
new Promise((done) => new PerformanceObserver(done).observe({ type: "paint", buffered: true }))
  .then(() => true)
"""
# Two frames after the fonts, what they have moved is measured.
SETTLED = """
document.fonts.ready.then(
  () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
)
"""


@pytest.fixture(params=WITHOUT)
def phone(request, tmp_path, chromium, live_server):
    """Return a phone with the fonts of one system."""
    for name, package in PACKAGES.items():
        if not (FOLDER / name).exists():
            is_needed = os.environ.get("REQUIRE_ALL") == "1"
            (pytest.fail if is_needed else pytest.skip)(f"no {FOLDER / name}: install {package}")
    fonts = tmp_path / "fonts.conf"
    without = WITHOUT[request.param]
    fonts.write_text(FONTS.format(folder=FOLDER, cache=tmp_path / "fonts", without=without))
    browser = chromium.browser_type.launch(
        executable_path=find_chromium(),
        args=ARGUMENTS,
        env={**os.environ, "FONTCONFIG_FILE": str(fonts)},
    )
    yield browser.new_context(base_url=live_server.url, viewport={"width": 390, "height": 844})
    browser.close()


def shift_of(phone, path):
    """Return how far a page moves when its fonts arrive after it was painted."""
    page = phone.new_page()
    page.add_init_script(OBSERVE)
    waiting = []
    page.route("**/*.woff2", lambda font: waiting.append(font))
    page.goto(path, wait_until="domcontentloaded")
    page.evaluate(PAINTED)
    assert waiting, "The page did not ask for its fonts."
    page.route("**/*.woff2", lambda font: font.continue_())
    for font in waiting:
        font.continue_()
    page.wait_for_load_state("load")
    page.evaluate(SETTLED)
    shift = page.evaluate("window.shift")
    page.close()
    return shift


def test_nothing_jumps_when_the_fonts_arrive_late(phone):
    intake = factories.intake(
        year=2024, announced_on="2024-02-14", cities_announced=64, cities_total=356
    )
    for name in ("Derry City and Strabane", "Manchester", "Wakefield"):
        factories.city(name=name, intake=intake, latitude=53, longitude=-2, population=100_000)
    factories.news_item(title="Two English cities joined in the February 2024 intake")
    paths = ["/", "/cities/", "/cities/derry-city-and-strabane/", "/countries/", "/intakes/2024/"]
    paths += ["/numbers/", "/news/"]
    shifts = {path: round(shift_of(phone, path), 3) for path in paths}
    assert {path: shift for path, shift in shifts.items() if shift > MOST} == {}


def test_the_menu_stays_in_one_row_with_any_face(phone):
    page = phone.new_page()
    page.route("**/*.woff2", lambda font: font.abort())
    for width in (360, 390, 414):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto("/numbers/")
        links = page.get_by_role("navigation", name="Main").get_by_role("link").all()
        boxes = [link.bounding_box() for link in links]
        assert len({box["y"] for box in boxes}) == 1
        assert max(box["x"] + box["width"] for box in boxes) <= width
    page.close()
