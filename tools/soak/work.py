"""People at work while processes are killed."""

from __future__ import annotations

import random
from collections.abc import Iterable
from threading import Event, Thread

from tools.hostile.target import Target
from tools.soak.checks import People
from tools.soak.killing import Server
from tools.soak.people import Importer, Saver, Uploader

# Seconds in which work goes on between two kills, at least and at most.
BETWEEN = 0.3, 2.5


def team(target: Target, themes: Iterable[int]) -> People:
    return [*(Saver(target, key) for key in themes), Uploader(target), Importer(target)]


def soak(people: People, server: Server, kinds: Iterable[str]) -> None:
    """Let people work while processes are killed, one kind after the other."""
    over = Event()
    threads = [Thread(target=person.run, args=(over,)) for person in people]
    for thread in threads:
        thread.start()
    try:
        for kind in kinds:
            over.wait(random.uniform(*BETWEEN))  # noqa: S311 (no secret)
            server.kill(kind)
        over.wait(BETWEEN[1])
    finally:
        over.set()
        for thread in threads:
            thread.join()
