"""Measure the memory of a worker: after its start, and after every page of the sitemap.

    python -m tools.memory            # with the database of DATA_DIR
    python -m tools.memory --smaps    # and the largest mappings

PSS counts memory that processes share, such as libraries, in equal parts; RSS counts it in each.
"""

import argparse
import os
import re
import sys
import time
import urllib.request
from collections import Counter
from pathlib import Path

from tests import processes

PAGES = 220
TRIES = 3


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the memory of a worker.")
    parser.add_argument("--smaps", action="store_true", help="print the largest mappings")
    options = parser.parse_args()
    port: int = processes.free_port()  # type: ignore[no-untyped-call]
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", "4", "--no-ws", "--factory"]
    environment = {"MALLOC_ARENA_MAX": "1"} | os.environ | {"HTTPS": "off", "DEBUG": "off"}
    with processes.process([*command, "portal.server:application"], **environment) as server:
        processes.wait_for(port, server)  # type: ignore[no-untyped-call]
        worker = worker_of(server.pid)
        say("after the start", worker)
        addresses = sitemap(port)[:PAGES]
        for number in range(1, TRIES + 1):
            for address in addresses:
                read(port, address)
            time.sleep(1)
            say(f"after {number} × {len(addresses)} pages", worker)
        if options.smaps:
            mappings(worker)


def worker_of(server: int) -> Path:
    """Return the folder in /proc of the one worker of a server."""
    children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
    folders = [Path("/proc") / child for child in children]
    # Python's resource tracker is a child too.
    (worker,) = (path for path in folders if b"resource_tracker" not in command_of(path))
    return worker


def command_of(process: Path) -> bytes:
    return (process / "cmdline").read_bytes()


def say(moment: str, worker: Path) -> None:
    lines = (worker / "smaps_rollup").read_text().splitlines()[1:]
    sizes = {name.strip(":"): int(size) for name, size, *_unit in map(str.split, lines)}
    own = sizes["Private_Clean"] + sizes["Private_Dirty"]
    print(
        f"{moment:28} RSS {mib(sizes['Rss'])}  PSS {mib(sizes['Pss'])}  own {mib(own)}", flush=True
    )


def mib(size: int) -> str:
    """Return a size in KiB as text."""
    return f"{size / 1024:6.1f} MiB"


def sitemap(port: int) -> list[str]:
    """Return the paths of the pages in the sitemap, those of each section in turn."""
    index = read(port, "/sitemap.xml")
    pages: list[str] = []
    for path in re.findall(r"<loc>https?://[^/]+(/[^<]+)", index):
        pages += re.findall(r"<loc>https?://[^/<]+(/[^<]*)", read(port, path))
    step = max(1, len(pages) // PAGES)
    return pages[::step]


def read(port: int, path: str) -> str:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", headers={"Accept-Encoding": "identity"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
        text: str = response.read().decode()
        return text


def mappings(worker: Path) -> None:
    """Print the mappings with the most resident memory, by file."""
    sizes: Counter[str] = Counter()
    name = ""
    for line in (worker / "smaps").read_text().splitlines():
        first, *rest = line.split()
        if not first.endswith(":"):
            name = Path(rest[4]).name if len(rest) > 4 else "anonymous"
        elif first == "Rss:":
            sizes[name] += int(rest[0])
    for name, size in sizes.most_common(25):
        print(f"{mib(size)}  {name}")


if __name__ == "__main__":
    main()
