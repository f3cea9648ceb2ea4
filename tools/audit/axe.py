"""axe-core in Chromium, over each page: narrow and wide, zoomed, light and dark, unfolded."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Literal, NamedTuple

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error
from playwright.sync_api import Page as Tab

from tools.audit.pages import AuditPage
from tools.audit.portal import Portal, chromium
from tools.audit.report import Finding, Result

Scheme = Literal["light", "dark"]


class Viewport(NamedTuple):
    """A window in which a page is checked: its size in CSS pixels, and what is checked in it.

    `scale` is the pixels of the screen for each CSS pixel; `folds` repeats the checks with every
    `details` open.
    """

    name: str
    width: int
    height: int
    scale: int = 1
    folds: bool = True
    schemes: tuple[Scheme, ...] = ("light", "dark")


VIEWS = (
    Viewport("390 px", 390, 844),
    Viewport("1280 px", 1280, 900),
    Viewport("320 px", 320, 640, folds=False),
    # The size of a window of 1280 by 900 for the page at a zoom of 400 %.
    Viewport("400 % zoom", 320, 225, scale=4, schemes=("light",)),
)
# Staff work on laptops and phones; the desk has many pages.
# The windows are taller than most pages, so that what sticks to an edge covers nothing.
DESK_VIEWS = (Viewport("390 px", 390, 9000), Viewport("1280 px", 1280, 9000))
# The most milliseconds that a step waits for its element.
PATIENCE = 45_000
OPTIONS = {
    # For imported style sheets axe makes style elements, which the portal's policy refuses.
    "preload": False,
    "resultTypes": ["violations"],
    "runOnly": {
        "type": "tag",
        "values": "wcag2a wcag2aa wcag21a wcag21aa wcag22a wcag22aa best-practice".split(),
    },
    # Part of WCAG 2.2 AA, but off by default.
    "rules": {"target-size": {"enabled": True}},
}
# A menu covers what is below it; it is looked at on a page of its own.
OPEN_FOLDS = """() => {
    const closed = document.querySelectorAll("details:not([open], [data-menu])");
    closed.forEach((details) => { details.open = true; });
    return closed.length;
}"""
# A bar at the lower edge covers parts of what is behind it, which a scroll reveals.
REST_BARS = """() => document.querySelectorAll(".facets-go, [data-bar]").forEach((bar) => {
    bar.style.position = "static";
})"""
# The outermost elements that overflow sideways, unless something around them scrolls.
STICKING_OUT = """() => {
    const root = document.scrollingElement;
    if (root.scrollWidth <= root.clientWidth) return [];
    const out = (element) => {
        const box = element.getBoundingClientRect();
        return box.width && (box.right > root.clientWidth + 0.5 || box.left < -0.5);
    };
    const all = [...document.body.querySelectorAll("*")].filter(out);
    return all.filter((element) => !all.some((other) => other !== element
        && element.contains(other))).slice(0, 3).map((element) => element.outerHTML);
}"""


def check(portal: Portal, pages: list[AuditPage]) -> Iterator[Result]:
    """Check WCAG 2.0 to 2.2 A and AA, axe's best practices, sideways scroll and console errors."""
    axe = Axe()
    with chromium() as browser:
        for page in pages:
            findings = [
                finding
                for view in (DESK_VIEWS if page.session else VIEWS)
                for finding in check_viewport(browser, axe, view, portal.address, page)
            ]
            yield Result("axe", page, merge_findings(findings), [])


def check_viewport(
    browser: Browser, axe: Axe, view: Viewport, address: str, page: AuditPage
) -> Iterator[Finding]:
    context = browser.new_context(
        viewport={"width": view.width, "height": view.height},
        device_scale_factor=view.scale,
        # The contrast of a colour in transition cannot be measured.
        reduced_motion="reduce",
    )
    messages: list[str] = []
    try:
        tab = context.new_page()
        tab.on("pageerror", lambda error: messages.append(str(error)))
        tab.on("console", lambda line: messages.append(line.text) if line.type == "error" else None)
        if page.session:
            cookies = {"sessionid": page.session, "desk": "1"}
            context.add_cookies(
                [{"name": name, "value": cookies[name], "url": address} for name in cookies]
            )
        answer = tab.goto(address + page.path, wait_until="load")
        if answer is None or answer.status != page.status:
            yield Finding(view.name, "status", f"{answer and answer.status}, not {page.status}")
        for action, target in page.steps:
            take_step(tab, action, target)
        yield from check_view(axe, tab, view, view.name)
        if view.folds and tab.evaluate(OPEN_FOLDS):
            yield from check_view(axe, tab, view, f"{view.name}, folds open")
    except Error as error:
        yield Finding(view.name, "not loaded", str(error))
    finally:
        context.close()
    # An expected error status is reported in the console too.
    expected = [f"status of {status}" for status in (page.status, page.answers) if status != 200]
    yield from (
        Finding(view.name, "console", text)
        for text in messages
        if not any(status in text for status in expected)
    )


def take_step(tab: Tab, action: str, target: str) -> None:
    """Do on the page what a person would do, or wait for an element to be seen."""
    tab.set_default_timeout(PATIENCE)
    selector, _sign, value = target.rpartition("=")
    match action:
        case "click":
            tab.locator(target).first.click()
        case "submit":
            with tab.expect_navigation():
                tab.locator(target).first.click()
        case "fill":
            tab.fill(selector, value)
        case "type":
            tab.locator(selector).press_sequentially(value)
        case "press":
            tab.keyboard.press(target)
        case "see":
            tab.locator(target).first.wait_for()
        case "sign out":
            tab.context.clear_cookies()
        case "elsewhere":
            save_elsewhere(tab, selector, value)
        case _:
            raise ValueError(action)


def save_elsewhere(tab: Tab, selector: str, value: str) -> None:
    """Add words to a field of the same form in another tab, and save it there."""
    other = tab.context.new_page()
    other.goto(tab.url, wait_until="load")
    other.fill(selector, other.input_value(selector) + value)
    take_step(other, "submit", "[data-bar] [name=_save]")
    other.close()


def check_view(axe: Axe, tab: Tab, view: Viewport, place: str) -> Iterator[Finding]:
    tab.evaluate(REST_BARS)
    for scheme in view.schemes:
        tab.emulate_media(color_scheme=scheme)
        yield from violations(axe, tab, f"{place}, {scheme}")
    for html in tab.evaluate(STICKING_OUT):
        yield Finding(place, "sideways scroll", html)


def violations(axe: Axe, tab: Tab, place: str) -> Iterator[Finding]:
    for violation in axe.run(tab, options=OPTIONS).response["violations"]:
        for node in violation["nodes"]:
            yield Finding(place, f"{violation['id']}{first_reason(node)}", node["html"])


def first_reason(node: dict[str, Any]) -> str:
    """Return axe's reason: ": Element has insufficient color contrast of 4.1 (…)"."""
    checks = [*node["any"], *node["all"], *node["none"]]
    return f": {checks[0]['message']}" if checks else ""


def merge_findings(findings: list[Finding]) -> list[Finding]:
    """Merge findings on the same element by the same rule in several views into one."""
    ordered = sorted(findings, key=lambda finding: finding[1:])
    return [
        Finding("; ".join(dict.fromkeys(finding.where for finding in same)), *key)
        for key, same in groupby(ordered, key=lambda finding: finding[1:])
    ]
