"""`make check ARGS=browsers`: no public page needs a browser younger than the floor.

The floor is what the accessibility page promises. A feature that came later may be used behind a
guard only: inside @supports in a style sheet, or on a line of a script that tests for it. The list
of younger features is kept by hand, from the compatibility data of MDN (its "Baseline" dates); one
that is not in it is not found.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
STATIC = ROOT / "portal" / "static"
# Everything works from these versions on: December 2023 to May 2024.
FLOOR = {"Chrome and Edge": "120", "Firefox": "121", "Safari": "17.5"}
# From these on, of spring 2022, pages can be read and used, but look simpler (@layer).
READABLE = {"Chrome and Edge": "99", "Firefox": "97", "Safari": "15.4"}


class Young(NamedTuple):
    """A feature that some browser of the floor lacks, and the versions that brought it."""

    name: str
    pattern: str
    since: str


STYLES = (
    Young("::details-content", r"::details-content", "Chrome 131, Safari 18.4, Firefox 143"),
    Young("content-visibility", r"content-visibility\s*:", "Safari 18"),
    Young("interpolate-size", r"interpolate-size\s*:|calc-size\(", "Chrome 129 only"),
    Young("field-sizing", r"field-sizing\s*:", "Chrome 123, Safari 26.2"),
    Young("light-dark()", r"light-dark\(", "Chrome 123"),
    Young("@starting-style", r"@starting-style", "Firefox 129"),
    Young("@property", r"@property", "Firefox 128"),
    Young("@scope", r"@scope\b", "Firefox 146"),
    Young("@function and if()", r"@function\b|:\s*if\(", "Chrome 137 only"),
    Young("style queries", r"@container\s+style\(", "Chrome 111, Safari 18"),
    Young("anchor positioning", r"anchor-name\s*:|position-anchor\s*:|anchor\(", "Chrome 125"),
    Young("scroll-driven animation", r"(?:animation|scroll|view)-timeline", "Chrome 115"),
    Young("@view-transition", r"@view-transition|view-transition-name", "Chrome 126, Safari 18.2"),
    Young("base-select", r"base-select|::picker\(", "Chrome 135 only"),
    Young("text-wrap: pretty", r"text-wrap(?:-style)?\s*:\s*pretty", "no Firefox"),
    Young("text-box", r"text-box(?:-trim|-edge)?\s*:", "Chrome 133, Safari 18.2"),
    Young(":popover-open", r":popover-open", "Firefox 125"),
    Young(":state()", r":state\(", "Chrome 125"),
    Young(":open", r":open\b", "Chrome 133, Firefox 136"),
    Young("relative colours", r"(?:rgb|hsl|oklch|color)\(from\b", "Firefox 128"),
    Young("ruby-align", r"ruby-align\s*:", "Chrome 128, Safari 18.2"),
    Young("align-content in blocks", r"display:\s*flow-root list-item", "Firefox 125"),
    Young("reading-flow", r"reading-flow\s*:", "Chrome 137 only"),
    Young("sibling-index()", r"sibling-(?:index|count)\(", "Chrome 138"),
    Young("corner-shape", r"corner-shape\s*:", "Chrome 139 only"),
    Young("typed attr()", r"attr\([^)]*\btype\(", "Chrome 133 only"),
)
SCRIPTS = (
    Young("Promise.withResolvers", r"Promise\.withResolvers|Promise\.try\(", "Safari 17.4"),
    Young("Array.fromAsync", r"Array\.fromAsync", "Chrome 121"),
    Young("Set operations", r"\.(?:union|isSubsetOf|symmetricDifference)\(", "Firefox 127"),
    Young("Iterator helpers", r"\bIterator\.|\.values\(\)\.(?:map|filter)\(", "Firefox 131"),
    Young("URL.parse", r"\bURL\.parse\(", "Chrome 126, Safari 18"),
    Young("Intl.Segmenter", r"Intl\.(?:Segmenter|DurationFormat)", "Firefox 125"),
    Young("view transitions", r"startViewTransition", "Safari 18, Firefox 144"),
    Young("popovers", r"(?:show|hide|toggle)Popover", "Firefox 125"),
    Young("checkVisibility", r"\.checkVisibility\(", "Safari 17.4"),
    Young("moveBefore", r"\.moveBefore\(", "Chrome 133"),
    Young("requestIdleCallback", r"requestIdleCallback", "no Safari"),
    Young("scrollend", r"[\"']scrollend[\"']", "Safari 26.2"),
    Young("navigation API", r"\bnavigation\.", "Safari 26.2, Firefox 147"),
    Young("CloseWatcher", r"\bCloseWatcher\b", "Chrome 126 only"),
    Young("setHTMLUnsafe", r"setHTML(?:Unsafe)?\(|\.getHTML\(", "Firefox 128"),
    Young("RegExp.escape", r"RegExp\.escape\(", "Chrome 136"),
    Young("base64 of bytes", r"\.(?:from|to)Base64\(", "Chrome 140"),
    Young("using", r"^\s*(?:await )?using ", "Chrome 134"),
    Young("Temporal", r"\bTemporal\.", "Firefox 139"),
    Young("import attributes", r"\bwith\s*\{\s*type:", "Firefox 138"),
    Young("Float16Array", r"\bFloat16Array\b", "Chrome 135"),
)
MARKUP = (
    Young("popover", r"\spopover(?:target)?[=\s>]", "Firefox 125"),
    Young("command", r"\scommandfor=", "Chrome 135"),
    Young("closedby", r"\sclosedby=", "Chrome 134"),
    Young("hidden=until-found", r"hidden=\"until-found\"", "Firefox 139, Safari 26.2"),
    Young("named details", r"<details[^>]*\sname=", "Firefox 130"),
    Young("writingsuggestions", r"\swritingsuggestions=", "Chrome 124"),
)
GUARD = re.compile(
    r"CSS\.supports|typeof |\?\.\(| in (?:window|document|globalThis|\w+\.prototype)"
)


class Use(NamedTuple):
    """A use of a young feature that nothing guards."""

    path: str
    line: int
    feature: Young


def without_comments(text: str) -> str:
    """Return a style sheet without its comments, each line in its place."""
    return re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m[0]), text, flags=re.DOTALL)


def guarded(styles: str) -> list[range]:
    """Return the places of a style sheet that are inside @supports."""
    places = []
    for match in re.finditer(r"@supports[^{]*\{", styles):
        depth, end = 1, match.end()
        while depth and end < len(styles):
            depth += {"{": 1, "}": -1}.get(styles[end], 0)
            end += 1
        places.append(range(match.start(), end))
    return places


def in_styles(text: str) -> Iterator[tuple[int, Young]]:
    """Yield line and feature of each unguarded use in a style sheet."""
    text = without_comments(text)
    safe = guarded(text)
    for feature in STYLES:
        for match in re.finditer(feature.pattern, text):
            if not any(match.start() in place for place in safe):
                yield text.count("\n", 0, match.start()) + 1, feature


def in_lines(text: str, features: tuple[Young, ...]) -> Iterator[tuple[int, Young]]:
    """Yield line and feature of each use in a script or template, on a line without a guard."""
    for number, line in enumerate(text.splitlines(), 1):
        for feature in features:
            if re.search(feature.pattern, line) and not GUARD.search(line):
                yield number, feature


def uses() -> Iterator[Use]:
    """Yield the unguarded uses in the styles, scripts and templates of public pages."""
    for path in (STATIC / "site.css", STATIC / "tokens.css"):
        for line, feature in in_styles(path.read_text()):
            yield Use(path.name, line, feature)
    for path in sorted(STATIC.glob("js/*.js")):
        for line, feature in in_lines(path.read_text(), SCRIPTS):
            yield Use(path.name, line, feature)
    for path in sorted((ROOT / "templates").rglob("*.html")):
        relative = path.relative_to(ROOT / "templates")
        if relative.parts[0] != "admin":
            for line, feature in in_lines(path.read_text(), MARKUP):
                yield Use(str(relative), line, feature)


def main() -> int:
    """Print the unguarded uses; return 1 if there is any."""
    found = list(uses())
    for path, line, feature in found:
        print(f"{path}:{line}: {feature.name} ({feature.since}) needs a guard")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main())
