"""`make audit`: axe, the Nu HTML checker and Lighthouse over every kind of page.

The portal is served as in production, from a temporary folder with the starter content. What
this machine cannot run is named at the end, with how to make it run; REQUIRE_ALL=1 makes that a
failure. Any finding is one.

    make audit ARGS="--only axe,vnu --pages finder,home"
"""

import os
import sys
import time
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterator
from functools import partial

from tools.audit import axe, lighthouse, vnu
from tools.audit.pages import AuditPage, find_pages
from tools.audit.portal import Portal, temporary_portal
from tools.audit.report import Result
from tools.run_tests import Missing

Check = Callable[[Portal, list[AuditPage]], Iterator[Result]]


def parse_arguments(arguments: list[str]) -> tuple[dict[str, Check], Namespace]:
    """Return the checks to run, by name, and the other options."""
    checks: dict[str, Check] = {
        "vnu": vnu.check,
        "axe": axe.check,
        "lighthouse": lighthouse.check,
    }
    parser = ArgumentParser(prog="make audit", description="Audit every kind of page.")
    parser.add_argument("--only", default=",".join(checks), help="checks: axe,vnu,lighthouse")
    parser.add_argument("--pages", default="", help="pages whose name begins so: finder,home")
    parser.add_argument("--runs", type=int, default=3, help="runs of Lighthouse for each page")
    parser.add_argument("--list", action="store_true", help="list the pages and stop")
    options = parser.parse_args(arguments)
    checks["lighthouse"] = partial(lighthouse.check, runs=options.runs)
    chosen = options.only.split(",")
    if unknown := [name for name in chosen if name not in checks]:
        parser.error(f"there is no check {', '.join(unknown)}; there are {', '.join(checks)}")
    return {name: check for name, check in checks.items() if name in chosen}, options


def run(name: str, check: Check, portal: Portal, pages: list[AuditPage]) -> tuple[str, bool]:
    """Run one check over the pages, printing as it goes; return (summary, whether it failed)."""
    print(f"\n== {name} ==", flush=True)
    started = time.monotonic()
    pages_done = findings = 0
    try:
        for result in check(portal, pages):
            result.show()
            pages_done += 1
            findings += len(result.findings)
    except Missing as missing:
        return f"NOT RUN: {missing}", os.environ.get("REQUIRE_ALL") == "1"
    seconds = time.monotonic() - started
    return f"{findings} findings on {pages_done} pages ({seconds:.0f} s)", findings > 0


def main(arguments: list[str]) -> int:
    """Run the checks, print a summary, and return the exit code of the whole."""
    checks, options = parse_arguments(arguments)
    with temporary_portal() as portal:
        pages, forgotten = find_pages(portal)
        wanted = tuple(options.pages.split(","))
        pages = [page for page in pages if page.name.startswith(wanted)]
        if not pages:
            sys.exit(f"No page has a name that begins with {' or '.join(wanted)}.")
        if options.list:
            for page in pages:
                print(f"{page.name:<32}{page.path}")
            return 0
        results = {name: run(name, check, portal, pages) for name, check in checks.items()}
    print("\n== Summary ==")
    for name, (summary, _failed) in results.items():
        print(f"{name:<12}{summary}")
    for route in forgotten:
        print(f"The route {route} has no page in tools/audit/pages.py.")
    return int(bool(forgotten) or any(failed for _summary, failed in results.values()))


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("Stopped.")
