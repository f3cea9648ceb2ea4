"""`make bench`: the portal compared with a plain list of cities, at growing numbers of cities.

Everything is served as in production, by two workers, from folders that are removed at the end. The
measure is the processor time of the servers for each response. A machine's speed changes with its
other work, so each page takes turns with the plain list, and its ratio is to the list's time in the
same seconds. Needs Linux; uses wrk where it is installed.

    make bench ARGS="--sizes 361,10000,100000 --seconds 5 --postgresql"
    make bench ARGS="--desk --sizes 361,100000"
"""

import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

from tools.run_tests import postgresql

ROOT = Path(__file__).resolve().parents[2]
TICKS = os.sysconf("SC_CLK_TCK")
CONNECTIONS, WARM_UP, TURN, PATIENCE = 8, 1, 1, 60
# As in `make run`.
ALLOCATOR = {"MALLOC_ARENA_MAX": "1"}

# The pages to measure: a name, a path, and whether the page cache may answer.
PAGES = (
    ("list", "/cities/", False),
    ("list, one facet", "/cities/?region=africa", False),
    ("list, one country", "/cities/?country=gb", False),
    ("list, last pages", "/cities/?page={last}", False),
    ("list, by population", "/cities/?sort=population", False),
    ("filters together", "/cities/?region=africa&kind=city&status=member", False),
    ("search", "/cities/?q=wakefield", False),
    ("search, nothing found", "/cities/?q=wakfeild", False),
    ("search, a common beginning", "/cities/?q=ba", False),
    ("search and filter", "/cities/?q=ba&region=africa&kind=city", False),
    ("table", "/cities/?view=table", False),
    ("map", "/cities/?view=map", False),
    ("city, Fez", "/cities/fez/", False),
    ("city, Wakefield", "/cities/wakefield/", False),
    ("home", "/", False),
    ("list, kept", "/cities/", True),
)


class Spent(NamedTuple):
    """Clock ticks of the processor, and the responses and seconds that they were for."""

    ticks: int = 0
    answers: int = 0
    seconds: float = 0

    def __add__(self, other: "Spent") -> "Spent":  # type: ignore[override]
        return Spent(
            self.ticks + other.ticks, self.answers + other.answers, self.seconds + other.seconds
        )

    @property
    def milliseconds(self) -> float:
        """Return the milliseconds of processor time for each response."""
        return 1000 * self.ticks / TICKS / self.answers

    @property
    def rate(self) -> float:
        """Return the responses per second."""
        return self.answers / self.seconds


class Server(NamedTuple):
    """A running server: its address and its processes."""

    address: str
    processes: list[int]

    def spend(self, path: str) -> Spent:
        """Measure a page for one turn."""
        before, started = ticks(self.processes), time.monotonic()
        answers = send_requests(self.address + path, TURN)
        used = ticks(self.processes) - before
        return Spent(used, answers, time.monotonic() - started)

    @property
    def memory(self) -> float:
        """Return the memory of its largest process in MiB."""
        return max(map(memory, self.processes))


def measure_in_turns(server: Server, path: str, plain: Server, turns: int) -> tuple[Spent, Spent]:
    """Measure a page and the plain list in turns; return both."""
    send_requests(server.address + path, WARM_UP)
    page, list_spent = Spent(), Spent()
    for _ in range(turns):
        page += server.spend(path)
        list_spent += plain.spend("/cities/")
    return page, list_spent


# -- Asking and counting -----------------------------------------------------------------


def send_requests(url: str, seconds: int) -> int:
    """Request a page repeatedly on a few connections; return the number of responses."""
    if not shutil.which("wrk"):
        return send_without_wrk(url, seconds)
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--timeout", "30s", url]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in output or not (number := re.search(r"(\d+) requests in", output)):
        sys.exit(f"{url} did not answer as it should:\n{output}")
    return max(int(number[1]), 1)


