"""Lighthouse with its mobile emulation: scores, weight, layout shifts, render-blocking files."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tools.audit.pages import AuditPage
from tools.audit.portal import CHROMIUM_ARGUMENTS, Portal, chromium_path
from tools.audit.report import Finding, Result
from tools.npm import install
from tools.run_tests import Missing

# The scores out of a hundred that a page has to reach.
SCORES = {"performance": 98, "accessibility": 100, "best-practices": 100, "seo": 100}
# The most bytes over the wire for a first view: all but pictures and fonts, and fonts alone.
MOST_BYTES = 60 * 1024
MOST_FONT_BYTES = 62 * 1024
# The only files that may block rendering; they are fetched in parallel.
MAY_BLOCK = {"tokens.css", "site.css"}
# Lighthouse sometimes loses a trace.
ATTEMPTS = 3


class Run(NamedTuple):
    """The results of one run of Lighthouse."""

    scores: dict[str, int]
    weight: int
    fonts: int
    pictures: int
    shift: float
    paint: float
    # The render-blocking files.
    blocking: list[str]
    failed: list[Finding]


def check(portal: Portal, pages: list[AuditPage], runs: int = 3) -> Iterator[Result]:
    """Measure each page; the median of the runs counts, so two that agree save the third."""
    node = shutil.which("node")
    if not node:
        raise Missing("Node was not found. Install it (on Debian: apt install nodejs npm).")
    command = [node, str(install(Path(__file__).parent, "lighthouse") / "cli" / "index.js")]
    chromium = chromium_path()
    for page in pages:
        # Lighthouse refuses responses with an error status; the desk is not for search engines.
        if page.status == 200 and not page.session:
            yield measure(command, chromium, portal, page, runs)


def measure(
    command: list[str], chromium: str, portal: Portal, page: AuditPage, runs: int
) -> Result:
    hidden = re.search(rb'<meta name="robots" content="noindex', portal.get(page.path).body)
    # Such a page is kept from search engines on purpose.
    skipped = ["--skip-audits=is-crawlable"] if hidden else []
    done: list[Run] = []
    while len(done) < runs and not (len(done) * 2 > runs and len({is_fast(r) for r in done}) == 1):
        done.append(run_once([*command, portal.address + page.path, *skipped], chromium))
    performance = median(run.scores["performance"] for run in done)
    last = done[-1]
    findings = list(exceeded_limits(done))
    findings += last.failed if any(f.rule != "performance" for f in findings) else []
    others = "/".join(str(score) for name, score in last.scores.items() if name != "performance")
    figures = (
        f"{performance:.0f}/{others}  {last.weight / 1024:.1f} KB, fonts {last.fonts / 1024:.1f}, "
        f"pictures {last.pictures / 1024:.1f}, largest paint {last.paint / 1000:.2f} s"
    )
    return Result("lighthouse", page, findings, [], figures)


def is_fast(run: Run) -> bool:
    return run.scores["performance"] >= SCORES["performance"]


def exceeded_limits(done: list[Run]) -> Iterator[Finding]:
    """Yield the results beyond their limits; only performance differs from run to run."""
    for name, least in SCORES.items():
        score = median(run.scores[name] for run in done)
        if score < least:
            yield Finding(f"{score:.0f} of {least}", name)
    last = done[-1]
    if last.weight > MOST_BYTES:
        yield Finding(f"{last.weight} of {MOST_BYTES} bytes", "weight without pictures and fonts")
    if last.fonts > MOST_FONT_BYTES:
        yield Finding(f"{last.fonts} of {MOST_FONT_BYTES} bytes", "weight of fonts")
    if others := [name for name in last.blocking if name not in MAY_BLOCK]:
        yield Finding(", ".join(others), "holds up the page")
    shift = max(run.shift for run in done)
    if shift:
        yield Finding(f"{shift:.3f} of 0", "layout shift")


def run_once(command: list[str], chromium: str) -> Run:
    """Run Lighthouse once, again if it fails; raises CalledProcessError if it always does."""
    flags = " ".join(["--headless=new", *CHROMIUM_ARGUMENTS])
    options = ["--output=json", "--quiet", "--no-enable-error-reporting", f"--chrome-flags={flags}"]
    for attempt in range(1, ATTEMPTS + 1):
        result = subprocess.run(
            [*command, *options],
            env=os.environ | {"CHROME_PATH": chromium},
            capture_output=True,
            check=attempt == ATTEMPTS,
        )
        if not result.returncode:
            break
    return parse_report(json.loads(result.stdout))


def parse_report(report: dict[str, Any]) -> Run:
    audits = report["audits"]
    weights = {"Font": 0, "Image": 0, "": 0}
    for request in audits["network-requests"]["details"]["items"]:
        kind = request["resourceType"]
        weights[kind if kind in weights else ""] += request.get("transferSize", 0)
    return Run(
        scores={name: round(100 * (report["categories"][name]["score"] or 0)) for name in SCORES},
        weight=weights[""],
        fonts=weights["Font"],
        pictures=weights["Image"],
        shift=round(audits["cumulative-layout-shift"].get("numericValue", 0), 3),
        paint=audits["largest-contentful-paint"].get("numericValue", 0),
        blocking=blocking(audits),
        failed=list(failures(report)),
    )


def blocking(audits: dict[str, Any]) -> list[str]:
    """Return the names of the render-blocking files, without the hash of their content."""
    items = audits["render-blocking-insight"].get("details", {}).get("items", [])
    names = [item["url"].rpartition("/")[2] for item in items]
    return [re.sub(r"\.[0-9a-f]{12}(?=\.\w+$)", "", name) for name in names]


def failures(report: dict[str, Any]) -> Iterator[Finding]:
    """Yield the audits that cost a page its full score, with the first elements that they name."""
    for name in SCORES:
        for reference in report["categories"][name]["auditRefs"]:
            audit = report["audits"][reference["id"]]
            if name == "performance" or not reference["weight"] or audit["score"] in (None, 1):
                continue
            items = audit.get("details", {}).get("items", [])[:3]
            nodes = [item.get("node", {}).get("snippet") or json.dumps(item) for item in items]
            yield Finding(name, audit["id"], "  ".join(nodes))