def send_without_wrk(url: str, seconds: int) -> int:
    deadline, answers = time.monotonic() + seconds, []

    def request_repeatedly() -> None:
        while time.monotonic() < deadline:
            with urllib.request.urlopen(url) as answer:  # noqa: S310 (our own server)
                answer.read()
            answers.append(1)

    threads = [threading.Thread(target=request_repeatedly) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return max(len(answers), 1)


def ticks(processes: list[int]) -> int:
    """Return the processor time that processes have used, in clock ticks."""
    total = 0
    for process in processes:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
        total += int(fields[11]) + int(fields[12])
    return total


def memory(process: int) -> float:
    status = Path(f"/proc/{process}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+)", status)
    return int(match[1]) / 1024 if match else 0


def children(process: int) -> list[int]:
    path = Path(f"/proc/{process}/task/{process}/children")
    return [int(child) for child in path.read_text().split()]


# -- Servers ---------------------------------------------------------------------------


@contextmanager
def served(
    application: str, environment: dict[str, str], *flags: str, asked: str = "/cities/"
) -> Iterator[Server]:
    """Serve a WSGI application on a free port, with the workers and threads of `make run`.

    It is ready when it answers at the path `asked`.
    """
    from tools.audit.portal import free_port

    port = free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--port", str(port)]
    command += ["--workers", "2", "--blocking-threads", "4", "--no-ws", "--log-level", "warning"]
    command += [*flags, application]
    process = subprocess.Popen(command, cwd=ROOT, env=os.environ | ALLOCATOR | environment)
    try:
        address = f"http://127.0.0.1:{port}"
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with urllib.request.urlopen(address + asked):  # noqa: S310 (our own server)
                    break
            except OSError:
                if time.monotonic() > deadline or process.poll() is not None:
                    sys.exit(f"{application} did not start.")
                time.sleep(0.2)
        yield Server(address, [process.pid, *children(process.pid)])
    finally:
        process.terminate()
        process.wait()


def portal_environment(folder: Path, database: str) -> dict[str, str]:
    return {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "HTTPS": "off",
        "DEBUG": "off",
        "BEHIND_PROXY": "off",
        "DATA_DIR": str(folder),
        "DATABASE_URL": database,
    }


def python(environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | environment, check=True, stdout=subprocess.PIPE
    )
    return done.stdout.decode()


# -- The tables ------------------------------------------------------------------------


def measure_size(
    total: int, environment: dict[str, str], plain: Server, bare: Server, seconds: int
) -> None:
    """Measure every page at one size, and print a line for each."""
    python(environment, "-m", "tools.bench.cities", str(total))
    last = str(-(-total // 24))
    pages = [(name, path.format(last=last), cached) for name, path, cached in PAGES]
    asked = python(environment, "-m", "tools.profile_page", "--queries", *(p for _, p, _ in pages))
    queries = asked.split()
    head = f"{total} cities"
    print(f"\n{head:<30}      ms  plain   ratio  answers/s  queries  memory", flush=True)

    def print_line(name: str, server: Server, path: str, number: str = "") -> None:
        page, list_spent = measure_in_turns(server, path, plain, seconds)
        ratio = list_spent.milliseconds / page.milliseconds
        print(
            f"{name:<30}{page.milliseconds:>8.2f}{list_spent.milliseconds:>7.1f}{ratio:>8.2f}"
            f"{page.rate:>11.0f}{number:>9}{server.memory:>8.0f}",
            flush=True,
        )

    flags = ("--factory",)
    for cached in (False, True):
        changes = {} if cached else {"PAGE_CACHE_MIB": "0"}
        with served("portal.server:application", environment | changes, *flags) as server:
            for (name, path, is_cached), number in zip(pages, queries, strict=True):
                if is_cached == cached:
                    print_line(name, server, path, "" if cached else number)
    print_line("bare view", bare, "/bare/")


def measure_desk(sizes: str, environment: dict[str, str]) -> None:
    """Measure the desk at each size, and print its tables."""
    for size in sizes.split(","):
        python(environment, "-m", "tools.bench.cities", size)
        command = [sys.executable, "-m", "tools.bench.desk"]
        subprocess.run(command, cwd=ROOT, env=os.environ | environment, check=True)
    print(
        "\nms: processor time of a request, the median; plain: the same of a plain ModelAdmin, in "
        "turns;\nratio: ms to plain."
    )


def main(arguments: list[str]) -> None:
    parser = ArgumentParser(prog="make bench", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", default="361,10000,100000", help="numbers of cities, rising")
    parser.add_argument("--seconds", type=int, default=5, help="for each page")
    parser.add_argument("--desk", action="store_true", help="the desk beside a plain ModelAdmin")
    parser.add_argument("--postgresql", action="store_true", help="on PostgreSQL instead of SQLite")
    options = parser.parse_args(arguments)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="portal-bench-")))
        database = f"sqlite:///{folder}/portal.sqlite3"
        if options.postgresql:
            # PostgreSQL creates the database of that name itself.
            database = stack.enter_context(postgresql()).replace("postgresql://", "postgres://")
        environment = portal_environment(folder, database)
        for command in (["migrate"], ["load_starter"], ["collectstatic", "--no-input"]):
            python(environment, "manage.py", *command)
        if options.desk:
            measure_desk(options.sizes, environment)
            return
        plain_environment = {"PLAIN_DATABASE": str(folder / "plain.sqlite3")}
        python(plain_environment, "-m", "tools.bench.baseline", "361")
        application = "tools.bench.baseline:application"
        plain = stack.enter_context(served(application, plain_environment))
        bare = stack.enter_context(
            served(application, plain_environment | {"PLAIN_BARE": "1"}, asked="/bare/")
        )
        for size in options.sizes.split(","):
            measure_size(int(size), environment, plain, bare, options.seconds)
    print(
        "\nms: processor time of the server for an answer; plain: the same of the plain list, "
        "of 361 cities,\nin the same seconds; ratio: plain to ms."
    )


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except KeyboardInterrupt:
        sys.exit("Stopped.")
